"""What the operator announces: written in the settings, told once, and in the bell afterwards."""

from collections.abc import Generator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewVisitor
from tests.e2e.support import Account, Operator


@pytest.fixture
def root(operator: Operator, administrator: Account) -> Generator[Account]:
    """Whose announcements and notice are gone afterwards."""
    operator.change_user(administrator.id, {"role": 100})
    yield administrator
    operator.option("Notice", "")
    for row in operator.call("GET", "/api/announcement/all"):
        operator.call("DELETE", f"/api/announcement/{row['id']}")


def test_root_announces_and_the_bell_rings_until_it_was_read(root: Account, new_visitor: NewVisitor) -> None:
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/setting/content")
    visitor.sign_in(root)
    page.get_by_role("button", name="New announcement").click()
    page.get_by_label("Title").fill("Maintenance on Sunday")
    page.get_by_label("Text", exact=True).fill("From **two** to three.")
    page.get_by_label("From (empty: at once)").fill("2026-01-01T10:00")
    page.get_by_label("Until (empty: for good)").fill("2026-01-01T09:00")
    page.get_by_role("button", name="Save the announcement").click()
    expect(page.get_by_text("It would end before it begins.")).to_be_visible()
    page.get_by_label("Until (empty: for good)").fill("2099-01-01T09:00")
    assert not visitor.barriers()
    page.get_by_role("button", name="Save the announcement").click()
    expect(page.get_by_role("row").filter(has_text="Maintenance on Sunday")).to_contain_text("Now")
    page.get_by_role("button", name="Announcements, 1 new").click()
    expect(page.get_by_role("article").filter(has_text="From two to three.")).to_be_visible()
    assert not visitor.barriers()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Announcements, none new")).to_be_focused()
    page.get_by_role("button", name="Delete: Maintenance on Sunday").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Nothing is announced.")).to_be_visible()


def test_a_notice_is_told_once_and_takes_no_focus_from_a_form(
    operator: Operator, root: Account, customer: Account, new_visitor: NewVisitor
) -> None:
    operator.option("Notice", "We **move** on Monday.")
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/token/add")
    visitor.sign_in(customer)
    dialog = page.get_by_role("dialog", name="Notice")
    expect(dialog).to_contain_text("We move on Monday.")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("laptop")
    expect(page.get_by_label("Name")).to_have_value("laptop")
    assert not visitor.barriers()
    dialog.get_by_role("button", name="Got it").click()
    expect(page.get_by_text("We move on Monday.")).to_have_count(0)
    visitor.open("/topup")
    expect(page.get_by_text("Nobody came by it yet.")).to_be_visible()
    expect(page.get_by_role("complementary", name="Notice")).to_have_count(0)
    page.get_by_role("button", name="Announcements, none new").click()
    expect(page.get_by_role("article")).to_contain_text("We move on Monday.")


def test_an_administrator_saves_the_usage_as_a_file(administrator: Account, new_visitor: NewVisitor) -> None:
    visitor = new_visitor()
    visitor.open("/usage?by=channel")
    visitor.sign_in(administrator)
    with visitor.page.expect_download() as saving:
        visitor.page.get_by_role("button", name="Save as CSV").click()
    assert saving.value.suggested_filename == "usage-by-channel.csv"
