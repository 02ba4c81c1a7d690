"""The outermost layer: answers get a request id, what is left of limits and what browsers are to heed; both forms of an
address mean the same.
"""

from collections.abc import Iterable
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from admin.web.security_headers import protect
from gateway.clock import Clock, new_request_id
from gateway.store.accounts.rate_limits import Share

REQUEST_ID = "X-Oneapi-Request-Id"


class Edge:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = new_request_id(self._clock)

        state: dict[str, Any] = {**scope.get("state", {}), "request_id": request_id}

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID] = request_id
                headers.update(_share_headers(state.get("share")))
                protect(headers, scope["scheme"])
            await send(message)

        asked = {
            "asked_path": scope["path"],
            "path": _without_slash(scope["path"]),
            "headers": _as_json(scope["headers"]),
            "state": state,
        }
        await self._app({**scope, **asked}, receive, send_marked)


def _share_headers(share: Share | None) -> dict[str, str]:
    """What is left of the tightest limit that the request was counted in; the reset in seconds."""
    if share is None:
        return {}
    return {
        "X-RateLimit-Limit": str(share.limit),
        "X-RateLimit-Remaining": str(share.remaining),
        "X-RateLimit-Reset": str(share.reset),
    }


def _as_json(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """A body is taken for JSON whatever it calls itself, as one-api does."""
    kept = [(name, value) for name, value in headers if name.lower() != b"content-type"]
    return [*kept, (b"content-type", b"application/json")]


def _without_slash(path: str) -> str:
    """The address without one slash at its end: one-api has either form, and both work directly."""
    return path[:-1] if path.startswith("/api/") and path.endswith("/") else path
