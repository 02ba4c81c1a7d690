"""The countable text of chunks and events of OpenAI's streams, for when nobody reported usage."""

from collections.abc import Iterator
from typing import Any, cast

from gateway.outbound.openai.reply import choices_of
from gateway.outbound.protocol import Json
from gateway.wire.json import parse

# Deltas of the Responses API and of transcripts; other events repeat what these have said.
_DELTAS = (
    "response.output_text.delta",
    "response.refusal.delta",
    "response.reasoning_text.delta",
    "response.reasoning_summary_text.delta",
    "response.function_call_arguments.delta",
    "response.custom_tool_call_input.delta",
    "response.mcp_call_arguments.delta",
    "response.code_interpreter_call_code.delta",
    "transcript.text.delta",
)
_REASONING = ("reasoning_content", "reasoning")


def text_of_event(data: bytes) -> str:
    """What one event delivers: text, refusal, reasoning, names and arguments of tools; else nothing."""
    value = parse(data)
    return "".join(_pieces(cast(Json, value))) if isinstance(value, dict) else ""


def _pieces(body: Json) -> Iterator[str]:
    if body.get("type") in _DELTAS:
        yield from _strings(body.get("delta"))
    for choice in choices_of(body):
        holder = choice.get("delta") or choice.get("message")
        if isinstance(holder, dict):
            yield from _of_message(cast(Json, holder))
        else:  # Together's chat says its pieces in both places
            yield from _strings(choice.get("text"))


def _of_message(message: Json) -> Iterator[str]:
    yield from _strings(next((message[name] for name in _REASONING if message.get(name)), None))
    yield from _strings(message.get("content"))
    yield from _strings(message.get("refusal"))
    for call in (message.get("function_call"), *_functions(message.get("tool_calls"))):
        if isinstance(call, dict):
            yield from _strings(cast(Json, call).get("name"))
            yield from _strings(cast(Json, call).get("arguments"))
    audio = message.get("audio")
    if isinstance(audio, dict):
        yield from _strings(cast(Json, audio).get("transcript"))


def _functions(calls: Any) -> Iterator[Any]:
    for call in cast(list[Any], calls) if isinstance(calls, list) else []:
        if isinstance(call, dict):
            yield cast(Json, call).get("function") or cast(Json, call).get("custom")


def _strings(value: Any) -> Iterator[str]:
    """Strings, also inside content parts; no ids, types or addresses."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in cast(list[Any], value):
            yield from _strings(item)
    elif isinstance(value, dict):
        part = cast(Json, value)
        for name in ("text", "thinking", "input"):
            yield from _strings(part.get(name))
