"""JSON of others, read without a traceback: whatever stands there, the getters answer the kind that was asked for.

A provider that sends a string where an object should be gets an empty object read. Writing copes with what only Python
writes: halves of characters, integers beyond 64 bits.
"""

import json
import math
import re
from typing import Any, cast

import orjson

Json = dict[str, Any]

ABSURD = 10**15
MOST_CONTAINERS = 1_000_000  # objects and lists of a document of others: each takes a hundred bytes and more of memory
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)  # matches at every quote: no second try


def encode(body: Any) -> bytes:
    """Compact UTF-8 JSON; halves of characters and huge integers, which only Python writes, included."""
    try:
        return orjson.dumps(body)
    except orjson.JSONEncodeError:
        return json.dumps(body, separators=(",", ":")).encode()


def parse(data: bytes | str) -> Any:
    """What the bytes hold, or ``None`` when they are not JSON; Python's odder JSON (``NaN``) is read too."""
    if len(data) > MOST_CONTAINERS and isinstance(data, bytes) and overgrown(data, MOST_CONTAINERS):
        return None
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def overgrown(data: bytes, containers: int, values: int | None = None) -> bool:
    """Whether a document holds more objects and lists, or values, than anybody should read; told without reading it."""

    def within(text: bytes) -> bool:
        return text.count(b"{") + text.count(b"[") <= containers and (values is None or text.count(b",") <= values)

    return not within(data) and not within(_STRING.sub(b"", data))


def obj(value: Any) -> Json:
    """The object, or an empty one."""
    return cast(Json, value) if isinstance(value, dict) else {}


def objs(value: Any) -> list[Json]:
    """The objects of a list; a lone object counts as a list of one."""
    if isinstance(value, dict):
        return [cast(Json, value)]
    return [cast(Json, item) for item in array(value) if isinstance(item, dict)]


def array(value: Any) -> list[Any]:
    """The list, or an empty one."""
    return cast(list[Any], value) if isinstance(value, list) else []


def string(value: Any) -> str:
    """The string, a number as text, or nothing."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def whole(value: Any) -> int:
    """A count: never negative, zero for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return max(0, int(value)) if abs(value) < float("inf") else 0


def figure(value: Any) -> int:
    """A figure of a usage report: a negative or absurd one too, which billing puts into quarantine.

    A number in quotes counts; what is no number at all is zero. Beyond 10^15 one is as absurd as the next, and sums of
    them would no longer be integers in everybody's JSON.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return 0
    try:
        number = value if isinstance(value, int) else math.floor(float(value))
    except (ValueError, OverflowError):  # no number, NaN, infinity
        return 0
    return max(-ABSURD, min(number, ABSURD))
