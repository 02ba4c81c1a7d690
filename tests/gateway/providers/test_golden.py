"""Recorded requests of one-api's OpenAI-type channels: ours go to the same place with the same key and content.

Where we differ, the vector stands in a table with its reason.
"""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from gateway.outbound.protocol import Operation, ProviderRequest
from gateway.outbound.registry import DIALECTS
from gateway.providers import address, auth
from gateway.providers.catalog import provider
from gateway.wire import multipart

pytestmark = pytest.mark.conformance

Json = dict[str, Any]
GOLDEN = Path(__file__).parents[4] / "shared" / "golden" / "oneapi-relay.json"
TYPES = {1, 3, 27, 40, 41, 47, 48, 49, 50, 51}
OPERATIONS: dict[str, Operation] = {
    "chat/completions": "chat",
    "completions": "completions",
    "embeddings": "embeddings",
    "moderations": "moderations",
    "edits": "edits",
    "images/generations": "images",
    "audio/speech": "speech",
    "audio/transcriptions": "transcription",
}
MODERATION = "text-moderation-latest"  # the model one-api assumes; our inbound side fills it in

USAGE_ASKED = "usage is always asked for in streams, so that nobody pays by estimate"
# Vector to the reason why our body is another one.
BODY_DIFFERS = {
    **dict.fromkeys((103, 104, 105, 106, 107, 108, 109), USAGE_ASKED),
    96: "the caller's unknown fields are kept and no defaults are put in (one-api dropped 'extra', added n and size)",
    98: "a form is written anew with the model the provider knows",
    113: "engines/{model}/embeddings goes on as embeddings with the model in the body, as everybody understands it",
    115: "the model that was assumed is said",
    116: "the model that was assumed is said",
    120: "a caller's unknown fields are kept when the model is mapped (one-api dropped them)",
}
ADDRESS_DIFFERS = {113: "engines/{model}/embeddings is OpenAI's retired spelling of embeddings"}
# Vector to the reason why we call a provider that one-api would not have called.
OFFERED_HERE = {
    34: "Bailian's compatible mode has completions",
    88: "MiniMax has embeddings, in a shape of its own",
    92: "Novita has embeddings",
}
REFUSED_BY_ONE_API = {35, 91}
# Vectors whose request is broken: what happens to them is the inbound side's and tested there.
INBOUND = {111, 114, 117, 118, 119}


def vectors() -> list[tuple[int, Json]]:
    found = json.loads(GOLDEN.read_text("utf-8"))["vectors"] if GOLDEN.exists() else []
    return [
        (at, v) for at, v in enumerate(found) if (v.get("channel") or {}).get("type") in TYPES and at not in INBOUND
    ]


ALL = vectors()
SENT = [(at, vector) for at, vector in ALL if vector["upstream_requests"]]
NOT_SENT = [(at, vector) for at, vector in ALL if not vector["upstream_requests"]]


def operation_of(path: str) -> Operation:
    tail = urlsplit(path).path.removeprefix("/v1/")
    return "embeddings" if tail.startswith("engines/") else OPERATIONS[tail]


def ask_of(vector: Json) -> ProviderRequest:
    asked, channel = vector["request"], vector["channel"]
    operation = operation_of(asked["path"])
    body, uploads = asked.get("json") or {}, []
    if operation == "transcription":
        raw = asked["raw"].encode() if isinstance(asked["raw"], str) else bytes(asked["raw"])
        body, uploads = multipart.parse("multipart/form-data; boundary=XX", raw)
        body["model"] = "whisper-1"
    engine = asked["path"].split("/")[3] if "/engines/" in asked["path"] else ""
    model = body.get("model") or engine or MODERATION
    mapping = json.loads(channel.get("model_mapping") or "{}")
    config = json.loads(channel.get("config") or "{}")
    config |= {"api_version": channel["other"]} if channel.get("other") else {}
    return ProviderRequest(
        operation=operation, body=body, model=mapping.get(model, model), requested_model=model, config=config,
        stream=bool(body.get("stream")), uploads=tuple(uploads), request_id="1",
    )  # fmt: skip


def sent(vector: Json) -> tuple[str, dict[str, str], bytes]:
    channel, request = vector["channel"], ask_of(vector)
    row = provider(channel["type"])
    call = DIALECTS[row.dialects[request.operation]].request(request)
    url = address.url(
        row,
        base_url=channel["base_url"],
        operation=request.operation,
        model=request.model,
        config=request.config,
        path=call.path,
    )
    signed = auth.authorise(row, call=call, url=url, key=channel["key"], config=request.config, now=0)
    parts = urlsplit(signed.url)
    return parts.path + (f"?{parts.query}" if parts.query else ""), dict(signed.headers), call.body


@pytest.mark.parametrize(("at", "vector"), SENT, ids=lambda value: str(value) if isinstance(value, int) else "")
def test_a_request_goes_where_one_api_sent_it_with_its_key(at: int, vector: Json) -> None:
    recorded = vector["upstream_requests"][0]
    path, headers, body = sent(vector)
    assert (path == recorded["path"]) is (at not in ADDRESS_DIFFERS)
    theirs = {name.lower(): value for name, value in recorded["headers"].items()}
    for name in ("authorization", "api-key"):
        assert headers.get(name) == theirs.get(name)
    same = operation_of(vector["request"]["path"]) != "transcription" and json.loads(body) == json.loads(
        recorded["body"]
    )
    assert same is (at not in BODY_DIFFERS)


@pytest.mark.parametrize(("at", "vector"), NOT_SENT, ids=lambda value: str(value) if isinstance(value, int) else "")
def test_what_one_api_would_not_send_is_refused_or_named(at: int, vector: Json) -> None:
    offered = operation_of(vector["request"]["path"]) in provider(vector["channel"]["type"]).dialects
    assert offered is (at in OFFERED_HERE)
    assert offered or at in REFUSED_BY_ONE_API


def test_every_named_difference_is_of_a_vector_that_exists() -> None:
    if not ALL:
        pytest.skip("the recorded exchanges do not lie beside the project")
    assert {*BODY_DIFFERS, *ADDRESS_DIFFERS} <= {at for at, _ in SENT}
    assert {*OFFERED_HERE, *REFUSED_BY_ONE_API} == {at for at, _ in NOT_SENT}
