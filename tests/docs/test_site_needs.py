"""docs/api.md names the routes that a site is built on, and there is each of them."""

import re
from pathlib import Path

from relay.app import ROUTES
from tests.admin.routes import gated_routes

API = (Path(__file__).resolve().parents[2] / "docs/api.md").read_text("utf-8")
SECTION = API.partition("## What a site is built on")[2].partition("\n## ")[0]
ROWS = {row[0]: row[1] for row in re.findall(r"^\| \+(\d+a?b?) \| .* \| (.*) \|$", SECTION, re.MULTILINE)}


WHOLE = {*map(str, range(1, 25)), "11a", "11b", "28"}


def test_every_need_of_the_site_has_a_row() -> None:
    assert not WHOLE - ROWS.keys()


def test_every_route_that_a_need_names_is_there() -> None:
    there = {(method, path) for method, path, _ in gated_routes()} | {(method, path) for method, path, _ in ROUTES}
    there |= {("OPTIONS", path) for _, path, _ in ROUTES}  # the relay answers a browser's question at any address
    assert len(ROWS) == len(re.findall(r"^\| \+", SECTION, re.MULTILINE)) > 1
    for need, cell in ROWS.items():
        named = {tuple(route.split()) for route in re.findall(r"`([A-Z]+ /\S+)`", cell)}
        assert named and not named - there, need
