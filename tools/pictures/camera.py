"""What Chromium sees of a view; also what of a text it shows only a part of."""

import json
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Error, Page, Request

from local.places import ROOT
from tools.pictures.stage import Stage
from tools.pictures.views import HEIGHTS, Look, View
from tools.pictures.world import NOW

LONGER = 1.4
CALM = 3  # moments without a request
LOADING = (
    "() => [...document.querySelectorAll('.mantine-Loader-root, .mantine-Skeleton-root')].some((e) => e.offsetWidth)"
)
GO = """(path) => {
  history.pushState({}, '', path);
  dispatchEvent(new PopStateEvent('popstate', { state: {} }));
  scrollTo(0, 0);
}"""
# Elements that show less than they hold, and do not say so with three dots and a title.
CLIPPED = """() => {
  const found = [];
  const wide = document.documentElement;
  if (wide.scrollWidth > wide.clientWidth + 1) found.push('the page is wider than the window');
  for (const element of document.querySelectorAll('main *, header *, nav *, footer *, [role=dialog] *')) {
    const style = getComputedStyle(element);
    if (!element.clientWidth || style.clipPath !== 'none' || !element.innerText?.trim()) continue;
    const across = element.scrollWidth > element.clientWidth + 1 && style.overflowX === 'hidden';
    const down = element.scrollHeight > element.clientHeight + 2 && style.overflowY === 'hidden';
    if (!across && !down) continue;
    const hidden = [...element.querySelectorAll('*')].some((inner) => getComputedStyle(inner).clipPath !== 'none');
    const told = hidden || style.textOverflow === 'ellipsis' || element.closest('[title]');
    if (!told || (down && !across && !hidden)) found.push(element.innerText.trim().slice(0, 60));
  }
  return [...new Set(found)].slice(0, 8);
}"""


class Camera:
    """A window of somebody at the stage, set to one look."""

    def __init__(self, browser: Browser, stage: Stage, look: Look, *, scale: float = 1, longer: bool = False) -> None:
        self._browser, self._stage, self._look = browser, stage, look
        self._scale, self._longer = scale, longer
        self._contexts: dict[str, BrowserContext] = {}
        self._pages: dict[str, tuple[Page, Waiting]] = {}

    def take(self, view: View, *, whole: bool = False) -> tuple[bytes, list[str]]:
        """A PNG, and what is clipped."""
        try:
            return self._taken(view, whole)
        except Error as error:
            raise RuntimeError(f"no picture of {view.name!r} as {self._look}: {error}") from error

    def close(self) -> None:
        for context in self._contexts.values():
            context.close()

    def _taken(self, view: View, whole: bool) -> tuple[bytes, list[str]]:
        page, waiting = self._at(view)
        if view.act:
            view.act(page)
            waiting.quiet()
        page.evaluate("() => document.activeElement?.matches('h1') && document.activeElement.blur()")
        taken = page.screenshot(animations="disabled", caret="hide", full_page=whole), page.evaluate(CLIPPED)
        if view.act:  # what was done to it is no part of the next picture
            page.close()
            del self._pages[view.who]
        return taken

    def _at(self, view: View) -> tuple[Page, "Waiting"]:
        """The page of a view: an open one goes there as by a link, which is quicker."""
        path = view.path.format(**self._stage.names)
        if view.who in self._pages and not view.before:
            page, waiting = self._pages[view.who]
            page.evaluate(GO, path)
        else:
            page = self._context(view.who).new_page()
            page.clock.set_fixed_time(datetime.fromtimestamp(NOW, UTC))
            waiting = Waiting(page)
            if view.before:
                view.before(page)
            page.goto(self._stage.url + path)
        page.locator("main h1").first.wait_for(state="attached")
        waiting.quiet()
        self._pages[view.who] = (page, waiting)
        return page, waiting

    def _context(self, who: str) -> BrowserContext:
        if who not in self._contexts:
            self._contexts[who] = self._new(who)
        return self._contexts[who]

    def _new(self, who: str) -> BrowserContext:
        look = self._look
        context = self._browser.new_context(
            viewport={"width": look.width, "height": HEIGHTS[look.width]},
            device_scale_factor=self._scale,
            color_scheme=look.scheme,
            locale="en-US",
            timezone_id="UTC",
            reduced_motion="reduce",
        )
        cookies = self._stage.cookies[who]
        context.add_cookies([{"name": name, "value": value, "url": self._stage.url} for name, value in cookies.items()])
        kept = {"mantine-color-scheme-value": look.scheme, "language": look.language, "preset": look.preset}
        if cookies:
            kept["signed-in"] = "1"
        context.add_init_script(f"for (const [k, v] of Object.entries({json.dumps(kept)})) localStorage.setItem(k, v)")
        if self._longer:
            texts = json.dumps(longer_texts())
            context.route("**/assets/zh-*.js", lambda route: route.fulfill(
                content_type="text/javascript", body=f"export default {texts}"))  # fmt: skip
        return context


class Waiting:
    """Counts what a page still waits for."""

    def __init__(self, page: Page) -> None:
        self._page, self._open = page, set[Request]()
        page.on("request", lambda request: self._open.add(request))
        page.on("requestfinished", lambda request: self._open.discard(request))
        page.on("requestfailed", lambda request: self._open.discard(request))

    def quiet(self, most: int = 2000) -> None:
        """Until nothing has been asked for a moment, and nothing is drawn in the place of what will come."""
        calm = 0
        for _ in range(most):
            self._page.wait_for_timeout(30)
            calm = 0 if self._open else calm + 1
            if calm > CALM and not self._page.evaluate(LOADING):
                return
        raise RuntimeError(f"{self._page.url} is not there yet")


def longer_texts() -> dict[str, object]:
    """English, each text longer by two fifths: what a language that needs more room would look like."""
    folder = ROOT / "frontend" / "src" / "locales" / "en"
    return {file.stem: _longer(json.loads(file.read_text())) for file in sorted(folder.glob("*.json"))}


def _longer(text: object) -> object:
    if isinstance(text, dict):
        return {name: _longer(inner) for name, inner in text.items()}
    more = round(len(str(text)) * (LONGER - 1))
    return str(text) + ("·" + "wörd mehr länger " * more)[:more].rstrip()


def saved(folder: Path, view: View, look: Look, picture: bytes) -> Path:
    """A picture in its file."""
    name = f"{view.name.replace(' ', '-')} {look.width} {look.scheme} {look.preset} {look.language}.png"
    file = folder / name.replace(" ", "_").replace("'", "")
    file.write_bytes(picture)
    return file
