"""Root's settings: saved all or none, each refusal at its field, secrets never shown, nothing lost on leaving."""

from collections.abc import Generator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewVisitor
from tests.browser.person import Keyboard
from tests.browser.visitor import Visitor
from tests.e2e.support import Account, Operator


@pytest.fixture
def root(operator: Operator) -> Generator[Account]:
    account = operator.signed_up()
    operator.change_user(account.id, {"role": 100})
    yield account
    account.close()


def at_settings(visitor: Visitor, root: Account, section: str) -> None:
    visitor.open(f"/setting/{section}")
    visitor.sign_in(root)
    visitor.heading("Settings")


def test_one_refused_value_saves_nothing_and_is_told_at_its_field(
    operator: Operator, root: Account, new_visitor: NewVisitor
) -> None:
    before = operator.options()
    visitor = new_visitor()
    page = visitor.page
    at_settings(visitor, root, "channels")
    page.get_by_label("RetryTimes").fill("-1")
    page.get_by_label("ChannelBalanceThreshold").fill("2")
    page.get_by_role("button", name="Save 2 changes").click()
    expect(page.get_by_label("RetryTimes")).to_have_attribute("aria-invalid", "true")
    assert operator.options() == before
    page.get_by_label("RetryTimes").fill("2")
    page.get_by_role("button", name="Save 2 changes").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert operator.options()["RetryTimes"] == "2"
    page.get_by_role("button", name="Back to the default").first.click()
    page.get_by_role("button", name="Save 1 change").click()
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    operator.option("RetryTimes", before["RetryTimes"])
    operator.option("ChannelBalanceThreshold", before["ChannelBalanceThreshold"])


def test_a_refused_value_is_mended_by_keyboard_alone(
    operator: Operator, root: Account, new_visitor: NewVisitor
) -> None:
    before = operator.options()["RetryTimes"]
    person = Keyboard(new_visitor())
    field = person.page.get_by_label("RetryTimes")
    at_settings(person.visitor, root, "channels")
    person.write("RetryTimes", "-1")
    person.press("Save 1 change")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert operator.options()["RetryTimes"] == before
    person.write("RetryTimes", "2")
    person.press("Save 1 change")
    expect(person.page.get_by_text("Saved", exact=True)).to_be_visible()
    assert operator.options()["RetryTimes"] == "2"
    operator.option("RetryTimes", before)


def test_a_secret_is_replaced_and_never_shown(operator: Operator, root: Account, new_visitor: NewVisitor) -> None:
    visitor = new_visitor()
    page = visitor.page
    at_settings(visitor, root, "mail")
    page.get_by_role("button", name="Enter: MessagePusherToken").click()
    page.get_by_label("MessagePusherToken").fill("very-secret-words")
    page.get_by_role("button", name="Save 1 change").click()
    expect(page.get_by_role("button", name="Replace: MessagePusherToken")).to_be_visible()
    page.reload()
    visitor.heading("Settings")
    expect(page.get_by_role("button", name="Replace: MessagePusherToken")).to_be_visible()
    assert "very-secret-words" not in page.content()


def test_a_setting_is_found_from_every_section(root: Account, new_visitor: NewVisitor) -> None:
    visitor = new_visitor()
    at_settings(visitor, root, "general")
    sought, fields = visitor.page.get_by_placeholder("Search in all settings"), visitor.page.locator("main form")
    for words in ("RetryTimes", "retries", "失败重试次数"):
        sought.fill(words)
        expect(fields.get_by_role("textbox", name="Retries RetryTimes", exact=True)).to_be_visible()
        expect(fields.get_by_role("textbox")).to_have_count(1)
    sought.fill("turnstile")
    expect(visitor.page.get_by_role("switch", name="Turnstile check TurnstileCheckEnabled")).to_be_visible()
