"""How somebody signs in, changed on the page for it: a second factor, a passkey of a virtual authenticator, a token."""

import time

from playwright.sync_api import expect

from gateway.security import totp
from tests.browser.conftest import NewVisitor
from tests.browser.person import Keyboard
from tests.browser.visitor import password_of
from tests.e2e.support import Account


def test_a_second_factor_is_switched_on_and_asked_for(customer: Account, new_visitor: NewVisitor) -> None:
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/profile/security")
    visitor.sign_in(customer)
    page.get_by_role("button", name="Switch on").click()
    secret = page.get_by_role("dialog").locator("code").text_content()
    assert secret
    page.get_by_label("Code").fill(totp.code_at(secret, int(time.time()) // totp.STEP))
    page.get_by_role("dialog").get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("heading", name="Backup codes")).to_be_visible()
    backup = (page.get_by_role("dialog").locator("code").text_content() or "").split()
    assert len(backup) == 10
    page.get_by_role("button", name="Done").last.click()
    expect(page.get_by_text("10 backup codes are left")).to_be_visible()
    other = new_visitor()
    other.open("/dashboard")
    other.page.locator("input[autocomplete^=username]").fill(customer.name)
    other.page.locator("input[type=password]").fill(password_of(customer))
    other.page.keyboard.press("Enter")
    other.page.get_by_label("Code").fill(backup[0])
    other.page.keyboard.press("Enter")
    other.heading("Dashboard")


def test_a_passkey_is_made_and_signs_in_without_a_password(customer: Account, new_visitor: NewVisitor) -> None:
    visitor = new_visitor()
    page = visitor.page
    visitor.with_authenticator()
    visitor.open("/profile/security")
    visitor.sign_in(customer)
    page.get_by_label("Name of the device").fill("laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("laptop", exact=True)).to_be_visible()
    page.get_by_role("button", name=customer.name).click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("laptop", exact=True)).to_be_visible()


def test_a_passkey_is_made_and_signs_in_by_keyboard_alone(customer: Account, new_visitor: NewVisitor) -> None:
    person = Keyboard(new_visitor())
    device = person.page.get_by_text("laptop", exact=True)
    person.visitor.with_authenticator()
    person.visitor.open("/profile/security")
    person.visitor.sign_in(customer)
    person.visitor.heading("Security")
    person.write("Name of the device", "laptop")
    person.press("Add a passkey")
    expect(device).to_be_visible()
    person.pick(customer.name, "Sign out")
    person.press("Sign in with a passkey")
    expect(device).to_be_visible()


def test_an_access_token_is_shown_once(customer: Account, new_visitor: NewVisitor) -> None:
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/profile/security")
    visitor.sign_in(customer)
    page.get_by_role("button", name="Make one").click()
    token = page.locator("code").first.text_content()
    assert token and len(token) >= 32
    expect(page.get_by_text("This is the only time that it is shown.")).to_be_visible()
    page.reload()
    visitor.heading("Security")
    expect(page.get_by_role("button", name="Make a new one")).to_be_visible()
    expect(page.get_by_text(token)).to_have_count(0)
