"""The minimum for one-api's own sites to work: the checklist of its behaviour, item by item."""

from typing import Any

from admin.deps import Deps
from tests.admin.api import PASSWORD, Api
from tests.admin.test_channels import FORM
from tests.admin.test_channels import KEYS as CHANNEL_KEYS
from tests.admin.test_logs import KEYS as LOG_KEYS
from tests.admin.test_redemptions import KEYS as REDEMPTION_KEYS
from tests.admin.test_tokens import KEYS as TOKEN_KEYS
from tests.admin.test_users import KEYS as USER_KEYS

# What the sites call with the other form of the address than the router's own.
BOTH_FORMS = [
    ("GET", "/api/user"),
    ("GET", "/api/option/"),
    ("GET", "/api/log/self/?p=0"),
    ("DELETE", "/api/channel/9/"),
    ("DELETE", "/api/token/9/"),
    ("DELETE", "/api/redemption/9/"),
]
LISTS = ["user", "channel", "token", "redemption", "log", "log/self", "user/search", "channel/search", "log/search"]


def test_1_both_forms_of_every_address_work(api: Api) -> None:
    for method, path in BOTH_FORMS:
        assert api.root.raw(method, path).status_code == 200, path


def test_2_the_envelope_always_has_a_text_as_message(api: Api) -> None:
    for path in ("/api/status", "/api/user/self", "/api/user/99", "/api/user/abc", "/api/oauth/wechat?code=x"):
        assert isinstance(api.root.get(path)["message"], str)


def test_3_401_only_when_nothing_was_presented(api: Api) -> None:
    assert api.raw("GET", "/api/user/self").status_code == 401
    for headers in ({"authorization": "wrong"}, {"authorization": "Bearer wrong"}):
        answer = api.raw("GET", "/api/user/self", headers=headers)
        assert (answer.status_code, answer.json()["success"]) == (200, False)


def test_4_lists_are_never_null(api: Api) -> None:
    for path in LISTS:
        assert isinstance(api.root.get(f"/api/{path}?keyword=zzz&p=9")["data"], list), path
    assert api.root.get("/api/user/available_models")["data"] == []
    assert api.root.get("/api/user/dashboard")["data"] is None


def test_5_pages_hold_ten_at_most_from_0_newest_first(api: Api) -> None:
    for number in range(12):
        api.root.post("/api/token/", {"name": f"t{number}"})
    pages = [[token["name"] for token in api.root.get(f"/api/token/?p={page}")["data"]] for page in range(3)]
    assert pages == [[f"t{number}" for number in range(11, 1, -1)], ["t1", "t0"], []]


def test_6_every_key_is_there_with_its_type(api: Api) -> None:
    api.root.post("/api/channel/", FORM)
    api.root.post("/api/token/", {})
    api.root.post("/api/redemption/", {"name": "r", "count": 1})
    for path, keys, numbers in (
        ("user", USER_KEYS, 19),
        ("token", TOKEN_KEYS, 13),
        ("channel", CHANNEL_KEYS, 20),
        ("redemption", REDEMPTION_KEYS, 9),
        ("log", LOG_KEYS, 16),
    ):
        row: dict[str, Any] = api.root.get(f"/api/{path}/")["data"][0]
        assert len(keys.split()) == numbers
        assert set(keys.split()) <= set(row), path
        assert all(value is not None for value in row.values()), path
        for name in {"models", "subnet", "base_url", "model_mapping", "config", "group"} & set(row):
            assert isinstance(row[name], str), (path, name)


def test_7_options_are_texts_and_ratios_are_json(api: Api) -> None:
    import json

    options = {row["key"]: row["value"] for row in api.root.get("/api/option/")["data"]}
    assert all(isinstance(value, str) for value in options.values())
    assert {options[key] for key in options if key.endswith("Enabled")} <= {"true", "false"}
    for key in ("ModelRatio", "CompletionRatio", "GroupRatio"):
        assert isinstance(json.loads(options[key]), dict)


def test_8_updates_answer_the_updated_object(api: Api) -> None:
    api.root.post("/api/channel/", FORM)
    api.root.post("/api/token/", {})
    api.root.post("/api/redemption/", {"name": "r", "count": 1})
    for path in ("channel/", "token/?status_only=true", "redemption/?status_only=true"):
        assert api.root.put(f"/api/{path}", {"id": 1, "status": 2})["data"]["status"] == 2


def test_9_managing_a_user_answers_role_and_status(api: Api) -> None:
    api.new_user("alice")
    answer = api.root.post("/api/user/manage", {"username": "alice", "action": "promote"})
    assert (answer["data"]["role"], answer["data"]["status"]) == (10, 1)


def test_11_the_model_list_has_no_envelope(api: Api) -> None:
    answer = api.root.get("/api/channel/models")
    assert set(answer) == {"object", "data"}
    assert {"id", "object", "created", "owned_by", "permission", "root", "parent"} == set(answer["data"][0])
    by_type = api.root.get("/api/models")["data"]
    assert "gpt-4o" in by_type["1"]
    assert set(map(str, range(1, 52))) <= set(by_type)
    assert by_type["43"] is None


def test_12_status_has_a_version_that_nags_nobody_and_contents_are_texts(api: Api) -> None:
    assert api.get("/api/status")["data"]["version"] == "v0.0.0"
    for path in ("notice", "about", "home_page_content"):
        assert api.get(f"/api/{path}")["data"] == ""


def test_13_unknown_fields_nulls_and_odd_numbers_are_tolerated(api: Api) -> None:
    form = FORM | {"auto_ban": 1, "other": None, "system_prompt": None, "models": None, "groups": ["x"]}
    assert api.root.post("/api/channel/", form)["success"]
    assert api.root.get("/api/log/?start_timestamp=NaN&end_timestamp=1795452000.123")["success"]


def test_15_signing_in_sets_a_cookie_and_answers_the_user(api: Api, deps: Deps) -> None:
    api.new_user("alice")
    answer = api.raw("POST", "/api/user/login?turnstile=x", json={"username": "alice", "password": PASSWORD})
    assert answer.headers["set-cookie"].startswith("session=")
    assert set(answer.json()["data"]) == set(USER_KEYS.split())
