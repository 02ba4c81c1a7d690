"""Addresses that people kept from other gateways' sites lead on, with query and hash."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import NewVisitor
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
