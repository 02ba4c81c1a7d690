"""The site in the distribution's Chromium, at a running gateway; whatever the browser complains of fails the test."""

from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from local.places import BUILT_SITE
from tests.browser.visitor import Visitor
from tests.browser.window import Seeds, Window
from tests.e2e.conftest import AT_ONCE, operating
from tests.e2e.support import Account, Operator
from tests.fakes.upstream import UpstreamProcess
from tools.pictures.chromium import browsing

HERE = Path(__file__).parent
# Each visitor comes from an address of their own: one may sign in twenty times in twenty minutes.
MANY = {"GLOBAL_API_RATE_LIMIT": "100000", "GLOBAL_WEB_RATE_LIMIT": "100000", "FORWARDED_ALLOW_IPS": "127.0.0.1"}
NEAR = {"FETCH_ALLOWED_HOSTS": "127.0.0.1"}  # where a test's identity provider is

NewVisitor = Callable[..., Visitor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder runs real processes."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def upstream() -> Generator[UpstreamProcess]:
    with UpstreamProcess() as running:
        yield running


@pytest.fixture(scope="session")
def operator(tmp_path_factory: pytest.TempPathFactory, upstream: UpstreamProcess) -> Generator[Operator]:
    """Root at a gateway that serves the site."""
    assert (BUILT_SITE / "index.html").is_file(), "the site is not built: make frontend/.built"
    yield from operating(tmp_path_factory.mktemp("browser"), upstream, AT_ONCE | MANY | NEAR)


@pytest.fixture(scope="session")
def chromium() -> Generator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture
def customer(operator: Operator) -> Generator[Account]:
    """Somebody with a password, a balance and a channel that serves them."""
    account = operator.signed_up()
    operator.channel(account.group)
    yield account
    account.close()


@pytest.fixture
def administrator(operator: Operator) -> Generator[Account]:
    """Where there is a channel already, so that the dashboard leads nowhere else."""
    account = operator.signed_up()
    operator.channel(account.group)
    account.change(role=10)
    yield account
    account.close()


@pytest.fixture(scope="module")
def seeds(operator: Operator) -> Generator[Seeds]:
    """Another root with one of everything, for each file: an account may ask its ledger so much and no more."""
    account = operator.signed_up()
    channel = operator.channel(account.group)
    operator.channel(account.group, models="gpt-4o", base_url="http://127.0.0.1:9")
    account.chat()
    account.chat(model="gpt-4o")  # nobody serves it
    operator.change_user(account.id, {"role": 100})
    operator.call("POST", "/api/redemption/", {"name": "seed", "quota": 1, "count": 1})
    request = operator.entries(account)[0]["request_id"]
    yield Seeds(name=account.name, account=account.id, token=account.token_id, channel=channel.id, request=request)
    account.close()


@pytest.fixture(scope="module")
def own_window(chromium: Browser, operator: Operator, seeds: Seeds) -> Generator[Window]:
    """That root's, signed in; its clock can be put forward."""
    visitor = Visitor(chromium, operator.gateway.url, width=1280, scheme="light", language="en-US")
    visitor.page.clock.install()
    visitor.open("/login")
    visitor.sign_in_as(seeds.name)
    visitor.heading("Dashboard")
    yield Window(visitor)
    visitor.close()


@pytest.fixture
def window(own_window: Window) -> Generator[Window]:
    """The same from test to test; what it complained of is each test's."""
    if own_window.page.get_by_role("dialog").count():  # left open by a test that failed
        own_window.page.goto(own_window.visitor.url + "/dashboard")
    yield own_window
    assert not own_window.visitor.complaints()


@pytest.fixture
def new_visitor(chromium: Browser, operator: Operator) -> Generator[NewVisitor]:
    """Opens windows of people; at the end each must have been quiet."""
    visitors: list[Visitor] = []

    def come(*, width: int = 1280, scheme: str = "light", language: str = "en-US") -> Visitor:
        visitors.append(Visitor(chromium, operator.gateway.url, width=width, scheme=scheme, language=language))
        return visitors[-1]

    yield come
    complaints = [complaint for visitor in visitors for complaint in visitor.close()]
    assert not complaints
