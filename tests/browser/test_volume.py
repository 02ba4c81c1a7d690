"""Ten thousand rows are as quick as ten: few requests for each page, and no memory that grows with turning pages."""

import secrets
import time
from collections.abc import Callable, Generator, Iterator

import pytest
from playwright.sync_api import Locator, Request, expect

from gateway.security.credentials import new_key
from local.emulator import dynoxide
from local.places import ROOT
from tests.browser import crowd
from tests.browser.conftest import MANY, NewVisitor
from tests.browser.visitor import Visitor
from tests.browser.window import SETTLED
from tests.e2e.conftest import AT_ONCE, operating
from tests.e2e.support import Account, Operator
from tests.fakes.upstream import UpstreamProcess
from tests.support.bulk_import import Export

pytestmark = pytest.mark.skipif(not dynoxide().binary.exists(), reason="only this database reads so many items at once")

ROUTES = ROOT / "frontend" / "src" / "routes"
FILLED = {
    "/channel/$id": "/channel/1",
    "/token/$id": f"/token/{crowd.FIRST + crowd.OWN_TOKENS}",
    "/user/$id": f"/user/{crowd.FIRST}",
    "/log/$request": "",  # needs a request of its own
    "/setting/$section": "/setting/general",
    "/oauth/$provider": "",  # asks nothing before somebody comes back from elsewhere
}
OF_THE_SHELL = ("status", "user/self", "announcement", "notice")  # once for all pages
# Requests beyond those: a list and what names its choices, unless said here.
MOST = {"/dashboard": 5, "/channel/1": 4, "/user/2000000": 3, "/profile/security": 3}
LISTS = ("/token", "/log?all=1", "/channel", "/user", "/health")
FIRST_ROW = 10  # seconds; measured is a tenth, on a busy machine
PAGES = 20
GROWTH = 2_000_000  # bytes: what React and the browser keep anyway


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory, upstream: UpstreamProcess) -> Generator[Operator]:
    """Root at a gateway of its own, that has many accounts, keys, channels and entries from before."""
    folder = tmp_path_factory.mktemp("crowd")
    export = Export(folder / "export")
    crowd.crowd().write(export)
    export.read_into(folder / "gateway" / "data" / "dynamodb.db")
    keys = {"ENCRYPTION_KEY": new_key(), "SESSION_SECRET": secrets.token_hex(32)}
    no_jobs = {"ROLL_UP_FREQUENCY": "0", "AUDIT_FREQUENCY": "0"}
    yield from operating(folder / "gateway", upstream, AT_ONCE | MANY | keys | no_jobs)


@pytest.fixture
def member(operator: Operator) -> Generator[Account]:
    """Who has as many keys as one may have, and very many entries."""
    account = Account(operator=operator, id=crowd.FIRST, name=crowd.name_of(0), group="default")
    yield account
    account.close()


@pytest.fixture
def root(operator: Operator) -> Generator[Account]:
    account = Account(operator=operator, id=crowd.FIRST + 1, name=crowd.name_of(1), group="default")
    yield account
    account.close()


def addresses() -> Iterator[str]:
    """Of every page, by the files of the routes."""
    for path in sorted(ROUTES.glob("*.tsx")):
        parts = [part for part in path.stem.split(".") if part not in ("_signed", "index")]
        if parts != ["__root"]:
            address = "/" + "/".join(parts)
            yield FILLED.get(address, address)


class Asked:
    """What a page asks the API for; ``calm`` waits until all is answered."""

    def __init__(self, visitor: Visitor) -> None:
        self._page, self._waiting, self.requests = visitor.page, set[Request](), list[str]()
        self._page.on("request", self._begin)
        self._page.on("requestfinished", lambda request: self._waiting.discard(request))
        self._page.on("requestfailed", lambda request: self._waiting.discard(request))

    def _begin(self, request: Request) -> None:
        self._waiting.add(request)  # what a page is made of may ask when it is there
        if "/api/" in request.url:
            self.requests.append(request.url.split("/api/")[1])

    def opening(self, visitor: Visitor, path: str) -> list[str]:
        """What a page asks for beyond what the shell does."""
        self.requests.clear()
        visitor.open(path)
        expect(self._page.locator("h1")).to_be_visible()
        self._page.evaluate(SETTLED)
        moments = 0
        while moments < 3:
            self._page.wait_for_timeout(50)
            moments = 0 if self._waiting else moments + 1
        return [request for request in self.requests if request.split("?")[0] not in OF_THE_SHELL]


