"""What can happen between a page and the API, made to happen; and what a page has to say then."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Page, Request, Route

REQUEST_ID = "20260101000000123456"
LATE = 31_000  # milliseconds: longer than the site waits for a read
LATER = 121_000  # or a write
WAIT = 17  # seconds that a limit asks for

# What every page asks of itself: who is there, what the gateway is.
SHELL = ("/api/status", "/api/user/self")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """An answer, or none; and the sentences that a page of it says, and a form."""

    name: str
    status: int = 200
    body: str = ""
    content_type: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict[str, str])
    aborts: bool = False
    silent: bool = False
    says: str
    says_of_write: str
    way: str = "Try again"  # the button or link that leads on; empty where it goes on by itself

    def happen(self, route: Route) -> None:
        if self.silent:
            return
        if self.aborts:
            route.abort("connectionreset")
            return
        headers = {"X-Oneapi-Request-Id": REQUEST_ID} | self.headers
        route.fulfill(status=self.status, body=self.body, content_type=self.content_type, headers=headers)

    @property
    def answers(self) -> bool:
        return not (self.silent or self.aborts)


def _refused(message: str, **more: str) -> str:
    extra = "".join(f', "{name}": "{value}"' for name, value in more.items())
    return f'{{"success": false, "message": "{message}"{extra}}}'


def refused_field(name: str, message: str) -> Fault:
    """A form that is not taken because of one of its fields."""
    body = _refused(message, code="invalid", field=name)
    return Fault(name="field", body=body, says=message, says_of_write=message)


SIGNED_OUT = Fault(
    name="401",
    status=401,
    body=_refused("not signed in", code="unauthenticated"),
    says="You were signed out: sign in to go on.",
    says_of_write="You were signed out: sign in, then send it again.",
)
LIMITED = Fault(
    name="429",
    status=429,
    body=_refused("too many requests"),
    headers={"Retry-After": str(WAIT)},
    says=rf"Too many requests from your address: this goes on by itself in {WAIT} seconds.",
    says_of_write=rf"Too many requests from your address: send it again in {WAIT} seconds.",
    way="",
)
UNAVAILABLE = Fault(
    name="503",
    status=503,
    body="<html>upstream gone</html>",
    content_type="text/html",
    says="The gateway is not available at the moment: try again.",
    says_of_write="The gateway is not available at the moment: send it again.",
)
GONE = Fault(
    name="404",
    status=404,
    body=_refused("record not found", code="not_found"),
    says="This does not exist any more.",
    says_of_write="This does not exist any more.",
    way="To the",
)
FAULTS = (
    SIGNED_OUT,
    Fault(
        name="403",
        status=403,
        body=_refused("not allowed: your role does not permit this", code="forbidden"),
        says="Your account may not see this: ask an administrator.",
        says_of_write="not allowed: your role does not permit this",
        way="To the",
    ),
    GONE,
    LIMITED,
    UNAVAILABLE,
    Fault(
        name="refused",
        body=_refused("the database is busy, try again later", code="unavailable"),
        says="the database is busy, try again later",
        says_of_write="the database is busy, try again later",
    ),
    Fault(
        name="silence",
        silent=True,
        says="The gateway has not answered: try again.",
        says_of_write="The gateway has not answered, so it may be done or not: look before you send it again.",
    ),
    Fault(
        name="cut connection",
        aborts=True,
        says="The gateway cannot be reached: look at your network and try again.",
        says_of_write="The gateway cannot be reached: look at your network, then send it again.",
    ),
    Fault(
        name="half an answer",
        body='{"success": true, "message": "", "data": [{"id": 1, "na',
        says="The answer was cut off on its way: try again.",
        says_of_write="The answer was cut off on its way, so it may be done or not: look before you send it again.",
    ),
)

_API = re.compile(r"^https?://[^/]+/api/")


@contextmanager
def weather(page: Page, fault: Fault, *, of: str = "read") -> Generator[None]:
    """Whatever the page reads meets the fault; or what it writes, or what goes to an address."""

    def meet(route: Route) -> None:
        if concerned(route.request, of):
            fault.happen(route)
        else:
            route.fallback()

    page.route(_API, meet)
    try:
        yield
    finally:
        page.unroute(_API, meet)


def concerned(request: Request, of: str) -> bool:
    path = request.url.split("?")[0]
    if of == "write":
        return request.method != "GET"
    if of != "read":
        return path.endswith(of)
    return request.method == "GET" and not path.endswith(SHELL)
