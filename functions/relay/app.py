"""Paths to inbound dialects, as a table; everything else about a request is the pipeline's.

Plain ASGI under Starlette's router: a request object per call would cost more than the routing, and its application
brings layers around every send, and 10 ms of a cold start (of 160), for what ``_Edge`` and ``_Endpoint`` do here.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from starlette.routing import Match, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway import log
from gateway.clock import new_request_id
from gateway.errors import GatewayError, NotFound, UpstreamFailed
from relay import billing, counting, models, proxy, unimplemented
from relay.deps import Deps
from relay.inbound import openai_form, openai_json
from relay.inbound.anthropic import AnthropicMessages
from relay.inbound.base import Inbound
from relay.inbound.gemini import GeminiContent
from relay.inbound.gemini_embeddings import GeminiEmbeddings
from relay.inbound.openai_chat import OpenAiChat
from relay.inbound.responses import OpenAiResponses
from relay.incoming import Incoming, headers_of
from relay.pipeline import relay
from relay.responses import PREFLIGHT, request_headers, with_request_id
from relay.sink import Sink

Answer = Callable[[Deps, Incoming, Receive, Send], Awaitable[None]]


def _relayed(inbound: Inbound) -> Answer:
    async def answer(deps: Deps, incoming: Incoming, receive: Receive, send: Send) -> None:
        await relay(deps, inbound, incoming, receive, send)

    return answer


GEMINI: dict[str, Answer] = {
    "generateContent": _relayed(GeminiContent(streamed=False)),
    "streamGenerateContent": _relayed(GeminiContent(streamed=True)),
    "embedContent": _relayed(GeminiEmbeddings(batch=False)),
    "batchEmbedContents": _relayed(GeminiEmbeddings(batch=True)),
    "countTokens": counting.contents,
}

ROUTES: tuple[tuple[str, str, Answer], ...] = (
    ("POST", "/v1/chat/completions", _relayed(OpenAiChat())),
    ("POST", "/v1/messages", _relayed(AnthropicMessages())),
    ("POST", "/v1/messages/count_tokens", counting.messages),
    *(
        ("POST", f"/{version}/models/{{model:path}}:{method}", answer)
        for version in ("v1beta", "v1")
        for method, answer in GEMINI.items()
    ),
    ("POST", "/v1/completions", _relayed(openai_json.COMPLETIONS)),
    ("POST", "/v1/edits", _relayed(openai_json.EDITS)),
    ("POST", "/v1/embeddings", _relayed(openai_json.EMBEDDINGS)),
    ("POST", "/v1/engines/{model:path}/embeddings", _relayed(openai_json.EMBEDDINGS)),
    ("POST", "/v1/moderations", _relayed(openai_json.MODERATIONS)),
    ("POST", "/v1/images/generations", _relayed(openai_json.IMAGES)),
    ("POST", "/v1/images/edits", _relayed(openai_form.IMAGE_EDITS)),
    ("POST", "/v1/images/variations", _relayed(openai_form.IMAGE_VARIATIONS)),
    ("POST", "/v1/audio/speech", _relayed(openai_json.SPEECH)),
    ("POST", "/v1/audio/transcriptions", _relayed(openai_form.TRANSCRIPTION)),
    ("POST", "/v1/audio/translations", _relayed(openai_form.TRANSLATION)),
    ("POST", "/v1/rerank", _relayed(openai_json.RERANK)),
    ("POST", "/v1/responses", _relayed(OpenAiResponses())),
    ("POST", "/v1/responses/input_tokens", counting.items),
    *((method, proxy.PATH, proxy.answer) for method in proxy.METHODS),
    *(("GET", f"/{version}/models", models.listed) for version in ("v1", "v1beta")),
    *(("GET", f"/{version}/models/{{model:path}}", models.one) for version in ("v1", "v1beta")),
    *(
        ("GET", f"{prefix}/dashboard/billing/{name}{end}", answer)
        for prefix in ("", "/v1")
        for name, answer in (("subscription", billing.subscription), ("usage", billing.usage))
        for end in ("", "/")  # one-api leads from one to the other; both work directly here
    ),
    *((method, path, unimplemented.answer) for method, path in unimplemented.ROUTES),
    *((method, path, unimplemented.not_kept) for method, path in unimplemented.KEPT_RESPONSES),
)


def create_app(deps: Deps) -> ASGIApp:
    """The relay as an ASGI application."""
    routes = [_Exact(path, _Endpoint(deps, answer), methods=[method]) for method, path, answer in ROUTES]
    unknown = _Endpoint(deps, _unknown)
    return _Edge(Router(routes, redirect_slashes=False, default=unknown, lifespan=_life(deps)), deps)


def _life(deps: Deps) -> Callable[[Router], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def life(router: Router) -> AsyncGenerator[None]:
        yield
        await deps.close()

    return life


class _Exact(Route):
    """A path with another method is as unknown as another path: one-api's callers get the same 404."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, found = super().matches(scope)
        return (Match.NONE, {}) if match is Match.PARTIAL else (match, found)


class _Edge:
    """Around every route: preflight, trailing slashes, HEAD, and the last line of defence."""

    def __init__(self, app: ASGIApp, deps: Deps) -> None:
        self._app = app
        self._deps = deps

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        if len(path) > 1 and path.endswith("/"):
            scope = {**scope, "path": path.rstrip("/"), "raw_path": path.rstrip("/").encode()}
        if scope["method"] == "OPTIONS":
            sink = Sink(send, receive, self._deps.clock, {})
            await sink.whole(204, PREFLIGHT, b"")
            return
        await self._app(scope, receive, send)


class _Endpoint:
    """One route as ASGI: builds what the pipeline calls a request, and lets nothing escape."""

    def __init__(self, deps: Deps, answer: Answer) -> None:
        self._deps = deps
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        incoming = incoming_of(self._deps, scope)
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
                await refuse(self._deps, incoming, receive, guarded, failed)


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

    async def __call__(self, message: Any) -> None:
        self.started = True
        await self._send(message)


async def refuse(deps: Deps, incoming: Incoming, receive: Receive, send: Send, error: GatewayError) -> None:
    """Answer with an error in the shape of the caller's vendor, for routes without a dialect of their own."""
    sink = Sink(send, receive, deps.clock, request_headers(incoming))
    body = models.shape_of(incoming).words.error(with_request_id(error, incoming.request_id))
    await sink.whole(error.status, {"content-type": "application/json; charset=utf-8"}, body)


async def _unknown(deps: Deps, incoming: Incoming, receive: Receive, send: Send) -> None:
    raise NotFound(f"Invalid URL ({incoming.method} {incoming.path})", code="unknown_url")


def incoming_of(deps: Deps, scope: Scope) -> Incoming:
    """The request line and headers of a scope."""
    client = scope.get("client")
    return Incoming(
        request_id=new_request_id(deps.clock),
        method=scope["method"],
        path=scope["path"],
        params=scope.get("path_params") or {},
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
