"""An account on its page for administrators, and one's own: sessions, other ways in, and the end of it."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import NewVisitor
from tests.browser.visitor import password_of
from tests.e2e.support import Account, Operator


def test_an_account_has_its_facts_a_note_its_usage_and_its_log(
    operator: Operator, administrator: Account, new_visitor: NewVisitor
) -> None:
    operator.change_user(administrator.id, {"role": 100})
    other = operator.signed_up()
    operator.channel(other.group)
    other.chat()
    other.settled(1)
    other.close()
    visitor = new_visitor()
    page = visitor.page
    visitor.open(f"/user/{other.id}")
    visitor.sign_in(administrator)
    visitor.heading(other.name)
    page.get_by_label("Note").fill("pays by invoice")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved")).to_be_visible()
    assert operator.call("GET", f"/api/user/{other.id}")["note"] == "pays by invoice"
    page.get_by_role("button", name="Delete the passkeys").click()
    page.get_by_role("dialog").get_by_role("button", name="Take off").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert visitor.barriers() == []
    page.get_by_role("tab", name="Usage").click()
    page.wait_for_url("**part=usage**")
    expect(page.get_by_text("By model, 30 days")).to_be_visible()
    assert visitor.barriers() == []
    page.get_by_role("tab", name="Log").click()
    expect(page.get_by_role("link", name="open the receipt")).to_be_visible()
    visitor.open("/audit")
    page.get_by_role("button", name=re.compile("Open DELETE .*passkey")).first.click()
    expect(page.get_by_role("dialog").get_by_text('"request_id"')).to_be_visible()
    assert visitor.barriers() == []


def test_sessions_elsewhere_are_ended_and_an_account_is_deleted_by_its_name(
    operator: Operator, new_visitor: NewVisitor
) -> None:
    account = operator.signed_up()
    credentials = {"username": account.name, "password": password_of(account)}
    with operator.connect() as http:
        http.post("/api/user/login", json=credentials, headers={"x-forwarded-for": "10.8.8.8"})
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/profile/sessions")
    visitor.sign_in(account)
    visitor.heading("Where you are signed in")
    sessions = page.get_by_role("table", name="Where you are signed in")
    expect(sessions.get_by_text("This one")).to_be_visible()
    assert sessions.get_by_role("button").count() >= 1
    assert visitor.barriers() == []
    page.get_by_role("button", name="End all others").click()
    expect(sessions.get_by_role("button")).to_have_count(0)
    page.get_by_role("link", name="Security", exact=True).click()
    visitor.heading("Security")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("button", name="Send a code")).to_be_disabled()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Delete the account").click()
    question = page.get_by_role("dialog", name=f"Delete the account {account.name}?")
    expect(question.get_by_role("button", name="Delete the account")).to_be_disabled()
    question.get_by_label(f"Type {account.name} to go on").fill(account.name)
    question.get_by_role("button", name="Delete the account").click()
    expect(page.locator("input[autocomplete^=username]")).to_be_visible()
    assert not operator.call("GET", f"/api/user/search?keyword={account.name}")
    account.close()
