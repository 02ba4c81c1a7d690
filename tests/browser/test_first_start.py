"""From the first start of a gateway to the receipt of its first request, with either hand; what it takes is counted."""

import json
import time
from collections.abc import Generator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import MANY, NewVisitor
from tests.browser.person import HANDS, Person
from tests.e2e.conftest import AT_ONCE, operating
from tests.e2e.support import Operator
from tests.fakes.upstream import UpstreamProcess

STEPS = 9  # pressed and written, the sign-in among them
A_MINUTE = 60  # seconds


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory, upstream: UpstreamProcess) -> Generator[Operator]:
    """Root at a gateway of its own, where nothing was set up."""
    yield from operating(tmp_path_factory.mktemp("first"), upstream, AT_ONCE | MANY)


@pytest.mark.parametrize("hand", HANDS)
def test_root_comes_from_the_first_page_to_the_first_receipt(
    hand: type[Person], operator: Operator, new_visitor: NewVisitor
) -> None:
    prices = json.loads(operator.options()["ModelRatio"])
    operator.option("ModelRatio", json.dumps(prices | {"fake": 1}))
    for row in operator.call("GET", "/api/channel/") or []:
        operator.call("DELETE", f"/api/channel/{row['id']}")  # of the other hand
    person = hand(new_visitor())
    person.visitor.open("/")
    begun = time.monotonic()
    person.press("Sign in")
    person.visitor.heading("Sign in")
    person.write("Name or mail address", "root")
    person.write("Password", operator.gateway.root_password)
    person.page.keyboard.press("Enter")
    person.visitor.heading("Welcome")
    person.write(
        "Paste anything", f"OPENAI_API_KEY=sk-proj-0123456789abcdef OPENAI_BASE_URL={operator.upstream.url}/v1"
    )
    person.press("Try it")
    expect(person.page.get_by_text("OpenAI answers: ")).to_be_visible()
    person.press("Make the channel and the key")
    person.press("Send a first request")
    expect(person.page.get_by_text("equal to what was charged")).to_be_visible()
    person.press("Copy")
    person.press("Open the receipt")
    person.visitor.heading("Receipt")
    assert person.steps <= STEPS
    assert time.monotonic() - begun < A_MINUTE
