"""The distribution's Chromium, for pictures and tests: its headless shell, which computes half as much for a page."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

SHELL_OR_WHOLE = ("chromium-headless-shell", "chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    # without these it asks its maker's hosts, and is refused by a closed network many times a second
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # as everywhere but in the shell: what another site has in a frame is in a process of its own
    "--site-per-process",
]


class NoChromium(Exception):
    """There is no browser on this machine."""


@contextmanager
def browsing() -> Generator[Browser]:
    path = next(filter(None, map(shutil.which, SHELL_OR_WHOLE)), None)
    if not path:
        raise NoChromium("Chromium is missing: install your distribution's package chromium-headless-shell or chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
