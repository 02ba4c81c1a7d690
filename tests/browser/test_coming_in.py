"""Coming in without an account: registering with a mailed code, a forgotten password, an account elsewhere."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewVisitor
from tests.browser.visitor import Visitor
from tests.e2e.support import Account, Operator
from tests.support.identity_servers import IdentityServers, identity_servers
from tests.support.mailbox import Mailbox, open_mailbox, text_of

OPENED = ("GitHubOAuthEnabled", "OidcEnabled", "WeChatAuthEnabled")


@contextmanager
def options(operator: Operator, wanted: dict[str, str], after: dict[str, str]) -> Generator[None]:
    """Settings for the time of a block."""
    for key, value in wanted.items():
        operator.option(key, value)
    yield
    for key, value in after.items():
        operator.option(key, value)


@pytest.fixture
def mailbox(operator: Operator) -> Generator[Mailbox]:
    """Where the gateway's mails arrive; addresses are verified."""
    with open_mailbox() as box:
        server = {"SMTPServer": "127.0.0.1", "SMTPPort": str(box.port), "SMTPFrom": "gateway@site.example"}
        wanted = {**server, "EmailVerificationEnabled": "true", "ServerAddress": operator.gateway.url}
        with options(operator, wanted, {"EmailVerificationEnabled": "false", "SMTPServer": "", "ServerAddress": ""}):
            yield box


@pytest.fixture
def elsewhere(operator: Operator) -> Generator[IdentityServers]:
    """Accounts elsewhere, all of them taken."""
    with identity_servers() as servers:
        wanted = servers.options() | {"ServerAddress": operator.gateway.url.replace("127.0.0.1", "localhost")}
        after = dict.fromkeys(OPENED, "false") | {"LarkClientId": "", "ServerAddress": ""}
        with options(operator, wanted, after):
            yield servers


def register(visitor: Visitor, mailbox: Mailbox, name: str) -> None:
    page = visitor.page
    page.get_by_label("Name").fill(name)
    page.get_by_role("textbox", name="Password").fill("a good secret")
    page.get_by_label("Mail address").fill(f"{name}@site.example")
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_role("button", name=re.compile("Again in"))).to_be_disabled()
    code = re.search(r"\b[0-9a-f]{8}\b|\b\d{6}\b", text_of(mailbox.mails[-1]))
    assert code, text_of(mailbox.mails[-1])
    page.get_by_label("Code from the mail").fill(code[0])
    page.get_by_role("button", name="Make the account").click()


def test_who_was_invited_registers_with_a_mailed_code_and_later_forgets_the_password(
    operator: Operator, customer: Account, mailbox: Mailbox, new_visitor: NewVisitor
) -> None:
    inviter = operator.user_row(customer.id)
    visitor = new_visitor()
    page = visitor.page
    visitor.open(f"/?aff={inviter['aff_code']}")
    page.get_by_role("link", name="Sign in").first.click()
    page.get_by_role("link", name="Make an account").click()
    visitor.heading("Make an account")
    register(visitor, mailbox, "newcomer")
    visitor.heading("Dashboard")
    (made,) = operator.call("GET", "/api/user/search?keyword=newcomer")
    assert made["inviter_id"] == customer.id

    forgetful = new_visitor()
    page = forgetful.page
    forgetful.open("/login")
    page.get_by_role("link", name="Forgot the password?").click()
    forgetful.heading("Forgotten password")
    page.get_by_label("Mail address").fill("newcomer@site.example")
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_text("The mail is on its way")).to_be_visible()
    link = re.search(r"/user/reset\?[\w=&%.+-]+", text_of(mailbox.mails[-1]))
    assert link
    forgetful.open(link[0])
    page.get_by_label("New password").fill("short")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_label("New password")).to_have_attribute("data-invalid", "true")
    page.get_by_label("New password").fill("another secret")
    page.get_by_role("button", name="Set the password").click()
    page.get_by_role("link", name="To the sign-in").click()
    page.get_by_label("Name or mail address").fill("newcomer")
    page.get_by_role("textbox", name="Password").fill("another secret")
    page.keyboard.press("Enter")
    forgetful.heading("Dashboard")


def test_who_has_an_account_elsewhere_comes_in_with_it_and_goes_on_where_they_wanted(
    elsewhere: IdentityServers, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor()
    page = visitor.page
    page.route("**/favicon.ico", lambda route: route.fulfill(body=""))
    visitor.open("/token")
    page.get_by_role("button", name="Go on with OpenID Connect").click()
    page.wait_for_url(re.compile("/authorize"))
    state = parse_qs(urlsplit(page.url).query)["state"][0]
    code = elsewhere.authorize(page.url, sub="sub-7", name="Mona", preferred_username="monalisa")
    visitor.open(f"/oauth/oidc?code={code}&state={state}")
    visitor.heading("Keys")


def test_who_comes_back_with_a_state_of_another_browser_is_told_and_led_back(
    elsewhere: IdentityServers, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor(width=390, scheme="dark")
    visitor.tolerate("403")
    visitor.open("/oauth/github?code=stolen&state=github-ofAnotherBrowser0000")
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    assert not visitor.barriers()
    visitor.page.get_by_role("link", name="To the sign-in").click()
    visitor.heading("Sign in")
    for name in ("GitHub", "Lark", "OpenID Connect", "WeChat"):
        expect(visitor.page.get_by_role("button", name=f"Go on with {name}")).to_be_visible()
    visitor.page.get_by_role("button", name="Go on with WeChat").click()
    expect(visitor.page.get_by_label("Code from WeChat")).to_be_visible()
    assert not visitor.barriers()


def test_where_registration_is_closed_the_page_says_so_and_nothing_leads_there(
    operator: Operator, new_visitor: NewVisitor
) -> None:
    with options(operator, {"RegisterEnabled": "false"}, {"RegisterEnabled": "true"}):
        visitor = new_visitor()
        visitor.open("/login")
        expect(visitor.page.get_by_role("link", name="Forgot the password?")).to_be_visible()
        expect(visitor.page.get_by_role("link", name="Make an account")).to_have_count(0)
        visitor.open("/register")
        expect(visitor.page.get_by_text("Nobody can make an account")).to_be_visible()
