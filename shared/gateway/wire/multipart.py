"""Multipart forms: parsed from the caller, written for the provider. Pure, and exact about file bytes.

python-multipart finds the parts. Limits, refusals and what a head means are here: it leaves out extended file names.

https://www.rfc-editor.org/rfc/rfc7578
"""

import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, cast

from gateway.patterns import pattern
from gateway.records import dataclass

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks, MultipartParser

MAX_PARTS = 64
MAX_FIELD = 1_000_000  # bytes of one field that is no file (prompts)
MAX_HEAD = 8_192  # bytes of one part's headers
NO_HEADERS = "a part of the form has no headers; each needs a Content-Disposition with a name"


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
    line = re.escape(b"--" + boundary)
    delimiter = re.compile(rb"(?:\A|(?<=\r\n))" + line + rb"(?:[ \t]*\r\n|--)")
    first = delimiter.search(body)
    if first is None:
        raise BadForm("the form does not contain the boundary that its content type names")
    if first.group().endswith(b"--"):
        return
    parts = _Parts(delimiter)
    parser = _parser(boundary, parts)
    try:
        # Neither a preamble nor blanks behind the first delimiter are known to the parser.
        parser.write(b"--" + boundary + b"\r\n")
        parser.write(body[first.end() :])
    except ValueError as error:
        raise error if isinstance(error, BadForm) else parts.broken() from error
    if not parts.ended:
        raise BadForm("the form ends before its closing boundary; send the whole body")
    yield from map(_described, parts.parts)


def _parser(boundary: bytes, parts: "_Parts") -> "MultipartParser":
    # Imported late: 18 ms of a cold start, and only uploads need it.
    from python_multipart.multipart import MultipartParser  # noqa: PLC0415

    parser = MultipartParser(boundary, parts.callbacks(), max_header_count=MAX_HEAD, max_header_size=MAX_HEAD)
    parser.logger.setLevel(logging.CRITICAL)  # what is wrong with a form is the caller's business, not the log's
    return parser


@dataclass(slots=True)
class _Part:
    head: list[tuple[bytes, bytes]] = field(default_factory=list[tuple[bytes, bytes]])
    data: bytes = b""


class _Parts:
    """What the parser calls; the rules of the form are kept here. Each callback has a piece that is whole."""

    def __init__(self, delimiter: re.Pattern[bytes]) -> None:
        self.parts: list[_Part] = []
        self._delimiter = delimiter
        self.ended = False
        self._in_head = False
        self._head_size = 0
        self._name = b""

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._field,
            "on_header_value": self._value,
            "on_headers_finished": self._head_finished,
            "on_part_data": self._data,
            "on_end": self._end,
        }

    def broken(self) -> BadForm:
        """What the parser's refusal means where it stands."""
        if self._in_head:
            return BadForm(NO_HEADERS)
        return BadForm("a line of the form begins with its boundary and goes on; choose another boundary")

    def _begin(self) -> None:
        if len(self.parts) == MAX_PARTS:
            raise BadForm(f"the form has more than {MAX_PARTS} parts")
        self.parts.append(_Part())
        self._in_head, self._head_size = True, 0

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._name = self._headed(data, start, end).lower()

    def _value(self, data: bytes, start: int, end: int) -> None:
        self.parts[-1].head.append((self._name, self._headed(data, start, end)))

    def _headed(self, data: bytes, start: int, end: int) -> bytes:
        self._head_size += end - start + 2
        if self._head_size > MAX_HEAD:
            raise BadForm(NO_HEADERS)
        return data[start:end]

    def _head_finished(self) -> None:
        self._in_head = False

    def _data(self, data: bytes, start: int, end: int) -> None:
        # A part without content may share its line end with the delimiter, which the parser takes for content.
        if self._delimiter.match(data, start):
            raise BadForm("a part of the form has no content; put a line end between its headers and the boundary")
        self.parts[-1].data += data[start:end]

    def _end(self) -> None:
        self.ended = True


def _described(part: _Part) -> tuple[str, str | None, str, bytes]:
    headers = {name: value.decode("utf-8", "replace").strip() for name, value in part.head}
    if not headers:
        raise BadForm(NO_HEADERS)
    _, options = _header(headers.get(b"content-disposition", ""))
    name = options.get("name")
    if not name:
        raise BadForm("a part of the form has no name; each needs a Content-Disposition with a name")
    return name, options.get("filename"), headers.get(b"content-type", ""), part.data


_OPTION = pattern(r';\s*([\w!#$%&\'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;"]*))')


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
