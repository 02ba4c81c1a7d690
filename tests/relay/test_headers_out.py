"""No secret of a caller's reaches a provider, and none of the operator's comes back: every provider, every dialect."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.outbound.protocol import WireRequest
from gateway.providers.auth import authorise
from gateway.providers.catalog import PROVIDERS
from relay.attempt.passthrough import FORWARDED, with_forwarded
from relay.endpoints.proxy import goes_on
from tests.e2e.conftest import NewAccount
from tests.e2e.support import Operator
from tests.gateway.providers.test_auth import KEYS

Json = dict[str, Any]
SECRET, OPERATORS = "caller5-own-s3cret", "operator5-own-s3cret"
NOW = 1_735_689_600

# Who a caller is, where he is, and whom a provider would bill for him.
NAMES = (
    *(
        "authorization",
        "proxy-authorization",
        "cookie",
        "x-api-key",
        "api-key",
        "x-goog-api-key",
        "x-goog-user-project",
    ),
    *("openai-organization", "openai-project", "x-amz-security-token", "x-amz-date", "x-amz-target", "x-amzn-trace-id"),
    *("x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded", "via", "cf-connecting-ip", "true-client-ip"),
    *("cloudfront-viewer-address", "x-viewer-address", "referer", "origin", "x-csrf-token", "helicone-auth"),
    *(
        "x-goog-iam-authorization-token",
        "x-dashscope-workspace",
        "http-referer",
        "x-tc-token",
        "x-title",
        "x-edge-secret",
    ),
    *("x-ms-client-principal", "apikey", "x-auth-token", "x-access-token", "ocp-apim-subscription-key", "expect"),
)
SPELLED = st.sampled_from(NAMES).flatmap(
    lambda name: st.sampled_from([name, f"{name}-2", name.replace("-", "_"), f"x-{name}", f"{name}x"])
)
KINDS = ["openai", "anthropic", "gemini", "proxy"]


def sent(kind: str, given_headers: dict[str, str]) -> dict[str, str]:
    """What of a caller's headers is put onto a call."""
    if kind == "proxy":
        return {name: value for name, value in given_headers.items() if goes_on(name)}
    return dict(with_forwarded(WireRequest(path="/p"), kind, given_headers).headers)


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(names=st.sets(SPELLED))
def test_no_header_that_says_who_calls_goes_out_however_it_is_spelled(kind: str, names: set[str]) -> None:
    assert sent(kind, dict.fromkeys(names, SECRET)) == {}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("type", PROVIDERS)
def test_what_is_signed_for_a_provider_holds_nothing_of_the_callers(type: int, kind: str) -> None:
    row = PROVIDERS[type]
    headers = sent(kind, dict.fromkeys(NAMES, SECRET)) | {
        "content-type": "application/json",
        "x-tc-action": "ChatCompletions",
    }
    call = WireRequest(path="/p", body=b"{}", headers=headers)
    key = KEYS.get(row.auth, OPERATORS)
    signed = authorise(row, call=call, url="https://h/p", key=key, config={}, now=NOW, token="t0k3n")
    assert SECRET not in signed.url + repr(dict(signed.headers))


def test_the_headers_of_a_dialect_say_nothing_of_who_calls() -> None:
    assert set().union(*FORWARDED.values()).isdisjoint(NAMES)


CHAT = [{"role": "user", "content": "hi"}]
PATHS: dict[str, tuple[str, Json]] = {
    "chat": ("/v1/chat/completions", {"messages": CHAT}),
    "responses": ("/v1/responses", {"input": "hi"}),
    "messages": ("/v1/messages", {"messages": CHAT, "max_tokens": 5}),
    "contents": ("/v1beta/models/m:generateContent", {"contents": [{"parts": [{"text": "hi"}]}]}),
    "proxied chat": ("/v1/oneapi/proxy/{}/v1/chat/completions", {"messages": CHAT}),
    "proxied messages": ("/v1/oneapi/proxy/{}/v1/messages", {"messages": CHAT, "max_tokens": 5}),
}
# These need another host first, a socket, or a project; the test above has them.
ELSEWHERE = {row.id for row in PROVIDERS.values() if row.auth in ("google-token", "spark-hmac", "qianfan-token")}
REACHED = [type for type in PROVIDERS if type not in ELSEWHERE and PROVIDERS[type].dialects.get("chat")]
SECRETS = {"sigv4": f"AK|{OPERATORS}|us-east-1", "tc3": f"12|id|{OPERATORS}", "zhipu-jwt": f"id.{OPERATORS}"}
REPEATED = {"content-type": "application/json", "x-request-id": OPERATORS, "set-cookie": OPERATORS, "server": OPERATORS}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("type", REACHED)
def test_secrets_stay_on_their_side(operator: Operator, new_account: NewAccount, type: int, path: str) -> None:
    account = new_account()
    key = SECRETS.get(PROVIDERS[type].auth, OPERATORS)
    channel = operator.channel(account.group, type=type, models="m", key=key)
    operator.option("ModelPrice", '{"m": {"input": 1, "output": 1}}')
    seen = len(operator.upstream.requests())
    error = {"error": {"message": f"wrong key {key}", "code": key, "type": "invalid_request_error"}}
    operator.upstream.replay(json.dumps(error).encode(), status=401, headers=REPEATED, times=1)
    address, body = PATHS[path]
    headers = {name: SECRET for name in NAMES if name not in ("authorization", "x-api-key", "x-goog-api-key", "expect")}
    answer = account.post(body | {"model": "m"}, path=address.format(channel.id), headers=headers)
    asked = operator.upstream.requests()[seen:]
    told = repr([(one.path, one.query, one.headers, one.body) for one in asked])
    assert SECRET not in told and account.key not in told
    assert OPERATORS not in answer.text + repr(answer.headers)
    assert answer.status_code >= 400
    operator.upstream.reset()
