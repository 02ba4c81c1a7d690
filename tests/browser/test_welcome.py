"""From a pasted key to the receipt of a first request, at a gateway that has no channel yet."""

import json
from collections.abc import Generator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import MANY, NewVisitor
from tests.e2e.conftest import AT_ONCE, operating
from tests.e2e.support import Account, Operator
from tests.fakes.upstream import UpstreamProcess


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


def test_an_administrator_without_a_channel_is_led_from_a_pasted_key_to_a_receipt(
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
    page.get_by_label("Paste anything").fill('export OPENAI_API_KEY="sk-proj-0123456789abcdef"')
    expect(page.get_by_role("combobox", name="Provider")).to_have_value("OpenAI")
    expect(page.get_by_role("textbox", name="Key", exact=True)).to_have_value("sk-proj-0123456789abcdef")
    expect(page.get_by_text("https://api.openai.com and to nobody else")).to_be_visible()
    page.get_by_label("Address").fill(operator.upstream.url)
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_label("The first key may spend")).to_have_value("5")
    assert not visitor.barriers()
    page.get_by_role("button", name="Make the channel and the key").click()
    page.get_by_role("dialog").get_by_role("button", name="Copy").first.click()
    page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Send a first request").click()
    receipt = page.get_by_role("link", name="open the receipt")
    expect(receipt).to_be_visible()
    assert not visitor.barriers()
    receipt.click()
    visitor.heading("Receipt")
    expect(page.get_by_text("equal to what was charged")).to_be_visible()
    (channel,) = operator.call("GET", "/api/channel/")
    (key,) = [key for key in beginner.http.get("/api/token/").json()["data"] if key["name"] == "first key"]
    assert (channel["name"], key["unlimited_quota"]) == ("OpenAI", False)
    page.get_by_role("link", name="Dashboard").first.click()
    visitor.heading("Dashboard")


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
