"""A channel's credential stays where it was given for: an administrator who changes the address sends it again."""

import json
from collections.abc import Generator
from typing import Any

import pytest

from admin.web.deps import Deps
from gateway.domain.channel import Channel
from gateway.store.channels import channels
from gateway.store.schema.channels import ChannelRow, channel_from
from tests.admin.api import Api, refused
from tests.support.json_server import JsonServer, json_server

SECRET = "sk-ROOTS-OWN-SECRET-KEY"
CUSTOM, AZURE, AWS, VERTEX = 8, 3, 33, 42
OLD = "https://api.example.org"
AGAIN = "修改渠道类型或地址时，请重新填写密钥和机密配置（或由超级管理员修改）"
REFUSED = refused(AGAIN, code="forbidden", field="key")
SETTINGS = {"region": "us-east-1", "ak": "AKIA", "sk": "secret"}


@pytest.fixture
def mine() -> Generator[JsonServer]:
    """A server of the administrator's own."""
    with json_server(lambda _: (200, {"data": [{"id": "m"}], "total_usage": 0})) as served:
        yield served


@pytest.fixture
def admin(api: Api) -> Api:
    api.new_user("boss")
    assert api.root.post("/api/user/manage", {"username": "boss", "action": "promote"})["success"]
    return api.signed_in("boss")


def made(api: Api, **form: Any) -> int:
    wanted = {"type": CUSTOM, "key": SECRET, "name": "c", "models": "m", "base_url": OLD} | form
    assert api.root.post("/api/channel/", wanted)["success"]
    return api.root.get("/api/channel/")["data"][0]["id"]


def now(deps: Deps, number: int) -> Channel:
    row = channels.get(deps.store, number)
    assert row is not None
    return channel_from({name: getattr(row, name) for name in ChannelRow.__slots__}, deps.store.vault)


CHANGES: list[tuple[dict[str, Any], dict[str, Any]]] = [  # how a channel is made, and what would move its credential
    ({}, {"base_url": "{mine}"}),
    ({}, {"base_url": "{mine}", "key": " "}),
    ({}, {"base_url": ""}),
    ({}, {"base_url": OLD + "/v2"}),
    ({}, {"type": 1}),
    ({"base_url": ""}, {"type": 40}),
    ({"base_url": "https://{host}/v1", "config": '{"host": "a.example"}'}, {"config": '{"host": "b.example"}'}),
    ({"type": AZURE, "base_url": "https://{api_version}", "other": "a.example"}, {"other": "b.example"}),
    ({"type": AWS, "base_url": "", "config": json.dumps(SETTINGS)}, {"config": '{"region": "eu-west-1"}'}),
    (
        {"type": AWS, "config": json.dumps(SETTINGS)},
        {"base_url": "{mine}", "key": "new", "config": '{"ak":"","sk":""}'},
    ),
    ({"type": AWS, "config": json.dumps(SETTINGS)}, {"base_url": "{mine}", "key": "new"}),
]


@pytest.mark.parametrize(("form", "change"), CHANGES)
def test_a_credential_does_not_follow_a_changed_address(
    admin: Api, deps: Deps, mine: JsonServer, form: dict[str, Any], change: dict[str, Any]
) -> None:
    number = made(admin, **form)
    before = now(deps, number)
    moved = {name: value if value != "{mine}" else mine.url for name, value in change.items()}
    assert admin.put("/api/channel/", {"id": number, **moved}) == REFUSED
    assert now(deps, number) == before


@pytest.mark.parametrize(
    "ask", ["/api/channel/test/{}", "/api/channel/update_balance/{}", "/api/channel/fetch_models/{}"]
)
def test_neither_a_channel_nor_its_copy_shows_an_administrators_server_the_key(
    admin: Api, mine: JsonServer, ask: str
) -> None:
    number = made(admin)
    copy = admin.post(f"/api/channel/copy/{number}")["data"]["id"]
    for channel in (number, copy):
        assert admin.put("/api/channel/", {"id": channel, "base_url": mine.url}) == REFUSED
        assert admin.put("/api/channel/", {"id": channel, "type": 1, "base_url": mine.url}) == REFUSED
    assert admin.put("/api/channel/", {"id": copy, "base_url": mine.url, "key": "sk-own"})["success"]
    admin.get(ask.format(copy))
    assert all(SECRET not in str(asked.headers) for asked in mine.asked)


def test_with_the_key_an_administrator_moves_a_channel_and_root_moves_it_without(
    admin: Api, deps: Deps, mine: JsonServer
) -> None:
    number = made(admin, type=AWS, config=json.dumps(SETTINGS))
    whole = {"id": number, "base_url": mine.url, "key": "other", "config": json.dumps(SETTINGS | {"sk": "new"})}
    assert admin.put("/api/channel/", whole)["success"]
    assert (now(deps, number).keys, now(deps, number).config["sk"]) == (("other",), "new")
    assert admin.root.put("/api/channel/", {"id": number, "base_url": OLD, "type": CUSTOM})["success"]
    assert (now(deps, number).base_url, now(deps, number).keys) == (OLD, ("other",))


@pytest.mark.parametrize(
    "change",
    [
        {"name": "d", "models": "n", "group": "vip", "priority": 3, "tag": "t", "status": 2},
        {"model_mapping": '{"a":"b"}', "system_prompt": "be brief", "test_model": "m", "weight": 1},
        {"base_url": OLD + "/", "type": CUSTOM, "other": "", "config": ""},
        {"config": '{"takes": "seed", "region": "eu"}'},
        {"other": "2025-01-01"},
    ],
)
def test_what_moves_nothing_needs_no_key(admin: Api, deps: Deps, change: dict[str, Any]) -> None:
    number = made(admin)
    assert admin.put("/api/channel/", {"id": number, **change})["success"]
    assert now(deps, number).keys == (SECRET,)


def test_a_channel_comes_back_as_it_was_shown(admin: Api) -> None:
    number = made(admin, type=AWS, base_url="", config=json.dumps(SETTINGS))
    shown = admin.get(f"/api/channel/{number}")["data"]
    assert admin.put("/api/channel/", shown | {"name": "renamed"})["success"]


def test_a_copy_has_the_secret_settings_too(admin: Api, deps: Deps) -> None:
    number = made(admin, type=AWS, base_url="", config=json.dumps(SETTINGS))
    copy = admin.post(f"/api/channel/copy/{number}")["data"]["id"]
    assert now(deps, copy).config == SETTINGS
