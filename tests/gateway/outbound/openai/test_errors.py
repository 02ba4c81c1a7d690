"""Error bodies: what they say in every shape, and what they mean."""

import json
from typing import Any

import pytest

from gateway.outbound.errors.body import read_error
from gateway.outbound.openai.errors import carries_error, of_reply, of_value
from gateway.outbound.protocol import WireResponse

SAYS: dict[str, tuple[str, str]] = {
    "object": ('{"error":{"message":"no","type":"t","param":"p","code":"c"}}', "no"),
    "string": ('{"error":"no"}', "no"),
    "string beside code": ('{"code":"invalid","error":"no"}', "no"),
    "oauth": ('{"error":"invalid_client","error_description":"no"}', "no"),
    "list of objects": ('[{"error":{"message":"no"}}]', "no"),
    "list of strings": ('["no","never"]', "no; never"),
    "bare string": ('"no"', "no"),
    "message": ('{"message":"no"}', "no"),
    "msg": ('{"code":1,"msg":"no"}', "no"),
    "err": ('{"err":"no"}', "no"),
    "error_msg": ('{"error_code":18,"error_msg":"no"}', "no"),
    "detail": ('{"detail":"no"}', "no"),
    "fastapi": (
        '{"detail":[{"loc":["body","messages",0],"msg":"no","type":"missing"},{"loc":["body"],"msg":"never"}]}',
        "body.messages.0: no; body: never",
    ),
    "mistral 422": (
        '{"object":"error","message":{"detail":[{"loc":["body","x"],"msg":"no"}]},"type":"invalid"}',
        "body.x: no",
    ),
    "errors objects": ('{"success":false,"errors":[{"code":5007,"message":"no"}],"messages":[]}', "no"),
    "errors strings": ('{"errors":["no","never"]}', "no; never"),
    "problem": ('{"title":"Unauthenticated","detail":"no","status":401}', "no"),
    "title only": ('{"title":"no","status":401}', "no"),
    "spark": ('{"header":{"code":10013,"message":"no","sid":"x"}}', "no"),
    "tencent": ('{"Response":{"Error":{"Code":"LimitExceeded","Message":"no"},"RequestId":"r"}}', "no"),
    "minimax": ('{"choices":null,"base_resp":{"status_code":1004,"status_msg":"no"}}', "no"),
    "responses": ('{"type":"response.failed","response":{"error":{"code":"x","message":"no"}}}', "no"),
    "json in a message": ('{"error":{"message":"{\\"error\\":{\\"message\\":\\"no\\"}}"}}', "no"),
    "html": ("<html><head><title>502 Bad\n Gateway</title></head><body>x</body></html>", "502 Bad Gateway"),
    "html without title": ("<html><style>a{}</style><body><h1>no</h1> &amp; never</body>", "no & never"),
    "plain": ("no\n", "no"),
    "event stream": ('event: error\ndata: {"error":{"message":"no"}}\n\n', "no"),
    "byte order mark": ('\ufeff{"message":"no"}', "no"),
    "empty": ("", ""),
    "null": ("null", ""),
    "number": ("42", ""),
    "empty object": ("{}", ""),
    "deep": (json.dumps({"error": {"error": {"error": {"error": {"error": {"message": "no"}}}}}}), ""),
    "wrong types": ('{"error":{"message":5,"code":[1]}}', ""),
}


@pytest.mark.parametrize("shape", SAYS)
def test_the_message_is_found_in_every_shape(shape: str) -> None:
    body, message = SAYS[shape]
    assert read_error(body.encode()).message == message


def test_code_type_and_param_come_along() -> None:
    found = read_error(b'{"error":{"message":"m","type":"t","param":"p","code":7},"request_id":"r"}')
    assert (found.type, found.param, found.code) == ("t", "p", 7)


def test_keys_and_tokens_in_a_message_do_not_reach_the_caller() -> None:
    said = read_error(b'{"error":"bad key sk-proj-abcdefghijklmnop at https://x/y?access_token=24.abc&z=1"}').message
    assert said == "bad key *** at https://x/y?access_token=***&z=1"


def test_a_message_has_an_end() -> None:
    assert len(read_error(json.dumps({"error": "x" * 100_000}).encode()).message) == 2001


def _error(**parts: Any) -> str:
    return json.dumps({"error": {"message": "m", **parts}})


