"""What administrators give, and what customers redeem, on the pages for it."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import NewVisitor
from tests.e2e.support import Account, Operator


def test_a_code_that_an_administrator_makes_is_redeemed_by_a_customer_once(
    customer: Account, administrator: Account, new_visitor: NewVisitor
) -> None:
    maker = new_visitor()
    maker.open("/redemption")
    maker.sign_in(administrator)
    maker.heading("Codes")
    maker.page.get_by_role("link", name="New codes").first.click()
    maker.heading("New codes")
    maker.page.get_by_label("Name").fill("autumn")
    maker.page.get_by_label("Worth of each").fill("3")
    maker.page.get_by_role("button", name="Make the codes").click()
    code = maker.page.get_by_role("dialog").get_by_text(re.compile("^[0-9a-f]{32}$")).text_content()
    assert code
    before = customer.quota()
    redeemer = new_visitor()
    redeemer.open("/topup")
    redeemer.sign_in(customer)
    redeemer.page.get_by_label("Code").fill(f"  {code} ")
    redeemer.page.get_by_role("button", name="Redeem").click()
    expect(redeemer.page.get_by_text("Added $3.00")).to_be_visible()
    assert customer.quota() == before + 1_500_000
    redeemer.page.get_by_label("Code").fill(code)
    redeemer.page.get_by_role("button", name="Redeem").click()
    expect(redeemer.page.get_by_role("alert").first).to_be_visible()
    assert customer.quota() == before + 1_500_000


def test_an_account_is_found_topped_up_and_disabled(
    operator: Operator, customer: Account, administrator: Account, new_visitor: NewVisitor
) -> None:
    before = customer.quota()
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/user")
    visitor.sign_in(administrator)
    page.get_by_placeholder("Search by name or mail").fill(customer.name)
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name=f"Actions for {customer.name}", exact=True).click()
    page.get_by_role("menuitem", name="Top up").click()
    page.get_by_label("Add, in dollars").fill("0.50")
    page.get_by_role("dialog").get_by_role("button", name="Top up").click()
    expect(page.get_by_text(f"Added $0.50 for {customer.name}")).to_be_visible()
    assert customer.quota() == before + 250_000
    page.get_by_role("button", name=f"Actions for {customer.name}", exact=True).click()
    page.get_by_role("menuitem", name="Disable").click()
    expect(page.get_by_role("cell", name="Disabled")).to_be_visible()
    assert operator.user_row(customer.id)["status"] == 2
