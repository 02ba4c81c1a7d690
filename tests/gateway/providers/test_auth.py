"""Credentials where each provider looks for them. The signatures themselves are tested beside their modules."""

import json
from typing import Any

import pytest

from gateway.outbound.protocol import Fault, ProviderFault, WireRequest, WireResponse
from gateway.providers.auth import authorise, needs_token, read_token, token_name, token_refused, token_request
from gateway.providers.catalog import PROVIDERS, provider
from gateway.providers.keys import BadKey

CALL = WireRequest(
    path="/p", body=b"{}", headers={"Content-Type": "application/json", "x-tc-action": "ChatCompletions"}
)
NOW = 1_735_689_600

PLAIN: dict[str, tuple[int, str, dict[str, str]]] = {
    "bearer": (1, "sk-1", {"authorization": "Bearer sk-1"}),
    "azure": (3, "k", {"api-key": "k"}),
    "azure with an Entra token": (3, "eyJhbGciOi.x.y", {"authorization": "Bearer eyJhbGciOi.x.y"}),
    "anthropic": (14, "k", {"x-api-key": "k"}),
    "gemini": (24, "k", {"x-goog-api-key": "k"}),
    "deepl": (38, "k:fx", {"authorization": "DeepL-Auth-Key k:fx"}),
    "proxy": (43, "Basic x y", {"authorization": "Basic x y"}),
    "spark v2": (48, "a:b", {"authorization": "Bearer a:b"}),
    "local server without a key": (30, "", {}),
    "zhipu, plain key": (16, "abc", {"authorization": "Bearer abc"}),
    "bedrock key": (33, "bk", {"authorization": "Bearer bk"}),
}


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_key_goes_into_its_header(name: str) -> None:
    type, key, expected = PLAIN[name]
    call = WireRequest(path="/p", headers={"Content-Type": "a/b"})
    signed = authorise(provider(type), call=call, url="https://h/p", key=key, config={"region": "r"}, now=NOW)
    assert signed.url == "https://h/p"
    assert signed.headers == {"content-type": "a/b", **expected}


def test_openrouter_is_told_who_calls() -> None:
    signed = authorise(provider(20), call=CALL, url="https://h/p", key="k", config={}, now=NOW)
    assert signed.headers["x-title"] == "One API"
    assert signed.headers["http-referer"]


KEYS = {
    "sigv4": "AK|SK|us-east-1",
    "tc3": "12|id|key",
    "qianfan-token": "a|b",
    "google-token": 'r|p|{"client_email":"a@b","private_key":"x"}',
    "spark-hmac": "app|secret|key",
    "zhipu-jwt": "id.secret",
}


@pytest.mark.parametrize("type", PROVIDERS)
def test_every_provider_can_be_signed_for(type: int) -> None:
    row = PROVIDERS[type]
    signed = authorise(
        row, call=CALL, url="https://h/p", key=KEYS.get(row.auth, "k"), config={}, now=NOW, token="t0k3n"
    )
    said = signed.url + json.dumps(dict(signed.headers))
    assert "auth" in said.lower() or "key" in said.lower() or "token" in said.lower()
    assert all(name == name.lower() for name in signed.headers)
    assert signed.headers["content-type"] == "application/json"


def test_secrets_do_not_show_in_what_is_printed() -> None:
    signed = authorise(provider(1), call=CALL, url="https://h/p", key="sk-SECRET", config={}, now=NOW)
    assert "SECRET" not in repr(signed)


def test_a_token_in_the_query_joins_what_is_there() -> None:
    signed = authorise(provider(15), call=CALL, url="https://h/p?a=1", key="a|b", config={}, now=NOW, token="24.x/y")
    assert signed.url == "https://h/p?a=1&access_token=24.x%2Fy"


def test_qianfans_token_is_fetched_from_the_channels_own_host() -> None:
    row = provider(15)
    assert needs_token(row)
    asked = token_request(row, key="a|b", config={}, base_url="http://proxy:1/", now=NOW)
    assert asked.url.startswith(
        "http://proxy:1/oauth/2.0/token?grant_type=client_credentials&client_id=a&client_secret=b"
    )
    assert "client_secret" not in repr(asked)
    reply = WireResponse(status=200, body=b'{"access_token":"24.x","expires_in":2592000}')
    token = read_token(row, reply, NOW)
    assert (token.text, token.fresh_until > NOW + 86_400) == ("24.x", True)


def test_the_name_of_a_token_is_that_of_its_credentials_and_costs_no_signature() -> None:
    account = '{"client_email":"a","private_key":"no key at all"}'
    assert token_name(provider(42), key=f"r|p|{account}", config={}, base_url="") == account
    with pytest.raises(BadKey, match="PEM"):
        token_request(provider(42), key=f"r|p|{account}", config={}, base_url="", now=NOW)
    names = {
        token_name(provider(15), key=key, config={}, base_url=base)
        for key, base in (("a|b", ""), ("a|c", ""), ("a|b", "http://x"))
    }
    assert len(names) == 3


@pytest.mark.parametrize(
    ("type", "status", "code", "refused"),
    [
        (15, 502, 110, True), (15, 502, 111, True), (15, 429, 18, False), (42, 401, "UNAUTHENTICATED", True),
        (42, 403, "PERMISSION_DENIED", False), (42, 429, "RESOURCE_EXHAUSTED", False),
        (1, 401, "invalid_api_key", False),
    ],
)  # fmt: skip
def test_a_refused_token_is_told_from_other_refusals(type: int, status: int, code: Any, refused: bool) -> None:
    fault = Fault(kind="retry", status=status, message="m", code=code)
    assert token_refused(provider(type), fault) is refused


def test_a_refused_token_is_the_channels_fault() -> None:
    reply = WireResponse(status=401, body=b'{"error":"invalid_client","error_description":"unknown client id"}')
    with pytest.raises(ProviderFault) as caught:
        read_token(provider(15), reply, NOW)
    assert caught.value.fault.kind == "disable"


def test_a_service_account_that_is_none_is_refused() -> None:
    with pytest.raises(BadKey, match="private_key"):
        token_request(provider(42), key='r|p|{"client_email":"a"}', config={}, base_url="", now=NOW)


def test_only_two_schemes_need_a_token() -> None:
    assert {row.id for row in PROVIDERS.values() if needs_token(row)} == {15, 42, 114}
