"""A stream put together to the whole answer it would have been: for providers that only stream."""

from collections.abc import Iterable
from typing import Any

from gateway.outbound.canonical.replies import completed
from gateway.outbound.protocol import CanonicalResponse, Fault, Json, ProviderFault, ProviderRequest, StreamDecoder
from gateway.wire.json import array, obj, objs, string, whole


def gathered(request: ProviderRequest, decoder: StreamDecoder, data: bytes) -> CanonicalResponse:
    """The answer in a whole stream; raises ``ProviderFault`` for an error in it or a missing end."""
    chunks = [*decoder.decode(data), *decoder.flush()]
    if decoder.fault is not None:
        raise ProviderFault(decoder.fault)
    if not decoder.finished:
        raise ProviderFault(
            Fault(kind="retry", status=502, message="the provider broke off in the middle of its answer")
        )
    choices = merged(chunks)
    head = chunks[-1] if chunks else {}
    return completed(
        request, choices, decoder.usage, id=head.get("id"), created=head.get("created"), model=head.get("model")
    )


def merged(chunks: Iterable[Json]) -> list[Json]:
    """The choices that these chunks are the pieces of."""
    found: dict[int, Json] = {}
    for chunk in chunks:
        for piece in objs(chunk.get("choices")):
            index = whole(piece.get("index"))
            empty = {"index": index, "message": {"role": "assistant", "content": None}, "finish_reason": None}
            _add(found.setdefault(index, empty), piece)
    for choice in found.values():
        message = obj(choice["message"])
        if not message["content"]:
            message["content"] = None if message.get("tool_calls") else ""
    return [found[index] for index in sorted(found)]


def _add(choice: Json, piece: Json) -> None:
    choice["finish_reason"] = piece.get("finish_reason") or choice["finish_reason"]
    for key in ("logprobs", "native_finish_reason", "stop_sequence", "stop_details"):
        if piece.get(key) is not None:
            choice[key] = _scores(choice.get(key), piece[key])
    message = obj(choice["message"])
    if isinstance(piece.get("text"), str) and not piece.get("delta"):  # the older completions have text only
        message["content"] = _joined(message["content"], piece["text"])
    for key, value in obj(piece.get("delta")).items():
        if key == "tool_calls":
            for call in objs(value):
                _add_call(message.setdefault("tool_calls", []), call)
        elif key != "role":
            message[key] = _joined(message.get(key), value)


def _scores(before: Any, value: Any) -> Any:
    """Log probabilities come piece by piece; of what is said once, the last counts."""
    if isinstance(before, dict) and isinstance(value, dict):
        return {name: _joined(obj(before).get(name), item) for name, item in obj(value).items()}
    return value


def _joined(before: Any, value: Any) -> Any:
    if isinstance(before, str) and isinstance(value, str):
        return before + value
    if array(before) and array(value):
        return array(before) + array(value)
    return before if value is None else value


def _add_call(calls: list[Json], piece: Json) -> None:
    index, function = whole(piece.get("index")), obj(piece.get("function"))
    while len(calls) <= index:
        calls.append({"id": "", "type": "function", "function": {"name": "", "arguments": ""}})
    call = calls[index]
    call["id"] = call["id"] or string(piece.get("id"))
    call["function"]["name"] = call["function"]["name"] or string(function.get("name"))
    call["function"]["arguments"] += string(function.get("arguments"))
