"""The application: resources wired together, and every failure turned into an answer."""

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from admin.openapi.document import completed
from admin.openapi.texts import INTRODUCTION, TAGS
from admin.resources import in_order, routers
from admin.texts import messages
from admin.texts.messages import Code, Text, plain
from admin.texts.reasons import unreadable
from admin.web.deps import Deps, RunJob, StartJob, connect, deps_of
from admin.web.edge import Edge
from admin.web.envelope import Json, Refused, error_body, refusal
from admin.web.gate import API_WINDOW, needs_of
from admin.web.limits import TooMany, limit, note
from gateway import log
from gateway.config import AdminSettings, StoreSettings
from gateway.errors import GatewayError, StoreError
from gateway.store.schema.items import ReadFailed

# Of what is raised below this API, by its status.
_CODES: dict[int, Code] = {
    400: "invalid",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    413: "too_large",
    429: "limited",
    502: "upstream",
    503: "unavailable",
}


class Management(FastAPI):
    """FastAPI, whose document is completed by what the routes need."""

    def openapi(self) -> dict[str, Any]:
        return self.openapi_schema or completed(super().openapi(), routers())


def create_app(deps: Deps) -> ASGIApp:
    """The management API on these dependencies."""
    app = bare_app(deps.settings.version)
    app.state.deps = deps
    return Edge(app, deps.clock)


def connected(*, run_job: RunJob, start_job: StartJob | None = None) -> ASGIApp:
    """The management API on what the environment names."""
    return create_app(connect(StoreSettings.read(), AdminSettings.read(), run_job=run_job, start_job=start_job))


def bare_app(version: str) -> FastAPI:
    """The application inside the edge, without its dependencies."""
    app = Management(
        title="One API Serverless: management",
        version=version or "0",
        description=INTRODUCTION,
        openapi_tags=[{"name": name, "description": text} for name, text in TAGS.items()],
        servers=[{"url": "/", "description": "This gateway"}],
        openapi_url=None,  # a route of ours, behind the gate
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.router.routes += in_order()  # as they are: FastAPI makes each a second time for a router that it includes
    app.add_exception_handler(GatewayError, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _no_such_address)
    app.add_exception_handler(StoreError, _busy)
    app.add_exception_handler(ReadFailed, _busy)
    app.add_exception_handler(Exception, _broken)
    return app


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, GatewayError)
    if isinstance(error, TooMany):
        note(request, error.share)
    if isinstance(error, Refused):
        return refusal(request, error.text, error.status, error.retry_after, error.more)
    text = plain(error.message, _CODES.get(error.status, "internal"), error.param or "")
    return refusal(request, text, error.status, error.retry_after)


async def _unreadable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _unreadable_answer(request, _reason(error))


async def _no_such_address(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 400:  # how FastAPI reports a body that its parser gave up on
        return _unreadable_answer(request, plain("JSON"))
    try:
        deps = deps_of(request)
        await run_in_threadpool(limit, request, deps, "web", deps.settings.global_web_rate_limit, API_WINDOW)
    except Refused as refused:
        return await _refused(request, refused)
    return Json(error_body(request.method, request.scope.get("asked_path", request.url.path)), status_code=404)


async def _busy(request: Request, error: Exception) -> Response:
    log.error("the database refused", reason=str(error), request_id=request.state.request_id)
    return refusal(request, messages.BUSY, 503, 1)


async def _broken(request: Request, error: Exception) -> Response:
    request_id = request.state.request_id
    log.error("unexpected failure", reason=f"{type(error).__name__}: {error}", request_id=request_id)
    return refusal(request, messages.BROKEN.of(request_id=request_id), 500)


def _unreadable_answer(request: Request, reason: Text) -> Response:
    asked = needs_of(request.scope["endpoint"])
    if asked.unreadable is not None:
        return refusal(request, asked.unreadable.about(reason.field), asked.unreadable_status)
    return refusal(request, messages.UNREADABLE.of(reason=reason))


def _reason(error: RequestValidationError) -> Text:
    """The first thing wrong: where it is and what was expected, without repeating the value."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path"))
    return unreadable(place, str(first["type"]), str(first["msg"]))
