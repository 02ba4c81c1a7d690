"""What holds for every answer: limits, addresses nobody has, bodies nobody can read, jobs, status."""

from dataclasses import replace
from typing import Any

import pytest

from admin.app import create_app
from admin.web.deps import Deps
from gateway.domain.login_providers import LOGIN_PROVIDERS
from tests.admin.api import Api
from tests.admin.conftest import ROOT_TOKEN
from tests.admin.routes import filled, gated_routes

STATUS_KEYS = (
    "version start_time email_verification github_oauth github_client_id lark_client_id system_name logo footer_html "
    "wechat_qrcode wechat_login server_address turnstile_check turnstile_site_key top_up_link chat_link "
    "quota_per_unit display_in_currency oidc oidc_client_id oidc_well_known oidc_authorization_endpoint "
    "oidc_token_endpoint oidc_userinfo_endpoint passkey_login "
    "relay_base_url theme register_enabled password_login password_register email_domains lark_login pricing_public "
    "status_public build"
)
SHOWN = [field for provider in LOGIN_PROVIDERS.values() for field in provider.shown]  # newer ones come behind


def limited(deps: Deps, **limits: int) -> Api:
    return Api(create_app(replace(deps, settings=replace(deps.settings, **limits))), ROOT_TOKEN)


def test_status_has_one_apis_keys(api: Api) -> None:
    status = api.get("/api/status")["data"]
    assert list(status) == list(dict.fromkeys([*STATUS_KEYS.split(), *SHOWN]))
    assert (status["version"], status["server_address"]) == ("v0.0.0", "")
    assert '"quota_per_unit":500000,' in api.raw("GET", "/api/status").text


@pytest.mark.parametrize(
    ("path", "key"), [("notice", "Notice"), ("about", "About"), ("home_page_content", "HomePageContent")]
)
def test_content_is_text_and_empty_at_first(api: Api, path: str, key: str) -> None:
    assert api.get(f"/api/{path}") == {"success": True, "message": "", "data": ""}
    api.root.put("/api/option/", {"key": key, "value": "# Hello\n"})
    assert api.get(f"/api/{path}")["data"] == "# Hello\n"


def test_answers_are_json_in_utf8(api: Api) -> None:
    assert api.raw("GET", "/api/status").headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/nope"),
        ("GET", "/api"),
        ("GET", "/api/"),
        ("POST", "/api/status"),
        ("GET", "/api//status"),
        ("GET", "/API/status"),
        ("PATCH", "/api/user/"),
        ("OPTIONS", "/api/user/"),
    ],
)
def test_an_address_nobody_has_gets_404_in_one_apis_words(api: Api, method: str, path: str) -> None:
    answer = api.raw(method, path)
    assert answer.status_code == 404
    message = f"Invalid URL ({method} {path})"
    assert answer.json() == {"error": {"message": message, "type": "invalid_request_error", "param": "", "code": ""}}


@pytest.mark.parametrize(("language", "message"), [("", 1), ("de", 1), ("en-US", 1), ("zh-CN,en;q=0.5", 0), ("ZH", 0)])
def test_the_three_texts_one_api_translates_are_english_unless_chinese_is_asked_for(
    api: Api, language: str, message: int
) -> None:
    sent = {"accept-language": language}
    answer = api.raw("POST", "/api/user/login", json={}, headers=sent)
    assert answer.json()["message"] == ("无效的参数", "invalid parameter")[message]
    form = {"username": "u", "password": "short"}
    answer = api.raw("POST", "/api/user/register", json=form, headers=sent)
    assert answer.json()["message"] == ("无效的输入，请检查您的输入", "Invalid input, please check your input")[message]


def test_head_gets_404_without_a_body(api: Api) -> None:
    answer = api.raw("HEAD", "/api/status")
    assert (answer.status_code, answer.content) == (404, b"")


