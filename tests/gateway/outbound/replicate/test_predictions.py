"""Predictions: created, asked for, streamed, cancelled; images fetched where bytes are wanted."""

import json
from typing import Any

import pytest

from gateway.outbound.exchange import Fetch, PollingDialect, Task, beside, on_host
from gateway.outbound.protocol import CanonicalResponse, Media, ProviderFault, WireResponse
from tests.gateway.outbound import cases

FOLDER = cases.folders()["replicate"]
DIALECT = FOLDER.dialect
CHAT = FOLDER.request(cases.canonical("basic"))
STREAM = "https://stream.replicate.com/v1/files/abc"


def image(**body: Any) -> Any:
    return FOLDER.request({"prompt": "cat", **body}, operation="images", model="black-forest-labs/flux-schnell")


def reply(**body: Any) -> WireResponse:
    return WireResponse(status=200, body=json.dumps({"id": "p/1", **body}).encode())


def test_everything_is_a_prediction() -> None:
    assert isinstance(DIALECT, PollingDialect)


def test_a_new_prediction_is_asked_for_and_cancelled_under_the_channels_own_base_url() -> None:
    task = DIALECT.created(
        CHAT, reply(status="starting", urls={"get": "https://elsewhere.example.com/p", "stream": STREAM})
    )
    assert isinstance(task, Task)
    assert (task.call.method, task.call.path) == ("GET", "/v1/predictions/p%2F1")
    assert task.cancel is not None
    assert (task.cancel.method, task.cancel.path) == ("POST", "/v1/predictions/p%2F1/cancel")
    assert task.stream is not None
    assert task.stream.path == STREAM


def test_a_stream_on_another_host_gets_no_credentials() -> None:
    assert not on_host(STREAM, "https://api.replicate.com")
    assert on_host("https://api.replicate.com/v1/stream/x", "https://api.replicate.com/v1/models/")
    assert not on_host("http://api.replicate.com/x", "https://api.replicate.com")
    assert not on_host("/v1/x", "")


@pytest.mark.parametrize(
    ("url", "base_url", "yes"),
    [
        (STREAM, "https://api.replicate.com/v1/models/", True),
        ("https://stream-b.svc.replicate.com/x", "https://api.replicate.com", True),
        ("http://stream.replicate.com/x", "https://api.replicate.com", False),
        ("https://stream.replicate.com:8443/x", "https://api.replicate.com", False),
        ("https://evil-replicate.com/x", "https://api.replicate.com", False),
        ("https://x@evil.com/.replicate.com", "https://api.replicate.com", False),
        ("https://other.com/x", "https://replicate.com", False),
        ("https://9.0.0.1/x", "http://127.0.0.1:80", False),
        ("https://stream.replicate.com/x", "", False),
        ("https://stream.replicate.com:no/x", "https://api.replicate.com", False),
        ("https://[", "https://api.replicate.com", False),
    ],
)
def test_a_stream_beside_the_channels_host_may_be_listened_to(url: str, base_url: str, yes: bool) -> None:
    assert beside(url, base_url) is yes


def test_a_running_prediction_is_asked_for_again_until_it_is_done() -> None:
    task = DIALECT.created(CHAT, reply(status="starting"))
    assert isinstance(DIALECT.poll(CHAT, task, reply(status="processing")), Task)
    metrics = {"input_token_count": 9, "output_token_count": 4}
    answer = DIALECT.poll(CHAT, task, reply(status="succeeded", output=["Hel", "lo"], metrics=metrics))
    assert isinstance(answer, CanonicalResponse)
    assert answer.body is not None
    assert answer.body["choices"][0]["message"]["content"] == "Hello"
    assert cases.figures(answer.usage) == {"prompt": 9, "completion": 4}


@pytest.mark.parametrize("output", ["https://r.example.com/1.png", ["https://r.example.com/1.png"]])
def test_a_picture_is_a_url_or_a_list_of_them(output: Any) -> None:
    answer = DIALECT.created(image(), reply(status="succeeded", output=output))
    assert isinstance(answer, CanonicalResponse)
    assert answer.body == {"created": 1700000000, "data": [{"url": "https://r.example.com/1.png"}]}
    assert cases.figures(answer.usage) == {"images": 1}


def test_a_picture_inside_the_answer_needs_no_fetching() -> None:
    wanted = image(response_format="b64_json")
    answer = DIALECT.created(wanted, reply(status="succeeded", output="data:image/png;base64,aW1hZ2U="))
    assert isinstance(answer, CanonicalResponse)
    assert answer.body is not None
    assert answer.body["data"] == [{"b64_json": "aW1hZ2U="}]


def test_pictures_are_fetched_where_bytes_are_wanted() -> None:
    wanted = image(response_format="b64_json")
    step = DIALECT.created(wanted, reply(status="succeeded", output=["https://r.example.com/1.png"]))
    assert isinstance(step, Fetch)
    files = {step.urls[0]: Media(type="image/png", data=b"image")}
    assert DIALECT.finish(wanted, step, files).body["data"] == [{"b64_json": "aW1hZ2U="}]


@pytest.mark.parametrize("body", [{"status": "succeeded", "output": []}, {"status": "failed", "error": "x"}, {}])
def test_a_prediction_without_a_picture_is_a_fault(body: Any) -> None:
    with pytest.raises(ProviderFault):
        DIALECT.created(image(), reply(**body))
