"""Trying a channel that is not saved."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from admin.web.deps import Deps
from gateway.store.channels import channels
from tests.admin.api import Api, refused
from tests.support.json_server import Asked, JsonServer, Reply, json_server

KEY = "sk-planted-probe-key"
MODELS = ["gpt-4o", "gpt-4o-mini", "text-embedding-3-small", "nobody-sells-this"]


def fine(asked: Asked) -> Reply:
    if asked.path == "/v1/models":
        return 200, {"object": "list", "data": [{"id": model} for model in MODELS]}
    return 200, {"choices": [{"index": 0, "message": {"role": "assistant", "content": asked.json["model"]}}]}


@pytest.fixture
def provider() -> Iterator[JsonServer]:
    with json_server(fine) as server:
        yield server


def probed(api: Api, **body: Any) -> dict[str, Any]:
    answer = api.root.post("/api/channel/probe", {"type": 1, "key": KEY, **body})
    assert answer["success"], answer
    return answer["data"]


def test_it_lists_models_says_which_have_a_price_and_asks_the_cheapest_chat(api: Api, provider: JsonServer) -> None:
    found = probed(api, base_url=provider.url)
    assert (sorted(found["models"]), found["listed"]) == (sorted(MODELS), True)
    assert sorted(found["priced"]) == ["gpt-4o", "gpt-4o-mini", "text-embedding-3-small"]
    prices = {price["name"]: price["steps"][0]["tokens"] for price in found["prices"]}
    assert set(prices) == set(found["priced"])
    assert [(token["kind"], token["dollars"]) for token in prices["gpt-4o-mini"]][:2] == [
        ("input", "0.15"),
        ("output", "0.6"),
    ]
    assert (found["model"], found["answer"]) == ("gpt-4o-mini", "gpt-4o-mini")
    assert found["ms"] >= 0 and found["fault"] == {"kind": "", "message": "", "hint": ""}
    assert probed(api, base_url=provider.url, model="gpt-4o")["answer"] == "gpt-4o"
    assert {asked.headers["authorization"] for asked in provider.asked} == {f"Bearer {KEY}"}


def test_nothing_is_stored_and_the_key_is_in_no_log(
    api: Api, deps: Deps, provider: JsonServer, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("gateway").propagate = True
    with caplog.at_level(logging.DEBUG):
        for url in (provider.url, "http://127.0.0.1:9"):
            probed(api, base_url=url)
    assert KEY not in "".join(record.getMessage() for record in caplog.records)
    assert channels.every(deps.store) == []
    assert KEY not in api.root.raw("GET", "/api/audit").text
    assert api.root.get("/api/log/?type=5")["data"] == []


@pytest.mark.parametrize(
    ("reply", "kind", "hint"),
    [
        ((401, {"error": {"message": "bad key"}}), "key", "The key was refused"),
        ((402, {"error": {"message": "pay first"}}), "credit", "has no credit left"),
        ((403, {"error": {"message": "not in your country"}}), "access", "region"),
        ((404, {"error": {"message": "no model"}}), "model", "no such model"),
        ((429, {"error": {"message": "slower"}}), "rate", "Too many requests"),
        ((200, {"hello": "world"}), "answer", "not what was asked for"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(api: Api, reply: Reply, kind: str, hint: str) -> None:
    with json_server(lambda asked: reply) as server:
        body = {"type": 1, "key": KEY, "base_url": server.url}
        answer = api.root.raw("POST", "/api/channel/probe", json=body, headers={"accept-language": "en"}).json()
    fault = answer["data"]["fault"]
    assert (fault["kind"], hint in fault["hint"]) == (kind, True), fault
    assert fault["message"] and not answer["data"]["listed"]
    assert "gpt-4o-mini" in answer["data"]["models"]


def test_an_address_where_nobody_is_and_one_where_no_channel_may_lead(api: Api) -> None:
    assert probed(api, base_url="http://127.0.0.1:9")["fault"]["kind"] == "unreachable"
    inside = probed(api, base_url="http://169.254.169.254")
    assert inside["fault"]["kind"] == "unreachable" and not inside["answer"]
    assert probed(api, type=3)["fault"]["kind"] == "setup"


def test_what_cannot_be_a_channel_is_refused(api: Api) -> None:
    assert api.root.post("/api/channel/probe", {"type": 1}) == refused(
        "密钥为空，至少需要一个密钥", code="invalid", field="key"
    )
    for body, field in (({"type": 999}, "type"), ({"base_url": "ftp://x"}, "base_url"), ({"config": "[]"}, "config")):
        answer = api.root.post("/api/channel/probe", {"key": KEY, **body})
        assert (answer["code"], answer["field"]) == ("invalid", field)
