"""Options as a form is made of them, and many set at once."""

import json
from typing import Any

import pytest

from admin.texts.options import OPTIONS_FILE, described, texts
from admin.web.deps import Deps
from gateway.domain.option_forms import form_of
from gateway.domain.options import OPTIONS, SECRETS
from gateway.store.settings import options
from tests.admin.api import Api


def schema(api: Api) -> dict[str, dict[str, Any]]:
    return {row["key"]: row for row in api.root.get("/api/option/schema")["data"]}


def test_every_option_is_described_in_both_languages() -> None:
    silent = [key for key in OPTIONS if not (described(key).en and described(key).zh)]
    assert not silent, f"describe them in functions/admin/texts/options.json: {silent}"
    for language in ("en", "zh", "ja"):
        titles = [described(key).title[language] for key in OPTIONS]
        assert all(titles) and len(set(titles)) == len(titles), "two options of one name cannot be told apart"
    assert len({text.section for text in texts().values()}) > 8


def test_no_option_is_described_twice() -> None:
    sections = json.loads(OPTIONS_FILE.read_text(encoding="utf-8"))
    keys = [key for options in sections.values() for key in options]
    assert sorted(keys) == sorted(set(keys)) == sorted(OPTIONS)


def test_an_option_comes_with_its_kind_bounds_and_default(api: Api) -> None:
    rows = schema(api)
    assert rows.keys() == OPTIONS.keys()
    times = rows["RetryTimes"]
    assert (times["kind"], times["bounds"], times["default"]) == ("whole", [0, 20], "3")
    assert times["title"] == {"en": "Retries", "zh": "失败重试次数", "ja": "再試行の回数"}
    assert (times["section"], times["secret"], times["choices"]) == ("channels", False, [])
    assert (rows["Theme"]["kind"], rows["Theme"]["choices"]) == ("choice", ["default", "berry", "air"])
    kinds = {key: rows[key]["kind"] for key in ("RegisterEnabled", "Notice", "ModelPrice", "ServerAddress", "Logo")}
    assert list(kinds.values()) == ["switch", "text", "json", "address", "picture"]
    assert rows["ModelRatio"]["value"] == "{}" and rows["Notice"]["bounds"] == []


def test_the_form_of_an_option_is_what_its_check_takes() -> None:
    for option in OPTIONS.values():
        form = form_of(option)
        assert (form.kind in ("whole", "number")) == (form.least is not None), option.key
        for choice in form.choices:
            assert option.check(choice) == choice


def test_it_says_what_is_set_by_whom_and_when_and_of_a_secret_no_more(api: Api, deps: Deps) -> None:
    before = schema(api)["SMTPToken"]
    assert (before["is_set"], before["changed_at"], before["changed_by"]) == (False, 0, "")
    api.root.put("/api/option/", {"key": "SMTPToken", "value": "planted"})
    api.root.put("/api/option/", {"key": "RetryTimes", "value": "3"})
    answer = api.root.raw("GET", "/api/option/schema")
    rows = {row["key"]: row for row in answer.json()["data"]}
    assert "planted" not in answer.text and all(rows[key]["value"] == "" for key in SECRETS)
    secret = rows["SMTPToken"]
    assert (secret["is_set"], secret["changed_by"]) == (True, "root")
    assert secret["changed_at"] == pytest.approx(deps.clock.now(), abs=60)
    assert (rows["RetryTimes"]["is_set"], rows["RetryTimes"]["changed_by"]) == (False, "root")


def test_many_options_are_set_together(api: Api, deps: Deps) -> None:
    options.put(deps.store, "Notice", "old")
    wanted = {"RetryTimes": " 2 ", "TurnstileCheckEnabled": "true", "TurnstileSiteKey": "a", "TurnstileSecretKey": "b"}
    assert api.root.put("/api/option/batch", {"values": wanted | {"Notice": None}})["data"] == 5
    current = options.current(deps.store)
    assert (current["RetryTimes"], current["Notice"], current["TurnstileSecretKey"]) == ("2", "", "b")
    assert schema(api)["RetryTimes"]["changed_by"] == "root"
    (noted, *_) = api.root.get("/api/audit/")["data"]
    assert noted["targets"]["keys"] == "Notice, RetryTimes, TurnstileCheckEnabled, TurnstileSecretKey, TurnstileSiteKey"
    assert api.root.put("/api/option/batch", {"values": {}})["data"] == 0


def test_one_value_that_does_not_do_keeps_all_from_being_set(api: Api, deps: Deps) -> None:
    wanted = {
        "RetryTimes": "often",
        "Colour": "red",
        "SystemName": "New",
        "GitHubOAuthEnabled": "true",
        "ModelPrice": '{"m": -1}',
        "ToolPrice": "{}",
    }
    answer = api.root.raw("PUT", "/api/option/batch", json={"values": wanted}, headers={"accept-language": "en"}).json()
    assert (answer["success"], answer["code"], answer["field"]) == (False, "invalid", "values")
    codes = {key: row["code"] for key, row in answer["fields"].items()}
    assert codes == {"RetryTimes": "invalid", "Colour": "not_found", "GitHubOAuthEnabled": "conflict"} | {
        "ModelPrice": "invalid"
    }
    assert "must be a whole number" in answer["fields"]["RetryTimes"]["message"]
    assert options.current(deps.store)["SystemName"] == "One API"


def test_too_many_and_what_are_no_values_are_refused(api: Api) -> None:
    many = api.root.put("/api/option/batch", {"values": {f"k{number}": "" for number in range(101)}})
    assert (many["code"], many["field"]) == ("invalid", "values")
    assert api.root.raw("PUT", "/api/option/batch", json={"values": []}).status_code == 400


def test_groups_tell_how_many_accounts_and_channels_they_have(api: Api) -> None:
    api.root.put("/api/option/", {"key": "GroupRatio", "value": json.dumps({"default": 1, "third": "1/4", "vip": 0.5})})
    api.new_user("alice", group="vip")
    api.new_user("bob", group="lost")
    api.root.post("/api/channel/", {"name": "c", "key": "k", "models": "m", "group": "default,vip"})
    api.root.post("/api/channel/", {"name": "d", "key": "k", "models": "m", "group": "vip"})
    api.root.put("/api/channel/", {"id": 2, "status": 2})
    answer = api.root.get("/api/group/details")["data"]
    assert answer["users_complete"] is True
    names = ("name", "ratio", "users", "channels", "enabled_channels")
    assert [tuple(group[name] for name in names) for group in answer["groups"]] == [
        ("default", 1, 1, 1, 1),
        ("lost", None, 1, 0, 0),
        ("third", 0.25, 0, 0, 0),
        ("vip", 0.5, 1, 2, 1),
    ]
