"""What an error body says, in whatever shape it came.

Seen in the wild: OpenAI's object, a string under ``error``, a list of either, a bare JSON string, FastAPI's
``detail`` list, RFC 7807, Cloudflare's ``errors``, vendor envelopes with ``message``, ``msg`` or ``error_msg``,
JSON inside a message, an event stream, an HTML page of some proxy, nothing at all.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

from gateway.outbound.protocol import Json
from gateway.patterns import pattern
from gateway.records import dataclass
from gateway.wire.json import objs, parse

MAX_MESSAGE = 2000  # characters passed on to the caller

_ENVELOPES = ("error", "Error", "Response", "ResponseMetadata", "ErrorMsg", "header", "base_resp", "response")
_MESSAGES = (
    "message",
    "Message",
    "msg",
    "Msg",
    "error_msg",
    "errorMessage",
    "error_message",
    "error_description",
    "status_msg",
    "err",
    "detail",
    "details",
    "errors",
    "title",
    "reason",
)
_CODES = ("code", "Code", "error_code", "err_code", "errCode", "status_code", "reason")
_TYPES = ("type", "status", "error_type")

# Keys that a provider may echo, and addresses with tokens in them, are no business of the caller.
_SECRET = pattern(r"\bsk-[A-Za-z0-9_-]{12,}|(?<=access_token=)[^\s&\"']+|(?<=[?&]key=)[^\s&\"']+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBody:
    """The parts of an error. ``words`` are the machine-readable names in it (codes, types, reasons), lower case."""

    message: str = ""
    type: str = ""
    code: str | int | None = None
    param: str | None = None
    words: frozenset[str] = frozenset()
    status: int = 0  # an HTTP status the body itself names
    html: bool = False


def read_error(body: bytes) -> ErrorBody:
    """The error in a body of any shape; never fails, the message may be empty."""
    text = body.decode("utf-8", "replace").strip().removeprefix("\ufeff")
    if text == "null":
        return ErrorBody()
    value = parse(text)
    return _from_text(text) if value is None else read_value(value)


def read_value(value: Any) -> ErrorBody:
    """The same for JSON that is parsed already (an event of a stream, a reply with an error inside)."""
    found = _read(value, 4)
    message = _SECRET.sub("***", found.message)
    if len(message) > MAX_MESSAGE:
        message = message[:MAX_MESSAGE] + "…"
    return replace(found, message=message)


def _from_text(text: str) -> ErrorBody:
    if text.startswith(("data:", "event:", "id:", ":")):
        for line in text.splitlines():
            if line.startswith("data:") and line[5:].strip().startswith(("{", "[", '"')):
                return read_error(line[5:].encode())
    if text.startswith("<") or "<html" in text[:1000].lower():
        return ErrorBody(message=_page_text(text), html=True)
    return read_value(text)


def _page_text(text: str) -> str:
    """The title of an HTML page, else its words."""
    import html  # noqa: PLC0415 (1 ms of the relay's start; few errors are pages)

    title = re.search(r"<title[^>]*>(.*?)</title>", text[:20_000], re.IGNORECASE | re.DOTALL)
    kept = title.group(1) if title else re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", text[:20_000], flags=re.DOTALL)
    return " ".join(html.unescape(kept).split())[:200]


def _read(value: Any, depth: int) -> ErrorBody:
    if isinstance(value, str):
        return _unwrapped(value, depth)
    if isinstance(value, list):
        items = cast(list[Any], value)
        objects = [cast(Json, item) for item in items if isinstance(item, dict)]
        return _read_object(objects[0], depth) if objects else ErrorBody(message=_textual(items))
    return _read_object(cast(Json, value), depth) if isinstance(value, dict) else ErrorBody()


def _unwrapped(text: str, depth: int) -> ErrorBody:
    """Some gateways put the provider's JSON into their own message as text."""
    stripped = text.strip()
    if stripped.startswith("{") and depth > 0:
        inner = _read(parse(stripped), depth - 1)
        return inner if inner.message else ErrorBody(message=text)
    return ErrorBody(message=text)


