"""Replies of Bedrock as canonical answers: Converse, and the native replies of the models behind InvokeModel.

Which one it is shows in the reply itself. What Converse says beyond OpenAI's shape (trace, metrics,
performanceConfig ...) stays on the completion under its own name.
"""

from gateway.domain.usage import Usage
from gateway.outbound.anthropic import reply as anthropic_reply
from gateway.outbound.anthropic.thinking import Thought
from gateway.outbound.bedrock.blocks import RAW, arguments_of, redacted_of
from gateway.outbound.canonical.replies import completed
from gateway.outbound.json_bodies import json_of, unreadable
from gateway.outbound.protocol import CanonicalResponse, Fault, Json, ProviderFault, ProviderRequest, WireResponse
from gateway.wire import chat
from gateway.wire.json import figure, obj, objs, string

FINISH = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "guardrail_intervened": "content_filter",
    "content_filtered": "content_filter",
}
BROKEN = frozenset({"malformed_tool_use", "malformed_model_output"})
NATIVE_FINISH = {
    "FINISH": "stop",
    "COMPLETE": "stop",
    "STOP_CRITERIA_MET": "stop",
    "LENGTH": "length",
    "MAX_TOKENS": "length",
    "CONTENT_FILTERED": "content_filter",
    "ERROR_TOXIC": "content_filter",
}
_PLACED = frozenset({"output", "stopReason", "usage"})
_ORDER = {"reasoningContent": 0, "text": 1, "toolUse": 2}


def response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    """A whole reply of whatever form; raises ``ProviderFault``."""
    body = json_of(reply)
    if body.get("type") == "message":
        return anthropic_reply.answer(request, body)
    if isinstance(body.get("output"), dict):
        return _converse(request, body)
    text = native_text(body)
    if text is None:
        raise ProviderFault(unreadable(reply.body))
    item = chat.choice(chat.message(text), native_finish(body) or "stop")
    return completed(request, [item], native_usage(body) or _header_usage(reply))


def _converse(request: ProviderRequest, body: Json) -> CanonicalResponse:
    reason = string(body.get("stopReason"))
    if reason in BROKEN:
        raise ProviderFault(broken(reason))
    blocks = objs(obj(obj(body["output"]).get("message")).get("content"))
    usage = usage_of(obj(body.get("usage")))
    message = message_of(blocks)
    finish = finish_of(reason) or ("tool_calls" if message.get("tool_calls") else "stop")
    item = chat.choice(message, finish) | ({"native_finish_reason": reason} if reason else {})
    extra = {key: value for key, value in body.items() if key not in _PLACED}
    return completed(request, [item], usage, extra=extra)


def broken(reason: str) -> Fault:
    """The fault of an answer the model botched: another try may do better."""
    return Fault(kind="retry", status=502, message=f"the model's answer was unusable ({reason})", code=reason)


def finish_of(reason: str) -> str | None:
    """The canonical finish reason; one that nobody knows yet is a stop, ``native_finish_reason`` tells which."""
    return FINISH.get(reason, "stop") if reason else None


def message_of(blocks: list[Json]) -> Json:
    """The assistant's message in Converse blocks."""
    texts = [text for block in blocks for text in _texts(block)]
    calls = [call_of(obj(block["toolUse"])) for block in blocks if "toolUse" in block]
    thoughts = [thought_of(obj(block["reasoningContent"])) for block in blocks if "reasoningContent" in block]
    text = "".join(texts) if texts or not calls else None
    reasoning = "".join(thought.text for thought in thoughts)
    message = chat.message(text, tool_calls=calls, reasoning=reasoning)
    if kept := [thought for thought in thoughts if thought.signature or thought.redacted]:
        message["reasoning_details"] = [thought.detail(index) for index, thought in enumerate(kept)]
    return message | ({RAW: blocks} if loses(blocks) else {})


def _texts(block: Json) -> list[str]:
    if "citationsContent" in block:
        return [string(part.get("text")) for part in objs(obj(block["citationsContent"]).get("content"))]
    return [string(block["text"])] if "text" in block else []


