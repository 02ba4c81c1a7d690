"""A GenerateContentResponse as a canonical completion.

What a candidate says beyond OpenAI's shape (safetyRatings, groundingMetadata, citationMetadata ...) stays on its
choice, what the response says (createTime, promptFeedback ...) on the completion, each under its own name.
Generated images are ``message.images``, a list of ``image_url`` parts with data URLs.
"""

from dataclasses import replace

from gateway.domain.usage import Usage, whole_prompt
from gateway.outbound.canonical.replies import call_id, completed
from gateway.outbound.gemini.blocks import RAW, arguments_of
from gateway.outbound.gemini.errors import blocked, in_stream
from gateway.outbound.gemini.grounding import Grounding
from gateway.outbound.json_bodies import json_of, unreadable
from gateway.outbound.protocol import CanonicalResponse, Json, ProviderFault, ProviderRequest, WireResponse
from gateway.wire import chat
from gateway.wire.json import figure, obj, objs, parse, string, whole

FINISH = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "LANGUAGE": "content_filter",
    "MODEL_ARMOR": "content_filter",
    "IMAGE_SAFETY": "content_filter",
    "IMAGE_PROHIBITED_CONTENT": "content_filter",
    "IMAGE_RECITATION": "content_filter",
}  # what is not here (OTHER, MALFORMED_FUNCTION_CALL ...) is a stop; native_finish_reason tells which
_UNFINISHED = frozenset({"", "FINISH_REASON_UNSPECIFIED"})
_PLACED = frozenset({"candidates", "usageMetadata", "modelVersion", "responseId"})
_PLACED_IN_CANDIDATE = frozenset({"content", "finishReason", "index", "logprobsResult"})
_KNOWN_PARTS = frozenset({"text", "functionCall", "inlineData"})


def response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    """A whole reply; raises ``ProviderFault`` for an error, a refused prompt and an answer without candidates."""
    if isinstance(parse(reply.body), list):
        raise ProviderFault(in_stream(parse(reply.body)))
    body = json_of(reply)
    if "error" in body:
        raise ProviderFault(in_stream(body))
    candidates = objs(body.get("candidates"))
    fault = blocked(obj(body.get("promptFeedback")))
    if not candidates and fault:
        raise ProviderFault(fault)
    if not body.keys() & {"candidates", "promptFeedback", "usageMetadata"}:
        raise ProviderFault(unreadable(reply.body))
    choices = [choice_of(request, candidate, position) for position, candidate in enumerate(candidates)]
    usage = usage_of(obj(body.get("usageMetadata")))
    own = string(body.get("responseId"))
    answer = completed(
        request,
        choices,
        usage,
        id=own and f"chatcmpl-{own}",
        model=body.get("modelVersion"),
        extra={key: value for key, value in body.items() if key not in _PLACED},
    )
    return replace(answer, usage=Grounding().read(candidates).added(usage))


def choice_of(request: ProviderRequest, candidate: Json, position: int) -> Json:
    """One candidate as a choice."""
    index = whole(candidate.get("index")) or position
    message = message_of(request, objs(obj(candidate.get("content")).get("parts")), index)
    finish = finish_of(string(candidate.get("finishReason")), bool(message.get("tool_calls")))
    item = chat.choice(message, finish or "stop", index)
    if scores := logprobs_of(obj(candidate.get("logprobsResult"))):
        item["logprobs"] = scores
    return item | further(candidate)


def further(candidate: Json) -> Json:
    """What a candidate says that OpenAI's shape has no place for."""
    out = {key: value for key, value in candidate.items() if key not in _PLACED_IN_CANDIDATE}
    reason = candidate.get("finishReason")
    return out | ({"native_finish_reason": reason} if reason else {})


def finish_of(reason: str, called: bool) -> str | None:
    """The canonical finish reason; Gemini says STOP also when it calls a function."""
    if reason in _UNFINISHED:
        return None
    found = FINISH.get(reason, "stop")
    return "tool_calls" if found == "stop" and called else found


