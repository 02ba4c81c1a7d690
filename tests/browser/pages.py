"""Every page of the site, as the routes name them: who opens it, and where. A page without a row fails the tests."""

import re
from dataclasses import dataclass
from typing import Literal

from local.places import ROOT

ROUTES = ROOT / "frontend" / "src" / "routes"
_ROUTE = re.compile(r"createFileRoute\('(?:/_signed)?(/[^']*?)/?'\)")

Who = Literal["nobody", "root"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePage:
    """``at``: addresses to look at, where the route itself is none; ``{token}`` is what the seeds made."""

    who: Who = "root"
    at: tuple[str, ...] = ()
    asks: bool = True  # whether it shows anything that it asks for
    leads: bool = False  # whether it leads on at once

    def addresses(self, route: str) -> tuple[str, ...]:
        return self.at or (route,)


PAGES = {
    "/": SitePage(asks=False),  # what the operator wrote; else words of its own
    "/about": SitePage(asks=False),
    "/login": SitePage(who="nobody", asks=False),
    "/register": SitePage(who="nobody", asks=False),
    "/reset": SitePage(who="nobody", asks=False),
    "/user/reset": SitePage(who="nobody", at=("/user/reset?email=a@site.example&token=a", "/user/reset"), asks=False),
    "/oauth/$provider": SitePage(who="nobody", at=("/oauth/github?code=a&state=b",)),
    "/pricing": SitePage(at=("/pricing", "/pricing?model={model}")),
    "/status": SitePage(),
    "/dashboard": SitePage(),
    "/token": SitePage(),
    "/token/add": SitePage(),
    "/token/$id": SitePage(at=("/token/{token}",)),
    "/log": SitePage(at=("/log", "/log?type=8&all=1")),
    "/log/$request": SitePage(at=("/log/{request}",)),
    "/playground": SitePage(),
    "/chat": SitePage(asks=False),
    "/topup": SitePage(),
    "/profile": SitePage(asks=False),
    "/profile/security": SitePage(),
    "/profile/sessions": SitePage(),
    "/channel": SitePage(),
    "/channel/add": SitePage(),
    "/channel/$id": SitePage(at=("/channel/{channel}",)),
    "/health": SitePage(),
    "/user": SitePage(),
    "/user/add": SitePage(asks=False),
    "/user/$id": SitePage(at=("/user/{user}",)),
    "/redemption": SitePage(),
    "/redemption/add": SitePage(asks=False),
    "/usage": SitePage(),
    "/audit": SitePage(),
    "/welcome": SitePage(),
    "/setting": SitePage(leads=True),
    "/setting/$section": SitePage(
        at=(
            "/setting/general",
            "/setting/sign-in",
            "/setting/prices",
            "/setting/groups",
            "/setting/limits",
            "/setting/mail",
            "/setting/alarms",
            "/setting/system",
        )
    ),
}


def routes() -> set[str]:
    """The addresses of all route files; the frame around those of who is signed in is none."""
    texts = [file.read_text(encoding="utf-8") for file in ROUTES.glob("*.tsx")]
    return {match for text in texts for match in _ROUTE.findall(text)} - {"/_signed"}


def asking(who: Who) -> list[str]:
    """The pages that show something they asked for."""
    return [route for route, page in PAGES.items() if page.who == who and page.asks and not page.leads]
