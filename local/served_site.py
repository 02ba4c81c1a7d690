"""The site as the distribution serves it: with what browsers are to heed.

Apart from ``static_site``, which tools use that know nothing of the functions.
"""

from pathlib import Path

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from admin.web.security_headers import Protected
from local.static_site import NOT_BUILT, Site, built


def served(folder: Path) -> ASGIApp:
    """The files of a folder, each answer with those headers; where none are, a sentence that says how to build them."""
    if not built(folder):
        return Protected(PlainTextResponse(f"{NOT_BUILT} The gateway itself answers, below /v1 and /api.\n", 404))
    return Protected(Site(directory=folder, html=True))
