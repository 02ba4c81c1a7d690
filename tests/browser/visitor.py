"""A person at the site: a window, what they do there, and what the browser complained of meanwhile."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal, cast

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from local.places import ROOT
from tests.e2e.support import Account

AXE = (ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
LEVELS: dict[str, Any] = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
TOLD = {"resultTypes": ["violations"]}  # all else that it found would take as long to come here as to be found
SAID = """(found) => found.violations.flatMap((rule) =>
  rule.nodes.map((node) => rule.id + ': ' + node.html.slice(0, 200)))"""
WATCH_POLICY = """document.addEventListener('securitypolicyviolation',
  (event) => console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI))"""

_numbers = count(1)

expect.set_options(timeout=15_000)  # a busy machine


def password_of(account: Account) -> str:
    """Of one that signed up."""
    return f"secret {account.name}"


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of the heap, and nodes of the page."""

    heap: int
    nodes: int


class Visitor:
    """Their own cookies and storage; ``page`` is Playwright's."""

    def __init__(self, browser: Browser, url: str, *, width: int, scheme: str, language: str) -> None:
        self.url = url.replace("127.0.0.1", "localhost")  # passkeys belong to a name
        self._context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=cast(Literal["light", "dark"], scheme),
            locale=language,
            permissions=["clipboard-read", "clipboard-write"],
            reduced_motion="reduce",
            # from an address of its own: each may only try a few times to sign in
            extra_http_headers={"x-forwarded-for": f"10.9.0.{next(_numbers)}"},
        )
        self._complaints: list[str] = []
        self._tolerated: list[str] = []
        self._expecting = False
        self.page: Page = self._context.new_page()
        self.page.add_init_script(WATCH_POLICY)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self._complaints.append(f"exception: {error}"))
        self.page.on("requestfailed", self._missed)
        self.page.set_default_timeout(15_000)

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)

    def sign_in(self, account: Account) -> None:
        """At whatever page asks for it."""
        self.sign_in_as(account.name)

    def sign_in_as(self, name: str) -> None:
        """One that signed up."""
        self.page.locator("input[autocomplete^=username]").fill(name)
        self.page.locator("input[type=password]").fill(f"secret {name}")
        self.page.keyboard.press("Enter")
        expect(self.page.locator("input[autocomplete^=username]")).to_have_count(0)

    def with_authenticator(self) -> None:
        """Their device makes passkeys and signs with them, unasked."""
        devtools = self._context.new_cdp_session(self.page)
        devtools.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
        more = {"isUserVerified": True, "automaticPresenceSimulation": True}
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options | more})

    def heading(self, text: str) -> None:
        """Wait for the page of that title."""
        expect(self.page.get_by_role("heading", level=1, name=text)).to_be_visible()

    def tab_to(self, name: str, role: str | None = None, most: int = 60) -> None:
        """Press Tab until the focus is on what is called so."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            focused: dict[str, str] = self.page.evaluate(FOCUSED)
            if name in focused["name"] and role in (None, focused["role"]):
                return
        raise AssertionError(f"{name!r} cannot be reached by Tab")

    def barriers(self, what: str = "document", only: dict[str, Any] = LEVELS) -> list[str]:
        """What axe finds against WCAG A and AA on the page as it is, or a part of it."""
        self.load_axe()
        return self.page.evaluate(f"axe.run({what}, {json.dumps({'runOnly': only, **TOLD})}).then({SAID})")

    def memory(self) -> "Memory":
        """What the page holds, after its rubbish was taken away."""
        devtools = self._context.new_cdp_session(self.page)
        for command in ("Performance.enable", "HeapProfiler.enable", "HeapProfiler.collectGarbage"):
            devtools.send(command)
        told: Any = devtools.send("Performance.getMetrics")["metrics"]
        devtools.detach()
        found = {metric["name"]: int(metric["value"]) for metric in told}
        return Memory(heap=found["JSHeapUsedSize"], nodes=found["Nodes"])

    def load_axe(self) -> None:
        """Once for each page that is loaded."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE)

    def tolerate(self, text: str) -> None:
        """Complaints that the test itself provokes."""
        self._tolerated.append(text)

    @contextmanager
    def expecting_failures(self) -> Generator[None]:
        """Meanwhile requests to the API fail on purpose; whatever else is complained of still counts."""
        before, self._expecting = self._expecting, True
        yield
        self.page.evaluate("0")  # what was said until now has been heard
        self._expecting = before

    def complaints(self) -> list[str]:
        """What the browser complained of since this was last asked."""
        heard, self._complaints = self._complaints, []
        return [said for said in heard if not any(text in said for text in self._tolerated)]

    def close(self) -> list[str]:
        """What the browser complained of."""
        self._context.close()
        return self.complaints()

    def _hear(self, message: ConsoleMessage) -> None:
        on_purpose = self._expecting and message.text.startswith("Failed to load resource")
        if message.type in ("error", "warning") and not on_purpose:
            self._complaints.append(f"{message.type}: {message.text}")

    def _missed(self, request: Request) -> None:
        # the page was left meanwhile
        if "ERR_ABORTED" not in (request.failure or "") and not self._expecting:
            self._complaints.append(f"no answer: {request.url}")


FOCUSED = """() => {
  const at = document.activeElement;
  const labels = at.labels ? [...at.labels].map((label) => label.textContent) : [];
  const name = [at.getAttribute('aria-label'), ...labels, at.textContent].filter(Boolean).join(' ');
  return { name, role: at.getAttribute('role') || at.tagName.toLowerCase() };
}"""
