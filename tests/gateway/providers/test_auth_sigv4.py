"""Signatures for AWS, against botocore's own."""

from datetime import UTC, datetime
from unittest import mock

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from gateway.outbound.protocol import WireRequest
from gateway.providers.auth_sigv4 import sign

NOW = 1_764_000_000
HOST = "https://bedrock-runtime.us-east-1.amazonaws.com"
JSON = {"content-type": "application/json"}

CASES = {
    "converse": WireRequest(
        path="/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse", body=b'{"a":1}', headers=JSON
    ),
    "arn": WireRequest(path="/model/arn%3Aaws%3Abedrock%3Ax%2Fy/converse-stream", body=b"{}", headers=JSON),
    "get with query": WireRequest(path="/foundation-models?b=2&a=x%20y&a=1&empty=", method="GET"),
    "amazon's own headers": WireRequest(
        path="/model/m/invoke", body=b"{}", headers=JSON | {"X-Amzn-Bedrock-Trace": " on   off "}
    ),
    "no path": WireRequest(path="", body=b"{}"),
}


def botocore_says(call: WireRequest, url: str, token: str) -> str:
    request = AWSRequest(method=call.method, url=url, data=call.body, headers=dict(call.headers))
    moment = datetime.fromtimestamp(NOW, UTC).replace(tzinfo=None)
    with mock.patch("botocore.auth.get_current_datetime", return_value=moment):
        SigV4Auth(Credentials("AKID", "secret/key", token or None), "bedrock", "us-east-1").add_auth(request)
    return request.headers["Authorization"]


@pytest.mark.parametrize("host", [HOST, "http://127.0.0.1:8080", "https://bedrock.example.com:443"])
@pytest.mark.parametrize("token", ["", "session-token"])
@pytest.mark.parametrize("name", CASES)
def test_the_signature_is_botocores(name: str, token: str, host: str) -> None:
    call, url = CASES[name], host + CASES[name].path
    headers = sign(call, url, "AKID", "secret/key", region="us-east-1", service="bedrock", now=NOW, token=token)
    assert headers["authorization"] == botocore_says(call, url, token)
    assert headers["x-amz-date"] == "20251124T160000Z"
    assert headers.get("x-amz-security-token", "") == token


def test_the_secret_is_nowhere_in_what_is_sent() -> None:
    headers = sign(CASES["converse"], HOST + CASES["converse"].path, "AKID", "s3cr3t", region="eu-west-1", now=NOW)
    assert "s3cr3t" not in str(headers)
