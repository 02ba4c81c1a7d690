"""A whole response as the events it would have been streamed in, each item and part told at once.

For callers who asked for a stream where the answer came whole: from a provider that did not heed ``stream``, or from
a policy.
"""

from typing import Any

from gateway.wire.json import Json, objs, string

_TEXTS = {
    "output_text": "text",
    "refusal": "refusal",
}  # kinds of parts that are told in pieces, and where their text is
_EMPTY: Json = {"status": "in_progress", "content": []}
_UNDER_WAY: Json = {"status": "in_progress", "output": [], "usage": None}


def events_of(response: Json) -> list[Json]:
    """The events from ``response.created`` on, numbered; the last one holds the response itself."""
    head = response | _UNDER_WAY
    events = [_event("created", response=head), _event("in_progress", response=head)]
    for index, item in enumerate(objs(response.get("output"))):
        events += _item(item, index)
    events.append(_event(string(response.get("status")) or "completed", response=response))
    return [event | {"sequence_number": number} for number, event in enumerate(events)]


def _item(item: Json, index: int) -> list[Json]:
    place = {"item_id": item.get("id"), "output_index": index}
    inner: list[Json] = []
    opened: Json = item
    if item.get("type") == "message":
        opened = item | _EMPTY
        for at, part in enumerate(objs(item.get("content"))):
            inner += _part(part, {**place, "content_index": at})
    elif item.get("type") == "function_call":
        opened = item | {"status": "in_progress", "arguments": ""}
        said = string(item.get("arguments"))
        inner.append(_event("function_call_arguments.delta", **place, delta=said))
        inner.append(_event("function_call_arguments.done", **place, name=item.get("name"), arguments=said))
    elif item.get("type") == "custom_tool_call":
        opened = item | {"status": "in_progress", "input": ""}
        inner.append(_event("custom_tool_call_input.delta", **place, delta=string(item.get("input"))))
        inner.append(_event("custom_tool_call_input.done", **place, input=string(item.get("input"))))
    elif item.get("type") == "reasoning":
        opened = item | {"summary": []}
        for at, part in enumerate(objs(item.get("summary"))):
            inner += _summary(part, {**place, "summary_index": at})
    added = _event("output_item.added", output_index=index, item=opened)
    return [added, *inner, _event("output_item.done", output_index=index, item=item)]


def _summary(part: Json, place: Json) -> list[Json]:
    text = string(part.get("text"))
    return [
        _event("reasoning_summary_part.added", **place, part=part | {"text": ""}),
        _event("reasoning_summary_text.delta", **place, delta=text),
        _event("reasoning_summary_text.done", **place, text=text),
        _event("reasoning_summary_part.done", **place, part=part),
    ]


def _part(part: Json, place: Json) -> list[Json]:
    kind = string(part.get("type"))
    name = _TEXTS.get(kind)
    if name is None:
        return [_event("content_part.added", **place, part=part), _event("content_part.done", **place, part=part)]
    more: Json = {"logprobs": part.get("logprobs") or []} if kind == "output_text" else {}
    return [
        _event("content_part.added", **place, part=part | {name: ""}),
        _event(f"{kind}.delta", **place, delta=part.get(name), **more),
        _event(f"{kind}.done", **place, **{name: part.get(name)}, **more),
        _event("content_part.done", **place, part=part),
    ]


def _event(kind: str, **fields: Any) -> Json:
    return {"type": f"response.{kind}", **fields}
