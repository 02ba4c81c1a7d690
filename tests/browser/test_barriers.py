"""Every page, light and dark, wide and narrow, in both languages: nothing that axe finds against WCAG A and AA."""

import pytest

from tests.browser.conftest import NewVisitor
from tests.browser.visitor import Visitor
from tests.e2e.support import MODEL, Account, Operator

PAGES = ("/", "/dashboard", "/token", "/token/add", "/log", "/playground", "/topup", "/profile", "/profile/security")
PRICED = ("/pricing", "/status", f"/pricing?model={MODEL}")
OPERATED = (
    "/dashboard",
    "/usage",
    "/health",
    "/channel",
    "/channel/add",
    "/user",
    "/user/add",
    "/redemption",
    "/redemption/add",
)
ROOTS = ("/setting/general", "/setting/sign-in", "/setting/prices", "/setting/limits", "/setting/system", "/audit")
COMING_IN = ("/register", "/reset", "/user/reset?email=a@site.example&token=a", "/user/reset")
VIEWS = [("light", 1280), ("dark", 390)]


def found_on(visitor: Visitor, account: Account, paths: tuple[str, ...]) -> list[str]:
    visitor.open("/login")
    found = visitor.barriers()
    visitor.sign_in(account)
    visitor.heading("Dashboard")
    for path in paths:
        visitor.open(path)
        visitor.page.wait_for_load_state("networkidle")
        found += [f"{path} {barrier}" for barrier in visitor.barriers()]
    return found


@pytest.mark.parametrize(("scheme", "width"), VIEWS)
def test_no_page_of_a_customer_shuts_anybody_out(
    scheme: str, width: int, customer: Account, new_visitor: NewVisitor
) -> None:
    customer.chat()
    assert not found_on(new_visitor(width=width, scheme=scheme), customer, (*PAGES, *PRICED))


@pytest.mark.parametrize(("scheme", "width"), VIEWS)
def test_no_page_of_an_administrator_shuts_anybody_out(
    scheme: str, width: int, administrator: Account, new_visitor: NewVisitor
) -> None:
    assert not found_on(new_visitor(width=width, scheme=scheme), administrator, OPERATED)


def test_no_page_of_root_shuts_anybody_out(operator: Operator, administrator: Account, new_visitor: NewVisitor) -> None:
    operator.change_user(administrator.id, {"role": 100})
    assert not found_on(new_visitor(), administrator, ROOTS)


@pytest.mark.parametrize(("scheme", "width"), VIEWS)
def test_no_page_of_coming_in_shuts_anybody_out(scheme: str, width: int, new_visitor: NewVisitor) -> None:
    visitor = new_visitor(width=width, scheme=scheme)
    for path in COMING_IN:
        visitor.open(path)
        visitor.page.wait_for_load_state("networkidle")
        assert not visitor.barriers(), path