def call_of(use: Json) -> Json:
    """A toolUse block as a tool call."""
    return chat.tool_call(
        id=string(use.get("toolUseId")), name=string(use.get("name")), arguments=arguments_of(use.get("input"))
    )


def thought_of(content: Json) -> Thought:
    """A reasoningContent block, readable or redacted."""
    if "redactedContent" in content:
        return Thought(redacted=redacted_of(content["redactedContent"]))
    readable = obj(content.get("reasoningText"))
    return Thought(string(readable.get("text")), string(readable.get("signature")))


def loses(blocks: list[Json]) -> bool:
    """Whether blocks hold something the canonical message cannot give back: other kinds, or their order."""
    last = 0
    for block in blocks:
        if _of_no_account(block):
            continue
        place = next((_ORDER[key] for key in block if key in _ORDER), None)
        if place is None or place < last:
            return True
        last = place
    return False


def _of_no_account(block: Json) -> bool:
    """Empty texts and unsigned thoughts: nobody accepts them back."""
    if "reasoningContent" in block:
        thought = thought_of(obj(block["reasoningContent"]))
        return not thought.signature and not thought.redacted
    return block.get("text") == ""


def usage_of(raw: Json) -> Usage | None:
    """Converse counts cached tokens outside ``inputTokens``; here they are inside ``prompt``."""
    if not raw:
        return None
    cached = figure(raw.get("cacheReadInputTokens")) or figure(raw.get("cacheReadInputTokenCount"))
    written = figure(raw.get("cacheWriteInputTokens")) or figure(raw.get("cacheWriteInputTokenCount"))
    long = sum(figure(item.get("inputTokens")) for item in objs(raw.get("cacheDetails")) if item.get("ttl") == "1h")
    long = min(long, written)
    return Usage(
        prompt=figure(raw.get("inputTokens")) + cached + written,
        cached=cached,
        cache_write=written - long,
        cache_write_1h=long,
        completion=figure(raw.get("outputTokens")),
    )


def native_text(body: Json) -> str | None:
    """The text in a native reply or stream event of Llama, Titan, Cohere or Mistral."""
    for place in (body, *objs(body.get("results")), *objs(body.get("generations")), *objs(body.get("outputs"))):
        for key in ("generation", "outputText", "text", "completion"):
            if isinstance(place.get(key), str):
                return place[key]
    return None


def native_finish(body: Json) -> str | None:
    """The canonical finish reason in a native reply or event."""
    for place in (body, *objs(body.get("results")), *objs(body.get("generations")), *objs(body.get("outputs"))):
        for key in ("stop_reason", "completionReason", "finish_reason"):
            if place.get(key):
                reason = string(place[key])
                return NATIVE_FINISH.get(reason) or FINISH.get(reason, reason)
    return None


def native_usage(body: Json) -> Usage | None:
    """Token counts of a native reply: Bedrock's own metrics, or the model's."""
    metrics = obj(body.get("amazon-bedrock-invocationMetrics"))
    if metrics:
        return Usage(prompt=figure(metrics.get("inputTokenCount")), completion=figure(metrics.get("outputTokenCount")))
    if body.get("generation_token_count") is not None:  # the prompt's count may be null in all but the first event
        return Usage(prompt=figure(body.get("prompt_token_count")), completion=figure(body["generation_token_count"]))
    if body.get("inputTextTokenCount") is not None:
        counts = [figure(result.get("tokenCount")) for result in objs(body.get("results"))]
        return Usage(
            prompt=figure(body["inputTextTokenCount"]),
            completion=sum(counts) or figure(body.get("totalOutputTextTokenCount")),
        )
    return None


def _header_usage(reply: WireResponse) -> Usage | None:
    prompt, completion = (reply.headers.get(f"x-amzn-bedrock-{kind}-token-count", "") for kind in ("input", "output"))
    if not prompt.isdecimal() or not completion.isdecimal():
        return None
    return Usage(prompt=int(prompt), completion=int(completion))
