"""Limits over the management API: set on tokens, accounts and channels, kept by who knows nothing of them, shown."""

import json
from typing import Any

import pytest

from admin.web.deps import Deps
from gateway.domain.limits import LimitRule
from gateway.store.client.expressions import Change, update
from gateway.store.schema.tables import limit_key
from tests.admin.api import Api

Json = dict[str, Any]
PLAIN: Json = {"rolling": False, "zone": "UTC", "watched": False, "raise": None, "window": ""}
DAY: Json = PLAIN | {"what": "quota", "window": "day", "most": 500, "zone": "Europe/Berlin"}  # as it is shown, too
AT_ONCE: Json = PLAIN | {"what": "concurrent", "most": 3}


@pytest.fixture
def alice(api: Api) -> Api:
    api.new_user("alice")
    return api.signed_in("alice")


def said_in_short(rule: Json) -> Json:
    return {name: value for name, value in rule.items() if value}


def said(answer: Json) -> str:
    """The words of a refusal."""
    assert answer["success"] is False
    return answer["message"]


def use(deps: Deps, subject: str, rule: LimitRule, amount: int) -> None:
    """As a relayed request leaves it."""
    window = rule.bucket(deps.clock.now())
    names = [f"s:{rule.key}"] + ([f"b:{rule.key}|{window.start}"] if window else [])
    key, what = {"name": limit_key(subject), "shard": 0}, Change(adds=dict.fromkeys(names, amount))
    deps.store.transactor.update(update(deps.store.tables.counters, key, what))


def test_an_owner_sets_the_limits_of_a_token_and_raises_one_for_a_while(alice: Api) -> None:
    short = [said_in_short(rule) for rule in (DAY, AT_ONCE)]
    made = alice.post("/api/token/", {"name": "t", "unlimited_quota": True, "limits": short})["data"]
    assert made["limits"] == [DAY, AT_ONCE]
    raised = DAY | {"raise": {"most": 900, "until": 4_000_000_000}}
    changed = alice.put("/api/token/", {"id": made["id"], "limits": [raised]})["data"]
    assert changed["limits"] == [raised] == alice.get(f"/api/token/{made['id']}")["data"]["limits"]


def test_who_sends_rows_without_limits_changes_none(api: Api, alice: Api) -> None:
    made = alice.post("/api/token/", {"name": "t", "limits": [DAY]})["data"]
    for fields in ({"name": "u"}, {"name": "v", "limits": None}):
        assert alice.put("/api/token/", {"id": made["id"], **fields})["data"]["limits"] == [DAY]
    assert alice.put("/api/token/", {"id": made["id"], "limits": []})["data"]["limits"] == []
    user_id = alice.get("/api/user/self")["data"]["id"]
    assert api.root.put("/api/user/", {"id": user_id, "limits": [AT_ONCE]})["success"]
    assert api.root.put("/api/user/", {"id": user_id, "display_name": "A"})["success"]
    assert alice.get("/api/user/self")["data"]["limits"] == [AT_ONCE]
    api.root.post("/api/channel/", {"name": "c", "key": "k", "models": "m", "limits": [DAY]})
    (channel,) = api.root.get("/api/channel/")["data"]
    assert api.root.put("/api/channel/", {"id": channel["id"], "name": "d"})["data"]["limits"] == [DAY]
    assert api.root.put("/api/channel/", {"id": channel["id"], "limits": []})["data"]["limits"] == []


def test_nobody_sets_his_own_accounts_limits(alice: Api) -> None:
    alice.put("/api/user/self", {"display_name": "A", "limits": []} | {"limits": [AT_ONCE]})
    assert alice.get("/api/user/self")["data"]["limits"] == []


