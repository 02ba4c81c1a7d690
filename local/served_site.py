"""The site as the distribution serves it: with what browsers are to heed.

Apart from ``static_site``, which tools use that know nothing of the functions.
"""

from pathlib import Path

from starlette.types import ASGIApp

from admin.web.security_headers import Protected
from local.static_site import Site


def served(folder: Path) -> ASGIApp:
    """The files of a folder, each answer with those headers."""
    return Protected(Site(directory=folder, html=True))
