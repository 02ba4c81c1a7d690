"""A request that nobody could serve is in the log with its cause; its channels are for administrators only."""

from playwright.sync_api import expect

from tests.browser.conftest import NewVisitor
from tests.e2e.support import Account, Operator


def test_customers_see_that_it_failed_and_administrators_where(
    operator: Operator, customer: Account, administrator: Account, new_visitor: NewVisitor
) -> None:
    operator.channel(customer.group, name="broken way", base_url="http://127.0.0.1:9", models="gpt-4o")
    assert customer.chat(model="gpt-4o").status_code >= 500
    visitor = new_visitor()
    visitor.open("/log?type=8")
    visitor.sign_in(customer)
    visitor.heading("Log")
    expect(visitor.page.get_by_text("gpt-4o").first).to_be_visible()
    expect(visitor.page.get_by_text("broken way")).to_have_count(0)
    other = new_visitor()
    other.open("/log?type=8&all=1")
    other.sign_in(administrator)
    other.page.get_by_text("channel tried").first.click()
    expect(other.page.get_by_text("broken way").first).to_be_visible()
    assert not other.barriers()
