"""What people do every day takes as many clicks, fields and requests as the table in docs/site.md says."""

import re
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from local.places import ROOT
from tests.browser.window import Seeds, Window
from tests.e2e.support import Account, Operator

ROW = re.compile(r"^\| ([^|]+?) \| (\d+) \+ (\d+), (\d+)", re.MULTILINE)
TABLE = (ROOT / "docs" / "site.md").read_text(encoding="utf-8").partition("## Compared")[2]
TOLD = {name: tuple(int(figure) for figure in figures) for name, *figures in ROW.findall(TABLE)}


@dataclass(slots=True)
class Counter:
    """Somebody at the dashboard, where all is loaded, and what they do from there."""

    page: Page
    customer: str
    request: str
    clicks: int = 0
    fields: int = 0
    requests: int = 0

    def press(self, target: Locator) -> None:
        target.click()
        self.clicks += 1

    def button(self, name: str) -> None:
        self.press(self.page.get_by_role("button", name=name, exact=True))

    def fill(self, target: Locator, text: str) -> None:
        target.fill(text)
        self.fields += 1

    def go(self, name: str) -> None:
        self.press(self.page.get_by_role("navigation", name="Menu").get_by_role("link", name=name, exact=True))
        expect(self.page.get_by_role("heading", level=1, name=name)).to_be_visible()

    def said(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()


def _hear(at: Counter, request: Request) -> None:
    at.requests += "/api/" in request.url


def make_a_key(at: Counter) -> None:
    at.go("Keys")
    at.press(at.page.get_by_role("link", name="New key").first)
    expect(at.page.get_by_role("heading", level=1, name="New key")).to_be_visible()
    at.fill(at.page.get_by_label("Name"), "laptop")
    at.fill(at.page.get_by_label("It may spend, in dollars"), "7")
    at.button("Make the key")
    at.press(at.page.get_by_role("dialog").get_by_role("button", name="Copy").first)
    at.said("Copied")


def explain_a_cost(at: Counter) -> None:
    at.go("Log")
    at.press(at.page.get_by_role("link", name="open the receipt").first)
    at.said("equal to what was charged")


def see_who_fails(at: Counter) -> None:
    at.go("Health")
    at.said("Last failure")


def disable(at: Counter) -> None:
    at.go("Users")
    at.button(f"Actions for {at.customer}")
    at.press(at.page.get_by_role("menuitem", name="Disable"))
    row = at.page.get_by_role("row").filter(has=at.page.get_by_text(at.customer, exact=True))
    expect(row).to_contain_text("Disabled")


def top_up(at: Counter) -> None:
    at.go("Users")
    at.button(f"Actions for {at.customer}")
    at.press(at.page.get_by_role("menuitem", name="Top up"))
    at.fill(at.page.get_by_label("Add, in dollars"), "20")
    at.press(at.page.get_by_role("dialog").get_by_role("button", name="Top up"))
    at.said("Added $20")


def price_a_model(at: Counter) -> None:
    at.press(at.page.get_by_role("navigation", name="Menu").get_by_role("link", name="Settings"))
    at.press(at.page.get_by_role("navigation", name="Sections of the settings").get_by_role("link", name="Prices"))
    at.fill(at.page.get_by_label("Find a model"), "gpt-4o-mini")
    at.button("Price of gpt-4o-mini")
    dialog = at.page.get_by_role("dialog")
    at.fill(dialog.get_by_label("Input, dollars per million tokens", exact=True), "0.30")
    at.fill(dialog.get_by_label("Output, dollars"), "1")
    at.button("Set")
    at.press(at.page.get_by_role("button", name="Save 2 changes"))
    at.said("Saved")


def export_a_month(at: Counter) -> None:
    at.go("Log")
    at.press(at.page.get_by_role("combobox", name="Since"))
    at.press(at.page.get_by_role("option", name="days…"))
    at.fill(at.page.get_by_label("From", exact=True), "2026-01-01")
    at.fill(at.page.get_by_label("Until", exact=True), "2026-01-31")
    with at.page.expect_download():
        at.button("Save as CSV")


def find_by_its_id(at: Counter) -> None:
    at.press(at.page.get_by_role("banner").get_by_role("button", name="Search"))
    at.fill(at.page.get_by_placeholder("Go to, make"), at.request)
    at.said(f"Receipt of {at.request}")
    at.page.keyboard.press("Enter")
    at.said("equal to what was charged")


TASKS: dict[str, Callable[[Counter], None]] = {
    "a new key with a budget": make_a_key,
    "why did this cost that": explain_a_cost,
    "which channel fails": see_who_fails,
    "disable a customer": disable,
    "raise a customer's balance": top_up,
    "the price of a model": price_a_model,
    "export a month": export_a_month,
    "find a request by its id": find_by_its_id,
}


@pytest.fixture
def counter(operator: Operator, customer: Account, seeds: Seeds, window: Window) -> Generator[Counter]:
    """Of root, at the dashboard; prices are as they were afterwards."""
    before = operator.options()
    window.page.goto(f"{window.visitor.url}/dashboard")
    window.visitor.heading("Dashboard")
    window.settle()
    counter = Counter(window.page, customer.name, seeds.request)
    hear = partial(_hear, counter)
    window.page.on("request", hear)
    yield counter
    window.page.remove_listener("request", hear)
    for name in ("ModelRatio", "CompletionRatio"):
        operator.option(name, before[name])


@pytest.mark.parametrize("task", TASKS)
def test_a_task_takes_what_the_table_says(task: str, counter: Counter, window: Window) -> None:
    TASKS[task](counter)
    window.settle()
    assert (counter.clicks, counter.fields, counter.requests) == TOLD[task]
