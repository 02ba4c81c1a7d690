"""What is around every page: the menu where it is narrow."""

from playwright.sync_api import expect

from tests.browser.conftest import NewVisitor
from tests.e2e.support import Account


def test_where_it_is_narrow_a_button_opens_the_places(customer: Account, new_visitor: NewVisitor) -> None:
    visitor = new_visitor(width=390)
    visitor.open("/token")
    visitor.sign_in(customer)
    visitor.heading("Keys")
    button = visitor.page.get_by_role("banner").get_by_role("button", name="Menu")
    box = button.bounding_box()
    assert box is not None and min(box["width"], box["height"]) >= 24
    button.click()
    visitor.page.get_by_role("link", name="Log", exact=True).click()
    visitor.heading("Log")
    expect(visitor.page.get_by_role("dialog")).to_have_count(0)
