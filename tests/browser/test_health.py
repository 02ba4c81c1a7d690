"""How channels and models are doing, hour by hour, on pages for administrators and for everybody."""

import time
from collections.abc import Generator
from typing import Any

import pytest
from playwright.sync_api import expect

from gateway.store.client.expressions import Change, change
from gateway.store.money.health_keys import health_of
from tests.browser.conftest import NewVisitor
from tests.e2e.support import MODEL, TABLES, Account, Channel, Operator

HOUR, ENOUGH = 3600, 60  # seconds, and how many of them the longest of these tests takes at most


def happened(operator: Operator, **entry: Any) -> None:
    """Count an entry as the job that adds up does."""
    found = health_of({"created_at": int(time.time()), "prompt_tokens": 100, "quota": 9, **entry})
    for one in found:
        what = Change(adds=one.adds, sets=one.sets)
        operator.write([change(TABLES.usage, {"owner": one.owner, "day_model": one.key}, what)])


@pytest.fixture
def busy(operator: Operator) -> Generator[Channel]:
    """A channel that answered three times this hour, once two hours ago, and failed once."""
    left = HOUR - time.time() % HOUR
    if left < ENOUGH:  # what is "this hour" here would be the one before when a page is read
        time.sleep(left)
    channel = operator.channel("busy")
    details = {"requested_model": MODEL, "group": "busy", "ttft": 450}
    answered: dict[str, Any] = {"type": 2, "channel_id": channel.id, "elapsed_time": 900, "details": details}
    for _ in range(3):
        happened(operator, **answered)
    happened(operator, **answered | {"created_at": int(time.time()) - 7200})
    attempt = {"channel": channel.id, "kind": "server", "text": "on fire at acme"}
    failed = {"kind": "server", "group": "busy", "attempts": [attempt]}
    happened(operator, type=8, model_name=MODEL, details=failed)
    yield channel
    channel.change(status=2)
    operator.option("PublicStatus", "users")


def test_an_administrator_reads_a_channel_hour_by_hour_by_keyboard(
    busy: Channel, administrator: Account, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor()
    visitor.open("/health")
    visitor.sign_in(administrator)
    visitor.heading("Health")
    name = busy.operator.channel_row(busy.id)["name"]
    row = visitor.page.get_by_role("row").filter(has=visitor.page.get_by_role("link", name=name, exact=True))
    expect(row).to_contain_text("80%of 5 requestsp50 500 msp95 500 ms")
    expect(row).to_contain_text("on fire at acme")
    strip = row.get_by_role("slider", name=f"{name}, the last 24 hours")
    strip.focus()
    expect(row.get_by_text("75% of 4 requests went well")).to_be_visible()
    for _ in range(2):
        visitor.page.keyboard.press("ArrowLeft")
    expect(row.get_by_text("100% of 1 request went well")).to_be_visible()
    visitor.page.keyboard.press("Home")
    expect(row.get_by_text("nobody asked")).to_be_visible()


def test_a_customer_may_not_open_the_health_of_channels(customer: Account, new_visitor: NewVisitor) -> None:
    visitor = new_visitor()
    visitor.open("/health")
    visitor.sign_in(customer)
    expect(visitor.page.get_by_text("Only administrators may open this page.")).to_be_visible()


def test_everybody_sees_how_models_are_doing_and_nothing_of_channels(
    operator: Operator, busy: Channel, new_visitor: NewVisitor
) -> None:
    operator.option("PublicStatus", "all")
    visitor = new_visitor()
    visitor.open("/status?q=busy")
    visitor.heading("Status")
    row = visitor.page.get_by_role("row").filter(has_text=MODEL)
    expect(row).to_contain_text("80%500 ms")
    row.get_by_role("slider").focus()
    expect(row.get_by_text("75% went well")).to_be_visible()
    expect(visitor.page.get_by_text("acme")).to_have_count(0)
    visitor.page.get_by_label("Search by model or group").fill("no such")
    visitor.page.get_by_role("button", name="Find").click()
    expect(visitor.page.get_by_text("Nothing matches.")).to_be_visible()


def test_who_may_not_see_the_status_is_led_to_the_way_in(operator: Operator, new_visitor: NewVisitor) -> None:
    operator.option("PublicStatus", "users")
    visitor = new_visitor()
    visitor.open("/status")
    expect(visitor.page.get_by_text("shown to who is signed in")).to_be_visible()
    assert visitor.page.get_by_role("main").get_by_role("link", name="Sign in").get_attribute("href") == (
        "/login?next=%2Fstatus"
    )
