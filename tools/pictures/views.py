"""What is to be seen: thirty views, and in which sizes, colours, presets and languages each is taken."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Page, Route

from tools.pictures.provider import ANSWER
from tools.pictures.world import ADDRESS, MODELS

Who = Literal["guest", "customer", "operator"]
Act = Callable[[Page], None]

WIDE, NARROW = 1280, 390
HEIGHTS = {WIDE: 860, NARROW: 844}


@dataclass(frozen=True, slots=True)
class Look:
    """How a picture is taken."""

    width: int
    scheme: Literal["light", "dark"]
    language: str
    preset: str


# Six of the twenty-four looks: whichever two of size, scheme, language and preset one names, each pair is among them.
LOOKS = (
    Look(WIDE, "light", "en", "default"),
    Look(NARROW, "dark", "zh", "default"),
    Look(WIDE, "dark", "zh", "berry"),
    Look(NARROW, "light", "en", "berry"),
    Look(WIDE, "light", "zh", "air"),
    Look(NARROW, "dark", "en", "air"),
)


@dataclass(frozen=True, slots=True)
class View:
    """``act`` is done before the picture is taken; ``before`` the page is opened."""

    name: str
    who: Who
    path: str
    act: Act | None = None
    before: Act | None = None


def _made(page: Page) -> None:
    """A key is made without being made: the list stays as it is."""
    token = {"id": 99, "name": "phone", "key": "p7GvXw2KzR4mNq8TbYc5HdJf3LsA9eUi6oZxWkQt", "status": 1}
    made = {"success": True, "message": "", "data": token}
    page.route(
        re.compile(r"/api/token/?$"),
        lambda route: route.fulfill(json=made) if route.request.method == "POST" else route.fallback(),
    )


def _make_key(page: Page) -> None:
    page.locator("main form input").first.fill("phone")
    page.keyboard.press("Control+s")
    page.get_by_role("dialog").wait_for()


def _answering(page: Page) -> None:
    token = {"id": 98, "name": "playground", "key": "p7GvXw2KzR4mNq8TbYc5HdJf3LsA9eUi6oZxWkQt"}
    page.route("**/api/token/temporary", lambda route: route.fulfill(json={"success": True, "data": token}))
    page.route(f"{ADDRESS}/v1/**", _answer)
    receipt = {"success": True, "message": "", "data": {"quota": 37}}
    page.route("**/api/log/receipt/*", lambda route: route.fulfill(json=receipt))


def _answer(route: Route) -> None:
    head = {"access-control-allow-origin": "*", "access-control-allow-headers": "authorization, content-type"}
    if route.request.method == "OPTIONS":
        route.fulfill(status=204, headers=head)
        return
    said = f'data: {{"choices": [{{"index": 0, "delta": {{"content": "{ANSWER}"}}}}]}}\n\ndata: [DONE]\n\n'
    exposed = {"access-control-expose-headers": "x-oneapi-request-id", "x-oneapi-request-id": "20261118140500000"}
    route.fulfill(headers=head | exposed | {"content-type": "text/event-stream"}, body=said)


def _ask(page: Page) -> None:
    page.locator("main textarea:visible").last.fill("Why does a ledger take a hold before it asks?")
    page.keyboard.press("Control+Enter")
    page.locator("main article").nth(1).wait_for()
    page.wait_for_timeout(400)


def _palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.locator("[role=dialog] input").wait_for()


def _paste(page: Page) -> None:
    page.locator("main textarea:visible").first.fill("ANTHROPIC_API_KEY=sk-ant-api03-made-up")


CHEAP = MODELS["openai"].split(",")[0]
VIEWS = (
    View("home", "guest", "/"),
    View("sign-in", "guest", "/login"),
    View("register", "guest", "/register"),
    View("status", "guest", "/status"),
    View("prices", "customer", "/pricing"),
    View("model", "customer", f"/pricing?model={CHEAP}"),
    View("dashboard", "customer", "/dashboard"),
    View("keys", "customer", "/token"),
    View("new key", "customer", "/token/add"),
    View("key made", "customer", "/token/add", _make_key, _made),
    View("log", "customer", "/log"),
    View("receipt", "customer", "/log/{receipt}"),
    View("playground", "customer", f"/playground?model={CHEAP}", _ask, _answering),
    View("top up", "customer", "/topup"),
    View("profile", "customer", "/profile"),
    View("security", "customer", "/profile/security"),
    View("overview", "operator", "/dashboard"),
    View("channels", "operator", "/channel"),
    View("new channel", "operator", "/channel/add"),
    View("channel", "operator", "/channel/{channel}"),
    View("health", "operator", "/health"),
    View("everybody's log", "operator", "/log?all=1"),
    View("users", "operator", "/user"),
    View("user", "operator", "/user/{user}"),
    View("codes", "operator", "/redemption"),
    View("usage", "operator", "/usage"),
    View("welcome", "operator", "/welcome", _paste),
    View("settings", "operator", "/setting/general"),
    View("audit", "operator", "/audit"),
    View("palette", "operator", "/channel", _palette),
)
README = {"dashboard": "dashboard", "receipt": "receipt", "channels": "channels"}
