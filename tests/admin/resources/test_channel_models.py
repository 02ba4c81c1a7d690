"""Models imported from a channel's provider."""

from collections.abc import Generator
from typing import Any

import pytest

from admin.web.deps import Deps
from gateway.store.channels import channels
from tests.admin.api import Api, refused
from tests.support.json_server import Asked, JsonServer, json_server

OPENAI, ANTHROPIC, BAIDU, GEMINI, DOUBAO, DEEPL = 1, 14, 15, 24, 40, 38
LIST = {"object": "list", "data": [{"id": "b"}, {"id": "a"}, {"id": "b"}, {"id": ""}, {"id": 5}, "x", {"id": "c,d"}]}
GEMINIS = {"models": [{"name": "models/gemini-pro"}]}


@pytest.fixture
def provider() -> Generator[JsonServer]:
    with json_server(lambda _: (200, LIST)) as server:
        yield server


def ask(api: Api, type: int, base_url: str) -> Any:
    form = {"type": type, "key": "sk-secret", "name": "c", "models": "m", "base_url": base_url}
    assert api.root.post("/api/channel/", form)["success"]
    number = api.root.get("/api/channel/")["data"][0]["id"]
    return api.root.get(f"/api/channel/fetch_models/{number}/")


@pytest.mark.parametrize(
    ("type", "path", "header", "value"),
    [
        (OPENAI, "/v1/models", "authorization", "Bearer sk-secret"),
        (ANTHROPIC, "/v1/models", "x-api-key", "sk-secret"),
        (DOUBAO, "/api/v3/models", "authorization", "Bearer sk-secret"),
    ],
)
def test_models_are_asked_for_where_the_provider_lists_them(
    api: Api, provider: JsonServer, type: int, path: str, header: str, value: str
) -> None:
    assert ask(api, type, provider.url) == {"success": True, "message": "", "data": ["a", "b"]}
    (asked,) = provider.asked
    assert (asked.method, asked.path, asked.headers[header]) == ("GET", path, value)


def test_geminis_names_lose_their_prefix(api: Api, provider: JsonServer) -> None:
    provider.answer = lambda _: (200, GEMINIS)
    assert ask(api, GEMINI, provider.url)["data"] == ["gemini-pro"]
    assert provider.asked[0].headers["x-goog-api-key"] == "sk-secret"


@pytest.mark.parametrize(
    ("type", "reply", "message"),
    [
        (OPENAI, (401, {"error": "sk-secret is wrong"}), "status code: 401"),
        (OPENAI, (200, b"<html>"), "the answer is not JSON"),
        (OPENAI, (200, ["a"]), "the answer has no list of data"),
        (BAIDU, (200, LIST), "尚未实现"),
        (DEEPL, (200, LIST), "尚未实现"),
    ],
)
def test_who_tells_no_models_is_a_refusal_without_the_key(
    api: Api, provider: JsonServer, type: int, reply: Any, message: str
) -> None:
    def answer(_: Asked) -> Any:
        return reply

    provider.answer = answer
    assert ask(api, type, provider.url) == refused(message, code="upstream")


def test_a_channel_of_a_type_that_nobody_knows_any_more_is_a_refusal(
    api: Api, deps: Deps, provider: JsonServer
) -> None:
    assert ask(api, OPENAI, provider.url)["success"]
    (row,) = channels.every(deps.store)
    channels.change(deps.store, row.id, {"type": 9999})
    answer = api.root.get(f"/api/channel/fetch_models/{row.id}/")
    assert answer == refused("channel type 9999 is unknown; GET /api/providers lists the types")


def test_nobody_listening_and_no_channel_are_refusals(api: Api) -> None:
    refused = ask(api, OPENAI, "http://127.0.0.1:9")
    assert not refused["success"]
    assert "sk-secret" not in refused["message"]
    assert api.root.get("/api/channel/fetch_models/99")["message"] == "记录不存在"
