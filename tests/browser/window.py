"""A window that stays open from page to page, in which anything can be made to be asked for anew."""

from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser.visitor import Visitor
from tests.e2e.support import MODEL

# The cache of the page: the provider of its data stands at the top of its tree.
CACHE = """() => {
  const root = document.getElementById('root');
  let fiber = root[Object.keys(root).find((key) => key.startsWith('__reactContainer'))];
  while (!fiber.memoizedProps?.client?.getQueryCache) fiber = fiber.child;
  return fiber.memoizedProps.client;
}"""
SETTLED = f"""async () => {{
  const cache = ({CACHE})();
  const until = performance.now() + 15_000;
  const moves = () => __TSR_ROUTER__.state.status === 'pending' || cache.isFetching() > 0;
  do await new Promise((resume) => setTimeout(resume, 10));
  while (moves() && performance.now() < until);
}}"""
_OF_PAGE = "({ queryKey }) => !['account', 'status'].includes(queryKey[0])"


@dataclass(frozen=True, slots=True)
class Seeds:
    """What there is at the gateway, so that no page is empty."""

    name: str
    account: int
    token: int
    channel: int
    request: str

    def fill(self, address: str) -> str:
        return address.format(
            token=self.token, channel=self.channel, user=self.account, request=self.request, model=MODEL
        )


class Window:
    """Of one person, on whatever page; ``page`` is Playwright's."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page: Page = visitor.page
        self.page.on("dialog", lambda dialog: dialog.accept())  # leaving with changes

    def go(self, address: str) -> None:
        """To another page, as by a link: nothing is loaded that is there."""
        self.page.unroute_all()
        self.page.evaluate("(to) => history.pushState({}, '', to)", address)
        self.settle()

    def settle(self) -> None:
        """Wait until the page has what it asked for."""
        self.page.evaluate(SETTLED)
        expect(self.page.locator("main [aria-label=Loading]")).to_have_count(0)

    def anew(self) -> None:
        """As if the page had just been opened: nothing of it is known."""
        self.page.evaluate(f"void ({CACHE})().resetQueries({{ predicate: {_OF_PAGE} }})")

    def again(self) -> None:
        """What is shown is asked for once more."""
        self.page.evaluate(f"void ({CACHE})().refetchQueries({{ type: 'active', predicate: {_OF_PAGE} }})")

    def who_again(self) -> None:
        """Whether somebody is signed in, as the server says."""
        self.page.evaluate(f"({CACHE})().invalidateQueries({{ queryKey: ['account'] }})")
        self.settle()

    def sign_in(self) -> None:
        """At the dialog over the page, as who they are; the server hashes too slowly to be asked each time."""
        own = self.page.evaluate("fetch('/api/user/self').then((answer) => answer.text())")
        self.page.route("**/api/user/login", lambda route: route.fulfill(body=own, content_type="application/json"))
        self.page.get_by_role("dialog").get_by_label("Name or mail address").fill("somebody")
        self.page.get_by_role("dialog").locator("input[type=password]").fill("some password")
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("dialog", name="Sign in")).to_have_count(0)
        self.page.unroute("**/api/user/login")
