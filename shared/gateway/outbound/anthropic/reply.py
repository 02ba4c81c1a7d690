"""A Messages API reply as a canonical completion.

``anthropic_content`` holds the whole content, in order, when OpenAI's shape would lose some of it. What else
Anthropic says stays under its own name: ``stop_sequence`` and ``stop_details`` on the choice, other keys on
the completion, usage figures beside the canonical ones.
"""

from gateway.domain.usage import Usage, whole_prompt
from gateway.outbound.anthropic.blocks import RAW
from gateway.outbound.anthropic.calls import ServerTools
from gateway.outbound.anthropic.errors import fault_of
from gateway.outbound.anthropic.thinking import Thought
from gateway.outbound.canonical.replies import chat_id
from gateway.outbound.json_bodies import json_of, unreadable
from gateway.outbound.protocol import CanonicalResponse, Json, ProviderFault, ProviderRequest, WireResponse
from gateway.wire import chat
from gateway.wire.json import figure, json_text, obj, objs, string

FINISH = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",  # a long server tool turn; send the content back to go on
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
_PLACED = frozenset({"id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "stop_details", "usage"})
_ORDER = {"thinking": 0, "redacted_thinking": 0, "text": 1, "tool_use": 2}


def response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    """A whole reply; raises ``ProviderFault`` for an error and for what is no message."""
    body = json_of(reply)
    if "error" in body:
        raise ProviderFault(fault_of(reply))
    if not isinstance(body.get("content"), list):
        raise ProviderFault(unreadable(reply.body))
    return answer(request, body)


def answer(request: ProviderRequest, body: Json) -> CanonicalResponse:
    """A message object as a completion."""
    raw = obj(body.get("usage"))
    usage = usage_of(raw)
    message = message_of(objs(body["content"]), obj(body.get("stop_details")))
    finish = finish_of(string(body.get("stop_reason"))) or ("tool_calls" if message.get("tool_calls") else "stop")
    item = chat.choice(message, finish) | ending(body)
    made = chat.completion(
        id=id_of(request, body),
        created=request.created,
        model=string(body.get("model")) or request.model,
        choices=[item],
        usage=usage,
    )
    if usage is not None:
        made["usage"] |= _further(raw)
    usage = ServerTools().blocks(objs(body["content"])).added(usage, raw)
    return CanonicalResponse(body=made | {key: value for key, value in body.items() if key not in _PLACED}, usage=usage)


def id_of(request: ProviderRequest, body: Json) -> str:
    """The message's id in OpenAI's manner."""
    own = string(body.get("id"))
    return f"chatcmpl-{own}" if own else chat_id(request)


def finish_of(reason: str) -> str | None:
    """The canonical finish reason; a reason nobody knows yet is a stop, ``native_finish_reason`` tells which."""
    return FINISH.get(reason, "stop") if reason else None


def ending(body: Json) -> Json:
    """How the message ended, beyond the finish reason."""
    out: Json = {"native_finish_reason": body["stop_reason"]} if body.get("stop_reason") else {}
    return out | {key: body[key] for key in ("stop_sequence", "stop_details") if body.get(key) is not None}


def message_of(blocks: list[Json], details: Json) -> Json:
    """The assistant's message in these blocks."""
    texts = [string(block.get("text")) for block in blocks if block.get("type") == "text"]
    calls = [call_of(block) for block in blocks if block.get("type") == "tool_use"]
    thoughts = [thought_of(block) for block in blocks if _ORDER.get(string(block.get("type"))) == 0]
    text: str | None = "".join(texts) if texts or not (calls or details) else None
    message = chat.message(
        text,
        tool_calls=calls,
        reasoning="".join(thought.text for thought in thoughts),
        refusal=string(details.get("explanation")) or None,
    )
    if thoughts:
        message["reasoning_details"] = [thought.detail(index) for index, thought in enumerate(thoughts)]
    if found := annotations(blocks):
        message["annotations"] = found
    return message | ({RAW: blocks} if loses(blocks) else {})


def thought_of(block: Json) -> Thought:
    """A thinking block, readable or redacted."""
    if block.get("type") == "redacted_thinking":
        return Thought(redacted=string(block.get("data")))
    return Thought(string(block.get("thinking")), string(block.get("signature")))


def call_of(block: Json) -> Json:
    """A tool_use block as a tool call."""
    arguments = json_text(obj(block.get("input")))
    return chat.tool_call(id=string(block.get("id")), name=string(block.get("name")), arguments=arguments)


def loses(blocks: list[Json]) -> bool:
    """Whether blocks hold something the canonical message cannot give back: other types, citations, their order."""
    last = 0
    for block in blocks:
        place = _ORDER.get(string(block.get("type")))
        indirect = string(obj(block.get("caller")).get("type")) not in ("", "direct")
        if place is None or place < last or block.get("citations") or indirect:
            return True
        last = place
    return False


def annotations(blocks: list[Json]) -> list[Json]:
    """Web citations as OpenAI's ``url_citation``; the others are only in ``anthropic_content``."""
    found: list[Json] = []
    at = 0
    for block in blocks:
        if block.get("type") != "text":
            continue
        end = at + len(string(block.get("text")))
        for citation in objs(block.get("citations")):
            if citation.get("url"):
                cited = {"url": citation["url"], "title": string(citation.get("title"))}
                span = {"start_index": at, "end_index": end}
                found.append({"type": "url_citation", "url_citation": cited | span})
        at = end
    return found


def usage_of(raw: Json) -> Usage | None:
    """Anthropic counts cached tokens outside ``input_tokens``; here they are inside ``prompt``.

    Servers that copy its API may count them inside, which only a total shows.
    """
    if not raw:
        return None
    read, made, total = (figure(raw.get(f"{name}_tokens")) for name in ("input", "output", "total"))
    cached, written = figure(raw.get("cache_read_input_tokens")), figure(raw.get("cache_creation_input_tokens"))
    by_life = obj(raw.get("cache_creation"))
    long = figure(by_life.get("ephemeral_1h_input_tokens"))
    written = max(written, long + figure(by_life.get("ephemeral_5m_input_tokens")))
    return Usage(
        prompt=whole_prompt(read, cached + written, made, total, beside=True),
        cached=cached,
        cache_write=written - long,
        cache_write_1h=long,
        completion=made,
        reasoning=figure(obj(raw.get("output_tokens_details")).get("thinking_tokens")),
    )


def _further(raw: Json) -> Json:
    return {key: value for key, value in raw.items() if key not in ("input_tokens", "output_tokens")}


def merged(first: Json, later: Json) -> Json:
    """Usage of a stream: every figure is cumulative, so the last one that is there counts.

    A zero for what was counted before says nothing: some servers fill the last event with them. What is no figure at
    all stays, so that nobody takes the first event's for the whole.
    """
    return first | {key: value for key, value in later.items() if value not in (None, 0) or not first.get(key)}