def message_of(request: ProviderRequest, parts: list[Json], choice: int = 0) -> Json:
    """The assistant's message in these parts."""
    texts = [string(part.get("text")) for part in parts if not part.get("thought")]
    thoughts = [string(part.get("text")) for part in parts if part.get("thought")]
    called = [part for part in parts if "functionCall" in part]
    calls = [call_of(request, part, position, choice) for position, part in enumerate(called)]
    text = "".join(texts)
    message = chat.message(text if text or not calls else None, tool_calls=calls, reasoning="".join(thoughts))
    if images := [image_of(part) for part in parts if "inlineData" in part]:
        message["images"] = images
    for part in parts:
        if not kept_elsewhere(part):
            message |= signature(part)
    return message | ({RAW: parts} if loses(parts) else {})


def kept_elsewhere(part: Json) -> bool:
    """Whether a part's signature has a place of its own: on its tool call or image."""
    return "functionCall" in part or "inlineData" in part


def call_of(request: ProviderRequest, part: Json, position: int, choice: int = 0) -> Json:
    """A functionCall part as a tool call, with an id of ours where Gemini gave none."""
    call = obj(part["functionCall"])
    number = position + 1000 * choice
    made = chat.tool_call(
        id=call_id(request, number, call.get("id")),
        name=string(call.get("name")),
        arguments=arguments_of(call.get("args")),
    )
    return made | signature(part)


def image_of(part: Json) -> Json:
    """An inlineData part as an image part with a data URL."""
    data = obj(part["inlineData"])
    url = f"data:{string(data.get('mimeType')) or 'image/png'};base64,{string(data.get('data'))}"
    return {"type": "image_url", "image_url": {"url": url}} | signature(part)


def signature(part: Json) -> Json:
    """A part's thought signature where Google's OpenAI endpoint puts it."""
    found = part.get("thoughtSignature")
    return {"extra_content": {"google": {"thought_signature": found}}} if found else {}


def loses(parts: list[Json]) -> bool:
    """Whether there are parts the canonical message cannot give back."""
    return any(not _KNOWN_PARTS & part.keys() and set(part) - {"thoughtSignature", "thought"} for part in parts)


def logprobs_of(result: Json) -> Json | None:
    """Log probabilities in OpenAI's form."""
    chosen, tops = objs(result.get("chosenCandidates")), objs(result.get("topCandidates"))
    if not chosen:
        return None
    lists = [objs(top.get("candidates")) for top in tops] + [[]] * (len(chosen) - len(tops))
    content = [
        _score(one) | {"top_logprobs": [_score(top) for top in best]} for one, best in zip(chosen, lists, strict=False)
    ]
    return {"content": content, "refusal": None}


def _score(candidate: Json) -> Json:
    token = string(candidate.get("token"))
    return {"token": token, "logprob": candidate.get("logProbability"), "bytes": list(token.encode())}


def usage_of(raw: Json) -> Usage | None:
    """Gemini counts thoughts outside the candidates; here they are inside ``completion``."""
    if not raw:
        return None
    thoughts, cached = figure(raw.get("thoughtsTokenCount")), figure(raw.get("cachedContentTokenCount"))
    read = figure(raw.get("promptTokenCount")) + figure(raw.get("toolUsePromptTokenCount"))
    made = figure(raw.get("candidatesTokenCount")) + thoughts
    return Usage(
        prompt=whole_prompt(read, cached, made, figure(raw.get("totalTokenCount"))),
        cached=cached,
        audio_in=_of_kind(raw, "promptTokensDetails", "AUDIO"),
        image_in=_of_kind(raw, "promptTokensDetails", "IMAGE"),
        cached_audio=_of_kind(raw, "cacheTokensDetails", "AUDIO"),
        cached_image=_of_kind(raw, "cacheTokensDetails", "IMAGE"),
        completion=made,
        reasoning=thoughts,
        audio_out=_of_kind(raw, "candidatesTokensDetails", "AUDIO"),
        image_out=_of_kind(raw, "candidatesTokensDetails", "IMAGE"),
    )


def _of_kind(raw: Json, key: str, kind: str) -> int:
    return sum(figure(item.get("tokenCount")) for item in objs(raw.get(key)) if item.get("modality") == kind)
