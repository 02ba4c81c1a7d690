"""Channels in bulk: more actions, fields from one to others, addresses, out of one gateway and into another."""

from typing import Any

import pytest

from admin.web.deps import Deps
from gateway.store.channels import channels
from tests.admin.api import Api, refused
from tests.admin.conftest import ROOT_PASSWORD

FORM = {"type": 1, "key": "sk-planted-first\nsk-planted-second", "name": "a", "models": "m,n", "multi_key": "rotate"}


def made(api: Api, **changes: Any) -> int:
    return api.root.post("/api/channel/", FORM | changes)["data"]["id"]


def row(api: Api, number: int) -> dict[str, Any]:
    return api.root.get(f"/api/channel/{number}")["data"]


def batch(caller: Api, ids: list[int], action: str, value: Any) -> Any:
    return caller.post("/api/channel/batch", {"ids": ids, "action": action, "value": value})


@pytest.mark.parametrize(
    ("action", "value", "field", "stored"),
    [
        ("groups", "vip, default,vip", "group", "vip,default"),
        ("mapping", '{"m": "gpt-4o"}', "model_mapping", '{"m": "gpt-4o"}'),
        ("system_prompt", "Be kind.", "system_prompt", "Be kind."),
        ("base_url", "https://example.org/", "base_url", "https://example.org"),
        ("add_models", "o, m", "models", "m,n,o"),
        ("remove_models", "m,zzz", "models", "n"),
    ],
)
def test_many_channels_get_the_same(api: Api, action: str, value: str, field: str, stored: str) -> None:
    first, second = made(api), made(api)
    assert batch(api.root, [first, second, 99], action, value)["data"] == 2
    assert [row(api, number)[field] for number in (first, second)] == [stored, stored]


@pytest.mark.parametrize(
    ("action", "value", "field"),
    [
        ("groups", "", "value"),
        ("mapping", "[]", "model_mapping"),
        ("base_url", "ftp://x", "base_url"),
        ("add_models", " , ", "value"),
        ("add_models", "x" * 201, "models"),
        ("system_prompt", 7, "value"),
    ],
)
def test_a_value_that_does_not_do_changes_none(api: Api, action: str, value: Any, field: str) -> None:
    number = made(api)
    answer = batch(api.root, [number], action, value)
    assert (answer["success"], answer["code"], answer["field"]) == (False, "invalid", field)
    assert row(api, number)["revision"] == 1


def test_an_administrator_moves_no_keys_to_another_address(api: Api) -> None:
    api.new_user("adam", role=10)
    adam, number, other = api.signed_in("adam"), made(api), made(api, base_url="https://example.org")
    assert batch(adam, [number], "base_url", "https://example.org")["code"] == "forbidden"
    body = {"source": other, "ids": [number], "fields": ["base_url"]}
    assert adam.post("/api/channel/copy_fields", body)["code"] == "forbidden"
    assert api.root.post("/api/channel/copy_fields", body)["success"]
    assert row(api, number)["base_url"] == "https://example.org"


def test_fields_are_copied_to_many_after_a_look_at_what_changes(api: Api, deps: Deps) -> None:
    source, same, other = made(api, tag="x", priority=5), made(api, tag="x", priority=5), made(api)
    body: dict[str, Any] = {"source": source, "ids": [same, other], "fields": ["tag", "priority"]}
    looked = api.root.post("/api/channel/copy_fields", body | {"dry_run": True})["data"]
    assert [change["changes"] for change in looked] == [
        [],
        [{"field": "tag", "before": "", "after": "x"}, {"field": "priority", "before": 0, "after": 5}],
    ]
    assert row(api, other)["revision"] == 1
    assert api.root.post("/api/channel/copy_fields", body)["data"] == looked
    assert [row(api, number)["revision"] for number in (same, other)] == [1, 2]
    copied = channels.get(deps.store, other)
    assert copied is not None and (copied.tag, copied.priority, copied.models) == ("x", 5, "m,n")
    for odd in ({"fields": ["key"]}, {"ids": []}, {"source": 99}, {"ids": list(range(1, 202))}):
        assert not api.root.post("/api/channel/copy_fields", body | odd)["success"]


def test_channels_are_found_by_where_their_requests_go(api: Api) -> None:
    openai, own = made(api), made(api, base_url="https://GPU.example.org/v1", name="b")
    found = {
        part: [channel["id"] for channel in api.root.get("/api/channel/", params={"address": part})["data"]]
        for part in ("api.openai.com", "gpu.example", "nowhere")
    }
    assert found == {"api.openai.com": [openai], "gpu.example": [own], "nowhere": []}
    assert [it["id"] for it in api.root.get("/api/channel/search?keyword=b&address=gpu")["data"]] == [own]


def test_an_export_has_no_keys_and_what_is_imported_without_is_switched_off(api: Api) -> None:
    made(api, tag="x", config='{"sk": "planted-secret", "region": "eu"}', priority=3)
    answer = api.root.raw("GET", "/api/channel/export")
    assert "planted" not in answer.text
    exported = answer.json()["data"]
    assert (len(exported["channels"]), exported["next"]) == (1, 0)
    looked = api.root.post("/api/channel/import", {"channels": exported["channels"], "dry_run": True})
    assert looked["data"] == {"ids": [], "made": 0, "without_key": 1}
    assert api.root.post("/api/channel/import", {"channels": exported["channels"]})["data"]["ids"] == [2]
    copy = row(api, 2)
    assert (copy["status"], copy["status_reason"], copy["key_count"]) == (2, "imported without a key", 0)
    assert (copy["tag"], copy["priority"], copy["models"]) == ("x", 3, "m,n")
    (noted,) = [it for it in api.root.get("/api/audit/")["data"] if it["route"] == "/api/channel/export"]
    assert (noted["username"], noted["outcome"]) == ("root", "done")


def test_root_takes_the_keys_along_after_showing_who_it_is(api: Api, deps: Deps) -> None:
    made(api, config='{"sk": "planted-secret"}')
    api.new_user("adam", role=10)
    assert api.signed_in("adam").get("/api/channel/export?keys=true")["code"] == "forbidden"
    assert api.root.get("/api/channel/export?keys=true")["code"] == "unconfirmed"
    root = api.signed_in("root", ROOT_PASSWORD)
    exported = root.get("/api/channel/export?keys=true")["data"]["channels"]
    assert exported[0]["key"] == FORM["key"] and "planted-secret" in exported[0]["config"]
    assert root.post("/api/channel/import", {"channels": exported})["data"] == {"ids": [2], "made": 1, "without_key": 0}
    copy = channels.get(deps.store, 2)
    assert copy is not None and channels.keys(deps.store, copy) == ["sk-planted-first", "sk-planted-second"]
    assert "planted" not in copy.config + copy.sealed_key and copy.status == 1


def test_an_import_makes_all_or_none(api: Api) -> None:
    rows = [{"type": 1, "name": "good", "models": "m"}, {"type": 999, "name": "bad", "models": "m"}]
    answer = api.root.post("/api/channel/import", {"channels": rows})
    assert (answer["code"], answer["field"]) == ("invalid", "channels.1.type")
    assert api.root.get("/api/channel/")["data"] == []
    many = api.root.post("/api/channel/import", {"channels": [rows[0]] * 101})
    assert many == refused("参数错误：超过 100 个渠道", code="invalid", field="channels")
