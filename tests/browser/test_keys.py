"""From the sign-in to a key that works and to the receipt of its first request; by mouse, and by keyboard alone."""

import httpx
from playwright.sync_api import expect

from tests.browser.conftest import NewVisitor
from tests.browser.visitor import Visitor, password_of
from tests.e2e.support import CHAT, MODEL, Account, Operator, asking


def shown_key(visitor: Visitor) -> str:
    key = visitor.page.get_by_text("sk-", exact=False).first.text_content()
    assert key
    return key.strip()


def ask_with(operator: Operator, key: str) -> str:
    """One chat with a key; its request id."""
    with httpx.Client(base_url=operator.gateway.url, trust_env=False) as client:
        answer = client.post(CHAT, json=asking("hello"), headers={"authorization": f"Bearer {key}"})
    assert answer.status_code == 200, answer.text
    return answer.headers["x-oneapi-request-id"]


def test_a_key_is_made_used_and_its_cost_explained_with_the_mouse(
    operator: Operator, customer: Account, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/token")
    visitor.sign_in(customer)
    visitor.heading("Keys")
    page.get_by_role("link", name="New key").first.click()
    visitor.heading("New key")
    page.get_by_label("Name").fill("laptop")
    page.get_by_label("It may spend, in dollars").fill("2.50")
    page.get_by_role("button", name="Make the key").click()
    key = shown_key(visitor)
    page.get_by_role("button", name="Copy").first.click()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("link", name="laptop")).to_be_visible()
    expect(page.get_by_text("$2.50")).to_be_visible()
    request = ask_with(operator, key)
    page.get_by_role("link", name="Log", exact=True).click()
    visitor.heading("Log")
    page.get_by_role("link", name="open the receipt").first.click()
    visitor.heading("Receipt")
    assert page.url.endswith(request)
    expect(page.get_by_text("equal to what was charged")).to_be_visible()
    for term in ("Prompt", "Answer", "Rounded up once"):
        expect(page.get_by_role("cell").filter(has_text=term).locator("p")).not_to_be_empty()
    expect(page.get_by_text(MODEL, exact=True).first).to_be_visible()


def test_the_same_by_keyboard_alone(operator: Operator, customer: Account, new_visitor: NewVisitor) -> None:
    visitor = new_visitor()
    keyboard = visitor.page.keyboard
    visitor.open("/token")
    expect(visitor.page.get_by_label("Name or mail address")).to_be_focused()
    keyboard.type(customer.name)
    keyboard.press("Tab")
    keyboard.type(password_of(customer))
    keyboard.press("Enter")
    visitor.heading("Keys")
    visitor.tab_to("New key")
    keyboard.press("Enter")
    expect(visitor.page.get_by_label("Name")).to_be_focused()
    keyboard.type("by keys")
    keyboard.press("Enter")
    key = shown_key(visitor)
    visitor.tab_to("Copy", "button")
    keyboard.press("Enter")
    visitor.tab_to("Done")
    keyboard.press("Enter")
    visitor.heading("Keys")
    ask_with(operator, key)
    visitor.tab_to("Log", "a")
    keyboard.press("Enter")
    visitor.heading("Log")
    visitor.tab_to("open the receipt")
    keyboard.press("Enter")
    visitor.heading("Receipt")


def test_closing_the_sheet_of_a_key_that_nobody_copied_asks_first(customer: Account, new_visitor: NewVisitor) -> None:
    visitor = new_visitor()
    visitor.open("/token/add")
    visitor.sign_in(customer)
    visitor.page.get_by_label("Name").fill("lost")
    visitor.page.keyboard.press("Enter")
    visitor.page.get_by_role("button", name="Done").click()
    expect(visitor.page.get_by_text("You have not copied the key")).to_be_visible()
    asked = visitor.page.get_by_role("dialog").filter(has_text="You have not copied the key")
    assert not visitor.barriers()
    asked.get_by_role("button", name="Cancel").click()
    expect(visitor.page.get_by_text("You have not copied the key")).to_have_count(0)
