"""Canonical answers as Anthropic messages (https://docs.claude.com/en/api/messages).

A reply of Claude's that came through canonical form gets its blocks back from ``anthropic_content``. Pictures that
other models draw, for which Anthropic has no block, are shown as Markdown.
"""

from typing import Any

from gateway.domain.usage import Usage
from gateway.outbound.anthropic.thinking import Thought, thoughts_of
from gateway.outbound.canonical.borders import CLAUDES_CALL_ID
from gateway.wire.chat import UNREADABLE, text_of
from gateway.wire.json import obj, objs, parse, string
from relay.inbound.protocol import Json

_STOPS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "content_filter": "refusal"}
_NATIVE = frozenset({"stop_sequence", "pause_turn", "model_context_window_exceeded"})


def message(body: Json, usage: Usage | None, model: str) -> Json:
    """A whole completion as a message object."""
    choice = (objs(body.get("choices")) or [{}])[0]
    return {
        "id": id_of(body),
        "type": "message",
        "role": "assistant",
        "model": string(body.get("model")) or model,
        "content": content(obj(choice.get("message")), refusal_of(choice, obj(choice.get("message")))),
        **ending(choice),
        "usage": usage_json(usage),
    }


def usage_json(usage: Usage | None) -> Json:
    """Anthropic counts cached tokens beside ``input_tokens``, not in it."""
    usage = usage or Usage()
    written = usage.cache_write + usage.cache_write_1h
    out: Json = {
        "input_tokens": max(0, usage.prompt - usage.cached - written),
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": usage.cached,
        "output_tokens": usage.completion,
    }
    if usage.cache_write_1h:
        lives = {"ephemeral_5m_input_tokens": usage.cache_write, "ephemeral_1h_input_tokens": usage.cache_write_1h}
        out["cache_creation"] = lives
    return out


def ending(choice: Json) -> Json:
    """How a choice ended: reason, sequence, and details where there are any."""
    native, finish = string(choice.get("native_finish_reason")), string(choice.get("finish_reason"))
    kept = native in _NATIVE and finish != "tool_calls"  # what was called decides, also behind a stop sequence
    reason = native if kept else _STOPS.get(finish, "end_turn" if finish else None)
    details = {"stop_details": choice["stop_details"]} if choice.get("stop_details") else {}
    return {"stop_reason": reason, "stop_sequence": choice.get("stop_sequence"), **details}


def id_of(body: Json) -> str:
    """The reply's id in Anthropic's manner."""
    given = string(body.get("id")).removeprefix("chatcmpl-")
    return given if given.startswith("msg_") else f"msg_{given}"


def refusal_of(choice: Json, said: Json) -> str:
    """The refusal in a message, as text for models that are not Claude: of Claude's it is in ``stop_details``."""
    return "" if choice.get("stop_details") else string(said.get("refusal"))


def content(said: Json, refusal: str) -> list[Json]:
    """The blocks of an assistant's message, in Anthropic's order: thoughts, text, calls."""
    if kept := objs(said.get("anthropic_content")):
        return kept
    thoughts = thoughts_of(said)
    reasoning = string(said.get("reasoning_content"))
    if not thoughts and reasoning:
        thoughts = [Thought(reasoning)]
    blocks = [thinking(thought) for thought in thoughts]
    if text := shown(said) or refusal:
        blocks.append({"type": "text", "text": text})
    return blocks + [_tool_use(call) for call in objs(said.get("tool_calls"))]


def shown(said: Json) -> str:
    """What a message or delta shows as text: its content and its pictures."""
    pictures = [string(obj(image.get("image_url")).get("url")) for image in objs(said.get("images"))]
    return text_of(said.get("content")) + "".join(f"![image]({url})" for url in pictures if url)


def thinking(thought: Thought) -> Json:
    """A thought as a block; thoughts of other vendors' models have an empty signature."""
    if thought.redacted:
        return {"type": "redacted_thinking", "data": thought.redacted}
    return {"type": "thinking", "thinking": thought.text, "signature": thought.signature}


def _tool_use(call: Json) -> Json:
    function = obj(call.get("function"))
    arguments = string(function.get("arguments"))
    return {
        "type": "tool_use",
        "id": call_id(call),
        "name": string(function.get("name")),
        "input": _input(arguments),
    }


def call_id(call: Json) -> str:
    """A call's id as Anthropic's clients may check it, and as they send it back; one that fits is the provider's."""
    id = string(call.get("id"))
    return CLAUDES_CALL_ID.fitted(id) if id else id


def _input(arguments: str) -> Json:
    """The arguments as an object, or wrapped as Anthropic advises for what is no JSON object.

    https://docs.claude.com/en/docs/agents-and-tools/tool-use/fine-grained-tool-streaming
    """
    value: Any = parse(arguments or "{}")
    return obj(value) if isinstance(value, dict) else {UNREADABLE: arguments}
