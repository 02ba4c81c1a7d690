"""Multipart forms: parsed from the caller, written for the provider. Pure, and exact about file bytes.

https://www.rfc-editor.org/rfc/rfc7578
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

MAX_PARTS = 64
MAX_FIELD = 1_000_000  # bytes of one field that is no file (prompts)
MAX_HEAD = 8_192  # bytes of one part's headers


class BadForm(ValueError):
    """The body is not the form that its content type promises; the text says what to do about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file of a multipart request (audio, image, mask)."""

    field: str
    filename: str
    type: str
    data: bytes


Fields = dict[str, Any]


def parse(content_type: str, body: bytes) -> tuple[Fields, list[Upload]]:
    """Fields (a repeated name, or one ending in ``[]``, is a list) and files; raises ``BadForm``."""
    fields: Fields = {}
    uploads: list[Upload] = []
    for name, filename, kind, data in _parts(boundary_of(content_type), body):
        if filename is not None:
            uploads.append(Upload(field=name, filename=filename, type=kind or "application/octet-stream", data=data))
        else:
            _add(fields, name, _text(name, data))
    return fields, uploads


def boundary_of(content_type: str) -> bytes:
    """The boundary in a content type; raises ``BadForm``."""
    kind, options = _header(content_type)
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not 0 < len(boundary) <= 200:
        raise BadForm(f"the content type must be multipart/form-data with a boundary, not {content_type!r:.120}")
    return boundary.encode("latin-1", "replace")


def _parts(boundary: bytes, body: bytes) -> Iterator[tuple[str, str | None, str, bytes]]:
    """Name, file name, type and data of each part."""
    line = b"--" + boundary
    found = (0, _line_end(body, len(line))) if body.startswith(line) else _delimiter(body, b"\r\n" + line, 0)
    if found is None:
        raise BadForm("the form does not contain the boundary that its content type names")
    for _ in range(MAX_PARTS + 1):
        start = found[1]
        if start is None:
            return
        # From the line end on: a part without content and its delimiter share one.
        found = _delimiter(body, b"\r\n" + line, start - 2)
        if found is None:
            raise BadForm("the form ends before its closing boundary; send the whole body")
        yield _part(body, start, found[0])
    raise BadForm(f"the form has more than {MAX_PARTS} parts")


def _delimiter(body: bytes, line: bytes, at: int) -> tuple[int, int | None] | None:
    """Where the next delimiter begins, and where the part after it does: ``None`` after the closing one."""
    while (at := body.find(line, at)) >= 0:
        after = at + len(line)
        if body.startswith(b"--", after):
            return at, None
        start = _line_end(body, after)
        if start is not None:
            return at, start
        at = after  # a longer boundary of somebody else, inside a file
    return None


def _line_end(body: bytes, at: int) -> int | None:
    blank = _PADDING.match(body, at)
    return blank.end() if blank else None


_PADDING = re.compile(rb"[ \t]*\r\n")


def _part(body: bytes, start: int, end: int) -> tuple[str, str | None, str, bytes]:
    head_end = body.find(b"\r\n\r\n", start, min(end, start + MAX_HEAD) + 4)
    if head_end < 0 or head_end > end:
        raise BadForm("a part of the form has no headers; each needs a Content-Disposition with a name")
    headers = _headers(body[start:head_end].decode("utf-8", "replace"))
    _, options = _header(headers.get("content-disposition", ""))
    name = options.get("name")
    if not name:
        raise BadForm("a part of the form has no name; each needs a Content-Disposition with a name")
    kind = headers.get("content-type", "").strip()
    return name, options.get("filename"), kind, body[head_end + 4 : end]


def _headers(text: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in text.split("\r\n") if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


_OPTION = re.compile(r';\s*([\w!#$%&\'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;"]*))')


def _header(value: str) -> tuple[str, dict[str, str]]:
    """A header's value and its options; ``filename*`` (RFC 8187) wins over ``filename``."""
    kind, _, _ = value.partition(";")
    options: dict[str, str] = {}
    for name, quoted, bare in _OPTION.findall(value):
        options[name.lower()] = re.sub(r'\\(["\\])', r"\1", quoted) if quoted else bare.strip()
    extended = options.pop("filename*", "")
    if extended.count("'") >= 2:
        charset, _, encoded = extended.partition("'")
        options["filename"] = _percent(encoded.partition("'")[2], charset)
    return kind.strip().lower(), options


def _percent(text: str, charset: str) -> str:
    raw = re.sub(rb"%([0-9A-Fa-f]{2})", lambda found: bytes([int(found.group(1), 16)]), text.encode())
    return raw.decode("latin-1" if charset.lower() == "iso-8859-1" else "utf-8", "replace")


def _text(name: str, data: bytes) -> str:
    if len(data) > MAX_FIELD:
        raise BadForm(f"the field {name!r} is longer than {MAX_FIELD} bytes; send files with a file name")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise BadForm(f"the field {name!r} is not UTF-8 text; send files with a file name") from None


def _add(fields: Fields, name: str, value: str) -> None:
    if name.endswith("[]"):
        fields.setdefault(name, []).append(value)
    elif name in fields:
        held = fields[name]
        fields[name] = [*held, value] if isinstance(held, list) else [held, value]
    else:
        fields[name] = value


def encode(fields: Mapping[str, Any], uploads: Iterable[Upload], *, boundary: str) -> tuple[str, bytes]:
    """Content type and body; fields first, ``None`` left out, lists repeated, in the order given.

    The boundary is lengthened until no file contains it.
    """
    files = list(uploads)
    while any(boundary.encode() in file.data for file in files):
        boundary += "-"
    pieces: list[bytes] = []
    for name, value in fields.items():
        for item in cast(list[Any], value) if isinstance(value, list) else [value]:
            if item is not None:
                pieces += [_head(boundary, name), _plain(item), b"\r\n"]
    for file in files:
        pieces += [_head(boundary, file.field, file), file.data, b"\r\n"]
    pieces.append(f"--{boundary}--\r\n".encode())
    return f"multipart/form-data; boundary={boundary}", b"".join(pieces)


def _head(boundary: str, name: str, file: Upload | None = None) -> bytes:
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"'
    if file is not None:
        head += f'; filename="{_quoted(file.filename)}"\r\nContent-Type: {_line(file.type)}'
    return head.encode() + b"\r\n\r\n"


def _quoted(text: str) -> str:
    """As browsers do: https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data"""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _line(text: str) -> str:
    return re.sub(r"[\r\n]+", " ", text)


def _plain(value: Any) -> bytes:
    if isinstance(value, bool):
        return b"true" if value else b"false"
    if isinstance(value, dict | list):
        return json.dumps(value).encode()
    return str(value).encode()
