"""One ASGI application for one port: relay, management API, site."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.lambda_runtime.lifespan import Lifespan, StartupFailed
from local.failure import RunFailed

log = logging.getLogger(__name__)

# What clients of the relay ask for; everything below these paths is the relay's to answer or refuse.
RELAY_PATHS = ("/v1", "/v2", "/dashboard/billing", "/rerank")
ADMIN_PATH = "/api"
MAX_HEAD = 64 * 1024  # bytes of address and headers; API Gateway stops at 10 KB, one-api's server at 1 MB


class Gateway:
    """Dispatches by path. ``lifespan`` starts and ends what it dispatches to."""

    def __init__(self, *, relay: ASGIApp, admin: ASGIApp, site: ASGIApp) -> None:
        self._relay, self._admin, self._site = _Mounted("relay", relay), _Mounted("admin", admin), site

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None]:
        """Both functions started; in reverse order ended."""
        async with self._relay.running(), self._admin.running():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _head_size(scope) > MAX_HEAD:
            await _refuse(send)
        elif scope["path"].startswith(RELAY_PATHS):
            await self._relay(scope, receive, send)
        elif scope["path"].startswith("/api/") or scope["path"] == ADMIN_PATH:
            await self._admin(scope, receive, send)
        else:
            await self._site(scope, receive, send)


class _Mounted:
    """A function's application and the state its lifespan left for its requests."""

    def __init__(self, name: str, app: ASGIApp) -> None:
        self._name, self._app, self._state = name, app, dict[str, object]()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        lifespan = Lifespan(self._app)
        try:
            await lifespan.startup()
        except StartupFailed as error:
            log.info("the %s does not start: %s", self._name, error)
            *_, reason = str(error).strip().splitlines()  # Starlette reports a whole traceback
            raise RunFailed(f"the {self._name} does not start: {reason}") from None
        self._state = lifespan.state
        try:
            yield
        finally:
            await lifespan.shutdown()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._state:
            scope["state"] = dict(self._state)
        await self._app(scope, receive, send)


def _head_size(scope: Scope) -> int:
    size = len(scope.get("raw_path", b"")) + len(scope["query_string"])
    for name, value in scope["headers"]:
        size += len(name) + len(value)
    return size


async def _refuse(send: Send) -> None:
    body = head_too_large()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 431, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def head_too_large() -> bytes:
    """The body of a 431."""
    return error_body(
        f"The request's address and headers exceed {MAX_HEAD} bytes; send fewer or shorter headers.",
        "request_headers_too_large",
    )


def error_body(message: str, code: str) -> bytes:
    """An error in OpenAI's shape."""
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    return orjson.dumps({"error": error})
