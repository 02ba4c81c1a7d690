"""An ASGI application behind httpx, in another thread's loop: a call of that thread for a whole request.

Starlette's own client changes threads eight times for each, which took longer than what the request asks for.
"""

from typing import Any

import anyio
import httpx2
from anyio.from_thread import BlockingPortal
from starlette.types import ASGIApp, Message

from tests.support.memory_http import scope_of


class PortalTransport(httpx2.BaseTransport):
    """Answers come whole. What the application raises is what a server makes of it: 500 where nothing was answered."""

    def __init__(self, app: ASGIApp, portal: BlockingPortal, address: str) -> None:
        self.client = (address, 50_000)  # whom the application sees
        self._app, self._portal = app, portal

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        sent: list[Message] = []
        self._portal.call(_exchanged, self._app, self._scope(request), request.read(), sent)
        if not sent:
            return httpx2.Response(500, stream=httpx2.ByteStream(b""))
        head, *parts = sent
        assert head["type"] == "http.response.start" and not parts[-1].get("more_body", False), sent
        assert all(part["type"] == "http.response.body" for part in parts), sent
        body = b"" if request.method == "HEAD" else b"".join(part.get("body", b"") for part in parts)
        return httpx2.Response(head["status"], headers=head.get("headers", []), stream=httpx2.ByteStream(body))

    def _scope(self, request: httpx2.Request) -> dict[str, Any]:
        server = (request.url.host, request.url.port or 80)
        return scope_of(request) | {"client": self.client, "server": server, "root_path": "", "state": {}}


async def _exchanged(app: ASGIApp, scope: dict[str, Any], body: bytes, sent: list[Message]) -> None:
    """Let the application answer; who asked stays until the end of it."""
    unread, over = [body], anyio.Event()

    async def receive() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        await over.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            over.set()

    try:
        await app(scope, receive, send)
    except Exception:
        if sent and not over.is_set():
            raise
