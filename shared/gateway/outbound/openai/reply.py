"""Replies of OpenAI-compatible providers made to be what OpenAI sends.

Works on freshly parsed JSON and changes it in place; what it does not know it leaves alone.
"""

from collections.abc import Iterator
from typing import Any, cast

from gateway.outbound.canonical.replies import text_completion
from gateway.outbound.protocol import Json, ProviderRequest
from gateway.wire import chat
from gateway.wire.json import json_text

# Finish reasons in lower case (servers in front of other APIs shout theirs), and OpenAI's for them. Together: eos; TGI:
# eos_token; Mistral: model_length; Qianfan: normal; MiniMax: max_output; Zhipu: sensitive; 360, Baichuan and Spark: ""
# or none until the end.
FINISH: dict[str, str | None] = {
    "": None,
    "null": None,
    "stop": "stop",
    "eos": "stop",
    "eos_token": "stop",
    "normal": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "complete": "stop",
    "length": "length",
    "model_length": "length",
    "max_tokens": "length",
    "max_output": "length",
    "tool_calls": "tool_calls",
    "tool_call": "tool_calls",
    "tool_use": "tool_calls",
    "content_filter": "content_filter",
    "safety": "content_filter",
    "sensitive": "content_filter",
}


def choices_of(body: Json) -> list[Json]:
    """The choices that are objects; a reply without any has none."""
    listed = body.get("choices")
    items = cast("list[Any]", listed) if isinstance(listed, list) else []
    return [cast(Json, item) for item in items if isinstance(item, dict)]


def complete(body: Json, request: ProviderRequest) -> Json:
    """A whole chat reply in canonical form."""
    body["id"] = body.get("id") or body.get("sid") or f"chatcmpl-{request.request_id}"
    body["object"] = "chat.completion"
    body["created"] = body.get("created") or request.created
    body["model"] = body.get("model") or request.requested_model
    for at, choice in enumerate(choices_of(body)):
        choice.setdefault("index", at)
        message = choice.get("message")
        if not isinstance(message, dict):  # Azure leaves a filtered choice without one
            message = choice["message"] = {"role": "assistant", "content": None}
        message = cast(Json, message)
        message.setdefault("role", "assistant")
        message.setdefault("content", None)
        _plain_content(message)
        _newer_call(message)
        _whole_calls(message)
        choice["finish_reason"] = _ended(finish(choice), bool(message.get("tool_calls")))
    return body


def text_complete(body: Json, request: ProviderRequest) -> Json:
    """A whole reply of the older completions, where some servers answer with a chat."""
    if any("message" in choice and "text" not in choice for choice in choices_of(body)):
        body = text_completion(complete(body, request))
    return as_text(body)


def as_text(body: Json) -> Json:
    """A reply or chunk of the older completions, which some servers call a chat."""
    if not str(body.get("object")).startswith("text"):
        body["object"] = "text_completion"
    return body


def finish(choice: Json) -> str | None:
    """A choice's finish reason in OpenAI's words; ``None`` while it is unfinished.

    Qianfan filters a turn by asking that it be forgotten: https://cloud.baidu.com/doc/WENXINWORKSHOP/s/Fm2vrveyu
    """
    raw = choice.get("finish_reason")
    reason = FINISH.get(raw.lower(), raw) if isinstance(raw, str) else None
    return "content_filter" if reason == "stop" and choice.get("need_clear_history") is True else reason


def _ended(reason: str | None, called: bool) -> str:
    """How a whole choice ended. ``function_call`` is OpenAI's word for its older calls, and others' for all calls."""
    return chat.ended(reason or "stop", called=called) or "stop"


def _plain_content(message: Json) -> None:
    """Reasoning to ``reasoning_content`` and a list of parts to text; in a message or in a delta.

    Mistral: https://docs.mistral.ai/capabilities/reasoning/ Groq, OpenRouter, Ollama, vLLM say ``reasoning``.
    """
    reasoning = message.get("reasoning")
    if isinstance(reasoning, str) and message.get("reasoning_content") is None:
        message["reasoning_content"] = reasoning
    content = message.get("content")
    if not isinstance(content, list):
        return
    text, thought, rest = _told_apart(cast("list[Any]", content))
    message["content"] = [*rest, {"type": "text", "text": text}] if rest else text
    if thought:
        before = message.get("reasoning_content")
        message["reasoning_content"] = (before if isinstance(before, str) else "") + thought


def _told_apart(parts: list[Any]) -> tuple[str, str, list[Any]]:
    text: list[str] = []
    thought: list[str] = []
    rest: list[Any] = []
    for item in parts:
        part = cast(Json, item) if isinstance(item, dict) else {"type": "text", "text": item}
        kind = part.get("type", "text")
        if kind == "thinking":
            thought.extend(_texts(part.get("thinking")))
        elif kind in ("text", "output_text"):
            text.extend(_texts(part.get("text")))
        else:
            rest.append(item)
    return "".join(text), "".join(thought), rest


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from _texts(cast(Json, item).get("text") if isinstance(item, dict) else item)


def calls_of(message: Json) -> list[Json]:
    """The tool calls; Spark sends a lone one as an object: https://www.xfyun.cn/doc/spark/HTTP调用文档.html"""
    raw = message.get("tool_calls")
    listed = cast("list[Any]", raw) if isinstance(raw, list) else [raw]
    return [cast(Json, call) for call in listed if isinstance(call, dict)]


