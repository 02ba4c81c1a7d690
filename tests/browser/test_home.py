"""The start page, the page about it, the notice and the footer: ours where the operator wrote nothing, else theirs."""

from collections.abc import Generator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewVisitor
from tests.e2e.support import Operator

TEXTS = ("HomePageContent", "About", "Notice", "Footer")
COLOURED = '<h2 style="color: rgb(10, 20, 30); position: fixed">Harbour AI</h2><script>x()</script>'


@pytest.fixture
def written(operator: Operator) -> Generator[Operator]:
    yield operator
    for key in TEXTS:
        operator.option(key, "")


def test_without_a_page_of_the_operators_people_find_the_address_snippets_and_the_way_in(
    operator: Operator, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor()
    visitor.open("/")
    page = visitor.page
    expect(page.get_by_role("main").get_by_role("link", name="Sign in")).to_have_attribute("href", "/login")
    expect(page.get_by_text(f"{operator.gateway.url}/v1".replace("127.0.0.1", "localhost"), exact=True)).to_be_visible()
    for name in ("curl", "Python", "Claude Code"):
        page.get_by_role("tab", name=name).click()
        expect(page.get_by_role("tabpanel", name=name)).to_contain_text("sk-…")
    page.get_by_role("main").get_by_role("button", name="Copy").first.click()
    assert page.evaluate("navigator.clipboard.readText()").endswith("/v1")
    footer = page.get_by_role("contentinfo")
    one_api = "https://github.com/songquanpeng/one-api"
    expect(footer.get_by_role("link", name="one-api")).to_have_attribute("href", one_api)
    footer.get_by_role("link", name="About").click()
    visitor.heading("About")
    expect(page.get_by_role("main").get_by_role("link", name="one-api")).to_have_attribute("href", one_api)
    assert visitor.barriers() == []


def test_what_the_operator_wrote_keeps_its_colours_and_moves_nothing(
    written: Operator, new_visitor: NewVisitor
) -> None:
    written.option("HomePageContent", COLOURED)
    written.option("Notice", "Closed on **Sunday**.")
    written.option("Footer", '<span style="color: rgb(40, 50, 60)">Harbour Ltd.</span>')
    visitor = new_visitor()
    visitor.open("/")
    heading = visitor.page.get_by_role("heading", level=2, name="Harbour AI")
    expect(heading).to_have_css("color", "rgb(10, 20, 30)")
    expect(heading).to_have_css("position", "static")
    expect(visitor.page.get_by_text("Sunday", exact=True)).to_have_css("font-weight", "700")
    footer = visitor.page.get_by_role("contentinfo")
    expect(footer.get_by_text("Harbour Ltd.")).to_have_css("color", "rgb(40, 50, 60)")
    expect(footer.get_by_role("link", name="one-api")).to_be_visible()


def test_an_address_is_shown_in_a_frame_that_may_do_little(written: Operator, new_visitor: NewVisitor) -> None:
    written.option("HomePageContent", "https://pages.example/home")
    written.option("About", "# We\n\nA harbour.")
    visitor = new_visitor(width=390)
    visitor.page.route(
        "https://pages.example/**",
        lambda route: route.fulfill(content_type="text/html", body="<html lang=en><title>x</title><p>Ahoy"),
    )
    visitor.open("/")
    frame = visitor.page.locator("iframe")
    expect(visitor.page.frame_locator("iframe").get_by_text("Ahoy")).to_be_visible()
    expect(frame).to_have_attribute("sandbox", "allow-scripts allow-forms allow-popups allow-same-origin")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_count(1)
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 390
    visitor.open("/about")
    expect(visitor.page.get_by_role("heading", name="We")).to_be_visible()
    assert visitor.barriers() == []
