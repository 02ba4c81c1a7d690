"""A question on the page: the answer streams in each dialect, and costs what its receipt says."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewVisitor
from tests.e2e.support import Account

DIALECTS = ("Chat (OpenAI)", "Responses (OpenAI)", "Messages (Anthropic)", "Gemini")


def test_a_question_is_answered_in_every_dialect_and_its_receipt_opens(
    customer: Account, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/playground")
    visitor.sign_in(customer)
    for number, dialect in enumerate(DIALECTS, start=1):
        page.get_by_role("combobox", name="Asked in").click()
        page.get_by_role("option", name=dialect).click()
        page.get_by_label("Question").fill(f"Question {number}")
        page.get_by_role("button", name="Send").first.click()
        expect(page.get_by_role("link", name="cost $")).to_have_count(number)
    assert not visitor.barriers()
    page.get_by_role("link", name="cost $").last.click()
    visitor.heading("Receipt")
    expect(page.get_by_text("equal to what was charged")).to_be_visible()


@pytest.mark.parametrize("asked", ["{ no JSON", '{"model": "nobody-has-this", "input": "x"}'])
def test_what_is_refused_says_why(asked: str, customer: Account, new_visitor: NewVisitor) -> None:
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/playground")
    visitor.sign_in(customer)
    page.get_by_text("Embeddings, pictures, speech and more").click()
    page.get_by_label("POST /v1/embeddings").fill(asked)
    page.get_by_role("button", name="Send").last.click()
    expect(page.get_by_role("alert").last).to_be_visible()
    visitor.tolerate("Failed to load resource")
