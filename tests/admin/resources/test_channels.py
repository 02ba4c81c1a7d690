"""Channels and the abilities that follow them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from admin.web.deps import Deps
from gateway.store.channels import abilities, channels
from gateway.store.schema.channels import channel_from
from gateway.store.schema.items import AbilityItem, CounterItem
from tests.admin.api import Api

KEYS = (
    "id type key status name weight created_time test_time response_time base_url other balance "
    "balance_updated_time models group used_quota model_mapping priority config system_prompt"
)
FORM = {"type": 1, "key": "sk-secret", "name": "mine", "models": "gpt-4o,gpt-4", "group": "default,vip"}


def served(deps: Deps) -> set[tuple[str, str, int]]:
    """Every ability row there is."""
    return {
        (group, model, number)
        for group in ("default", "vip", "svip")
        for model, numbers in abilities.models_of_group(deps.store, group).items()
        for number in numbers
    }


def new_channel(api: Api, **changes: Any) -> int:
    assert api.root.post("/api/channel/", FORM | changes)["success"]
    return api.root.get("/api/channel/")["data"][0]["id"]


def test_a_channel_has_one_apis_twenty_keys_and_never_its_key(api: Api) -> None:
    number = new_channel(api)
    for answer in (
        api.root.get("/api/channel/")["data"][0],
        api.root.get("/api/channel/search?keyword=mi")["data"][0],
        api.root.get(f"/api/channel/{number}")["data"],
        api.root.put("/api/channel/", {"id": number, "priority": 3})["data"],
    ):
        assert set(KEYS.split()) <= set(answer)
        assert answer["key"] == ""
        assert None not in answer.values()
        assert (answer["name"], answer["weight"], answer["balance"]) == ("mine", 0, 0)


def test_the_credential_is_stored_sealed(api: Api, deps: Deps) -> None:
    row = channels.get(deps.store, new_channel(api))
    assert row is not None
    assert "sk-secret" not in row.sealed_key
    assert channels.opened(deps.store, row) == "sk-secret"


def test_each_line_of_the_key_makes_a_channel(api: Api, deps: Deps) -> None:
    assert api.root.post("/api/channel/", FORM | {"key": "one\r\n\n  two\n"})["success"]
    rows = channels.every(deps.store)
    assert [channels.opened(deps.store, row) for row in rows] == ["one", "two"]
    assert len(served(deps)) == 8


def test_a_channel_gets_one_ability_for_each_group_and_model(api: Api, deps: Deps) -> None:
    number = new_channel(api, models=" gpt-4o , gpt-4,gpt-4o,", group="default, vip,default")
    assert served(deps) == {(g, m, number) for g in ("default", "vip") for m in ("gpt-4o", "gpt-4")}


def test_abilities_follow_every_change(api: Api, deps: Deps) -> None:
    number = new_channel(api)
    api.root.put("/api/channel/", {"id": number, "models": "gpt-4o,new", "group": "vip,svip"})
    assert served(deps) == {(g, m, number) for g in ("svip", "vip") for m in ("gpt-4o", "new")}
    api.root.put("/api/channel/", {"id": number, "models": "", "group": ""})
    assert len(served(deps)) == 4
    api.root.delete(f"/api/channel/{number}/")
    assert served(deps) == set()


def test_a_channel_with_more_models_than_a_transaction_takes_is_written_whole(api: Api, deps: Deps) -> None:
    number = new_channel(api, models=",".join(f"model-{n}" for n in range(150)))
    assert len(served(deps)) == 300
    api.root.put("/api/channel/", {"id": number, "models": ",".join(f"model-{n}" for n in range(100, 260))})
    assert {model for _, model, _ in served(deps)} == {f"model-{n}" for n in range(100, 260)}
    api.root.delete(f"/api/channel/{number}")
    assert served(deps) == set()


def test_what_an_interrupted_change_left_is_cleared_by_the_next(api: Api, deps: Deps) -> None:
    number = new_channel(api)
    AbilityItem(
        group="svip",
        model_channel=f"lost\x1f{number:010d}",
        model="lost",
        channel_id=number,
        group_model="svip\x1flost",
    ).save()
    api.root.put("/api/channel/", {"id": number, "priority": 1})
    assert ("svip", "lost", number) not in served(deps)


def test_an_edit_changes_what_it_names_and_keeps_the_rest(api: Api, deps: Deps) -> None:
    number = new_channel(api, priority=5, weight=2, base_url="https://example.org/", system_prompt="be kind")
    before = api.root.get(f"/api/channel/{number}")["data"]
    assert before["base_url"] == "https://example.org"
    for change in (
        {"status": 2},
        {"status": 1},
        {"priority": 0},
        {"weight": 0},
        {"base_url": ""},
        {"system_prompt": ""},
    ):
        changed = api.root.put("/api/channel/", {"id": number, **change})["data"]
        before |= change | {"revision": before["revision"] + 1}
        assert changed == before
    row = channels.get(deps.store, number)
    assert row is not None
    assert row.revision == 7
    assert channels.opened(deps.store, row) == "sk-secret"


def test_conversations_stay_with_a_channel_unless_it_says_otherwise_and_old_channels_say_nothing(
    api: Api, deps: Deps
) -> None:
    number = new_channel(api)
    assert api.root.get(f"/api/channel/{number}")["data"]["affinity"] is True
    assert api.root.put("/api/channel/", {"id": number, "affinity": False})["data"]["affinity"] is False
    assert api.root.put("/api/channel/", {"id": number, "weight": 2})["data"]["affinity"] is False
    assert api.root.get(f"/api/channel/{new_channel(api, affinity=False)}")["data"]["affinity"] is False
    assert channel_from({"id": 1}, deps.store.vault).affinity is True


def test_a_new_key_replaces_the_old(api: Api, deps: Deps) -> None:
    number = new_channel(api)
    api.root.put("/api/channel/", {"id": number, "key": "sk-other"})
    row = channels.get(deps.store, number)
    assert row is not None
    assert channels.opened(deps.store, row) == "sk-other"


def test_what_clients_send_along_is_ignored(api: Api) -> None:
    extras = {"id": 77, "used_quota": 5, "balance": 9, "groups": ["x"], "auto_ban": 1, "is_edit": False, "other": None}
    number = new_channel(api, **extras)
    shown = api.root.get(f"/api/channel/{number}")["data"]
    assert number != 77
    assert (shown["used_quota"], shown["balance"], shown["group"]) == (0, 0, "default,vip")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"key": ""}, "密钥为空"),
        ({"key": " \n "}, "密钥为空"),
        ({"model_mapping": "{"}, "model_mapping 必须是 JSON 对象"),
        ({"model_mapping": "[]"}, "model_mapping 必须是 JSON 对象"),
        ({"model_mapping": '{"a": 1}'}, "model_mapping 必须是从名称到文本的映射"),
        ({"config": '{"region": 5}'}, "config 必须是从名称到文本的映射"),
        ({"base_url": "ftp://example.org"}, "base_url 必须以 https://"),
        ({"status": 9}, "status 必须是 1"),
        ({"weight": -1}, "weight 不能为负数"),
        ({"type": -1}, "type 不能为负数"),
        ({"type": 9999}, "type 9999 未知：GET /api/providers"),
        ({"type": 9999, "status": 1}, "参数错误：type 9999 未知"),
        ({"name": "x" * 300}, "name 过长"),
        ({"models": "m" * 300}, "模型名称超过 200 个字符"),
        ({"type": "1"}, "请求无法解析：type"),
        ({"priority": 1.5}, "请求无法解析：priority"),
        ({"priority": 10**30}, "请求无法解析：priority"),
    ],
)
def test_a_channel_that_cannot_be_made_says_why(api: Api, change: dict[str, Any], reason: str) -> None:
    answer = api.root.post("/api/channel/", FORM | change)
    assert not answer["success"]
    assert reason in answer["message"]
    assert api.root.get("/api/channel/")["data"] == []


def test_unknown_channels(api: Api) -> None:
    assert api.root.get("/api/channel/99")["message"] == "记录不存在"
    assert api.root.put("/api/channel/", {"id": 99, "status": 1})["message"] == "记录不存在"
    assert api.root.put("/api/channel/", {"status": 1})["message"] == "id 为空！"
    for number in ("0", "abc", "9" * 40):
        assert api.root.delete(f"/api/channel/{number}")["message"] == "id 为空！"
    assert api.root.delete("/api/channel/99") == {"success": True, "message": ""}


def test_switched_off_channels_are_deleted_together_with_their_abilities(api: Api, deps: Deps) -> None:
    kept = new_channel(api)
    for status in (2, 3):
        new_channel(api, status=status)
    assert api.root.delete("/api/channel/disabled") == {"success": True, "message": "", "data": 2}
    assert [channel["id"] for channel in api.root.get("/api/channel/")["data"]] == [kept]
    assert {number for _, _, number in served(deps)} == {kept}


def test_used_quota_is_the_sum_of_its_counters(api: Api) -> None:
    number = new_channel(api)
    for shard, quota in enumerate((5, 7)):
        CounterItem(name=f"channel#{number}", shard=shard, used_quota=quota).save()
    assert api.root.get(f"/api/channel/{number}")["data"]["used_quota"] == 12


def test_searches_find_by_number_and_name(api: Api) -> None:
    first, second = new_channel(api, name="alpha"), new_channel(api, name="beta")
    for keyword, numbers in (("alp", [first]), (str(second), [second]), ("", [second, first]), ("zeta", [])):
        found = api.root.get("/api/channel/search", params={"keyword": keyword})["data"]
        assert [channel["id"] for channel in found] == numbers


def test_changes_made_at_the_same_time_are_all_kept(api: Api, deps: Deps) -> None:
    number = new_channel(api)
    changes: list[dict[str, Any]] = [{"priority": 5}, {"weight": 3}, {"models": "a,b"}, {"group": "svip"}]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda change: channels.change(deps.store, number, change), changes))
    row = channels.get(deps.store, number)
    assert row is not None
    assert (row.priority, row.weight, row.models, row.group, row.revision) == (5, 3, "a,b", "svip", 5)
    assert served(deps) == {("svip", "a", number), ("svip", "b", number)}


def test_available_models_are_those_of_enabled_channels_of_the_group(api: Api) -> None:
    api.new_user("alice")
    alice = api.signed_in("alice")
    assert alice.get("/api/user/available_models")["data"] == []
    new_channel(api, models="b,a", group="default")
    new_channel(api, models="hidden", group="vip")
    off = new_channel(api, models="off", group="default", status=2)
    assert alice.get("/api/user/available_models")["data"] == ["a", "b"]
    api.root.put("/api/channel/", {"id": off, "status": 1})
    assert alice.get("/api/user/available_models")["data"] == ["a", "b", "off"]