def _whole_calls(message: Json) -> None:
    calls = calls_of(message)
    if not calls:
        message.pop("tool_calls", None)
        return
    known = set[str]()
    for at, call in enumerate(calls):
        call["type"] = call.get("type") or "function"
        call["id"] = _apart(str(call.get("id") or f"call_{at}"), at, known)
        arguments_to_text(call)
    message["tool_calls"] = calls


def _apart(id: str, at: int, known: set[str]) -> str:
    """The id of a call, or another where a call before it has the same: its result would answer both."""
    told = f"{id}_{at}" if id in known else id
    known.add(told)
    return told


def _newer_call(message: Json, at: int | None = None) -> bool:
    """An older ``function_call`` as a tool call, unless it repeats one; ``at``: its number in a stream."""
    function = message.get("function_call")
    if not isinstance(function, dict):
        return False
    del message["function_call"]
    if not calls_of(message) and any(cast(Json, function).values()):
        message["tool_calls"] = [{"function": function} | ({} if at is None else {"index": at})]
        return True
    return False


def arguments_to_text(call: Json) -> None:
    """Arguments that came as an object become the JSON text that OpenAI sends."""
    function = call.get("function")
    if isinstance(function, dict):
        arguments = cast(Json, function).get("arguments")
        if isinstance(arguments, dict | list):
            function["arguments"] = json_text(arguments)


class Deltas:
    """The choices of one stream as they grow: fixes each delta and remembers which choices have ended."""

    def __init__(self) -> None:
        self._open: dict[int, int] = {}  # choice index to the number of tool calls seen
        self._ended: set[int] = set()
        self._calls: dict[tuple[int, int], str] = {}  # place of a call to its id, as the provider says it
        self._told: dict[tuple[int, int], str] = {}  # and as it goes on
        self._ids: dict[int, set[str]] = {}
        self._older: dict[int, int] = {}  # choice index to the number of its one older call

    @property
    def finished(self) -> bool:
        """Whether something was produced and every choice has its finish reason."""
        return bool(self._ended) and not self._open.keys() - self._ended

    def unfinished(self) -> list[tuple[int, bool]]:
        """Choices without a finish reason, and whether each called tools."""
        return [(index, calls > 0) for index, calls in self._open.items() if index not in self._ended]

    def fix(self, choice: Json) -> bool:
        """Make one choice of a chunk canonical; ``False`` if it only repeats what was sent already.

        MiniMax ends with the whole message once more: https://platform.minimaxi.com/document/ChatCompletion
        Together says each piece twice, in ``text`` too: https://docs.together.ai/docs/chat-overview
        """
        index = choice["index"] = choice["index"] if isinstance(choice.get("index"), int) else 0
        message = choice.pop("message", None)
        if "delta" not in choice and isinstance(message, dict):
            if index in self._open and (index in self._ended or not finish(choice)):
                return False
            choice["delta"] = {} if index in self._open else cast(Json, message)
        delta = choice.get("delta")
        if not isinstance(delta, dict):
            choice["delta"] = delta = {}
        if choice.get("text") == cast(Json, delta).get("content"):
            choice.pop("text", None)
        self._delta(index, cast(Json, delta))
        reason = finish(choice)
        choice["finish_reason"] = chat.ended(reason, called=self._open[index] > 0)
        if reason:
            self._ended.add(index)
        return True

    def _delta(self, index: int, delta: Json) -> None:
        self._open.setdefault(index, 0)
        _plain_content(delta)
        if delta.get("function_call") and (self._open[index] == 0 or index in self._older):
            _newer_call(delta, self._older.setdefault(index, self._open[index]))
        if "tool_calls" not in delta:
            return
        calls = calls_of(delta)
        if not calls:
            del delta["tool_calls"]
            return
        delta["tool_calls"] = calls
        for call in calls:
            self._call(index, call)

    def _is_another(self, place: tuple[int, int], call: Json, function: Json) -> bool:
        """Whether a call with an id and a name of its own says the index of one before (Gemini's OpenAI endpoint)."""
        known = self._calls.get(place)
        return bool(known and function.get("name") and call.get("id") and call["id"] != known)

    def _call(self, index: int, call: Json) -> None:
        """Number a fragment; drop an empty id or name that would overwrite the real one (DashScope)."""
        function = call.get("function")
        function = cast(Json, function) if isinstance(function, dict) else {}
        arguments_to_text(call)
        if not isinstance(call.get("index"), int):
            fresh = bool(call.get("id") or function.get("name")) or not self._open[index]
            call["index"] = self._open[index] if fresh else self._open[index] - 1
        elif self._is_another((index, call["index"]), call, function):
            call["index"] = self._open[index]
        place = (index, call["index"])
        self._open[index] = max(self._open[index], call["index"] + 1)
        if place not in self._calls:
            self._calls[place] = id = call.get("id") or f"call_{index}_{call['index']}"
            self._told[place] = call["id"] = _apart(str(id), call["index"], self._ids.setdefault(index, set()))
            call["type"] = call.get("type") or "function"
            return
        if call.get("id"):
            call["id"] = self._told[place]
        else:
            call.pop("id", None)
        if not function.get("name"):
            function.pop("name", None)
