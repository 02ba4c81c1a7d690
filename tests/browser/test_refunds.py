"""An administrator gives back what a request cost, from its receipt; once, whoever asks."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewVisitor
from tests.browser.person import HANDS, Mouse, Person
from tests.e2e.support import Account, Operator


def balance(page: Page) -> str:
    """On the page of an account."""
    term = page.locator("dt", has_text=re.compile("^Balance$"))
    return (term.locator("xpath=following-sibling::dd").text_content() or "").strip()


@pytest.mark.parametrize("hand", HANDS)
def test_a_request_is_refunded_from_its_receipt_and_the_balance_is_back(
    hand: type[Person], administrator: Account, customer: Account, new_visitor: NewVisitor
) -> None:
    before = customer.quota()
    customer.chat()
    (entry,) = customer.settled(1)
    person = hand(new_visitor())
    page, account = person.page, f"/user/{customer.id}"
    person.visitor.open(account)
    person.visitor.sign_in(administrator)
    person.visitor.heading(customer.name)
    assert balance(page).startswith("$1,999.99")
    person.visitor.open(f"/log/{entry['request_id']}")
    person.press("Refund…")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(
        re.compile(rf"\$0\.0\d+ \({entry['quota']} quota\) goes back to the balance of {customer.name}")
    )
    assert person.visitor.barriers() == []
    person.write("Remark", "cut off by the provider")
    person.press("Give it back")
    expect(page.get_by_text("This request was refunded.")).to_be_visible()
    expect(page.get_by_role("button", name="Refund…")).to_have_count(0)
    expect(page.get_by_text(f"given back to {customer.name}")).to_be_visible()
    person.press("Open the refund in the log")
    person.visitor.heading("Log")
    row = page.locator("tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Refund")
    expect(row).to_contain_text(customer.name)
    expect(row).to_contain_text("cut off by the provider")
    link = row.get_by_role("link", name="Receipt")
    expect(link).to_have_attribute("href", f"/log/{entry['request_id']}")
    assert customer.quota() == before
    person.visitor.open(account)
    person.visitor.heading(customer.name)
    assert balance(page) == "$2,000.00"
    assert person.steps == 4


def test_a_charge_given_back_meanwhile_is_told_and_its_owner_sees_it_too(
    operator: Operator, administrator: Account, customer: Account, new_visitor: NewVisitor
) -> None:
    channel = operator.channel(customer.group, name="refunding", priority=10)
    customer.chat()
    (entry,) = customer.settled(1)
    owner, person = new_visitor(), Mouse(new_visitor())
    owner.open(f"/log/{entry['request_id']}")
    owner.sign_in(customer)
    expect(owner.page.get_by_text("equal to what was charged")).to_be_visible()
    expect(owner.page.get_by_role("button", name="Refund…")).to_have_count(0)
    person.visitor.open("/channel?q=refunding")
    person.visitor.sign_in(administrator)
    person.pick("Actions for refunding", "Log")
    person.page.wait_for_url(f"**/channel/{channel.id}?part=log")
    person.press("open the receipt")
    person.press("Refund…")
    given = operator.call("POST", "/api/log/refund", {"request_id": entry["request_id"]})
    person.press("Give it back")
    expect(person.page.get_by_text("It was refunded before; nothing changed now.")).to_be_visible()
    expect(person.page.get_by_text("This request was refunded.")).to_be_visible()
    owner.page.reload()
    expect(owner.page.get_by_text("This request was refunded.")).to_be_visible()
    owner.page.get_by_role("link", name="Open the refund in the log").click()
    expect(owner.page.locator("tbody tr")).to_have_count(1)
    (refund,) = operator.call("GET", f"/api/log?type=6&user_id={customer.id}")
    assert refund["request_id"] == given["request_id"]
