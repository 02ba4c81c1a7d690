"""Paths to inbound dialects, as a table; everything else about a request is the pipeline's.

Plain ASGI: a request object per call would cost more than the routing, and an application of Starlette's brings layers
around every send for what ``_Edge`` and ``_Endpoint`` do here.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from gateway import log
from gateway.clock import new_request_id
from gateway.errors import GatewayError, NotFound, UpstreamFailed
from relay import inbound
from relay.asgi_types import ASGIApp, Receive, Scope, Send
from relay.deps import Deps
from relay.endpoints import count_tokens, dashboard, key_usage, models, proxy, unimplemented
from relay.http_request import HttpRequest, headers_of
from relay.idleness import Idleness
from relay.inbound.protocol import DialectRoute, Inbound
from relay.pipeline import note_failure, relay
from relay.reply_headers import preflight, request_headers, with_request_id
from relay.router import Router
from relay.sink import Sink

Answer = Callable[[Deps, HttpRequest, Receive, Send], Awaitable[None]]


def _relayed(dialect: Inbound) -> Answer:
    async def answer(deps: Deps, incoming: HttpRequest, receive: Receive, send: Send) -> None:
        await relay(deps, dialect, incoming, receive, send)

    return answer


def _found() -> Iterator[DialectRoute]:
    """The routes of every client dialect; one registers by being there, a folder of ``relay.inbound`` with routes."""
    for package in iter_modules(inbound.__path__):
        if package.ispkg:
            yield from import_module(f"relay.inbound.{package.name}.routes").ROUTES


ROUTES: tuple[tuple[str, str, Answer], ...] = (
    *((method, path, _relayed(understood)) for method, path, understood in _found()),
    ("POST", "/v1/messages/count_tokens", count_tokens.messages),
    *(("POST", f"/{version}/models/{{model:path}}:countTokens", count_tokens.contents) for version in ("v1beta", "v1")),
    ("POST", "/v1/responses/input_tokens", count_tokens.items),
    *((method, proxy.PATH, proxy.answer) for method in proxy.METHODS),
    *(("GET", f"/{version}/models", models.listed) for version in ("v1", "v1beta")),
    *(("GET", f"/{version}/models/{{model:path}}", models.one) for version in ("v1", "v1beta")),
    *(
        ("GET", f"{prefix}/dashboard/billing/{name}{end}", answer)
        for prefix in ("", "/v1")
        for name, answer in (("subscription", dashboard.subscription), ("usage", dashboard.usage))
        for end in ("", "/")  # one-api leads from one to the other; both work directly here
    ),
    ("GET", "/v1/usage", key_usage.answer),
    *((method, path, unimplemented.answer) for method, path in unimplemented.ROUTES),
    *((method, path, unimplemented.not_kept) for method, path in unimplemented.KEPT_RESPONSES),
)


def create_app(deps: Deps) -> ASGIApp:
    """The relay as an ASGI application."""
    return _Edge(deps, Router((method, path, _Endpoint(deps, answer)) for method, path, answer in ROUTES))


class _Edge:
    """Around every route: starting and ending, waking up, preflight, trailing slashes, and what is no route."""

    def __init__(self, deps: Deps, router: "Router[_Endpoint]") -> None:
        self._deps = deps
        self._router = router
        self._unknown = _Endpoint(deps, _unknown)
        self._idleness = Idleness(deps.clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if self._idleness.slept():
            self._deps.thawed()
        with self._idleness.running():
            await self._serve(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._deps.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if len(path) > 1 and path.endswith("/"):
            path = path.rstrip("/")
            scope = {**scope, "path": path, "raw_path": path.encode()}
        if scope["method"] == "OPTIONS":
            sink = Sink(send, receive, self._deps.clock, {})
            await sink.whole(204, preflight(headers_of(scope)), b"")
            return
        endpoint, found = self._router.find(scope["method"], path) or (self._unknown, {})
        await endpoint(scope, receive, send, found)


class _Endpoint:
    """One route as ASGI: builds what the pipeline calls a request, and lets nothing escape."""

    def __init__(self, deps: Deps, answer: Answer) -> None:
        self._deps = deps
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send, params: Mapping[str, str]) -> None:
        incoming = incoming_of(self._deps, scope, params)
        guarded = _Guarded(send)
        try:
            await self._answer(self._deps, incoming, receive, guarded)
        except GatewayError as error:
            await refuse(self._deps, incoming, receive, guarded, error)
        except Exception as error:  # noqa: BLE001  the edge: a mistake of ours must not look like an answer
            request, place = incoming.request_id, _place(error)
            log.error("unhandled", request_id=request, path=incoming.path, reason=repr(error), place=place)
            log.metric("UnhandledErrors")
            if not guarded.started:
                failed = UpstreamFailed("the gateway failed to handle this request", status=500, type="one_api_error")
                incoming.trail.refuse(failed)
                await refuse(self._deps, incoming, receive, guarded, failed)
                await note_failure(self._deps, incoming)


def _place(error: BaseException) -> str:
    """Where it was raised, for whoever has to mend it."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return f"{last.tb_frame.f_code.co_filename.rpartition('/')[2]}:{last.tb_lineno}" if last else ""


class _Guarded:
    """A ``send`` that remembers whether a response has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False

    def __call__(self, message: Any) -> Awaitable[None]:
        self.started = True
        return self._send(message)


async def refuse(deps: Deps, incoming: HttpRequest, receive: Receive, send: Send, error: GatewayError) -> None:
    """Answer with an error in the shape of the caller's vendor, for routes without a dialect of their own."""
    sink = Sink(send, receive, deps.clock, request_headers(incoming))
    body = models.shape_of(incoming).words.error(with_request_id(error, incoming.request_id))
    await sink.whole(error.status, {"content-type": "application/json; charset=utf-8"}, body)


async def _unknown(deps: Deps, incoming: HttpRequest, receive: Receive, send: Send) -> None:
    raise NotFound(f"Invalid URL ({incoming.method} {incoming.path})", code="unknown_url")


def incoming_of(deps: Deps, scope: Scope, params: Mapping[str, str]) -> HttpRequest:
    """The request line and headers of a scope."""
    client = scope.get("client")
    return HttpRequest(
        request_id=new_request_id(deps.clock),
        method=scope["method"],
        path=scope["path"],
        params=params,
        query=_query(scope.get("query_string", b"")),
        headers=headers_of(scope),
        client_ip=client[0] if client else "",
        started=deps.clock.monotonic(),
        deadline=scope.get("gateway.deadline") or 0,
    )


def _query(raw: bytes) -> dict[str, str]:
    if not raw:
        return {}
    from urllib.parse import parse_qsl  # noqa: PLC0415 (most requests have no query)

    return dict(parse_qsl(raw.decode("latin-1"), keep_blank_values=True))
