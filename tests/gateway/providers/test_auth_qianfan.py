"""Fetching the access token."""

import json
from typing import Any

import pytest

from gateway.outbound.protocol import ProviderFault, WireRequest, WireResponse
from gateway.providers.auth_qianfan import read_key, read_token, token_call, with_token


def reply(status: int = 200, **body: Any) -> WireResponse:
    return WireResponse(status=status, body=json.dumps(body).encode())


def test_the_token_is_asked_for_on_the_channels_base_url() -> None:
    call = token_call("A K|S&K")
    assert call.method == "POST"
    assert call.path == "/oauth/2.0/token?grant_type=client_credentials&client_id=A+K&client_secret=S%26K"
    assert call.body == b""


def test_a_token_comes_with_its_lifetime() -> None:
    assert read_token(reply(access_token="T", expires_in=2592000)) == ("T", 2592000)


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        (reply(401, error="invalid_client", error_description="unknown client id"), "disable", "unknown client id"),
        (reply(200, error="invalid_client", error_description="Client auth failed"), "disable", "Client auth failed"),
        (reply(200), "retry", "no reason given"),
        (reply(429, error_msg="x"), "cooldown", "no reason given"),
        (WireResponse(status=200, body=b"<html>"), "retry", "not JSON"),
        (WireResponse(status=503, body=b"<html>"), "cooldown", "html"),
    ],
)
def test_a_refusal_is_a_fault(answer: WireResponse, kind: str, message: str) -> None:
    with pytest.raises(ProviderFault) as caught:
        read_token(answer)
    assert caught.value.fault.kind == kind
    assert message in caught.value.fault.message or kind == "cooldown"


@pytest.mark.parametrize("key", ["only", "a|", "|b", "a|b|c", ""])
def test_a_key_of_another_form_is_explained(key: str) -> None:
    with pytest.raises(ValueError, match=r"APIKey\|SecretKey"):
        read_key(key)


def test_the_token_goes_into_the_query() -> None:
    assert with_token(WireRequest(path="/chat/x"), "a/b").path == "/chat/x?access_token=a%2Fb"
    assert with_token(WireRequest(path="/chat/x?y=1"), "t").path == "/chat/x?y=1&access_token=t"
