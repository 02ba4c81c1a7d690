"""Addresses that people kept from other gateways' sites lead on, with query and hash."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import NewVisitor
from tests.browser.person import Keyboard
from tests.browser.visitor import password_of
from tests.e2e.support import Account

LEADS = {
    "/panel": "/dashboard",
    "/panel/log?model_name=gpt-4o": "/log?model_name=gpt-4o",
    "/console/token?q=first#x": "/token?q=first#x",
    "/keys/": "/token",
    "/user/edit": "/profile",
    "/model_price?q=gpt": "/pricing?q=gpt",
}


def test_kept_addresses_lead_to_the_same_page_here(customer: Account, new_visitor: NewVisitor) -> None:
    visitor = new_visitor()
    visitor.open("/sign-in?next=/wallet")
    visitor.sign_in(customer)
    expect(visitor.page).to_have_url(re.compile("/topup$"))
    for path, page in LEADS.items():
        visitor.open(path)
        expect(visitor.page).to_have_url(visitor.url + page)
        expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
    visitor.open(f"/token/edit/{customer.token_id}")
    expect(visitor.page).to_have_url(f"{visitor.url}/token/{customer.token_id}")


def test_a_kept_address_leads_on_after_signing_in_by_keyboard_alone(customer: Account, new_visitor: NewVisitor) -> None:
    person = Keyboard(new_visitor())
    person.visitor.open(f"/sign-in?next=/token/edit/{customer.token_id}")
    person.write("Name or mail address", customer.name)
    person.write("Password", password_of(customer))
    person.page.keyboard.press("Enter")
    expect(person.page).to_have_url(f"{person.visitor.url}/token/{customer.token_id}")
    expect(person.page.get_by_label("Name or mail address")).to_have_count(0)
    expect(person.page.get_by_label("Networks")).to_be_visible()
    person.write("Name", "kept")  # the page is there for the keyboard, too
    person.press("Save")
    expect(person.page.get_by_text("Saved", exact=True)).to_be_visible()
