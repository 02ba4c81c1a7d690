"""Every page against everything that an answer can be: one sentence that says what to do, and nothing is lost."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.pages import PAGES, asking, routes
from tests.browser.weather import FAULTS, LATE, LIMITED, SIGNED_OUT, UNAVAILABLE, WAIT, Fault, weather
from tests.browser.window import Seeds, Window

PUBLIC = ("/pricing", "/status")  # who is not signed in may see them, or is led to the sign-in
TYPED = "typed"
PARTS = "h1, h2, tr, li, dt, input, textarea, summary"
FIELD = "main form :is(input:not([type]), input[type=text], textarea):not([readonly], [aria-haspopup])"


def test_every_route_of_the_site_has_a_row_in_the_table_of_pages() -> None:
    missing = routes() - PAGES.keys()
    assert not missing, f"tests/browser/pages.py: add a row to PAGES for {sorted(missing)}"
    assert PAGES.keys() <= routes(), f"no routes any more: {sorted(PAGES.keys() - routes())}"


@pytest.mark.parametrize("route", asking("root"))
def test_a_page_says_what_became_of_its_question_and_finds_itself_again(
    route: str, window: Window, seeds: Seeds
) -> None:
    window.go(seeds.fill(PAGES[route].addresses(route)[0]))
    signs_in_over = route not in PUBLIC
    before = parts(window)
    for fault in FAULTS:
        with window.visitor.expecting_failures():
            with weather(window.page, fault):
                window.anew()
                pass_time(window, fault)
                says(window, fault, over=signs_in_over)
            go_on(window, fault, over=signs_in_over)
    assert parts(window) == before


@pytest.mark.parametrize("route", asking("root"))
def test_what_is_on_a_page_stays_when_asking_again_fails(route: str, window: Window, seeds: Seeds) -> None:
    window.go(seeds.fill(PAGES[route].addresses(route)[0]))
    before = parts(window)
    field = window.page.locator(FIELD).first
    if field.count():
        field.fill(TYPED)
    for fault in (UNAVAILABLE, LIMITED) if route in PUBLIC else (UNAVAILABLE, LIMITED, SIGNED_OUT):
        with window.visitor.expecting_failures(), weather(window.page, fault):
            window.again()
            window.settle()  # each of them has been refused
            if fault is SIGNED_OUT:
                expect(window.page.locator("main h1")).to_have_count(1)
            else:
                expect(window.page.locator("main [data-told]")).to_have_text([fault.says])
                assert parts(window) == before
        window.who_again()
        window.again()
        window.settle()
        expect(window.page.locator("main [data-told]")).to_have_count(0)
        assert parts(window) == before
    if field.count():
        expect(field).to_have_value(TYPED)
        field.fill("")


def says(window: Window, fault: Fault, *, over: bool) -> None:
    """The rules for a page without an answer."""
    page = window.page
    expect(page.locator("h1")).to_have_count(1)
    if fault is SIGNED_OUT and over:
        expect(page.get_by_role("dialog", name="Sign in")).to_be_visible()
        expect(page.locator("main [data-told]")).to_have_count(0)
        return
    if fault is SIGNED_OUT:
        expect(page.get_by_role("main").get_by_role("link", name="Sign in")).to_be_visible()
        return
    expect(page.locator("[data-told]")).to_have_text([fault.says])
    alert = page.get_by_role("main").get_by_role("alert")
    expect(alert).to_have_count(1)
    if fault.answers:
        expect(alert.get_by_role("button", name="Copy the request id")).to_be_visible()
    if fault.way:
        expect(way_on(alert, fault)).to_be_visible()


def way_on(alert: Locator, fault: Fault) -> Locator:
    return alert.get_by_role("button" if fault.way == "Try again" else "link", name=fault.way)


def pass_time(window: Window, fault: Fault) -> None:
    """Of what never answers."""
    if fault.silent:
        window.page.evaluate("new Promise((resume) => setTimeout(resume, 20))")  # it has been asked
        window.page.clock.fast_forward(LATE)


def go_on(window: Window, fault: Fault, *, over: bool) -> None:
    """The weather is fine again: by itself, on asking, or after signing in the page has what it wants."""
    page = window.page
    if fault is SIGNED_OUT and over:
        window.sign_in()
    elif fault is SIGNED_OUT:
        window.who_again()
    elif fault is LIMITED:
        page.clock.fast_forward(WAIT * 1000)
    elif fault.way == "Try again":
        way_on(page.get_by_role("alert"), fault).click()
    else:
        window.anew()
    expect(page.locator("[data-told]")).to_have_count(0)
    window.settle()


def parts(window: Window) -> int:
    """How much is on the page, whatever it says meanwhile."""
    return window.page.locator(f"main :is({PARTS})").count()
