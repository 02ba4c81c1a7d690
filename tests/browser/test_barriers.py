"""Every page full, empty and failed, light and dark, wide and narrow: nothing that axe finds against WCAG A and AA."""

import re
from collections.abc import Generator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.pages import PAGES
from tests.browser.visitor import LEVELS, Visitor
from tests.browser.weather import UNAVAILABLE, concerned, weather
from tests.browser.window import Seeds, Window
from tests.e2e.support import Operator

Scheme = Literal["light", "dark"]

COLOURS = ["color-contrast", "link-in-text-block"]  # all that the scheme changes
BOTH: tuple[Scheme, ...] = ("light", "dark")
LOOKS: dict[Scheme, dict[str, Any]] = {
    "light": LEVELS,
    "dark": {"type": "rule", "values": COLOURS},
}
NARROWEST = 320
FINISHED = (
    "for (const one of document.getAnimations()) if (one.effect.getTiming().iterations !== Infinity) one.finish()"
)
# Where the page is too wide: what reaches out of it, but for what scrolls by itself.
TOO_WIDE = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  const scrolls = (one) => one && (getComputedStyle(one).overflowX !== 'visible' || scrolls(one.parentElement));
  return [...document.querySelectorAll('body *')]
    .filter((one) => one.getBoundingClientRect().right > wide + 1 && !scrolls(one.parentElement))
    .map((one) => one.outerHTML.slice(0, 160)).slice(0, 5);
}"""
_API = re.compile(r"^https?://[^/]+/api/")


@pytest.fixture(scope="module")
def strange_window(chromium: Browser, operator: Operator) -> Generator[Window]:
    """Of nobody."""
    visitor = Visitor(chromium, operator.gateway.url, width=1280, scheme="light", language="en-US")
    visitor.open("/login")
    yield Window(visitor)
    visitor.close()


def routes_of(who: str) -> list[str]:
    return [route for route, page in PAGES.items() if page.who == who and not page.leads]


@pytest.mark.parametrize("route", routes_of("root"))
def test_no_page_shuts_anybody_out(route: str, window: Window, seeds: Seeds) -> None:
    for address in PAGES[route].addresses(route):
        assert not barriers_of(window, seeds.fill(address)), address


@pytest.mark.parametrize("route", routes_of("nobody"))
def test_no_page_of_coming_in_shuts_anybody_out(route: str, strange_window: Window) -> None:
    for address in PAGES[route].addresses(route):
        with strange_window.visitor.expecting_failures():  # nobody comes back from elsewhere with a code
            assert not barriers_of(strange_window, address), address
    assert not strange_window.visitor.complaints()


def barriers_of(window: Window, address: str) -> list[str]:
    """In all its looks; what is around the page is looked at once, where it is full."""
    window.go(address)
    found = [f"full {barrier}" for barrier in looked_at(window, "document")]
    if window.page.get_by_role("dialog").count():
        return found
    with emptied(window):
        window.anew()
        window.settle()
        found += [f"empty {barrier}" for barrier in looked_at(window, "'main'")]
    with window.visitor.expecting_failures(), weather(window.page, UNAVAILABLE):
        window.anew()
        window.settle()
        found += [f"failed {barrier}" for barrier in looked_at(window, "'main'")]
    window.anew()
    window.settle()
    return found


def looked_at(window: Window, what: str) -> list[str]:
    """Everything at each width, and the colours of the other scheme; and no page is wider than the narrowest screen."""
    found: list[str] = []
    for width, schemes in ((1280, BOTH), (390, BOTH[::-1])):  # so that one of the two changes from look to look
        for scheme in schemes:
            show(window, width, scheme)
            found += [f"{width} {scheme} {said}" for said in window.visitor.barriers(what, LOOKS[scheme])]
    show(window, NARROWEST, "light")
    found += [f"wider than {NARROWEST} pixels: {element}" for element in too_wide(window)]
    show(window, 1280, "light")
    return found


def too_wide(window: Window) -> list[str]:
    """What is too wide for the window and stays so: a chart measures itself when the page around it has its width."""
    for _ in range(60):
        if not window.page.evaluate(TOO_WIDE):
            return []
        window.page.wait_for_timeout(50)
    return window.page.evaluate(TOO_WIDE)


def show(window: Window, width: int, scheme: Scheme) -> None:
    page = window.page
    if page.viewport_size != (size := {"width": width, "height": 900}):
        page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", scheme)
    page.evaluate(FINISHED)  # colours that are still on their way


class emptied:
    """Meanwhile every list in every answer is empty."""

    def __init__(self, window: Window) -> None:
        self._page = window.page

    def __enter__(self) -> None:
        self._page.route(_API, self._answer)

    def __exit__(self, *_: object) -> None:
        self._page.unroute(_API, self._answer)

    @staticmethod
    def _answer(route: Route) -> None:
        if not concerned(route.request, "read"):
            route.fallback()
            return
        answer = route.fetch()
        route.fulfill(response=answer, json=without_rows(answer.json()))


def without_rows(told: Any) -> Any:
    if isinstance(told, list):
        return []
    return {name: without_rows(value) for name, value in told.items()} if isinstance(told, dict) else told
