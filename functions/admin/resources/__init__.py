"""The resources of the management API, one file each: schemas on top, routes below.

A resource registers by being there, with its routes under the name ``routes``. What several resources share belongs to
``web`` or ``auth``.
"""

from importlib import import_module
from pkgutil import iter_modules

from fastapi import APIRouter
from starlette.routing import BaseRoute, Route


def routers() -> tuple[APIRouter, ...]:
    """The routes of every file here."""
    found = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    return tuple(module.routes for module in found if hasattr(module, "routes"))


def in_order() -> list[BaseRoute]:
    """All routes, in an order in which none takes another's address."""
    return sorted((route for one in routers() for route in one.routes), key=_by_address)


def _by_address(route: BaseRoute) -> list[bool]:
    """Fixed parts of an address before parameters, which would take them: ``/user/self``, ``/user/{user_id}``."""
    path = route.path if isinstance(route, Route) else ""
    return [part.startswith("{") for part in path.split("/")]
