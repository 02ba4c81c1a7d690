"""Lists: their filters stand in the address and as chips, and wait behind a button where it is narrow."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import NewVisitor
from tests.e2e.support import Account


def test_what_is_filtered_stands_in_the_address_and_is_taken_off_again(
    customer: Account, new_visitor: NewVisitor
) -> None:
    customer.chat()
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/log")
    visitor.sign_in(customer)
    visitor.heading("Log")
    page.get_by_label("Model", exact=True).fill("no-such-model")
    expect(page.get_by_text("Nothing matches.")).to_be_visible()
    assert "model_name=no-such-model" in page.url
    assert visitor.barriers() == []
    page.get_by_role("button", name="Take off the filter Model: no-such-model").click()
    expect(page.get_by_role("link", name="open the receipt")).to_be_visible()
    expect(page.get_by_label("Model", exact=True)).to_have_value("")
    assert "model_name" not in page.url


def test_where_it_is_narrow_filters_wait_behind_a_button_that_counts_them(
    customer: Account, new_visitor: NewVisitor
) -> None:
    customer.chat()
    visitor = new_visitor(width=390)
    page = visitor.page
    visitor.open("/log?token_name=first&model_name=gpt-4o-mini")
    visitor.sign_in(customer)
    visitor.heading("Log")
    button = page.get_by_role("button", name="Filters (2)")
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_label("Model", exact=True)).to_be_hidden()
    button.click()
    expect(page.get_by_label("Model", exact=True)).to_have_value("gpt-4o-mini")
    assert visitor.barriers() == []
    page.get_by_role("button", name="Clear the filters").click()
    expect(page.get_by_role("button", name=re.compile("^Filters$"))).to_be_visible()
    assert "=" not in page.url


def test_a_list_goes_on_and_comes_back_also_for_who_came_by_a_link(customer: Account, new_visitor: NewVisitor) -> None:
    for _ in range(21):
        customer.chat()
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/log")
    visitor.sign_in(customer)
    visitor.heading("Log")
    page.get_by_role("button", name="Older").click()
    page.wait_for_url("**cursor=**")
    expect(page.get_by_role("row")).to_have_count(3)  # with its head, and the balance that was given
    page.reload()
    visitor.heading("Log")
    page.get_by_role("button", name="Newer").click()
    expect(page.get_by_role("row")).to_have_count(21)
    assert "cursor" not in page.url
