"""From a pasted key to the receipt of a first request, at a gateway that has no channel yet."""

import json
from collections.abc import Generator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import MANY, NewVisitor
from tests.browser.visitor import Visitor
from tests.e2e.conftest import AT_ONCE, operating
from tests.e2e.support import Account, Operator
from tests.fakes.upstream import UpstreamProcess

COUNT_CLICKS = "window.clicks = 0; addEventListener('click', () => window.clicks++, true)"


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory, upstream: UpstreamProcess) -> Generator[Operator]:
    """Root at a gateway of its own, where nothing was set up."""
    yield from operating(tmp_path_factory.mktemp("welcome"), upstream, AT_ONCE | MANY)


@pytest.fixture
def beginner(operator: Operator) -> Generator[Account]:
    """An administrator who has made no channel."""
    account = operator.signed_up()
    account.change(role=10)
    yield account
    account.close()


def test_an_administrator_without_a_channel_is_led_from_a_pasted_key_to_a_receipt_in_three_clicks(
    operator: Operator, beginner: Account, new_visitor: NewVisitor
) -> None:
    prices = json.loads(operator.options()["ModelRatio"])
    operator.option("ModelRatio", json.dumps(prices | {"fake": 1}))
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/dashboard")
    visitor.sign_in(beginner)
    visitor.heading("Welcome")
    assert not visitor.barriers()
    page.evaluate(COUNT_CLICKS)
    page.get_by_label("Paste anything").fill(
        f'export OPENAI_API_KEY="sk-proj-0123456789abcdef"\nexport OPENAI_BASE_URL="{operator.upstream.url}/v1"'
    )
    expect(page.get_by_role("combobox", name="Provider")).to_have_value("OpenAI")
    expect(page.get_by_role("textbox", name="Key", exact=True)).to_have_value("sk-proj-0123456789abcdef")
    expect(page.get_by_text(f"{operator.upstream.url} and to nobody else")).to_be_visible()
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_label("The first key may spend")).to_have_value("5")
    expect(page.get_by_text("OpenAI answers: ")).to_be_visible()
    expect(page.get_by_text("$2 in, ").first).to_be_visible()
    assert not visitor.barriers()
    page.get_by_role("button", name="Make the channel and the key").click()
    page.get_by_role("button", name="Send a first request").click()
    expect(page.get_by_text("equal to what was charged")).to_be_visible()
    assert page.evaluate("window.clicks") == 3
    assert not visitor.barriers()
    page.get_by_role("button", name="Copy").first.click()
    page.get_by_role("link", name="Open the receipt").click()
    visitor.heading("Receipt")
    (channel,) = operator.call("GET", "/api/channel/")
    (key,) = [key for key in beginner.http.get("/api/token/").json()["data"] if key["name"] == "first key"]
    assert (channel["name"], key["unlimited_quota"]) == ("OpenAI", False)
    check_the_list(visitor)


def check_the_list(visitor: Visitor) -> None:
    """The dashboard ticks what was done and leads to what is missing; sent away, it does not come back."""
    page = visitor.page
    page.get_by_role("link", name="Dashboard").first.click()
    visitor.heading("Dashboard")
    steps = page.get_by_role("region", name="To begin with")
    expect(steps.get_by_role("listitem").filter(has_text="(done)")).to_have_count(3)
    assert not visitor.barriers()
    expect(steps.get_by_role("link")).to_have_text(["Set up a second factor or a passkey"])
    steps.get_by_role("button", name="Do not show this").click()
    expect(steps).to_have_count(0)
    page.reload()
    visitor.heading("Dashboard")
    expect(page.get_by_text("Latest requests")).to_be_visible()
    expect(steps).to_have_count(0)


def test_a_key_that_may_be_of_many_goes_to_nobody_before_somebody_says_whose_it_is(
    operator: Operator, beginner: Account, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor(width=390)
    page = visitor.page
    visitor.open("/welcome")
    visitor.sign_in(beginner)
    visitor.heading("Welcome")
    page.get_by_label("Paste anything").fill("sk-0123456789abcdefghij")
    whose = page.get_by_role("radiogroup", name="Whose key is it?")
    expect(whose.get_by_role("radio")).to_have_count(6)
    expect(whose.get_by_role("radio", checked=True)).to_have_count(0)
    expect(page.get_by_role("button", name="Try it")).to_have_count(0)
    whose.get_by_label("DeepSeek").check()
    expect(page.get_by_text("to DeepSeek at https://api.deepseek.com and to nobody else")).to_be_visible()
    expect(page.get_by_role("button", name="Try it")).to_be_enabled()
    assert not visitor.barriers()


def test_a_refused_key_is_explained_and_makes_nothing_and_one_may_go_on_later(
    operator: Operator, beginner: Account, new_visitor: NewVisitor
) -> None:
    for row in operator.call("GET", "/api/channel/"):
        operator.call("DELETE", f"/api/channel/{row['id']}")
    visitor = new_visitor(width=390, scheme="dark")
    page = visitor.page
    visitor.open("/dashboard")
    visitor.sign_in(beginner)
    visitor.heading("Welcome")
    page.get_by_label("Paste anything").fill("http://127.0.0.1:1/v1/models sk-0123456789abcdef")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_role("status").filter(has_text="reach").first).to_be_visible()
    expect(page.get_by_role("button", name="Make the channel and the key")).to_have_count(0)
    assert not visitor.barriers()
    assert operator.call("GET", "/api/channel/") in (None, [])
    page.get_by_role("link", name="Later").click()
    visitor.heading("Dashboard")
