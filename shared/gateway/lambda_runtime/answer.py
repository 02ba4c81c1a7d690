"""One invocation's answer: ASGI's ``receive`` and ``send`` on one side, a streamed POST on the other.

On the wire: a JSON object with status, headers and cookies, eight NUL bytes, then the body as it comes
(https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html).
Nothing is written before the first part of the body, so an application that fails until then still gets to
answer with a clean 500. After that only the error trailers can tell.
"""

import asyncio
import json
import logging
from typing import Any, Literal

from gateway.lambda_runtime.api import Invocation, RuntimeApi, error_trailers
from gateway.lambda_runtime.connection import ResponseUpload

SEPARATOR = bytes(8)
# API Gateway looks for the separator in the first 16 KB and gives up after them.
PRELUDE_LIMIT = 16 * 1024
# The connection to the client is not ours to describe; nor is a length, of what is streamed on in chunks.
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}

log = logging.getLogger(__name__)

Head = dict[str, Any]
Message = dict[str, Any]


class LambdaAnswer:
    """The two ASGI callables for one invocation, and how it ends."""

    def __init__(self, api: RuntimeApi, invocation: Invocation, body: bytes) -> None:
        self._api, self._invocation = api, invocation
        self._request_body: bytes | None = body
        self._state: Literal["silent", "started", "streaming", "complete"] = "silent"
        self._prelude = b""
        self._upload: ResponseUpload | None = None
        self._gone = asyncio.Event()

    async def receive(self) -> Message:
        """The request once; after it, ``http.disconnect`` when the answer is complete or its reader is gone."""
        if self._request_body is not None:
            body, self._request_body = self._request_body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take the application's next message. What comes after the reader has gone is dropped, as ASGI asks."""
        kind = message["type"]
        if kind == "http.response.start" and self._state == "silent":
            self._prelude = prelude(message["status"], message.get("headers") or [])
            self._state = "started"
        elif kind == "http.response.body" and self._state in {"started", "streaming"}:
            await self._write(message.get("body", b""), last=not message.get("more_body", False))
        else:
            raise RuntimeError(f"unexpected ASGI message {kind!r}: the answer is {self._state}")

    async def conclude(self, failure: BaseException | None) -> None:
        """The application has returned or raised: end the answer if it did not, and see it received."""
        if self._upload is not None and not self._upload.finished:
            await self._break_off(self._upload, failure)
        elif self._upload is None:
            log.error("the application failed before it answered", exc_info=failure)
            await self.refuse(500, f"Internal error. Try again; if it stays, report request {self._request_id}.")
        elif failure is not None:
            log.error("the application failed after its answer was complete", exc_info=failure)
        await self._confirm()

    async def refuse(self, status: int, message: str) -> None:
        """Answer for the application."""
        kind = "invalid_request_error" if status < 500 else "one_api_error"
        code = "bad_request" if status < 500 else "internal_error"
        document = {"error": {"message": message, "type": kind, "param": None, "code": code}}
        self._prelude = prelude(status, [(b"content-type", b"application/json")])
        await self._write(json.dumps(document).encode(), last=True)

    @property
    def _request_id(self) -> str:
        return self._invocation.aws_request_id

    async def _write(self, body: bytes, *, last: bool) -> None:
        self._state = "complete" if last else "streaming"
        if self._upload is None:
            self._upload = self._api.answer(self._invocation, self._prelude + SEPARATOR, self._lost)
        await self._upload.send(body, last=last)
        if last:
            self._gone.set()

    async def _break_off(self, upload: ResponseUpload, failure: BaseException | None) -> None:
        kind = type(failure).__name__ if failure else "IncompleteAnswer"
        self._state = "complete"
        if not upload.lost:
            log.error("the answer broke off: %s", kind, exc_info=failure)
        # The error's own text may quote a provider or a key; it stays in the log.
        await upload.send(last=True, trailers=error_trailers(kind, "The answer broke off."))
        self._gone.set()

    async def _confirm(self) -> None:
        if self._upload is None:
            return
        try:
            reply = await self._upload.confirmed()
        except OSError as error:
            log.warning("the reader of the answer has gone: %s", error)
            return
        if reply.status != 202:
            log.warning("the Runtime API did not take the answer: status %d, %r", reply.status, reply.body[:200])

    def _lost(self) -> None:
        self._gone.set()


def prelude(status: int, headers: list[tuple[bytes, bytes]]) -> bytes:
    """The JSON object before the body. ``ValueError`` if API Gateway could not read it."""
    merged: dict[str, str] = {}
    cookies: list[str] = []
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if name == "set-cookie":
            cookies.append(value)
        elif name not in HOP_BY_HOP:
            merged[name] = f"{merged[name]}, {value}" if name in merged else value
    head: Head = {"statusCode": status, "headers": merged, "cookies": cookies}
    encoded = json.dumps(head).encode()
    if len(encoded) + len(SEPARATOR) > PRELUDE_LIMIT:
        raise ValueError(f"status and headers take {len(encoded)} bytes; API Gateway reads at most {PRELUDE_LIMIT}")
    return encoded
