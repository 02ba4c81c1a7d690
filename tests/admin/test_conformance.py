"""The minimum for one-api's own sites to work: the checklist of its behaviour, all fifteen items by their numbers."""

import json
from collections.abc import Generator
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from admin.web.deps import Deps
from tests.admin.api import PASSWORD, Api
from tests.admin.resources.test_channels import FORM
from tests.admin.resources.test_channels import KEYS as CHANNEL_KEYS
from tests.admin.resources.test_logs import KEYS as LOG_KEYS
from tests.admin.resources.test_redemptions import KEYS as REDEMPTION_KEYS
from tests.admin.resources.test_tokens import KEYS as TOKEN_KEYS
from tests.admin.resources.test_users import EVERY_KEY as EVERY_USER_KEY
from tests.admin.resources.test_users import KEYS as USER_KEYS
from tests.admin.routes import filled, gated_routes
from tests.admin.test_app import STATUS_KEYS
from tests.support.identity_servers import IdentityServers, ReroutingFetcher, identity_servers
from tests.support.json_server import Asked, Reply, json_server

# one-api's routes as its own sites and its index know them: some with a slash at the end, some without. Each is called
# in both forms.
ONE_APIS = """
    GET /api/status
    GET /api/models
    GET /api/notice
    GET /api/about
    GET /api/home_page_content
    GET /api/verification
    GET /api/reset_password
    POST /api/user/reset
    GET /api/oauth/github
    GET /api/oauth/oidc
    GET /api/oauth/lark
    GET /api/oauth/state
    GET /api/oauth/wechat
    GET /api/oauth/wechat/bind
    GET /api/oauth/email/bind
    POST /api/topup
    POST /api/user/register
    POST /api/user/login
    GET /api/user/logout
    GET /api/user/dashboard
    GET /api/user/self
    PUT /api/user/self
    DELETE /api/user/self
    GET /api/user/token
    GET /api/user/aff
    POST /api/user/topup
    GET /api/user/available_models
    GET /api/user/
    GET /api/user/search
    GET /api/user/9
    POST /api/user/
    POST /api/user/manage
    PUT /api/user/
    DELETE /api/user/9
    GET /api/option/
    PUT /api/option/
    GET /api/channel/
    GET /api/channel/search
    GET /api/channel/models
    GET /api/channel/9
    GET /api/channel/test
    GET /api/channel/test/9
    GET /api/channel/update_balance
    GET /api/channel/update_balance/9
    POST /api/channel/
    PUT /api/channel/
    DELETE /api/channel/disabled
    DELETE /api/channel/9
    GET /api/token/
    GET /api/token/search
    GET /api/token/9
    POST /api/token/
    PUT /api/token/
    DELETE /api/token/9
    GET /api/redemption/
    GET /api/redemption/search
    GET /api/redemption/9
    POST /api/redemption/
    PUT /api/redemption/
    DELETE /api/redemption/9
    GET /api/log/
    DELETE /api/log/
    GET /api/log/stat
    GET /api/log/self/stat
    GET /api/log/search
    GET /api/log/self
    GET /api/log/self/search
    GET /api/group/
"""
# What the sites send along with the other form of an address.
WITH_QUERIES = ("/api/log/self/?p=0", "/api/log/self?p=0", "/api/user?p=0&order=quota", "/api/token?p=0&order=")
LISTS = ["user", "channel", "token", "redemption", "log", "log/self", "user/search", "channel/search", "log/search"]
LISTS += ["token/search", "redemption/search", "log/self/search", "group", "user/available_models"]

# Every key that is no text, by its type; an amount is a number that may have a fraction.
TYPES = {
    "int": """
        id user_id role status type quota used_quota request_count inviter_id created_time accessed_time expired_time
        remain_quota weight test_time response_time balance_updated_time priority redeemed_time count created_at
        prompt_tokens completion_tokens channel elapsed_time
    """,
    "bool": "unlimited_quota is_stream system_prompt_reset",
    "amount": "balance",
}
KINDS = {key: kind for kind, keys in TYPES.items() for key in keys.split()}
FITS = {
    "int": lambda value: type(value) is int,
    "bool": lambda value: type(value) is bool,
    "amount": lambda value: type(value) in (int, float),
    "text": lambda value: type(value) is str,
}


def called(line: str) -> tuple[str, str]:
    method, path = line.split()
    return method, path


ROWS = [called(line) for line in ONE_APIS.strip().splitlines()]