def _read_object(body: Json, depth: int) -> ErrorBody:
    inner = next((_read(body[name], depth - 1) for name in _ENVELOPES if depth > 0 and body.get(name)), ErrorBody())
    own = _own(body, depth)
    error = body.get("error")
    if isinstance(error, str) and "error_description" in body:  # OAuth: the code is in ``error``
        return _merged(replace(own, code=error, words=own.words | {error.lower()}), ErrorBody())
    return _merged(inner, own)


def _own(body: Json, depth: int) -> ErrorBody:
    texts = (_message_of(body[name], depth) for name in _MESSAGES if body.get(name))
    message = next((found for found in texts if found.message), ErrorBody())
    code = next((body[name] for name in _CODES if isinstance(body.get(name), str | int) and body[name] != ""), None)
    kind = next((body[name] for name in _TYPES if isinstance(body.get(name), str) and body[name]), "")
    param = body.get("param")
    return ErrorBody(
        message=message.message,
        type=message.type or kind,
        code=code if message.code is None else message.code,
        param=param if isinstance(param, str) and param else None,
        words=frozenset(_words(body)) | message.words,
        status=_status(body),
    )


def _message_of(value: Any, depth: int) -> ErrorBody:
    if isinstance(value, str):
        return _unwrapped(value, depth)
    if isinstance(value, dict) and depth > 0:
        return _read_object(cast(Json, value), depth - 1)
    if isinstance(value, list):
        items = cast(list[Any], value)
        first = _read(items[0], depth - 1) if items and depth > 0 else ErrorBody()
        return replace(first, message=_textual(items) or first.message)
    return ErrorBody()


def _textual(items: list[Any]) -> str:
    """A list of complaints as one line: strings, or FastAPI's ``{loc, msg}``, or ``{message}``."""
    return "; ".join(filter(None, (_complaint(item) for item in items)))


def _complaint(item: Any) -> str:
    if isinstance(item, str):
        return item
    if not isinstance(item, dict):
        return ""
    body = cast(Json, item)
    text = next((body[name] for name in _MESSAGES if isinstance(body.get(name), str) and body[name]), "")
    where = body.get("loc")
    if text and isinstance(where, list):
        return f"{'.'.join(str(part) for part in cast(list[Any], where))}: {text}"
    return text


def _merged(first: ErrorBody, second: ErrorBody) -> ErrorBody:
    """What the inner error says, and from the outer what it leaves open."""
    return ErrorBody(
        message=first.message or second.message,
        type=first.type or second.type,
        code=second.code if first.code is None else first.code,
        param=first.param or second.param,
        words=first.words | second.words,
        status=first.status or second.status,
    )


def _words(body: Json) -> Iterator[str]:
    """Names by which a machine can tell what happened, from an object and the details below it."""
    for name in (*_CODES, *_TYPES):
        value = body.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool):
            yield str(value).lower()
    if body.get("flagged_input"):  # OpenRouter's moderation gives no code but 403
        yield "flagged_input"
    for name in ("innererror", "metadata", "details"):
        below = body.get(name)
        for item in cast(list[Any], below) if isinstance(below, list) else [below]:
            if isinstance(item, dict):
                yield from _words(cast(Json, item))


def _status(body: Json) -> int:
    """A status inside the body: Groq's ``status_code``, OpenRouter's integer ``code``, Google's ``code``."""
    for name in ("status_code", "raw_status_code", "status", "statusCode", "code"):
        value = body.get(name)
        if isinstance(value, str) and value.isdecimal() and len(value) < 4:
            value = int(value)
        if isinstance(value, int) and 400 <= value <= 599:
            return value
    return 422 if any("loc" in item for item in objs(body.get("detail"))) else 0  # FastAPI does not like the request
