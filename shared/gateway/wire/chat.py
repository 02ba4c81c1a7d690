"""Canonical chat: OpenAI's chat completion JSON, built and read in one place.

Objects stay open dictionaries. Shapes: https://platform.openai.com/docs/api-reference/chat/object
"""

from typing import Any, cast

from gateway.domain.usage import Usage
from gateway.wire.json import Json

# What holds arguments that are no object, where an object is due.
# https://docs.claude.com/en/docs/agents-and-tools/tool-use/fine-grained-tool-streaming#handling-invalid-json-in-tool-responses
UNREADABLE = "INVALID_JSON"
_CUT_SHORT = frozenset({"length", "content_filter"})


def completion(*, id: str, created: int, model: str, choices: list[Json], usage: Usage | None) -> Json:
    """A whole ``chat.completion``."""
    body: Json = {"id": id, "object": "chat.completion", "created": created, "model": model, "choices": choices}
    if usage is not None:
        body["usage"] = usage_json(usage)
    return body


def choice(message: Json, finish_reason: str | None, index: int = 0) -> Json:
    """One choice of a whole completion."""
    reason = ended(finish_reason, called=bool(message.get("tool_calls")))
    return {"index": index, "message": message, "finish_reason": reason}


def ended(reason: str | None, *, called: bool) -> str | None:
    """How a choice ended, by what is there: vendors say that it stopped where they call a tool, and the reverse.

    Where a limit was reached or a filter stepped in, that stays the reason; words that nobody knows give way.
    """
    if called and reason:
        return reason if reason in _CUT_SHORT else "tool_calls"
    return "stop" if reason == "tool_calls" else reason


def message(
    text: str | None,
    *,
    tool_calls: list[Json] | None = None,
    reasoning: str = "",
    refusal: str | None = None,
) -> Json:
    """An assistant's message. ``content`` is null when only tools are called."""
    out: Json = {"role": "assistant", "content": text}
    if reasoning:
        out["reasoning_content"] = reasoning
    if tool_calls:
        out["tool_calls"] = tool_calls
    if refusal is not None:
        out["refusal"] = refusal
    return out


def tool_call(*, id: str, name: str, arguments: str) -> Json:
    """A finished tool call; ``arguments`` is JSON text."""
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


def chunk(*, id: str, created: int, model: str, delta: Json, finish_reason: str | None = None, index: int = 0) -> Json:
    """One ``chat.completion.chunk`` with one choice."""
    return {
        "id": id,
        "object": "chat.completion.chunk",
        "created": created,
        "model": model,
        "choices": [{"index": index, "delta": delta, "finish_reason": finish_reason}],
    }


def usage_chunk(*, id: str, created: int, model: str, usage: Usage) -> Json:
    """The last chunk of a stream that was asked to include usage: no choices, only figures."""
    head = chunk(id=id, created=created, model=model, delta={})
    return head | {"choices": [], "usage": usage_json(usage)}


def tool_call_delta(index: int, *, id: str = "", name: str = "", arguments: str = "") -> Json:
    """A piece of a tool call in a stream: id and name in the first, arguments in any."""
    out: Json = {"index": index}
    if id:
        out |= {"id": id, "type": "function"}
    function: Json = {"name": name} if name else {}
    return out | {"function": function | {"arguments": arguments}}


def usage_json(usage: Usage) -> Json:
    """Usage as OpenAI reports it; details only where there are any, cache writes in our own key."""
    out: Json = {
        "prompt_tokens": usage.prompt,
        "completion_tokens": usage.completion,
        "total_tokens": usage.total,
    }
    prompt = _present(
        cached_tokens=usage.cached,
        cache_write_tokens=usage.cache_write + usage.cache_write_1h,
        audio_tokens=usage.audio_in,
        image_tokens=usage.image_in,
    )
    completion = _present(reasoning_tokens=usage.reasoning, audio_tokens=usage.audio_out, image_tokens=usage.image_out)
    if prompt:
        out["prompt_tokens_details"] = prompt
    if completion:
        out["completion_tokens_details"] = completion
    return out


def _present(**figures: int) -> Json:
    return {name: figure for name, figure in figures.items() if figure}


def text_of(content: Any) -> str:
    """The text of a message's content: a string, or its text parts joined without separator."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    parts = [cast(Json, part) for part in cast(list[Any], content) if isinstance(part, dict)]
    texts = [part.get("text") for part in parts if part.get("type") in _TEXT_TYPES]
    return "".join(text for text in texts if isinstance(text, str))


_TEXT_TYPES = frozenset({"text", "input_text", "output_text", None})