def test_1_both_forms_of_every_address_work(api: Api) -> None:
    """Neither form leads elsewhere, and both say the same: to nobody, and to root."""
    assert len(ROWS) == len(set(ROWS)) == 68
    for method, path in ROWS:
        bare = path.rstrip("/")
        answers = [api.raw(method, form) for form in (bare, bare + "/")]
        assert answers[0].status_code == answers[1].status_code not in (301, 307, 404), (method, path)
        assert answers[0].json().keys() == answers[1].json().keys(), (method, path)
    for path in WITH_QUERIES:
        assert api.root.raw("GET", path).json()["success"], path
    known = {(method, filled(path, 9)) for method, path, _ in gated_routes()}
    known |= {(method, filled(path, "wechat")) for method, path, _ in gated_routes()}
    assert {(method, path.rstrip("/")) for method, path in ROWS} <= known


def test_1_both_forms_do_the_same(api: Api) -> None:
    for end in ("", "/"):
        assert api.root.post(f"/api/channel{end}", FORM)["success"]
        (row, *_) = api.root.get(f"/api/channel{end}")["data"]
        assert api.root.get(f"/api/channel/{row['id']}{end}")["data"]["name"] == FORM["name"]
        assert api.root.put(f"/api/channel{end}", {"id": row["id"], "status": 2})["data"]["status"] == 2
        assert api.root.delete(f"/api/channel/disabled{end}")["data"] == 1
        assert api.root.delete(f"/api/channel/{row['id']}{end}")["success"]


def test_2_the_envelope_always_has_a_text_as_message(api: Api) -> None:
    for caller in (api, api.root):
        for method, path in ROWS:
            if path in ("/api/user/self", "/api/user/token", "/api/channel/models") and caller is not api:
                continue
            for body in (None, {}, {"id": "x"}):
                answer = caller.raw(method, path, json=body).json()
                assert isinstance(answer["success"], bool), (method, path)
                assert isinstance(answer["message"], str), (method, path)
                assert answer["success"] or answer["message"], (method, path)


def test_3_401_only_when_nothing_was_presented(api: Api) -> None:
    open_to_all = {(method, path) for method, path, role in gated_routes() if role == 0}
    for method, path in ROWS:
        wanted = (method, path.rstrip("/")) not in open_to_all
        assert (api.raw(method, path).status_code == 401) == wanted, (method, path)
    for headers in ({"authorization": "wrong"}, {"authorization": "Bearer wrong"}):
        answer = api.raw("GET", "/api/user/self", headers=headers)
        assert (answer.status_code, answer.json()["success"]) == (200, False)
    assert api.raw("GET", "/api/user/self", headers={"cookie": "session=garbage"}).status_code == 401


def test_4_lists_are_never_null(api: Api) -> None:
    for path in LISTS:
        assert isinstance(api.root.get(f"/api/{path}?keyword=zzz&p=9")["data"], list), path
    assert api.root.get("/api/user/available_models")["data"] == []
    assert api.root.get("/api/user/dashboard")["data"] is None


def test_5_pages_hold_ten_at_most_from_0_newest_first(api: Api) -> None:
    for number in range(12):
        api.root.post("/api/token/", {"name": f"t{number}"})
        api.root.post("/api/channel/", FORM | {"name": f"t{number}"})
        api.root.post("/api/redemption/", {"name": f"t{number}", "count": 1})
        api.new_user(f"t{number}")
        api.root.post("/api/topup", {"user_id": 1, "quota": 1, "remark": f"t{number}"})
    for path, field in (("token", "name"), ("channel", "name"), ("redemption", "name"), ("user", "username")):
        pages = [[row[field] for row in api.root.get(f"/api/{path}/?p={page}")["data"]] for page in range(3)]
        assert pages[0] == [f"t{number}" for number in range(11, 1, -1)], path
        assert pages[1][:2] == ["t1", "t0"], path
        assert pages[2] == [], path
    for path in ("log/", "log/self"):
        pages = [[row["content"] for row in api.root.get(f"/api/{path}?type=1&p={p}")["data"]] for p in range(3)]
        assert pages == [[f"t{number}" for number in range(11, 1, -1)], ["t1", "t0"], []], path


