"""Events as AWS documents them reach the application intact: through the loop, not only the mapping."""

import json
from pathlib import Path

import pytest

from gateway.lambda_runtime.api import Invocation
from gateway.lambda_runtime.events import MalformedRequest, UnsupportedEvent, http_request
from tests.emulators.runtime_api import RuntimeApi
from tests.emulators.serving import serving

EVENTS = Path(__file__).parents[2] / "events"


def event(name: str) -> dict:
    return json.loads((EVENTS / f"{name}.json").read_text())


async def echo(scope, receive, send):
    """Everything the application was given, as JSON; bytes as latin-1 text."""
    request = await receive()
    seen = {key: scope[key] for key in ("type", "method", "path", "scheme", "client", "server", "http_version")}
    seen |= {key: scope[key].decode("latin-1") for key in ("raw_path", "query_string")}
    seen["headers"] = [[name.decode(), value.decode()] for name, value in scope["headers"]]
    seen["body"] = request["body"].decode("latin-1")
    seen["more_body"] = request["more_body"]
    seen["event"] = scope["aws.event"]
    seen["request_id"] = scope["aws.request_id"]
    seen["deadline"] = scope["gateway.deadline"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(seen).encode()})


EXPECTED = {
    "rest_v1": {
        "method": "POST",
        "path": "/v1/chat/completions",
        "raw_path": "/v1/chat/completions",
        "query_string": "tag=a%26b&tag=b+c&api-version=2024-06-01&empty=",
        "scheme": "https",
        "client": ["203.0.113.9", 0],
        "server": ["abcdefghij.execute-api.eu-west-1.amazonaws.com", 443],
        "headers": [
            ["accept", "*/*"],
            ["authorization", "Bearer sk-test"],
            ["content-type", "application/json"],
            ["host", "abcdefghij.execute-api.eu-west-1.amazonaws.com"],
            ["x-forwarded-for", "203.0.113.9, 130.176.1.2"],
            ["x-forwarded-port", "443"],
            ["x-forwarded-proto", "https"],
            ["x-tag", "first"],
            ["x-tag", "second"],
            ["cookie", "session=abc; lang=de; theme=dark"],
        ],
        "body": '{"model":"gpt-4o","messages":[{"role":"user","content":"Grüße 你好"}]}'.encode().decode("latin-1"),
    },
    "rest_v1_base64": {
        "body": bytes([0, 255, 128, 97, 0, 13, 10, 98, 240]).decode("latin-1"),
        "query_string": "",
        "client": ["2001:db8::7", 0],
        "headers": [["content-type", "application/octet-stream"], ["host", "api.example.com"]],
    },
    "rest_v1_encoded_path": {
        "method": "GET",
        "path": "/v1/models/org/model one?x",
        "raw_path": "/v1/models/org%2Fmodel%20one%3Fx",
        "query_string": "",
        "body": "",
    },
    "rest_v1_console_test": {"path": "/v1/models", "headers": [], "query_string": "", "scheme": "https"},
    "function_url": {
        "method": "POST",
        "path": "/v1/models/org/model",
        "raw_path": "/v1/models/org%2Fmodel",
        "query_string": "tag=a%26b&tag=b+c&flag",
        "client": ["203.0.113.9", 0],
        "headers": [
            ["accept", "text/event-stream"],
            ["authorization", "Bearer sk-test"],
            ["content-type", "application/json"],
            ["host", "abcdefghijklmnop.lambda-url.eu-west-1.on.aws"],
            ["x-forwarded-for", "203.0.113.9"],
            ["x-forwarded-port", "443"],
            ["x-forwarded-proto", "https"],
            ["x-tag", "first,second"],
            ["cookie", "session=abc; lang=de"],
        ],
        "body": '{"model":"gpt-4o"}',
    },
    "http_api_v2_stage": {
        "method": "DELETE",
        "path": "/v1/files/100% sure?",
        "raw_path": "/v1/files/100%25%20sure%3F",
        "query_string": "limit=10",
        "body": "",
    },
    "http_api_v1_payload": {
        "method": "POST",
        "path": "/v1/embeddings",
        "query_string": "a=1&a=2",
        "headers": [
            ["content-type", "application/json"],
            ["host", "klmnopqrst.execute-api.eu-west-1.amazonaws.com"],
            ["x-tag", "first"],
            ["x-tag", "second"],
        ],
        "client": ["203.0.113.9", 0],
    },
    "alb": {
        "method": "POST",
        "path": "/v1/models/org/model",
        "raw_path": "/v1/models/org%2Fmodel",
        "query_string": "tag=a%26b&page=2",
        "scheme": "http",
        "client": ["203.0.113.9", 0],
        "server": ["relay-1234567890.eu-west-1.elb.amazonaws.com", 80],
        "body": '{"model":"gpt-4o"}',
    },
    "alb_multivalue": {
        "method": "GET",
        "query_string": "tag=a%26b&tag=b+c",
        "headers": [
            ["host", "relay-1234567890.eu-west-1.elb.amazonaws.com"],
            ["x-forwarded-for", "203.0.113.9"],
            ["x-forwarded-port", "443"],
            ["x-forwarded-proto", "https"],
            ["x-tag", "first"],
            ["x-tag", "second"],
            ["cookie", "session=abc; theme=dark"],
        ],
    },
}


