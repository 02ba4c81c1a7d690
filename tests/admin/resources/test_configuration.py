"""The whole configuration: out, looked at, in again; all of it or nothing."""

from typing import Any

import pytest

from admin.resources import configuration
from admin.web.deps import Deps
from gateway.errors import StoreError
from gateway.store.channels import channels
from gateway.store.settings import options
from tests.admin.api import Api

Json = dict[str, Any]
CHANNELS: list[Json] = [
    {"type": 1, "name": "a", "models": "m,n", "key": "sk-planted-1\nsk-planted-2", "tag": "x", "priority": 5},
    {"type": 33, "name": "aws", "models": "claude", "key": "k", "config": '{"region": "eu-west-1", "sk": "planted-s"}'},
    {"type": 1, "name": "a", "models": "o", "key": "k", "affinity": False, "status": 2, "model_mapping": '{"o": "p"}'},
    {"type": 1, "name": "l", "models": "q", "key": "k", "limits": [{"what": "concurrent", "most": 3}]},
]
WANTED: Json = {
    "name": "gateway.yaml",
    "options": {"RetryTimes": "2", "GroupRatio": '{"default": 1, "vip": 0.8}', "SMTPToken": "planted-mail"},
    "channels": CHANNELS,
    "announcements": [{"title": "Two", "text": "b", "audience": "users"}, {"title": "One"}],
}


def apply(api: Api, **changes: Any) -> Json:
    return api.root.put("/api/configuration", WANTED | changes)


def changes(answer: Json) -> list[tuple[str, str, str]]:
    assert answer["success"], answer
    return [(change["kind"], change["name"], change["action"]) for change in answer["data"]["changes"]]


def read(api: Api) -> Json:
    answer = api.root.get("/api/configuration")["data"]
    return {name: value for name, value in answer.items() if name != "revision"}


def again(document: Json) -> Json:
    """What was read, as it is sent back."""
    return {name: document[name] for name in ("options", "channels", "announcements")}


def test_what_was_read_changes_nothing_and_makes_another_gateway_the_same(api: Api, deps: Deps) -> None:
    made = changes(apply(api))
    assert made.count(("channel", "a", "add")) == 2
    assert ("announcement", "Two", "add") in made
    assert ("option", "SMTPToken", "change") in made
    document = read(api)
    assert [channel["key_count"] for channel in document["channels"]] == [2, 1, 1, 1]
    assert changes(api.root.post("/api/configuration/plan", WANTED | again(document) | {"prune": True})) == []
    assert changes(apply(api)) == []
    assert "planted" not in str(document)
    keys = [channels.keys(deps.store, row) for row in channels.every(deps.store)]
    assert keys == [["sk-planted-1", "sk-planted-2"], ["k"], ["k"], ["k"]]

    emptied = changes(api.root.put("/api/configuration", {"prune": True}))
    assert {action for kind, _, action in emptied if kind == "channel"} == {"remove"}
    assert read(api) == {"options": {}, "secrets": ["SMTPToken"], "channels": [], "announcements": []}
    apply(api)
    assert read(api) == document


def test_a_plan_says_what_differs_and_never_a_secret(api: Api) -> None:
    apply(api)
    channel = CHANNELS[0] | {"priority": 6, "key": "sk-planted-3"}
    aws = CHANNELS[1] | {"config": '{"region": "us-east-1", "sk": "planted-t"}'}
    wanted = {"options": {"RetryTimes": None, "SMTPToken": "planted-new"}, "channels": [channel, aws]}
    plan = api.root.post("/api/configuration/plan", wanted)
    assert "planted" not in str(plan)
    differences = {change["name"]: change["differences"] for change in plan["data"]["changes"]}
    secret = {"before": "", "after": "", "secret": True}
    assert differences == {
        "a": [
            {"field": "priority", "before": "5", "after": "6", "secret": False},
            {"field": "key"} | secret,
        ],
        "aws": [
            {"field": "config.region", "before": "eu-west-1", "after": "us-east-1", "secret": False},
            {"field": "config.sk"} | secret,
        ],
        "RetryTimes": [{"field": "value", "before": "2", "after": "3", "secret": False}],
        "SMTPToken": [{"field": "value"} | secret],
    }
    assert changes(apply(api)) == []  # a plan does nothing


@pytest.mark.parametrize(
    ("key", "there", "same"),
    [
        ("GroupRatio", '{"default": 1, "vip": 0.80}', '{"vip":8e-1,"default":1.0}'),
        ("ModelRatio", '{"m": 0.1}', '{"m": 0.10000}'),
        ("ChannelDisableThreshold", "5", "5.0"),
    ],
)
def test_numbers_differ_only_if_they_are_others(api: Api, key: str, there: str, same: str) -> None:
    apply(api, options={key: there})
    assert changes(apply(api, options={key: same})) == []