@pytest.mark.parametrize(
    ("path", "keys", "number"),
    [
        ("user", USER_KEYS, 19),
        ("token", TOKEN_KEYS, 13),
        ("channel", CHANNEL_KEYS, 20),
        ("redemption", REDEMPTION_KEYS, 9),
        ("log", LOG_KEYS, 16),
    ],
)
def test_6_every_key_is_there_with_its_type_and_none_is_null(api: Api, path: str, keys: str, number: int) -> None:
    nothing = {"other": None, "system_prompt": None, "base_url": None, "model_mapping": None, "config": None}
    api.root.post("/api/channel/", FORM | nothing)
    api.root.post("/api/token/", {"models": None, "subnet": None})
    api.root.post("/api/redemption/", {"name": "r", "count": 1})
    assert len(keys.split()) == number
    answers: list[Any] = [api.root.get(f"/api/{path}/")["data"][0]]
    answers.append(api.root.get(f"/api/{path}/search?keyword=")["data"][0])
    answers.append(
        api.root.get("/api/log/self")["data"][0] if path == "log" else api.root.get(f"/api/{path}/1")["data"]
    )
    for row in answers:
        assert set(keys.split()) <= set(row), path
        for key in keys.split():
            assert FITS[KINDS.get(key, "text")](row[key]), (path, key, row[key])


def test_7_options_are_texts_and_ratios_are_json(api: Api) -> None:
    options = {row["key"]: row["value"] for row in api.root.get("/api/option/")["data"]}
    assert all(isinstance(value, str) for value in options.values())
    flags = {options[key] for key in options if key.endswith("Enabled")}
    assert flags == {"true", "false"}
    for key in ("ModelRatio", "CompletionRatio", "GroupRatio"):
        assert isinstance(json.loads(options[key]), dict)
        answer = api.root.put("/api/option/", {"key": key, "value": "not JSON"})
        assert not answer["success"]
    assert api.root.put("/api/option/", {"key": "RegisterEnabled", "value": "false"}) == {
        "success": True,
        "message": "",
    }


def test_8_updates_answer_the_updated_object(api: Api) -> None:
    api.root.post("/api/channel/", FORM)
    api.root.post("/api/token/", {})
    api.root.post("/api/redemption/", {"name": "r", "count": 1})
    for path in ("channel/", "token/?status_only=true", "redemption/?status_only=true"):
        assert api.root.put(f"/api/{path}", {"id": 1, "status": 2})["data"]["status"] == 2
    for path in ("channel", "token", "redemption"):
        changed = api.root.put(f"/api/{path}/", {"id": 1, "name": "new"})["data"]
        assert changed == api.root.get(f"/api/{path}/1")["data"]
        assert changed["name"] == "new"


def test_9_managing_a_user_answers_role_and_status(api: Api) -> None:
    api.new_user("alice")
    for action, role, status in (("promote", 10, 1), ("demote", 1, 1), ("disable", 1, 2), ("enable", 1, 1)):
        answer = api.root.post("/api/user/manage", {"username": "alice", "action": action})
        assert (answer["data"]["role"], answer["data"]["status"]) == (role, status), action
        assert set(EVERY_USER_KEY) == set(answer["data"])
    assert api.root.post("/api/user/manage", {"username": "alice", "action": "delete"})["data"]["status"] == 3


def provider(asked: Asked) -> Reply:
    """A provider with a balance, whose model answers."""
    if asked.path.startswith("/v1/dashboard"):
        return 200, {"hard_limit_usd": 100, "has_payment_method": True, "total_usage": 2550}
    return 200, {"choices": [{"index": 0, "message": {"role": "assistant", "content": "It is me."}}]}


def test_10_balances_and_tests_answer_beside_the_envelope(api: Api) -> None:
    with json_server(provider) as server:
        api.root.post("/api/channel/", FORM | {"base_url": server.url})
        for end in ("", "/"):
            balance = api.root.get(f"/api/channel/update_balance/1{end}")
            assert balance == {"success": True, "message": "", "balance": 74.5}
            tested = api.root.get(f"/api/channel/test/1{end}?model=gpt-4")
            assert list(tested) == ["success", "message", "time", "modelName", "model"]
            assert (tested["success"], tested["message"], tested["modelName"]) == (True, "It is me.", "gpt-4")
            assert type(tested["time"]) in (int, float)
    failed = api.root.get("/api/channel/test/1")  # nobody is there any more
    assert (failed["success"], failed["time"]) == (False, 0)
    assert isinstance(failed["message"], str) and failed["message"]


def test_11_the_model_list_has_no_envelope(api: Api) -> None:
    answer = api.root.get("/api/channel/models")
    assert set(answer) == {"object", "data"}
    assert {"id", "object", "created", "owned_by", "permission", "root", "parent"} == set(answer["data"][0])
    by_type = api.root.get("/api/models")["data"]
    assert "gpt-4o" in by_type["1"]
    assert set(map(str, range(1, 52))) <= set(by_type)
    assert by_type["43"] == []
    assert all(isinstance(models, list) for models in by_type.values())