@pytest.fixture
def asked(root: Account, new_visitor: NewVisitor) -> Callable[[str], list[str]]:
    """What each page asks for."""
    visitor = new_visitor()
    visitor.open("/login")
    visitor.sign_in(root)
    visitor.heading("Dashboard")
    requests = Asked(visitor)
    return lambda path: requests.opening(visitor, path)


def test_every_page_asks_for_little(asked: Callable[[str], list[str]]) -> None:
    requests = {path: asked(path) for path in filter(None, addresses())}
    print(*requests.items(), sep="\n")
    assert {path: found for path, found in requests.items() if len(found) > MOST.get(path, 2)} == {}


def test_first_rows_are_there_at_once(operator: Operator, root: Account, new_visitor: NewVisitor) -> None:
    visitor = new_visitor()
    visitor.open("/login")
    visitor.sign_in(root)
    visitor.heading("Dashboard")
    seconds: dict[str, float] = {}
    for path in LISTS:
        begun = time.monotonic()
        visitor.open(path)
        first_row(visitor).wait_for()
        seconds[path] = round(time.monotonic() - begun, 2)
    assert max(seconds.values()) < FIRST_ROW


def test_lists_say_how_many_there_are_and_find_one_of_them(
    member: Account, root: Account, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/token")
    visitor.sign_in(member)
    expect(page.get_by_text(f"{crowd.OWN_TOKENS} in all")).to_be_visible()
    found(visitor, "Search by name", "key 0777", "key 0777")
    visitor.open("/log?type=2&model_name=gpt-4o")
    page.get_by_role("button", name="Count and add up").click()
    expect(page.get_by_text(f"{crowd.OWN_ENTRIES // len(crowd.MODELS)} in all")).to_be_visible()
    expect(page.get_by_text("These cost $0.028252")).to_be_visible()  # seven quota each
    other = new_visitor()
    page = other.page
    other.open("/user")
    other.sign_in(root)
    expect(page.get_by_text(f"{crowd.USERS + 1} in all")).to_be_visible()  # with root
    found(other, "Search by name or mail", "member0777", "member0777")
    other.open("/channel")
    expect(page.get_by_text(f"{crowd.CHANNELS} in all")).to_be_visible()
    found(other, "Search by name or number", "way 0444", "way 0444")


@pytest.mark.parametrize("path", ["/token", "/log?all=1&type=2"])
def test_turning_pages_lets_no_memory_grow(path: str, member: Account, root: Account, new_visitor: NewVisitor) -> None:
    visitor = new_visitor()
    visitor.open(path)
    visitor.sign_in(root if "all" in path else member)
    seen = turn(visitor, "Older", 3)
    before = visitor.memory()
    seen += turn(visitor, "Older", PAGES)
    after = visitor.memory()
    assert len(set(seen)) == len(seen)
    assert after.heap - before.heap < GROWTH
    assert after.nodes <= before.nodes
    assert turn(visitor, "Newer", 5) == seen[-2:-7:-1]


def first_row(visitor: Visitor) -> Locator:
    return visitor.page.locator("tbody tr a").first


def found(visitor: Visitor, field: str, text: str, row: str) -> None:
    """Search, and find that row alone."""
    visitor.page.get_by_placeholder(field).fill(text)
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.locator("tbody tr")).to_have_count(1)
    expect(first_row(visitor)).to_have_text(row)


def turn(visitor: Visitor, name: str, times: int) -> list[str]:
    """Where the first row of each page leads that one came to."""
    seen: list[str] = []
    for _ in range(times):
        row = first_row(visitor)
        here = row.get_attribute("href") or ""
        visitor.page.get_by_role("button", name=name).click()
        expect(row).not_to_have_attribute("href", here)
        seen.append(row.get_attribute("href") or "")
    return seen
