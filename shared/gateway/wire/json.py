"""JSON of others, read without a traceback: whatever stands there, the getters answer the kind that was asked for.

A provider that sends a string where an object should be gets an empty object read. What is read leniently is written
strictly: ``encode`` is how everything that is sent becomes bytes, and every JSON reader there is takes what it writes.
"""

import json
import math
import re
from typing import Any, cast

import orjson

from gateway.patterns import pattern

Json = dict[str, Any]

ABSURD = 10**15
MOST_CONTAINERS = 1_000_000  # objects and lists of a document of others: each takes a hundred bytes and more of memory
_STRING = pattern(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)  # matches at every quote: no second try


def encode(body: Any) -> bytes:
    """Compact UTF-8 JSON that everybody reads.

    Models emit halves of characters, servers NaN and integers beyond 64 bits: a half without its other half becomes
    U+FFFD, what is no finite number null, and integers keep their digits.
    """
    try:
        return orjson.dumps(body)
    except orjson.JSONEncodeError:
        return json.dumps(_strict(body), separators=(",", ":"), ensure_ascii=False).encode()


def json_text(body: Any) -> str:
    """The same as text, for JSON that is a string in other JSON (arguments of tools)."""
    return encode(body).decode()


def _strict(value: Any) -> Any:
    if isinstance(value, str):
        return unbroken(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {_strict(name): _strict(item) for name, item in cast(Json, value).items()}
    if isinstance(value, list | tuple):
        return [_strict(item) for item in cast("list[Any]", value)]
    return value


def unbroken(text: str) -> str:
    """The text with halves of characters joined where both are there, and U+FFFD for those that are alone."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def parse(data: bytes | str) -> Any:
    """What the bytes hold, or ``None`` when they are not JSON.

    Read too: ``NaN`` and infinities, halves of characters, bytes that are no UTF-8, line ends inside strings.
    """
    if len(data) > MOST_CONTAINERS and isinstance(data, bytes) and overgrown(data, MOST_CONTAINERS):
        return None
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        pass
    try:
        text = data if isinstance(data, str) else data.decode(json.detect_encoding(data), "replace")
        return json.loads(text.removeprefix("\ufeff"), strict=False)
    except (ValueError, RecursionError):
        return None


_HALF = pattern(  # of a pair of escapes that together are one character
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]"
)


def is_lax(data: bytes) -> bool:
    """Whether strict readers may refuse JSON that ``parse`` reads; cheap, and never wrong about what has no sign.

    Numbers that no float can hold pass: many readers take them, and as what they were written.
    """
    if b"NaN" in data or b"Infinity" in data:
        return True
    if b"\\u" in data and (b"\\ud" in data or b"\\uD" in data) and _HALF.search(data):
        return True
    if data.isascii():
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return True
    return False


def strictly(data: bytes) -> bytes:
    """The same JSON for strict readers: as it is where they take it, else written anew."""
    if not is_lax(data):
        return data
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError:
        value = parse(data)
        return data if value is None else encode(value)
    return data


def overgrown(data: bytes, containers: int, values: int | None = None) -> bool:
    """Whether a document holds more objects and lists, or values, than anybody should read; told without reading it."""

    def within(text: bytes) -> bool:
        return text.count(b"{") + text.count(b"[") <= containers and (values is None or text.count(b",") <= values)

    return not within(data) and not within(_STRING.sub(b"", data))


def lone(value: Any) -> Json:
    """The object, or the one in a list of nothing else, as Google's OpenAI endpoint wraps its errors."""
    listed = array(value)
    return obj(listed[0] if len(listed) == 1 else value)


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
    return cast("list[Any]", value) if isinstance(value, list) else []


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
