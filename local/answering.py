"""How answers leave uvicorn: head and first bytes as one write, and headers checked all at once.

uvloop writes at once what it is given, so a head by itself is a system call more and wakes the caller for nothing;
with two searches for each header it was a twentieth of a small request's time. What is checked and said is uvicorn's.
"""

import asyncio
import re
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FORBIDDEN = re.compile(b"[\x00-\x08\x0a-\x1f\x7f]")
_BODILESS = (204, 304)
_checked: dict[bytes, bytes] = {}


class Cycle(RequestResponseCycle):
    """One request and its answer."""

    _head: bytes = b""

    async def send(self, message: Any) -> None:
        """What the application has to say."""
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        kind = message["type"]
        if self.response_started and not self.response_complete and kind == "http.response.body":
            self._continue(message.get("body", b""), more=message.get("more_body", False))
        elif not self.response_started and kind == "http.response.start":
            self._start(message["status"], [*self.default_headers, *message.get("headers", ())])
        else:
            raise RuntimeError(f"Unexpected ASGI message {kind!r}")

    def _start(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        """The head; it waits for what follows at once, else it leaves by itself."""
        self.response_started, self.waiting_for_100_continue = True, False
        lines = [STATUS_LINE[status]]
        closing = False
        for given, value in headers:
            name = _checked.get(given) or _known(given)
            lines += (name, b": ", value, b"\r\n")
            if name == b"content-length":
                self.expected_content_length, self.chunked_encoding = int(value), False
            elif name == b"transfer-encoding" and value.lower() == b"chunked":
                self.expected_content_length, self.chunked_encoding = 0, True
            elif name == b"connection" and b"close" in value.lower():
                self.keep_alive, closing = False, True
        if _FORBIDDEN.search(b"\t".join([value for _, value in headers])):
            raise RuntimeError("Invalid HTTP header value.")
        if not self.keep_alive and not closing:
            lines.append(b"connection: close\r\n")
        if self.chunked_encoding is None and self.scope["method"] != "HEAD" and status not in _BODILESS:
            self.chunked_encoding = True
            lines.append(b"transfer-encoding: chunked\r\n")
        lines.append(b"\r\n")
        self._head = b"".join(lines)
        asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        head, self._head = self._head, b""
        if head and not self.transport.is_closing():
            self.transport.write(head)

    def _continue(self, body: bytes, *, more: bool) -> None:
        """A piece of the body, in its framing."""
        head, self._head = self._head, b""
        if self.scope["method"] == "HEAD":
            self.expected_content_length = 0
            out = head
        elif self.chunked_encoding:
            piece = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
            out = head + piece if more else b"%b%b0\r\n\r\n" % (head, piece)
        else:
            if len(body) > self.expected_content_length:
                raise RuntimeError("Response content longer than Content-Length")
            self.expected_content_length -= len(body)
            out = head + body if head else body
        if out:
            self.transport.write(out)
        if not more:
            self._complete()

    def _complete(self) -> None:
        if self.expected_content_length:
            raise RuntimeError("Response content shorter than Content-Length")
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()


def _known(name: bytes) -> bytes:
    """A header's name in lower case, looked at once."""
    if not _NAME.fullmatch(name):
        raise RuntimeError(f"Invalid HTTP header name {name!r}.")
    if len(_checked) < 1000:
        _checked[name] = name.lower()
    return name.lower()
