"""What browsers are told on every answer, in code and in the template alike."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from admin.web.security_headers import HEADERS, TRANSPORT
from local.places import ROOT, TEMPLATE
from local.served_site import served
from local.tables import read_template
from tests.admin.api import Api

FRONTEND = ROOT / "frontend"  # its start page is the one that the built site has


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/status"),
        ("GET", "/api/user/self"),
        ("GET", "/api/nope"),
        ("POST", "/api/user/login"),
        ("GET", "/api/openapi.json"),
    ],
)
def test_every_answer_of_the_api_says_what_browsers_are_to_heed(api: Api, method: str, path: str) -> None:
    answer = api.raw(method, path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "strict-transport-security" not in answer.headers
    secure = api.raw(method, f"https://testserver{path}")
    assert {name: secure.headers.get(name) for name in TRANSPORT} == TRANSPORT


def test_the_apis_own_page_is_stricter(api: Api) -> None:
    answer = api.raw("GET", "/api/docs")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; ")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", ["/", "/index.html", "/some/page", "/missing.js"])
def test_the_site_says_what_browsers_are_to_heed(path: str) -> None:
    for folder in (FRONTEND, Path("nowhere")):
        answer = TestClient(served(folder)).get(path)
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_nothing_written_into_a_page_is_run_or_drawn() -> None:
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
    page = TestClient(served(FRONTEND)).get("/").text
    assert "<style" not in page and " style=" not in page
    scripts = re.findall(r"<script(.*?)>(.*?)</script>", page, re.DOTALL)
    assert scripts
    assert {inside for _, inside in scripts} == {""}


def test_a_gateway_without_a_site_says_how_to_build_it(tmp_path: Path) -> None:
    answer = TestClient(served(tmp_path)).get("/dashboard")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/plain")
    assert "make frontend/.built" in answer.text


def test_the_distribution_says_the_same_as_the_gateway() -> None:
    resource = read_template(TEMPLATE)["Resources"]["SiteHeaders"]
    said = resource["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    transport = said["StrictTransportSecurity"]
    subdomains = "; includeSubDomains" if transport["IncludeSubdomains"] else ""
    assert said.keys() == {
        "ContentSecurityPolicy",
        "ContentTypeOptions",
        "FrameOptions",
        "ReferrerPolicy",
        "StrictTransportSecurity",
    }
    assert {
        "Content-Security-Policy": said["ContentSecurityPolicy"]["ContentSecurityPolicy"],
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": said["FrameOptions"]["FrameOption"],
        "Referrer-Policy": said["ReferrerPolicy"]["ReferrerPolicy"],
        "Strict-Transport-Security": f"max-age={transport['AccessControlMaxAgeSec']}{subdomains}",
    } == HEADERS | TRANSPORT


def test_names_with_markup_come_out_as_json_that_no_browser_takes_for_a_page(api: Api) -> None:
    name = "<script>x()"
    number = api.new_user(name, display_name="<img onerror=x()>")
    somebody = api.signed_in(name)
    assert somebody.post("/api/token/", {"name": "<script>a()</script>"})["success"]
    form = {"type": 1, "name": "<script>", "key": "k", "models": "<b>", "tag": "<i>"}
    assert api.root.post("/api/channel/", form)["success"]
    for caller, path in (
        (somebody, "/api/user/self"),
        (somebody, "/api/token/"),
        (somebody, "/api/token/search?keyword=<script>"),
        (api.root, "/api/user/"),
        (api.root, f"/api/user/{number}"),
        (api.root, "/api/channel/"),
        (api.root, "/api/channel/tags"),
        (api.root, "/api/models"),
        (api.root, "/api/nope/<script>"),
    ):
        answer = caller.raw("GET", path)
        assert answer.headers["content-type"] == "application/json; charset=utf-8", path
        assert answer.headers["x-content-type-options"] == "nosniff"
