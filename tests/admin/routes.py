"""The routes of the application, read from its router."""

from typing import Any

from admin.resources import routers
from admin.web.gate import GatedRoute, needs_of
from gateway.domain.identity import Role


def gated_routes() -> list[tuple[str, str, Role]]:
    """Method, address and the role each route asks for."""
    return [
        (method, route.path, needs_of(route.endpoint).role)
        for router in routers()
        for route in router.routes
        if isinstance(route, GatedRoute)
        for method in sorted(route.methods)
    ]


def filled(path: str, value: Any = 999) -> str:
    """An address with a number in place of its parameter."""
    before, brace, rest = path.partition("{")
    return f"{before}{value}{rest.partition('}')[2]}" if brace else before
