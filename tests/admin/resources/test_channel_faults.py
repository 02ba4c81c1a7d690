"""Channels and tokens where one-api leaks, crashes or takes anything: every provider, route and language."""

import json
from typing import Any

import pytest

from admin.web.deps import Deps
from gateway.providers.catalog import PROVIDERS
from gateway.store.schema.items import ChannelItem
from tests.admin.api import Api

Json = dict[str, Any]
SECRET = {type: [field.name for field in row.config if field.secret] for type, row in PROVIDERS.items()}
SECRETIVE = [type for type, names in SECRET.items() if names]


def form(type: int, **fields: Any) -> Json:
    return {"type": type, "key": "k", "name": "mine", "models": "m", **fields}


@pytest.mark.parametrize("type", SECRETIVE)
def test_what_a_provider_calls_secret_is_sealed_and_never_shown(api: Api, type: int) -> None:
    hidden = {name: f"hidden-{name}" for name in SECRET[type]}
    assert api.root.post("/api/channel/", form(type, config=json.dumps(hidden)))["success"]
    number = api.root.get("/api/channel/")["data"][0]["id"]
    for answer in (
        api.root.get("/api/channel/"),
        api.root.get(f"/api/channel/{number}"),
        api.root.get("/api/channel/search?keyword=mine"),
        api.root.put("/api/channel/", {"id": number, "weight": 3}),
        api.root.put("/api/channel/", {"id": number, "config": json.dumps(hidden)}),
    ):
        assert "hidden-" not in json.dumps(answer)
    assert "hidden-" not in ChannelItem.get(number).config


@pytest.mark.parametrize("type", [9999, 999, -1, 10**9, "1", 1.5])
def test_no_channel_becomes_of_a_type_that_nobody_knows(api: Api, type: Any) -> None:
    assert api.root.post("/api/channel/", form(1))["success"]
    number = api.root.get("/api/channel/")["data"][0]["id"]
    answer = api.root.put("/api/channel/", {"id": number, "type": type})
    assert api.root.get(f"/api/channel/{number}")["data"]["type"] == 1
    assert not answer["success"]
    assert not api.root.post("/api/channel/", form(type) | {"name": "other"})["success"]


@pytest.mark.parametrize(
    "path", ["/api/models", "/api/user/available_models", "/api/channel/", "/api/token/", "/api/redemption/"]
)
def test_no_list_is_null_where_there_is_nothing(api: Api, path: str) -> None:
    found = api.root.get(path)["data"]
    assert found is not None
    assert all(listed is not None for listed in (found.values() if isinstance(found, dict) else found))


WRONG: list[tuple[str, str, Json]] = [
    ("post", "/api/channel/", form(9999)),
    ("post", "/api/channel/", form(1, config="[")),
    ("post", "/api/channel/", form(1, weight=-1)),
    ("put", "/api/option/", {"key": "RetryTimes", "value": "x"}),
    ("put", "/api/option/", {"key": "GroupRatio", "value": "{"}),
    ("post", "/api/token/", {"name": "x" * 99}),
    ("post", "/api/user/", {"username": "x" * 99, "password": "long enough"}),
]


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
@pytest.mark.parametrize(("method", "path", "body"), WRONG)
def test_a_refusal_is_in_one_language(api: Api, method: str, path: str, body: Json, language: str) -> None:
    root = api.root
    root.client.headers["accept-language"] = language
    answer = getattr(root, method)(path, body)
    assert not answer["success"]
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in answer["message"])
    assert chinese == (language == "zh-CN"), answer["message"]
    if chinese:
        assert not {"must", "not", "is", "unknown", "invalid"} & set(answer["message"].split())


def test_nobody_but_its_owner_sees_a_key_that_is_kept(api: Api, deps: Deps) -> None:
    assert api.root.put("/api/option/", {"key": "TokenKeys", "value": "owner"})["success"]
    for name, role in (("alice", 1), ("bob", 1), ("ann", 10)):
        api.new_user(name, role=role)
    made = api.signed_in("alice").post("/api/token/", {"name": "mine"})["data"]
    for other in (api.signed_in("bob"), api.signed_in("ann"), api.root):
        for path in (
            "/api/token/",
            f"/api/token/{made['id']}",
            "/api/token/search?keyword=mine",
            "/api/user/",
            "/api/log/",
        ):
            assert made["key"] not in json.dumps(other.get(path))