def test_12_status_has_a_version_that_nags_nobody_and_contents_are_texts(api: Api) -> None:
    status = api.get("/api/status")["data"]
    assert status["version"] == "v0.0.0"
    assert set(STATUS_KEYS.split()) <= set(status)
    for path in ("notice", "about", "home_page_content"):
        assert api.get(f"/api/{path}")["data"] == ""


@pytest.mark.parametrize("odd", ["", "NaN", "abc", "1795452000.123", "-1", "1e3", "null", "undefined", "9" * 30])
def test_13_odd_numbers_are_tolerated_in_every_query(api: Api, odd: str) -> None:
    for path in ("log/", "log/self", "log/stat", "log/self/stat", "user/", "token/", "channel/", "redemption/"):
        numbers = {
            "p": odd,
            "type": odd,
            "channel": odd,
            "start_timestamp": odd,
            "end_timestamp": odd,
            "page_size": odd,
        }
        answer = api.root.raw("GET", f"/api/{path}", params=numbers)
        assert (answer.status_code, answer.json()["success"]) == (200, True), path
    assert api.root.delete("/api/log/", params={"target_timestamp": odd})["message"] in (
        "target timestamp is required",
        "",
    )


def test_13_unknown_fields_and_nulls_are_tolerated_in_every_body(api: Api) -> None:
    theirs = {"auto_ban": 1, "is_edit": True, "groups": ["x"], "openai_organization": "", "test": {"deep": [None]}}
    form = FORM | theirs | {"other": None, "system_prompt": None, "models": None, "weight": None}
    assert api.root.post("/api/channel/", form)["success"]
    assert api.root.put("/api/channel/", form | {"id": 1, "key": None, "name": None})["success"]
    token = {"name": "t", "expired_time": None, "remain_quota": None, "models": None, "subnet": None}
    assert api.root.post("/api/token/", token | theirs)["success"]
    assert api.root.put("/api/token/", token | theirs | {"id": 1})["success"]
    assert api.root.post("/api/redemption/", {"name": "r", "quota": None, "count": 1} | theirs)["success"]
    user = {"username": "alice", "password": PASSWORD, "display_name": None, "aff_code": None, "email": None}
    assert api.root.post("/api/user/", user | theirs)["success"]
    shown = api.root.get("/api/user/2")["data"]
    assert api.root.put("/api/user/", shown | theirs | {"email": None, "group": None})["success"]
    assert api.root.get("/api/user/2")["data"] == shown


def test_14_binding_says_bind(api: Api, people: IdentityServers) -> None:
    api.new_user("alice")
    alice = api.signed_in("alice")
    state = alice.get("/api/oauth/state")["data"]
    code = people.code_for(id=583_231, login="octocat", name="Mona")
    answer = alice.get("/api/oauth/github", params={"code": code, "state": state})
    assert (answer["success"], answer["message"]) == (True, "bind")
    assert alice.get("/api/user/self")["data"]["github_id"] == "583231"


@pytest.fixture
def people(api: Api, deps: Deps, application: FastAPI) -> Generator[IdentityServers]:
    """GitHub, with sign-in by it switched on."""
    with identity_servers() as servers:
        fetcher = ReroutingFetcher(frozenset({"127.0.0.1"}), port=servers.port)
        application.state.deps = replace(deps, fetcher=fetcher)
        for key, value in (("Id", "id"), ("Secret", "right")):
            api.root.put("/api/option/", {"key": f"GitHubClient{key}", "value": value})
        api.root.put("/api/option/", {"key": "GitHubOAuthEnabled", "value": "true"})
        yield servers


def test_15_signing_in_sets_a_cookie_of_this_site_and_answers_the_user(api: Api) -> None:
    api.new_user("alice")
    answer = api.raw("POST", "/api/user/login?turnstile=x", json={"username": "alice", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("session=")
    assert "Path=/" in cookie
    assert "domain" not in cookie.lower()
    user = answer.json()["data"]
    assert set(user) == set(EVERY_USER_KEY)
    assert (user["id"], user["username"], user["display_name"], user["role"], user["status"]) == (
        2,
        "alice",
        "alice",
        1,
        1,
    )
    assert api.get("/api/user/self")["data"]["username"] == "alice"  # the cookie alone
