"""Tencent's signature against a recorded one and against the vendor's worked example."""

import pytest

from gateway.outbound.protocol import WireRequest
from gateway.providers import auth_tc3
from gateway.providers.auth_tc3 import host_of, read_key, signed

BODY = (
    b'{"Model":"hunyuan-lite","Messages":[{"Role":"system","Content":"sys1"},{"Role":"system","Content":"sys2"},'
    b'{"Role":"user","Content":"t1t2"},{"Role":"assistant","Content":""},{"Role":"tool","Content":"res"},'
    b'{"Role":"user","Content":"last"}],"Stream":false,"TopP":1,"Temperature":1.5}'
)
CALL = WireRequest(path="/", body=BODY, headers={"content-type": "application/json", "x-tc-action": "ChatCompletions"})


def test_the_signature_is_the_recorded_one() -> None:
    headers = signed(CALL, "123|SID|SKEY", 1795449751)
    assert headers["x-tc-timestamp"] == "1795449751"
    assert headers["authorization"] == (
        "TC3-HMAC-SHA256 Credential=SID/2026-11-23/hunyuan/tc3_request, "
        "SignedHeaders=content-type;host;x-tc-action, "
        "Signature=42f4e4b0fb471ef7f910623da8cbbb975ce03922ca7e37c2b3986d7b148a0322"
    )


def test_the_signature_is_the_one_that_tencent_works_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The example of https://cloud.tencent.com/document/api/213/30654, a call of another of its services.

    The key it prints is stars, and the signature is of those stars.
    """
    monkeypatch.setattr(auth_tc3, "SERVICE", "cvm")
    body = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    headers = {"content-type": "application/json; charset=utf-8", "x-tc-action": "DescribeInstances"}
    call = WireRequest(path="/", body=body, headers=headers)
    made = signed(call, f"1|AKID|{'*' * 32}", 1551113065, "https://cvm.tencentcloudapi.com")
    assert made["authorization"] == (
        "TC3-HMAC-SHA256 Credential=AKID/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host;x-tc-action, "
        "Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
    )


def test_the_headers_of_the_call_are_kept() -> None:
    assert signed(CALL, "1|a|b", 1)["x-tc-action"] == "ChatCompletions"


def test_every_signed_part_changes_the_signature() -> None:
    changed = (
        signed(WireRequest(path="/", body=BODY + b" ", headers=CALL.headers), "1|a|b", 1),
        signed(WireRequest(path="/", body=BODY, headers={**CALL.headers, "x-tc-action": "GetEmbedding"}), "1|a|b", 1),
        signed(CALL, "1|a|c", 1),
        signed(CALL, "1|a|b", 2),
        signed(CALL, "1|a|b", 1, "https://hunyuan.ap-guangzhou.tencentcloudapi.com"),
        signed(CALL, "1|a|b", 1),
    )
    assert len({headers["authorization"] for headers in changed}) == len(changed)


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("", "hunyuan.tencentcloudapi.com"),
        ("http://127.0.0.1:9999", "hunyuan.tencentcloudapi.com"),
        ("https://hunyuan.ap-beijing.tencentcloudapi.com/", "hunyuan.ap-beijing.tencentcloudapi.com"),
        ("https://tencentcloudapi.com.example.com", "hunyuan.tencentcloudapi.com"),
    ],
)
def test_a_proxy_in_between_is_not_signed_for(base_url: str, host: str) -> None:
    assert host_of(base_url) == host


@pytest.mark.parametrize(
    ("key", "message"),
    [("a|b", "three parts"), ("1|b|", "three parts"), ("1|a|b|c", "three parts"), ("x|a|b", "must be a number")],
)
def test_a_key_of_another_form_is_explained(key: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_key(key)
