"""The page that shows the API's document: whole, from this gateway only, under a strict policy."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from admin.resources import documents
from tests.admin.api import Api

PAGE = Path(documents.__file__).parent.parent / "openapi" / "page"


def test_the_document_is_open_to_everybody(api: Api) -> None:
    answer = api.raw("GET", "/api/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["openapi"].startswith("3.1")


@pytest.mark.parametrize("path", ["/api/docs", "/api/docs/"])
def test_the_page_and_all_it_names_come_from_here_wherever_it_is(api: Api, path: str) -> None:
    page = api.raw("GET", path)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    named = re.findall(r'(?:href|src|data-document)="([^"#]+)"', page.text)
    assert {"page.css", "page.js", "openapi.json"} <= {name.rpartition("/")[2] for name in named}
    for name in set(named) - {"data:,"}:
        assert "//" not in name
        assert api.raw("GET", str(page.url.join(name))).status_code == 200, name


def test_without_scripts_there_is_a_link_to_the_document(api: Api) -> None:
    (without,) = re.findall(r"<noscript>(.*?)</noscript>", api.raw("GET", "/api/docs").text)
    assert 'href="openapi.json"' in without


@pytest.mark.parametrize("path", ["/api/docs", "/api/docs/page.js", "/api/docs/page.css"])
def test_nothing_but_the_page_s_own_files_may_run(api: Api, path: str) -> None:
    headers = api.raw("GET", path).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert headers["x-content-type-options"] == "nosniff"


def test_the_page_keeps_to_its_policy() -> None:
    html = (PAGE / "index.html").read_text("utf-8")
    assert not re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", html)
    script = (PAGE / "page.js").read_text("utf-8")
    assert not re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|https?://", script)
    assert "url(" not in (PAGE / "page.css").read_text("utf-8")


def test_a_file_that_is_not_there_gets_404(api: Api) -> None:
    answer = api.raw("GET", "/api/docs/page.css.map")
    assert answer.status_code == 404


def test_the_script_builds_every_route_into_the_page(api: Api, tmp_path: Path) -> None:
    """Under node, with the little of a browser that it uses."""
    node = shutil.which("node")
    assert node is not None
    document = tmp_path / "openapi.json"
    document.write_text(api.raw("GET", "/api/openapi.json").text, "utf-8")
    command = [node, str(Path(__file__).parent / "page_probe.mjs"), str(PAGE / "page.js"), str(document)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout
    operations = [path for path, item in api.get("/api/openapi.json")["paths"].items() for _ in item]
    assert f"{len(operations)} routes, {len(operations)} opened" in told
    assert "refund: 1 routes shown" in told
    assert "curl -X POST 'http://gateway.test/api/token' \\\n  -H \"Authorization: $ACCESS_TOKEN\"" in told
