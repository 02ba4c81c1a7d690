"""What a list shows before there is anything, and what is left to see and still where a reader wants it so."""

from collections.abc import Generator

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import NewVisitor
from tests.browser.test_barriers import emptied
from tests.browser.window import Seeds, Window
from tests.e2e.support import Account

# A list: where, what narrows it, what it says of itself while there is none of its things, and what makes one.
LISTS = {
    "/token": ("q=zz", "A key lets a program ask through this gateway.", "New key"),
    "/log": ("model_name=zz", "Every request and every change of the balance is written here.", ""),
    "/channel": ("q=zz", "A channel is the way to a provider: its key, its models, and who may use them.", "channel"),
    "/user": ("q=zz", "Nobody has an account yet.", "New user"),
    "/redemption": ("q=zz", "A code adds to the balance of whoever enters it first.", "New codes"),
    "/audit": ("", "What administrators do is noted here.", ""),
}
LOADING = "main [aria-label=Loading]"

# Shapes without words that are painted, and those that are painted like what is around them.
SHAPES = ".mantine-Switch-track, .mantine-Checkbox-input, main :empty"
PAINTED = """(shapes) => {
  window.shapes ??= [...document.querySelectorAll(shapes)];
  const around = (one) => {
    while (one && getComputedStyle(one).backgroundColor === 'rgba(0, 0, 0, 0)') one = one.parentElement;
    return one && getComputedStyle(one).backgroundColor;
  };
  return window.shapes.map((one) => {
    if (!one.isConnected) return null;  // what has come in the place of it is looked at where it stands
    const style = getComputedStyle(one);
    const { width, height } = one.getBoundingClientRect();
    const borders = parseFloat(style.borderTopWidth) > 0 || style.backgroundImage !== 'none';
    return width > 1 && height > 1 && (borders || around(one) !== around(one.parentElement));
  });
}"""
MOVING = """() => document.getAnimations()
  .filter((one) => one.playState === 'running' && one.effect.getTiming().duration > 1)
  .map((one) => one.animationName ?? one.transitionProperty)"""


@pytest.mark.parametrize("address", LISTS)
def test_a_list_says_that_it_loads_that_nothing_matches_and_what_it_is_for(address: str, window: Window) -> None:
    narrowed, empty, makes = LISTS[address]
    page, held = window.page, list[Route]()
    window.go(address)
    asked = f"**/api{address}?*" if address != "/log" else "**/api/log/self?*"
    page.route(asked, lambda route: held.append(route))
    window.anew()
    expect(page.locator(LOADING)).to_be_visible()
    expect(page.locator("main h1")).to_be_visible()
    for route in held:
        route.continue_()
    page.unroute(asked)
    window.settle()
    with emptied(window):
        window.anew()
        expect(page.get_by_role("main").get_by_text(empty)).to_be_visible()
        if makes:
            expect(page.get_by_role("main").get_by_role("link", name=makes).first).to_be_visible()
        window.settle()  # no answer is on its way that going on would leave without its handler
        if narrowed:
            window.go(f"{address}?{narrowed}")
            expect(page.get_by_role("main").get_by_text("Nothing matches.")).to_be_visible()
            page.get_by_role("main").get_by_role("button", name="Clear the filters").last.click()
            expect(page.get_by_role("main").get_by_text(empty)).to_be_visible()


def test_without_a_network_a_page_stays_and_says_how_old_it_is(window: Window) -> None:
    window.go("/token")
    page = window.page
    with window.visitor.expecting_failures():
        page.context.set_offline(True)
        expect(page.get_by_text("There is no network.")).to_be_visible()
        expect(page.get_by_role("row")).not_to_have_count(0)
        page.context.set_offline(False)
        expect(page.get_by_text("There is no network.")).to_have_count(0)
        window.settle()


def test_a_page_for_others_says_for_whom_and_leads_back(customer: Account, new_visitor: NewVisitor) -> None:
    visitor = new_visitor()
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.open("/channel")
    visitor.sign_in(customer)
    visitor.heading("Not for this account")
    expect(visitor.page.get_by_text("Only administrators may open this page.")).to_be_visible()
    visitor.page.get_by_role("link", name="To the dashboard").click()
    visitor.heading("Dashboard")
    assert not [url for url in asked if "/api/channel" in url]


@pytest.fixture
def calm(window: Window) -> Generator[Window]:
    """The window of a reader who wants nothing to move."""
    window.page.emulate_media(reduced_motion="reduce")
    yield window
    window.page.emulate_media(reduced_motion="reduce", forced_colors="none")


@pytest.mark.parametrize(
    "address", ["/dashboard", "/token", "/channel", "/health", "/setting/general", "/log/{request}"]
)
def test_nothing_moves_and_nothing_vanishes_in_colours_of_the_readers_own(
    address: str, calm: Window, seeds: Seeds
) -> None:
    calm.go(seeds.fill(address))
    assert calm.page.evaluate(MOVING) == []
    calm.page.evaluate("window.shapes = undefined")
    before = calm.page.evaluate(PAINTED, SHAPES)
    calm.page.emulate_media(reduced_motion="reduce", forced_colors="active")
    after = calm.page.evaluate(PAINTED, SHAPES)
    vanished = [number for number, seen in enumerate(before) if seen and after[number] is False]
    assert calm.page.evaluate("(gone) => gone.map((at) => shapes[at].outerHTML.slice(0, 200))", vanished) == []