def test_blank_credentials_stay_as_they_are(api: Api, deps: Deps) -> None:
    apply(api)
    blank = [channel | {"key": ""} for channel in CHANNELS]
    blank[1] |= {"config": '{"region": "eu-west-1", "sk": ""}', "priority": 1}
    assert changes(apply(api, channels=blank)) == [("channel", "aws", "change")]
    row = channels.every(deps.store)[1]
    assert channels.keys(deps.store, row) == ["k"]
    assert row.priority == 1
    assert changes(apply(api, channels=[CHANNELS[0], blank[1] | {"config": CHANNELS[1]["config"]}])) == []


def test_a_channel_without_a_key_is_off_until_it_gets_one(api: Api, deps: Deps) -> None:
    form = CHANNELS[0] | {"key": ""}
    assert ("channel", "a", "add") in changes(apply(api, channels=[form]))
    row = channels.every(deps.store)[0]
    assert (row.status, row.status_reason) == (2, "configured without a key")
    assert changes(apply(api, channels=[form])) == []
    assert changes(apply(api, channels=[form | {"key": "k"}])) == [("channel", "a", "change")]
    row = channels.every(deps.store)[0]
    assert (row.status, row.status_reason) == (1, "")


def test_what_the_gateway_took_out_of_service_stays_so_and_is_no_difference(api: Api, deps: Deps) -> None:
    apply(api)
    assert channels.switch(deps.store, 1, 3, expected=1, reason="broken")
    assert changes(apply(api)) == []
    apply(api, channels=[CHANNELS[0] | {"priority": 7}])
    row = channels.get(deps.store, 1)
    assert row is not None
    assert (row.status, row.priority, row.status_reason) == (3, 7, "broken")


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"options": {"RetryTimes": "many"}}, None),
        ({"options": {"Nonsense": "1"}}, None),
        ({"channels": [CHANNELS[0], {"type": 1, "name": ""}]}, "channels.1.name"),
        ({"channels": [CHANNELS[0] | {"base_url": "ftp://x"}]}, "channels.0.base_url"),
        ({"channels": [CHANNELS[0] | {"limits": [{"what": "nothing", "most": 1}]}]}, "channels.0.limits"),
        ({"announcements": [{"title": ""}]}, "announcements.0.title"),
        ({"announcements": [{"title": str(number)} for number in range(51)]}, None),
        ({"revision": "0" * 32}, "revision"),
    ],
)
def test_what_does_not_do_changes_nothing_and_says_where(api: Api, wanted: Json, field: str | None) -> None:
    before = read(api)
    answer = api.root.put("/api/configuration", {"options": {"Notice": "x"}, "channels": CHANNELS[:1]} | wanted)
    assert not answer["success"]
    assert field is None or answer["field"] == field
    assert read(api) == before


@pytest.mark.parametrize("broken", ["announcements.replace_all", "options.put_all"])
def test_what_fails_half_way_is_undone(api: Api, deps: Deps, broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    apply(api, channels=CHANNELS[:2], announcements=[], options={})
    before = read(api)

    def fail(*_: Any) -> None:
        raise StoreError("planted")

    with monkeypatch.context() as patched:
        patched.setattr(f"admin.resources.configuration.{broken}", fail)
        wanted = [CHANNELS[0] | {"priority": 9, "key": "other"}, CHANNELS[2], CHANNELS[3]]
        answer = api.root.raw("PUT", "/api/configuration", json=WANTED | {"channels": wanted, "prune": True})
    assert answer.json()["success"] is False
    assert read(api) == before
    row = channels.get(deps.store, 1)
    assert row is not None
    assert channels.keys(deps.store, row) == ["sk-planted-1", "sk-planted-2"]


def test_channels_that_could_not_all_be_removed_come_back(
    api: Api, deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(api)
    before, remove = read(api), channels.remove

    def fail_at_last(store: Any, row: Any) -> bool:
        if row.id == 4:
            raise StoreError("planted")
        return remove(store, row)

    monkeypatch.setattr(configuration.channels, "remove", fail_at_last)
    answer = api.root.raw("PUT", "/api/configuration", json={"prune": True})
    assert answer.json()["success"] is False
    assert read(api) == before
    assert [row.id for row in channels.every(deps.store)] == [1, 2, 3, 4]


def test_a_revision_that_was_shown_is_held_to(api: Api, deps: Deps) -> None:
    plan = api.root.post("/api/configuration/plan", WANTED)["data"]
    options.put(deps.store, "Notice", "meanwhile")
    refused = apply(api, revision=plan["revision"])
    assert (refused["success"], refused["code"]) == (False, "conflict")
    assert api.root.get("/api/configuration")["data"]["channels"] == []


def test_the_audit_names_the_file(api: Api) -> None:
    apply(api)
    api.root.post("/api/configuration/plan", WANTED)
    noted = [one for one in api.root.get("/api/audit/")["data"] if "configuration" in one["route"]]
    assert {one["method"] for one in noted} == {"PUT", "POST"}
    assert all((one["targets"], one["outcome"]) == ({"name": "gateway.yaml"}, "done") for one in noted)