MEANS: dict[str, tuple[int, str, str]] = {
    # what the caller did
    "bad parameter": (400, _error(type="invalid_request_error", param="temperature"), "caller"),
    "too long": (400, _error(code="context_length_exceeded"), "caller"),
    "unprocessable": (422, '{"detail":[{"loc":["body"],"msg":"x"}]}', "caller"),
    "too large": (413, "", "caller"),
    "user text about money in a 400": (
        400,
        _error(message="Invalid value: 'my credit balance is too low'. Supported values are: 'auto'"),
        "caller",
    ),
    "user text about keys in a 400": (400, _error(message="Unknown tool 'invalid api key checker'"), "caller"),
    "user text about balance in a 500": (500, _error(message="could not parse: insufficient balance"), "retry"),
    # what the channel cannot do now
    "server error": (500, _error(), "retry"),
    "bad gateway page": (502, "<html><title>502</title></html>", "retry"),
    "gateway timeout": (504, "", "retry"),
    "model missing here": (404, _error(code="model_not_found"), "retry"),
    "model missing with 400": (400, _error(code="model_not_found"), "retry"),
    "not allowed here": (403, _error(message="Country, region, or territory not supported"), "retry"),
    "login page of a proxy": (401, "<html><title>Login</title></html>", "retry"),
    "request over the account's allowance": (413, _error(code="rate_limit_exceeded"), "retry"),
    # what will pass
    "rate limit": (429, _error(code="rate_limit_exceeded", type="tokens"), "cooldown"),
    "rate limit without words": (429, "", "cooldown"),
    "overloaded": (503, _error(code="overloaded"), "cooldown"),
    "overloaded 529": (529, _error(type="overloaded_error"), "cooldown"),
    "engine overloaded": (429, _error(type="engine_overloaded_error"), "cooldown"),
    # what will not
    "no quota": (429, _error(code="insufficient_quota", type="insufficient_quota"), "disable"),
    "payment required": (402, "", "disable"),
    "credit too low": (400, _error(message="Your credit balance is too low to access the API."), "disable"),
    "arrears in Chinese": (429, _error(code="x", message="您的账户已欠费，请充值后重试。"), "disable"),
    "bad key": (401, _error(code="invalid_api_key"), "disable"),
    "bad key with 400": (400, '{"code":"invalid-argument","error":"Incorrect API key provided."}', "disable"),
    "bad key, Google": (400, _error(message="API key not valid. Please pass a valid API key."), "disable"),
    "deactivated": (401, _error(code="account_deactivated"), "disable"),
    "organisation closed": (400, _error(message="This organization has been disabled."), "disable"),
    "permission": (403, _error(type="permission_error"), "disable"),
    # what was refused
    "content filter": (
        400,
        _error(code="content_filter", innererror={"code": "ResponsibleAIPolicyViolation"}),
        "filtered",
    ),
    "inner error only": (400, _error(innererror={"code": "ResponsibleAIPolicyViolation"}), "filtered"),
    "image refused": (400, _error(code="content_policy_violation"), "filtered"),
    "legal reasons": (451, "", "filtered"),
}


@pytest.mark.parametrize("case", MEANS)
def test_an_error_is_judged_by_what_it_says(case: str) -> None:
    status, body, kind = MEANS[case]
    fault = of_reply(WireResponse(status=status, body=body.encode()))
    assert (fault.kind, fault.status) == (kind, status)
    assert fault.message


WAITS: dict[str, tuple[dict[str, str], str, int | None]] = {
    "header": ({"retry-after": "7"}, "", 7),
    "header in ms": ({"retry-after-ms": "1500"}, "", 2),
    "date": ({"retry-after": "Wed, 01 Jan 2025 00:00:30 GMT", "date": "Wed, 01 Jan 2025 00:00:00 GMT"}, "", 30),
    "milliseconds in words": ({}, "Please try again in 800ms.", 1),
    "minutes in words": ({}, "Please try again in 1m2.5s. Visit us", 63),
    "seconds in words": ({}, "max concurrency: 1, please try again after 20 seconds", 20),
    "hours in words": ({}, "try again in 2h3m", 3600),
    "no number": ({}, "please try again later", None),
    "daily": ({}, "Rate limit reached on tokens per day (TPD): Limit 100", 3600),
    "garbage header": ({"retry-after": "soon"}, "", None),
}


@pytest.mark.parametrize("case", WAITS)
def test_how_long_to_wait_is_read_from_header_or_words(case: str) -> None:
    headers, message, seconds = WAITS[case]
    reply = WireResponse(status=429, body=json.dumps({"error": {"message": message}}).encode(), headers=headers)
    assert of_reply(reply).retry_after == seconds


def test_googles_retry_delay_is_read() -> None:
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.2s"}]
    body = json.dumps({"error": {"code": 429, "message": "Quota exceeded", "details": details}})
    assert of_reply(WireResponse(status=429, body=body.encode())).retry_after == 35


IN_SUCCESS: dict[str, tuple[dict[str, Any], str, int]] = {
    "groq event": ({"error": {"message": "m", "code": "tool_use_failed", "status_code": 400}}, "caller", 400),
    "openrouter": ({"error": {"code": 402, "message": "Insufficient credits"}, "user_id": "u"}, "disable", 402),
    "openrouter upstream": ({"error": {"code": 502, "message": "Provider returned error"}}, "retry", 502),
    "overloaded": ({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "cooldown", 503),
    "string": ({"error": "boom"}, "retry", 502),
    "responses": ({"type": "response.failed", "response": {"error": {"code": "rate_limit_exceeded"}}}, "cooldown", 429),
}


@pytest.mark.parametrize("case", IN_SUCCESS)
def test_an_error_inside_a_success_gets_a_status_of_its_own(case: str) -> None:
    value, kind, status = IN_SUCCESS[case]
    fault = of_value(value)
    assert (fault.kind, fault.status) == (kind, status)


def test_a_success_is_not_mistaken_for_an_error() -> None:
    assert not carries_error({"id": "x", "choices": [], "error": None})
    assert not carries_error({"code": 0, "choices": []})
    assert not carries_error({"object": "response", "error": None})
    assert not carries_error({"base_resp": {"status_code": 0}, "choices": []})
    assert carries_error({"base_resp": {"status_code": 1004}})
    assert carries_error({"code": 11200, "message": "no"})
