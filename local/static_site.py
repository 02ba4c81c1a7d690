"""The site: files of a folder, and its start page for every address the page itself makes up."""

from pathlib import Path, PurePosixPath

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from local.places import BUILT_SITE

NOT_BUILT = (
    "The management site of this One API Serverless is not built. Run `make frontend/.built` (Node 20.19 or newer), "
    "then start again; `make run` does both."
)
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


def built(folder: Path = BUILT_SITE) -> bool:
    """Whether a site is there to be served or published."""
    return (folder / "index.html").is_file()
