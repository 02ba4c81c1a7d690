"""Models and their prices, for whom the operator lets see them."""

from collections.abc import Generator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewVisitor
from tests.e2e.support import Account, Operator

SOLD = "gpt-4o-mini,gpt-4.1,claude-sonnet-4-5,gemini-2.5-pro,dall-e-3,text-embedding-3-small"


@pytest.fixture
def market(operator: Operator) -> Generator[str]:
    """The name of a group that pays half, with a channel of its own."""
    before = operator.options()
    operator.option("GroupRatio", '{"default": 1, "half": 0.5}')
    channel = operator.channel("default,half", models=SOLD)
    yield "half"
    channel.change(status=2)
    for name in ("GroupRatio", "PublicPricing"):
        operator.option(name, before[name])


def test_everybody_filters_models_and_finds_what_a_request_costs(
    operator: Operator, market: str, new_visitor: NewVisitor
) -> None:
    operator.option("PublicPricing", "all")
    visitor = new_visitor()
    page = visitor.page
    visitor.open(f"/pricing?group={market}&q=MINI")
    visitor.heading("Models and prices")
    expect(page.get_by_text("for group half: its factor 0.5 is counted in")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="gpt-4o-mini")).to_contain_text("$0.075$0.0375$0.3")
    expect(page.get_by_role("row").filter(has_text="dall-e-3")).to_have_count(0)
    page.get_by_role("button", name="gpt-4o-mini").click()
    sheet = page.get_by_role("dialog", name="gpt-4o-mini")
    sheet.get_by_label("Input tokens").fill("30")
    sheet.get_by_label("of them cached").fill("8")
    sheet.get_by_label("Output tokens").fill("12")
    expect(sheet.get_by_text("3 quota, exactly 2.775, rounded up once")).to_be_visible()
    sheet.get_by_role("tab", name="Messages (curl)").click()
    expect(sheet.get_by_role("tabpanel", name="Messages (curl)")).to_contain_text("/v1/messages")
    assert "model=gpt-4o-mini" in page.url
    page.reload()
    expect(page.get_by_role("dialog", name="gpt-4o-mini")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.url.endswith(f"/pricing?group={market}&q=MINI")


def test_who_may_not_see_prices_is_told_so_and_led_to_the_way_in(
    operator: Operator, market: str, customer: Account, new_visitor: NewVisitor
) -> None:
    operator.option("PublicPricing", "users")
    visitor = new_visitor()
    visitor.open("/pricing?q=nano")
    expect(visitor.page.get_by_text("shown to who is signed in")).to_be_visible()
    visitor.page.get_by_role("main").get_by_role("link", name="Sign in").click()
    visitor.sign_in(customer)
    visitor.heading("Models and prices")
    visitor.page.get_by_role("button", name="Clear the filters").click()
    expect(visitor.page.get_by_text(f"for group {customer.group}")).to_be_visible()
    expect(visitor.page.get_by_role("row").filter(has_text="dall-e-3")).to_contain_text("$0.04 a picture")
    operator.option("PublicPricing", "off")
    later = new_visitor()
    later.tolerate("403")
    later.open("/pricing")
    later.page.get_by_role("main").get_by_role("link", name="Sign in").click()
    later.sign_in(customer)
    expect(later.page.get_by_role("alert")).to_contain_text("Your account may not see this: ask an administrator.")
