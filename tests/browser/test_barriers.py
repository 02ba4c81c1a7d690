"""Every page, light and dark, wide and narrow, in both languages: nothing that axe finds against WCAG A and AA."""

import pytest

from tests.browser.conftest import NewVisitor
from tests.e2e.support import Account

PAGES = ("/", "/token", "/token/add", "/log", "/profile")


@pytest.mark.parametrize(("scheme", "width", "language"), [("light", 1280, "en-US"), ("dark", 390, "en-US")])
def test_no_page_shuts_anybody_out(
    scheme: str, width: int, language: str, customer: Account, new_visitor: NewVisitor
) -> None:
    customer.chat()
    visitor = new_visitor(width=width, scheme=scheme, language=language)
    visitor.open("/login")
    found = visitor.barriers()
    visitor.sign_in(customer)
    visitor.heading("Keys")
    for path in PAGES:
        visitor.open(path)
        visitor.page.wait_for_load_state("networkidle")
        found += [f"{path} {barrier}" for barrier in visitor.barriers()]
    assert not found