HOSTILE = {
    "not JSON": b"{",
    "empty": b"",
    "null": b"null",
    "number": b"5",
    "array": b"[]",
    "invalid UTF-8": b'{"name": "\xff\xfe"}',
    "lone surrogate": rb'{"username": "\ud800", "name": "\ud800", "key": "\ud800", "value": "\ud800"}',
    "NUL": b'{"username": "\\u0000", "name": "\\u0000", "key": "Notice", "value": "\\u0000"}',
    "deep": b"[" * 100_000,
    "deep object": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "huge number": b'{"id": ' + b"9" * 4000 + b"}",
    "endless number": b'{"id": ' + b"9" * 10_000 + b"}",
    "not a number": b'{"id": NaN, "quota": Infinity}',
    "wrong types": b'{"id": {}, "name": [], "username": 1, "key": true, "quota": "x", "status": 1.5}',
    "20 MB": b'{"name": "' + b"x" * 20_000_000 + b'"}',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_body_breaks_any_route(api: Api, body: bytes) -> None:
    for method, path, _ in gated_routes():
        if method in ("POST", "PUT"):
            answer = api.root.raw(method, filled(path), content=body)
            assert answer.status_code < 500, (method, path, answer.text)
            assert "message" in answer.json()


def test_a_body_too_large_says_so(api: Api) -> None:
    answer = api.root.raw("POST", "/api/token/", content=HOSTILE["20 MB"])
    assert answer.status_code == 413
    assert "1048576" in answer.json()["message"]


@pytest.mark.parametrize("value", ["%00", "%FF", "a" * 300, "-1", "0", str(10**40), "1.5", "..", "%2e%2e%2f", "{}"])
def test_no_address_parameter_breaks_any_route(api: Api, value: str) -> None:
    for method, path, _ in gated_routes():
        if "{" in path:
            answer = api.root.raw(method, filled(path, value))
            assert answer.status_code < 500, (method, path, answer.text)


def test_a_content_type_is_not_asked_for(api: Api) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = api.root.raw("POST", "/api/token/", content=b'{"name": "a"}', headers={"content-type": content_type})
        assert answer.json()["success"], content_type


def test_the_api_limit_answers_429_with_the_time_to_wait(deps: Deps) -> None:
    api = limited(deps, global_api_rate_limit=3)
    assert [api.raw("GET", "/api/status").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = api.raw("GET", "/api/notice")
    assert 0 < int(refused.headers["retry-after"]) <= 180
    assert refused.json()["success"] is False


def test_the_web_limit_counts_addresses_nobody_has(deps: Deps) -> None:
    api = limited(deps, global_web_rate_limit=2)
    assert [api.raw("GET", "/api/nope").status_code for _ in range(3)] == [404, 404, 429]
    assert api.raw("GET", "/api/status").status_code == 200


def test_signing_in_is_limited_whatever_address_the_caller_claims(api: Api) -> None:
    answers = [
        api.raw(
            "POST",
            "/api/user/login",
            json={"username": f"user{n}", "password": "wrong"},
            headers={"x-forwarded-for": f"10.0.0.{n}"},
        ).status_code
        for n in range(21)
    ]
    assert answers == [200] * 20 + [429]


def test_root_runs_jobs_and_learns_what_they_did(api: Api) -> None:
    assert api.root.post("/api/job/release_holds") == {"success": True, "message": "", "data": {"released": 0}}
    unknown = api.root.raw("POST", "/api/job/nonsense")
    assert (unknown.status_code, unknown.json()["success"]) == (404, False)


def test_a_job_that_fails_is_a_failed_answer(deps: Deps) -> None:
    def fail(name: str) -> dict[str, Any]:
        raise RuntimeError("secret detail")

    api = Api(create_app(replace(deps, run_job=fail)), ROOT_TOKEN)
    answer = api.root.raw("POST", "/api/job/release_holds")
    assert answer.status_code == 502
    assert "secret detail" not in answer.text
