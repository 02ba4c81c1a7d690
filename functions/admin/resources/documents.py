"""The API's document, and a page that shows it: three files of our own, which load nothing from elsewhere."""

import json
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response

from admin.openapi.examples import of_type
from admin.web.gate import GatedRoute, needs
from gateway.domain.identity import Role

routes = APIRouter(prefix="/api", tags=["documents"], route_class=GatedRoute)

_FOLDER = Path(__file__).parent.parent / "openapi" / "page"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


@routes.get(
    "/openapi.json",
    summary="This document (OpenAPI 3.1)",
    response_class=Response,
    responses=of_type("application/json"),
)
@needs(Role.GUEST)
def show_document(request: Request) -> Response:
    return Response(_document(request.app), media_type="application/json")


@routes.get(
    "/docs",
    summary="A page that shows this document",
    response_class=Response,
    responses=of_type("text/html; charset=utf-8"),
)
@needs(Role.GUEST)
def show_page(request: Request) -> Response:
    """Its addresses are relative to where it is, whatever stands before `/api` in front of the gateway."""
    base = "../" if request.scope["asked_path"].endswith("/") else ""
    return Response(_file("index.html").replace("{base}", base), media_type="text/html", headers=_HEADERS)


@routes.get(
    "/docs/page.css",
    summary="How that page looks",
    response_class=Response,
    responses=of_type("text/css; charset=utf-8"),
)
@needs(Role.GUEST)
def show_style() -> Response:
    return Response(_file("page.css"), media_type="text/css", headers=_HEADERS)


@routes.get(
    "/docs/page.js",
    summary="What that page does",
    response_class=Response,
    responses=of_type("text/javascript; charset=utf-8"),
)
@needs(Role.GUEST)
def show_script() -> Response:
    return Response(_file("page.js"), media_type="text/javascript", headers=_HEADERS)


@lru_cache(maxsize=1)
def _document(app: FastAPI) -> bytes:
    """The document as it is sent; FastAPI would keep what it is written from as well, and have it written each time."""
    text = json.dumps(app.openapi(), ensure_ascii=False, separators=(",", ":")).encode()
    app.openapi_schema = None
    return text


@lru_cache(maxsize=3)
def _file(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")
