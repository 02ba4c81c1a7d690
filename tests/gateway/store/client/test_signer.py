"""Our signature beside botocore's, for the same request at the same moment."""

import time

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials

from gateway.store.client.signer import AwsCredentials, Signer

TARGET = "DynamoDB_20120810.TransactWriteItems"


def botocore_headers(credentials: AwsCredentials, region: str, host: str, body: bytes, stamp: str) -> dict[str, str]:
    given = BotoCredentials(credentials.access_key, credentials.secret_key, credentials.token or None)
    headers = {"content-type": "application/x-amz-json-1.0", "x-amz-target": TARGET, "host": host}
    request = AWSRequest("POST", f"https://{host}/", data=body, headers=headers)
    auth = SigV4Auth(given, "dynamodb", region)
    request.context["timestamp"] = stamp
    request.headers["X-Amz-Date"] = stamp
    if credentials.token:
        request.headers["X-Amz-Security-Token"] = credentials.token
    signature = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    return {
        "scope": auth.scope(request),
        "signed": auth.signed_headers(auth.headers_to_sign(request)),
        "signature": signature,
    }


@pytest.mark.parametrize("token", ["", "a/session+token=="])
@pytest.mark.parametrize("body", [b"", b'{"a":1}', b"\xff" * 5000])
@pytest.mark.parametrize(
    ("region", "host"), [("us-east-1", "dynamodb.us-east-1.amazonaws.com"), ("eu-west-1", "127.0.0.1:8000")]
)
def test_the_signature_is_botocores(token: str, body: bytes, region: str, host: str) -> None:
    credentials = AwsCredentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token)
    ours = Signer(credentials, region, host).headers(TARGET, body)
    theirs = botocore_headers(credentials, region, host, body, ours["x-amz-date"])
    assert ours["authorization"] == (
        f"AWS4-HMAC-SHA256 Credential={theirs['scope']}, SignedHeaders={theirs['signed']}, "
        f"Signature={theirs['signature']}"
    )
    assert ours.get("x-amz-security-token", "") == token


def test_the_key_of_a_day_is_derived_anew_on_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    credentials = AwsCredentials("a", "b")
    days = [0.0, 10.0, 86_400.0]
    signer = Signer(credentials, "us-east-1", "h")
    for moment in days:
        monkeypatch.setattr(time, "gmtime", lambda moment=moment, real=time.gmtime: real(moment))
        fresh = Signer(credentials, "us-east-1", "h").headers(TARGET, b"x")
        assert signer.headers(TARGET, b"x") == fresh


def test_a_secret_is_not_shown() -> None:
    signer = Signer(AwsCredentials("access", "very secret", "session"), "us-east-1", "h")
    signer.headers(TARGET, b"")
    assert "access" in repr(signer)
    assert "very secret" not in repr(signer)
    assert "session" not in repr(signer)