def test_every_recorded_http_event_has_an_expectation() -> None:
    assert {path.stem for path in EVENTS.glob("*.json")} - EXPECTED.keys() == {"scheduled"}


@pytest.mark.parametrize("name", EXPECTED)
async def test_an_event_reaches_the_application_intact(name: str) -> None:
    async with serving(echo) as api:
        invocation = api.invoke(event(name))
        seen = json.loads(await invocation.body())
    assert {key: seen[key] for key in EXPECTED[name]} == EXPECTED[name]
    assert seen["event"] == event(name)
    assert (seen["request_id"], seen["deadline"]) == (invocation.request_id, invocation.deadline_ms)
    assert (seen["type"], seen["http_version"], seen["more_body"]) == ("http", "1.1", False)


@pytest.mark.parametrize("api_options", [{"chunked_events": True}, {"keep_alive": False}], ids=str)
async def test_an_event_arrives_however_the_runtime_api_sends_it(api_options: dict) -> None:
    api = RuntimeApi(**api_options)
    async with serving(echo, api=api):
        for _ in range(2):
            seen = json.loads(await api.invoke(event("rest_v1")).body())
            assert seen["body"] == EXPECTED["rest_v1"]["body"]


async def test_a_body_of_six_megabytes_arrives_whole() -> None:
    large = event("rest_v1") | {"body": "ä" * (3 << 20)}
    async with serving(echo) as api:
        seen = json.loads(await api.invoke(large).body())
    assert seen["body"].encode("latin-1") == large["body"].encode()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (event("scheduled"), "detail-type"),
        ({}, "[]"),
        ([1, 2], "list"),
        ({"version": "2.0", "requestContext": {}}, "lacks a part"),
        ({"version": "2.0", "requestContext": None}, "lacks a part"),
        ({"requestContext": {"elb": {}}, "multiValueHeaders": None}, "lacks a part"),
        ({"requestContext": 3}, ""),
        (b"{not json", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"", "not JSON"),
    ],
    ids=str,
)
async def test_an_event_that_is_no_request_is_refused_and_the_loop_goes_on(sent: object, said: str) -> None:
    async with serving(echo) as api:
        refused = api.invoke(sent)
        await refused.ended()
        assert refused.failure is not None
        assert refused.failure.kind == refused.failure.document["errorType"] == "Runtime.UnsupportedEvent"
        assert said in refused.failure.document["errorMessage"]
        assert json.loads(await api.invoke(event("rest_v1")).body())["path"] == "/v1/chat/completions"


@pytest.mark.parametrize(
    "change",
    [
        {"body": "not base64!", "isBase64Encoded": True},
        {"multiValueHeaders": {"Host": ["example.com:port"]}},
        {"multiValueHeaders": {"Host": ["a:b:c"]}},
    ],
    ids=str,
)
async def test_a_malformed_request_is_the_callers_fault(change: dict) -> None:
    async with serving(echo) as api:
        invocation = api.invoke(event("rest_v1") | change)
        head = await invocation.head()
        error = json.loads(await invocation.body())["error"]
    assert (head.status, error["type"]) == (400, "invalid_request_error")
    assert "Host header" in error["message"]


def test_the_context_tells_the_time_that_is_left() -> None:
    invocation = Invocation("id", b"", deadline_ms=1)
    request = http_request(event("rest_v1"), invocation)
    assert request.scope["aws.context"].get_remaining_time_in_millis() == 0
    assert request.scope["gateway.deadline"] == 1


def test_a_host_that_names_no_deadline_leaves_it_out() -> None:
    assert "gateway.deadline" not in http_request(event("rest_v1"), Invocation("id", b"")).scope


def test_the_two_kinds_of_refusal_are_told_apart() -> None:
    with pytest.raises(UnsupportedEvent):
        http_request("text", Invocation("id", b""))
    with pytest.raises(MalformedRequest):
        http_request(event("rest_v1") | {"isBase64Encoded": True}, Invocation("id", b""))
