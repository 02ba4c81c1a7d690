"""Settings of channels that are secrets: sealed in the table, never shown, kept when they come back blank."""

import json
from typing import Any

import pytest

from admin.web.deps import Deps
from gateway.config import StoreSettings
from gateway.providers.catalog import PROVIDERS, SECRET_SETTINGS
from gateway.store.channels import channels
from gateway.store.context import Store
from gateway.store.schema.channels import ChannelRow, channel_from
from gateway.store.schema.items import ChannelItem
from gateway.upkeep.seal_settings import seal_settings
from tests.admin.api import Api

AWS, VERTEX = 33, 42
SECRETS: dict[int, dict[str, str]] = {
    AWS: {"ak": "AKIA-secret", "sk": "sk-secret"},
    VERTEX: {"vertex_ai_adc": '{"type": "service_account", "private_key": "hidden"}'},
}
OPEN = {"region": "us-east-1"}


def form(type: int, **config: str) -> dict[str, Any]:
    settings = OPEN | SECRETS[type] | config
    return {"type": type, "key": "k", "name": "mine", "models": "m", "config": json.dumps(settings)}


def stored(number: int) -> str:
    return ChannelItem.get(number).config


def opened(deps: Deps, number: int) -> Any:
    row = channels.get(deps.store, number)
    assert row is not None
    return channel_from({name: getattr(row, name) for name in ChannelRow.__slots__}, deps.store.vault).config


def made(api: Api, type: int) -> int:
    assert api.root.post("/api/channel/", form(type))["success"]
    return api.root.get("/api/channel/")["data"][0]["id"]


def test_every_secret_of_the_catalogue_is_known() -> None:
    assert {"ak", "sk", "vertex_ai_adc"} <= SECRET_SETTINGS
    assert all(field.name in SECRET_SETTINGS for row in PROVIDERS.values() for field in row.config if field.secret)


@pytest.mark.parametrize("type", SECRETS)
def test_a_secret_setting_is_sealed_used_and_never_shown(api: Api, deps: Deps, type: int) -> None:
    number = made(api, type)
    lying = json.loads(stored(number))
    assert lying["region"] == "us-east-1"
    assert all(value not in stored(number) for value in SECRETS[type].values())
    assert opened(deps, number) == OPEN | SECRETS[type]
    for answer in (
        api.root.get("/api/channel/")["data"][0],
        api.root.get(f"/api/channel/{number}")["data"],
        api.root.get("/api/channel/search?keyword=mi")["data"][0],
        api.root.put("/api/channel/", {"id": number, "priority": 3})["data"],
    ):
        assert json.loads(answer["config"]) == OPEN | dict.fromkeys(SECRETS[type], "")


@pytest.mark.parametrize("type", SECRETS)
def test_what_comes_back_blank_is_kept_and_what_is_new_is_sealed(api: Api, deps: Deps, type: int) -> None:
    number = made(api, type)
    shown = api.root.get(f"/api/channel/{number}")["data"]
    assert api.root.put("/api/channel/", shown | {"name": "renamed"})["success"]
    assert opened(deps, number) == OPEN | SECRETS[type]
    changed = json.loads(shown["config"]) | {"region": "eu-west-1", next(iter(SECRETS[type])): "new"}
    assert api.root.put("/api/channel/", {"id": number, "config": json.dumps(changed)})["success"]
    assert opened(deps, number) == SECRETS[type] | {"region": "eu-west-1", next(iter(SECRETS[type])): "new"}
    assert api.root.put("/api/channel/", {"id": number, "config": json.dumps(OPEN)})["success"]
    assert opened(deps, number) == OPEN  # left out altogether: gone


def test_a_sealed_setting_is_bound_to_its_channel_and_name(api: Api, deps: Deps) -> None:
    from gateway.security.credentials import SealBroken

    number = made(api, AWS)
    config = json.loads(stored(number))
    with pytest.raises(SealBroken):
        channel_from({"id": number, "config": json.dumps({"sk": config["ak"]})}, deps.store.vault)
    with pytest.raises(SealBroken):
        channel_from({"id": number + 1, "config": json.dumps(config)}, deps.store.vault)


def _old(store: Store, type: int) -> int:
    """A channel as versions before wrote it."""
    config = json.dumps(OPEN | SECRETS[type])
    (row,) = channels.create(store, ChannelRow(id=0, type=type, name="old", models="m", config=config), ["k"])
    assert all(json.dumps(value)[1:-1] in stored(row.id) for value in SECRETS[type].values())
    return row.id


@pytest.mark.parametrize("type", SECRETS)
def test_an_old_channel_is_sealed_when_it_is_first_shown(api: Api, deps: Deps, type: int) -> None:
    number = _old(deps.store, type)
    assert opened(deps, number) == OPEN | SECRETS[type]  # works as it is
    shown = json.loads(api.root.get("/api/channel/")["data"][0]["config"])
    assert shown == OPEN | dict.fromkeys(SECRETS[type], "")
    assert all(json.dumps(value)[1:-1] not in stored(number) for value in SECRETS[type].values())
    assert opened(deps, number) == OPEN | SECRETS[type]


def test_a_start_seals_every_old_channel_once(api: Api, deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [_old(deps.store, type) for type in SECRETS]
    monkeypatch.setattr("gateway.upkeep.seal_settings.open_store", lambda _: deps.store)  # the same vault
    settings = StoreSettings.read({})
    assert seal_settings(settings) == len(numbers)
    assert all("secret" not in stored(number) and "hidden" not in stored(number) for number in numbers)
    assert seal_settings(settings) == 0
