"""Every form against everything that an answer can be: what was typed stays, and one sentence says what to do."""

import re
from collections.abc import Generator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.forms import FORMS, OTHERS, SiteForm, forms
from tests.browser.visitor import Visitor
from tests.browser.weather import FAULTS, LATE, LATER, SIGNED_OUT, Fault, refused_field, weather
from tests.browser.window import Seeds, Window
from tests.e2e.support import Operator


@pytest.fixture(scope="module")
def strange_window(chromium: Browser, operator: Operator) -> Generator[Window]:
    """Of nobody."""
    visitor = Visitor(chromium, operator.gateway.url, width=1280, scheme="light", language="en-US")
    visitor.page.clock.install()
    visitor.open("/login")
    yield Window(visitor)
    visitor.close()


def test_every_form_of_the_site_has_a_row_in_the_table_of_forms() -> None:
    missing = forms() - FORMS.keys() - OTHERS.keys()
    assert not missing, f"tests/browser/forms.py: add a row to FORMS, or a reason to OTHERS, for {sorted(missing)}"
    assert FORMS.keys() | OTHERS.keys() <= forms(), "a row for a form that is no more"


@pytest.mark.parametrize("form", [name for name, form in FORMS.items() if form.who == "root"])
def test_what_was_typed_stays_whatever_becomes_of_sending_it(form: str, window: Window, seeds: Seeds) -> None:
    meets_everything(window, FORMS[form], seeds)


@pytest.mark.parametrize("form", [name for name, form in FORMS.items() if form.who == "nobody"])
def test_so_does_what_somebody_typed_who_comes_in(form: str, strange_window: Window, seeds: Seeds) -> None:
    meets_everything(strange_window, FORMS[form], seeds)
    assert not strange_window.visitor.complaints()


def meets_everything(window: Window, row: SiteForm, seeds: Seeds) -> None:
    window.go("/dashboard" if row.who == "root" else "/about")
    window.go(seeds.fill(row.at))
    for button in row.opens:
        window.page.get_by_role("button", name=button, exact=True).click()
    if row.dialog:
        expect(window.page.get_by_role("dialog")).to_be_visible()
    for label, text in row.fill.items():
        box(place(window), label).fill(text)
    for fault in FAULTS:
        refuses(window, row, fault)
    if row.names:
        names_its_field(window, row)


def place(window: Window) -> Locator:
    """The dialog, where one is open; else the page."""
    dialog = window.page.get_by_role("dialog")
    return dialog.first if dialog.count() else window.page.locator("main")


def refuses(window: Window, row: SiteForm, fault: Fault) -> None:
    form = place(window)
    with window.visitor.expecting_failures(), weather(window.page, fault, of=row.reads or "write"):
        sender(window, row).click()
        if fault.silent:
            window.page.evaluate("new Promise((resume) => setTimeout(resume, 20))")
            window.page.clock.fast_forward(LATE if row.reads else LATER)
        expect(form.locator("[data-told]")).to_have_text([fault.says_of_write])
        if fault.answers:
            expect(form.get_by_role("button", name="Copy the request id")).to_be_visible()
    if fault is SIGNED_OUT and row.who == "root":
        window.sign_in()
        window.settle()
    for label, text in row.fill.items():
        expect(box(form, label)).to_have_value(text)


def box(within: Locator | Page, label: str) -> Locator:
    return within.get_by_role("textbox", name=label, exact=True)


def sender(window: Window, row: SiteForm) -> Locator:
    buttons = place(window).get_by_role("button", name=row.send, exact=True)
    if not row.fill:
        return buttons
    holder = window.page.locator("form").filter(has=box(window.page, next(iter(row.fill))))
    return holder.get_by_role("button", name=row.send, exact=True)


def names_its_field(window: Window, row: SiteForm) -> None:
    """Where the server says which field is at fault, its sentence stands there and nowhere else."""
    fault = refused_field(row.names, "this cannot be taken")
    with weather(window.page, fault, of=row.reads or "write"):
        sender(window, row).click()
        expect(window.page.get_by_text("this cannot be taken")).to_have_count(1)
    field = window.page.locator(f"[data-path={row.names}]")
    expect(field).to_have_accessible_description(re.compile("this cannot be taken"))
