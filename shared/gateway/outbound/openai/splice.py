"""Changing one member of a caller's JSON without touching another byte of it.

For requests that pass through: whitespace, key order, big numbers and escapes stay as they were sent. What is not
plain (a key given twice) is parsed and written anew instead.
"""

import re
from collections.abc import Sequence
from typing import Any, cast

import orjson

_STRING = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_TOKEN = re.compile(_STRING + rb"|[{}\[\]]", re.DOTALL)
_WHOLE_STRING = re.compile(_STRING, re.DOTALL)
_ESCAPED = b"\\u00"


def replace_model(body: bytes, model: str) -> bytes:
    """The body with another model; ``body`` is a JSON object that has one."""
    places = _members(body, "model")
    if len(places) == 1:
        found = _WHOLE_STRING.match(body, places[0][1])
        if found:
            return body[: found.start()] + orjson.dumps(model) + body[found.end() :]
    return orjson.dumps({**orjson.loads(body), "model": model})


def set_number(body: bytes, path: Sequence[str], number: int) -> bytes:
    """The body with this number at this path; objects on the way to it are made where there are none."""
    name, *rest = path
    places = _members(body, name)
    if not places:
        return _with_first(body, name, orjson.dumps(_nested(rest, number)))
    if len(places) > 1:
        parsed = orjson.loads(body)
        inner = parsed[name]
        made = set_number(orjson.dumps(inner), rest, number) if rest and isinstance(inner, dict) else None
        return orjson.dumps({**parsed, name: orjson.loads(made) if made else _nested(rest, number)})
    start = places[0][1]
    end = _value_end(body, start)
    if rest and body[start] == ord("{"):
        return body[:start] + set_number(body[start:end], rest, number) + body[end:]
    return body[:start] + orjson.dumps(_nested(rest, number)) + body[end:]


def _nested(path: Sequence[str], number: int) -> Any:
    return {path[0]: _nested(path[1:], number)} if path else number


def _with_first(body: bytes, name: str, value: bytes) -> bytes:
    """The body with another member before all others."""
    start = body.index(b"{") + 1
    comma = b"" if body[start:].lstrip()[:1] == b"}" else b","
    return body[:start] + orjson.dumps(name) + b":" + value + comma + body[start:]


def force_include_usage(body: bytes) -> bytes:
    """The body with ``stream_options.include_usage`` true; other stream options stay."""
    places = _members(body, "stream_options")
    if not places:
        return _with_first(body, "stream_options", b'{"include_usage":true}')
    parsed = orjson.loads(body)
    given = parsed.get("stream_options")
    options = cast(dict[str, Any], given) if isinstance(given, dict) else {}
    if len(places) == 1 and options.get("include_usage") is True:
        return body
    options = {**options, "include_usage": True}
    if len(places) > 1:
        return orjson.dumps({**parsed, "stream_options": options})
    start = places[0][1]
    return body[:start] + orjson.dumps(options) + body[_value_end(body, start) :]


def _members(body: bytes, key: str) -> list[tuple[int, int]]:
    """Where members of this name in the top-level object begin, and where their values do."""
    found = [(match.start(), match.end()) for match in _pattern(body, key).finditer(body)]
    return [place for place in found if _depth(body, place[0], place[1]) == 1]


def _pattern(body: bytes, key: str) -> re.Pattern[bytes]:
    """Matches the quoted key and its colon; escaped letters too, where there are any in the body."""
    if _ESCAPED not in body:
        return re.compile(rb'"%s"\s*:\s*' % key.encode())
    letters = b"".join(
        rb"(?:%s|\\u00%s)" % (re.escape(letter).encode(), _hex_pattern(f"{ord(letter):02x}")) for letter in key
    )
    return re.compile(rb'"%s"\s*:\s*' % letters)


def _hex_pattern(digits: str) -> bytes:
    return "".join(f"[{digit}{digit.upper()}]" for digit in digits).encode()


def _depth(body: bytes, start: int, end: int) -> int:
    """How deep a member lies; counted over the shorter side, since a member's ends lie outside strings."""
    if start <= len(body) - end:
        return _balance(body, 0, start)
    return -_balance(body, end, len(body))


def _balance(body: bytes, start: int, end: int) -> int:
    depth = 0
    for match in _TOKEN.finditer(body, start, end):
        first = body[match.start()]
        if first in b"{[":
            depth += 1
        elif first in b"}]":
            depth -= 1
    return depth


def _value_end(body: bytes, start: int) -> int:
    """Where the value beginning here ends: after its brackets, its string or its word."""
    depth = 0
    if body[start] not in b'{["':
        word = re.compile(rb"[^,}\]\s]+").match(body, start)
        return word.end() if word else start
    for match in _TOKEN.finditer(body, start):
        first = body[match.start()]
        depth += 1 if first in b"{[" else -1 if first in b"}]" else 0
        if depth == 0:
            return match.end()
    return len(body)
