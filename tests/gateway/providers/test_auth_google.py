"""Service account tokens, against google-auth's own."""

import json
from typing import Any
from unittest import mock
from urllib.parse import parse_qs

import jwt as pyjwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from google.oauth2 import service_account as google

from gateway.outbound.protocol import ProviderFault, WireResponse
from gateway.providers import auth_google

NOW = 1_764_000_000
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: Any = KEY) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def key_file(**changes: Any) -> dict[str, Any]:
    made = {
        "type": "service_account",
        "project_id": "p",
        "private_key_id": "kid1",
        "private_key": pem(),
        "client_email": "robot@p.iam.gserviceaccount.com",
        "token_uri": "https://oauth2.googleapis.com/token",
    } | changes
    return {name: value for name, value in made.items() if value is not None}


def test_the_assertion_is_google_auths() -> None:
    account = auth_google.service_account(json.dumps(key_file()))
    theirs = google.Credentials.from_service_account_info(key_file(), scopes=[auth_google.SCOPE])
    with mock.patch("google.auth._helpers.utcnow", return_value=_moment()):
        expected = theirs._make_authorization_grant_assertion().decode()
    ours = auth_google.assertion(account, NOW)
    claims = _claims(ours)
    assert _claims(expected).pop("aud") == claims.pop("aud") == "https://oauth2.googleapis.com/token"
    assert claims == {key: value for key, value in _claims(expected).items() if key != "aud"}
    assert pyjwt.get_unverified_header(ours) == pyjwt.get_unverified_header(expected)


def _moment() -> Any:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(NOW, UTC).replace(tzinfo=None)


def _claims(token: str) -> dict[str, Any]:
    options: Any = {"verify_exp": False, "verify_iat": False, "verify_aud": False}
    return pyjwt.decode(token, KEY.public_key(), algorithms=["RS256"], options=options)


def test_the_exchange_goes_to_the_accounts_own_token_uri() -> None:
    account = auth_google.service_account(json.dumps(key_file(token_uri="http://127.0.0.1:99/t/token?x=1")))
    base, call = auth_google.token_call(account, NOW)
    assert base + call.path == "http://127.0.0.1:99/t/token?x=1"
    assert call.headers["content-type"] == "application/x-www-form-urlencoded"
    form = parse_qs(call.body.decode())
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    assert _claims(form["assertion"][0])["aud"] == "http://127.0.0.1:99/t/token?x=1"


def test_a_key_pasted_with_its_escapes_works() -> None:
    account = auth_google.service_account(json.dumps(key_file(private_key=pem().replace("\n", "\\n"))))
    assert _claims(auth_google.assertion(account, NOW))["iss"] == "robot@p.iam.gserviceaccount.com"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("not json", "must be the JSON of a key file"),
        ("[]", "must be the JSON of a key file"),
        (json.dumps(key_file(private_key=None)), "lacks private_key"),
        (json.dumps({"x": 1}), "lacks client_email and private_key"),
        (json.dumps(key_file(token_uri="ftp://x")), "no web address"),
    ],
)
def test_what_is_no_service_account_is_explained(text: str, says: str) -> None:
    with pytest.raises(auth_google.BadCredentials, match=says):
        auth_google.service_account(text)


@pytest.mark.parametrize("key", ["garbage", pem(ec.generate_private_key(ec.SECP256R1()))])
def test_a_key_that_cannot_sign_is_explained_without_showing_it(key: str) -> None:
    account = auth_google.service_account(json.dumps(key_file(private_key=key)))
    with pytest.raises(auth_google.BadCredentials) as caught:
        auth_google.assertion(account, NOW)
    assert key not in str(caught.value)
    assert key not in repr(account)


def test_the_token_and_its_end_are_read() -> None:
    reply = WireResponse(status=200, body=b'{"access_token":"ya29.x","expires_in":3599,"token_type":"Bearer"}')
    token = auth_google.token_reply(reply, NOW)
    assert (token.token, token.expires_at) == ("ya29.x", NOW + 3599)
    assert "ya29" not in repr(token)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, b'{"error":"invalid_grant","error_description":"Invalid JWT Signature."}', "disable"),
        (401, b'{"error":"invalid_client"}', "disable"),
        (400, b'{"error":"invalid_scope","error_description":"x"}', "retry"),
        (503, b"<html>busy</html>", "cooldown"),
        (200, b"{}", "retry"),
    ],
)
def test_a_refusal_says_whether_the_account_is_done_for(status: int, body: bytes, kind: str) -> None:
    with pytest.raises(ProviderFault) as caught:
        auth_google.token_reply(WireResponse(status=status, body=body), NOW)
    assert caught.value.fault.kind == kind
    assert caught.value.fault.status == 502
