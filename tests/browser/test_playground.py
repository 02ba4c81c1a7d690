"""A question on the page: the answer streams in each dialect, and costs what its receipt says."""

import base64
import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewVisitor
from tests.browser.visitor import Visitor
from tests.e2e.support import MODEL, Account, Operator

DIALECTS = ("Chat", "Responses", "Messages", "Gemini")
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
DROP = """async ([target, data]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const files = new DataTransfer();
  files.items.add(new File([bytes], 'dot.png', { type: 'image/png' }));
  const options = { bubbles: true, cancelable: true };
  target.dispatchEvent(new ClipboardEvent('paste', { ...options, clipboardData: files }));
}"""


def opened(visitor: Visitor, account: Account, query: str = "") -> Page:
    visitor.open(f"/playground{query}")
    visitor.sign_in(account)
    visitor.heading("Playground")
    return visitor.page


def ask(page: Page, text: str) -> None:
    page.get_by_label("Question").fill(text)
    page.get_by_role("button", name="Send").click()


def paste_picture(page: Page) -> None:
    page.evaluate(DROP, [page.get_by_label("Question").element_handle(), base64.b64encode(DOT).decode()])
    expect(page.get_by_role("button", name="Remove picture 1")).to_be_visible()


def test_a_question_with_a_picture_is_answered_in_every_dialect_and_its_receipt_opens(
    customer: Account, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor()
    page = opened(visitor, customer)
    for number, dialect in enumerate(DIALECTS, start=1):
        page.get_by_role("tab", name=dialect).click()
        paste_picture(page)
        ask(page, f"Question {number}")
        expect(page.get_by_role("link", name="cost $")).to_have_count(number)
        expect(page.get_by_role("img", name="Picture 1")).to_have_count(number)
    assert not visitor.barriers()
    page.get_by_text("Request and response").first.click()
    page.get_by_role("button", name="Copy as curl").first.click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("curl -N '") and "Bearer sk-…" in copied and "image_url" in copied
    page.reload()
    visitor.heading("Playground")
    expect(page.get_by_role("link", name="cost $")).to_have_count(4)
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.includes('playground'))") == []
    page.get_by_role("link", name="cost $").last.click()
    visitor.heading("Receipt")
    expect(page.get_by_text("equal to what was charged")).to_be_visible()


def test_two_models_answer_side_by_side_and_a_stopped_answer_ends_where_it_was(
    operator: Operator, customer: Account, new_visitor: NewVisitor
) -> None:
    operator.channel(customer.group, models="gpt-4o")
    visitor = new_visitor(width=390, scheme="dark")
    page = opened(visitor, customer, f"?model={MODEL}")
    page.get_by_role("combobox", name="Beside it").click()
    page.get_by_role("option", name="gpt-4o", exact=True).click()
    ask(page, "Which of you?")
    for model in (MODEL, "gpt-4o"):
        talk = page.get_by_role("region", name=f"With {model}", exact=True)
        expect(talk.get_by_role("link", name="cost $")).to_have_count(1)
    assert not visitor.barriers()
    page.get_by_role("button", name="Begin anew").click()
    expect(page.get_by_role("link", name="cost $")).to_have_count(0)
    ask(page, "Slowly: @@fake chunks=200 delay_ms=200@@")
    expect(page.get_by_text("word1").first).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    expect(page.get_by_text("word199")).to_have_count(0)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_what_is_no_chat_is_asked_with_a_body_or_a_file(
    operator: Operator, customer: Account, new_visitor: NewVisitor
) -> None:
    models = "text-embedding-3-small,whisper-1,tts-1,dall-e-3"
    operator.channel(customer.group, models=models)
    visitor = new_visitor()
    page = opened(visitor, customer, "?tab=embeddings&model=text-embedding-3-small")
    body = page.get_by_label("POST /v1/embeddings")
    body.fill('{"model": "text-embedding-3-small", "input": "a word of mine"}')
    for model in (MODEL, "text-embedding-3-small"):
        page.get_by_role("combobox", name="Model").click()
        page.get_by_role("option", name=model, exact=True).click()
        expect(body).to_have_value(f'{{"model": "{model}", "input": "a word of mine"}}')
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("region", name="What came")).to_contain_text('"embedding"')
    expect(page.get_by_role("link", name="cost $")).to_be_visible()
    visitor.open("/playground?tab=images&model=dall-e-3")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("link", name="cost $")).to_be_visible()
    visitor.open("/playground?tab=transcription&model=whisper-1")
    page.get_by_label("Sound to POST /v1/audio/transcriptions").set_input_files(
        {"name": "sound.wav", "mimeType": "audio/wav", "buffer": silence()}
    )
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("region", name="What came")).to_contain_text('"text"')
    assert not visitor.barriers()


def silence() -> bytes:
    """A tenth of a second of it."""
    data = bytes(1600)
    head = b"RIFF" + (36 + len(data)).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    form = b"\x01\x00\x01\x00" + (8000).to_bytes(4, "little") + (16000).to_bytes(4, "little") + b"\x02\x00\x10\x00"
    return head + form + b"data" + len(data).to_bytes(4, "little") + data


@pytest.mark.parametrize("asked", ["{ no JSON", json.dumps({"model": "nobody-has-this", "input": "x"})])
def test_what_is_refused_says_why(asked: str, customer: Account, new_visitor: NewVisitor) -> None:
    visitor = new_visitor()
    page = opened(visitor, customer, "?tab=embeddings")
    page.get_by_label("POST /v1/embeddings").fill(asked)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert").last).to_be_visible()
    visitor.tolerate("Failed to load resource")


def test_the_operators_chat_site_is_in_a_frame_without_a_key(
    operator: Operator, customer: Account, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor()
    page = visitor.page
    page.context.route("https://chat.example/**", lambda route: route.fulfill(body="a chat", content_type="text/plain"))
    visitor.open("/chat")
    visitor.sign_in(customer)
    expect(page.get_by_text("The operator has set no chat site.")).to_be_visible()
    before = operator.options()["ChatLink"]
    operator.option("ChatLink", "https://chat.example/?key={key}&url={address}")
    try:
        page.reload()
        frame = page.frame_locator("iframe[title='Chat site']")
        expect(frame.get_by_text("a chat")).to_be_visible()
        assert page.locator("iframe").get_attribute("src") == "https://chat.example/"
        assert not visitor.barriers()
    finally:
        operator.option("ChatLink", before)
