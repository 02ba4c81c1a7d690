"""The site: files of a folder, and its start page for every address the page itself makes up."""

from pathlib import Path, PurePosixPath

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from local.places import BUILT_SITE, PLACEHOLDER_SITE

FINGERPRINTED = "assets"  # Vite's folder of files whose names change with their content


class Site(StaticFiles):
    """Static files whose unknown addresses show the start page: the page routes them itself."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except HTTPException as refused:  # no application around this one would answer it
            await PlainTextResponse(refused.detail, refused.status_code)(scope, receive, send)

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or PurePosixPath(path).suffix:
                raise
            response = await super().get_response("index.html", scope)
        response.headers["cache-control"] = cache_control(path)
        return response


def cache_control(path: str) -> str:
    """How long a browser may keep this file of the site; whatever serves it says so."""
    lasting = PurePosixPath(path).parts[:1] == (FINGERPRINTED,)
    return "public, max-age=31536000, immutable" if lasting else "no-cache"


def site_folder() -> Path:
    """The built site, or a page that says where it comes from."""
    return BUILT_SITE if (BUILT_SITE / "index.html").is_file() else PLACEHOLDER_SITE