@pytest.mark.parametrize(
    ("bad", "english"),
    [
        ([DAY | {"what": "money"}], "what must be one of requests, tokens, quota, concurrent, not 'money'"),
        ([DAY | {"most": -1}], "most must be a whole number"),
        ([DAY | {"zone": "Mars/Olympus"}], "zone must be a time zone such as Europe/Berlin"),
        ([DAY, DAY], "two limits are about the same"),
        ([AT_ONCE] * 9, "there may be 8 limits"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused_everywhere(api: Api, alice: Api, bad: list[Json], english: str) -> None:
    made = alice.post("/api/token/", {"name": "t"})["data"]
    user_id = alice.get("/api/user/self")["data"]["id"]
    asked = [
        alice.post("/api/token/", {"name": "u", "limits": bad}),
        alice.put("/api/token/", {"id": made["id"], "limits": bad}),
        api.root.put("/api/user/", {"id": user_id, "limits": bad}),
        api.root.post("/api/channel/", {"name": "c", "key": "k", "models": "m", "limits": bad}),
    ]
    for answer in asked:
        assert said(answer).startswith("无效的限制：")
    in_english = alice.post("/api/token/", {"name": "u", "limits": bad}, headers={"accept-language": "en"})
    assert english in said(in_english)


def test_new_accounts_and_tokens_have_the_limits_that_the_operator_gives_them(api: Api) -> None:
    for key, rules in (("LimitsForNewUser", [AT_ONCE]), ("LimitsForNewToken", [DAY])):
        assert api.root.put("/api/option/", {"key": key, "value": json.dumps([said_in_short(rule) for rule in rules])})[
            "success"
        ]
    api.new_user("bob")
    bob = api.signed_in("bob")
    assert bob.get("/api/user/self")["data"]["limits"] == [AT_ONCE]
    assert [token["limits"] for token in bob.get("/api/token/")["data"]] == [[DAY]]
    assert bob.post("/api/token/", {"name": "t"})["data"]["limits"] == [DAY]
    assert bob.post("/api/token/", {"name": "t", "limits": []})["data"]["limits"] == []


@pytest.mark.parametrize("key", ["GroupLimits", "ModelLimits", "LimitsForNewUser", "LimitsForNewToken"])
@pytest.mark.parametrize("value", ['{"vip": 5}', "5", "{", '[{"what": "money"}]', '{"vip": [{"what": "quota"}]}'])
def test_an_option_of_limits_holds_nothing_else(api: Api, key: str, value: str) -> None:
    assert said(api.root.put("/api/option/", {"key": key, "value": value})).startswith(f"无效的选项值：{key}")


def test_what_is_used_is_shown_to_its_owner_and_to_administrators(api: Api, alice: Api, deps: Deps) -> None:
    token = alice.post("/api/token/", {"name": "t", "limits": [DAY, AT_ONCE]})["data"]
    rules = {"default": [{"what": "requests", "window": "week", "most": 7}]}
    api.root.put("/api/option/", {"key": "GroupLimits", "value": json.dumps(rules)})
    use(deps, f"token#{token['id']}", LimitRule(what="quota", window="day", most=500, zone="Europe/Berlin"), 120)
    use(deps, "group#default", LimitRule(what="requests", window="week", most=7), 9)
    asked = f"token_id={token['id']}"
    shown = alice.get(f"/api/limits/self?{asked}")["data"]
    user_id = alice.get("/api/user/self")["data"]["id"]
    assert shown == api.root.get(f"/api/limits/?user_id={user_id}&{asked}")["data"]
    figures = [(row["whose"], row["what"], row["most"], row["used"], row["left"]) for row in shown]
    assert figures == [
        ("token", "quota", 500, 120, 380),
        ("token", "concurrent", 3, 0, 3),
        ("group", "requests", 7, 9, 0),
    ]
    assert [row["resets_at"] > deps.clock.now() for row in shown] == [True, False, True]
    assert [row["whose"] for row in alice.get("/api/limits/self")["data"]] == ["group"]


def test_administrators_see_what_is_used_of_a_channel_and_a_model(api: Api, deps: Deps) -> None:
    api.root.post("/api/channel/", {"name": "c", "key": "k", "models": "m", "limits": [AT_ONCE]})
    (channel,) = api.root.get("/api/channel/")["data"]
    rules = {"m": [{"what": "tokens", "window": "5h", "rolling": True, "most": 50, "each": True}]}
    api.root.put("/api/option/", {"key": "ModelLimits", "value": json.dumps(rules)})
    use(deps, f"channel#{channel['id']}", LimitRule(what="concurrent", most=3), 2)
    use(deps, "each#1#model#m", LimitRule(what="tokens", window="5h", rolling=True, most=50), 20)
    shown = api.root.get(f"/api/limits/?channel_id={channel['id']}&model=m&user_id=1")["data"]
    assert [(row["subject"], row["used"], row["left"]) for row in shown] == [
        (f"channel#{channel['id']}", 2, 1),
        ("each#1#model#m", 20, 30),
    ]
    assert api.root.get("/api/limits/")["data"] == []


def test_nobody_sees_anothers_limits(api: Api, alice: Api) -> None:
    theirs = api.root.post("/api/token/", {"name": "t", "limits": [DAY]})["data"]["id"]
    assert said(alice.get(f"/api/limits/self?token_id={theirs}"))
    assert not alice.get("/api/limits/?user_id=1")["success"]
    for query in ("user_id=999999", "user_id=1&token_id=999999", "channel_id=999999"):
        assert said(api.root.get(f"/api/limits/?{query}"))
