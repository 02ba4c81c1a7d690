"""Signing in and out, and one's own account."""

import time
from typing import Any

import bcrypt
import pytest

from admin.web import session
from admin.web.deps import Deps
from gateway.store.accounts import users
from tests.admin.api import PASSWORD, Api, refused
from tests.admin.conftest import ROOT_PASSWORD, ROOT_TOKEN

LOGIN_FAILED = "用户名或密码错误，或用户已被封禁"
NOT_SIGNED_IN = "无权进行此操作，未登录且未提供 access token"
BANNED = "用户已被封禁"


def test_signing_in_answers_five_fields_and_every_key(api: Api) -> None:
    answer = api.post("/api/user/login", {"username": "root", "password": ROOT_PASSWORD})
    user = answer["data"]
    told = {"id": 1, "username": "root", "display_name": "Root User", "role": 100, "status": 1}
    assert {name: user[name] for name in told} == told
    assert len(user) == 19 + 3  # one-api's; two of ours beside the quota, and the limits
    assert not any(value for name, value in user.items() if name not in told)


def test_the_session_cookie_is_signed_and_protected(api: Api) -> None:
    answer = api.raw("POST", "https://testserver/api/user/login", json={"username": "root", "password": ROOT_PASSWORD})
    cookie = answer.headers["set-cookie"]
    for part in ("session=", "HttpOnly", "SameSite=strict", "Secure", "Path=/", "Max-Age=2592000"):
        assert part in cookie, cookie
    assert ROOT_PASSWORD not in cookie


@pytest.mark.parametrize(
    "given",
    [
        {"username": "root", "password": "wrong one"},
        {"username": "nobody", "password": ROOT_PASSWORD},
        {"username": "disabled", "password": PASSWORD},
        {"username": "root", "password": "x" * 100_000},
    ],
    ids=["wrong password", "unknown user", "disabled user", "endless password"],
)
def test_every_failed_sign_in_reads_the_same(api: Api, given: dict[str, str]) -> None:
    api.new_user("disabled", status=2)
    assert api.post("/api/user/login", given) == refused(LOGIN_FAILED)


@pytest.mark.parametrize("body", [{}, {"username": "root"}, {"username": 3, "password": "x"}, [], "text", None])
def test_a_sign_in_that_cannot_be_read_is_an_invalid_parameter(api: Api, body: Any) -> None:
    assert api.post("/api/user/login", body) == refused("无效的参数")


def test_password_login_can_be_switched_off(api: Api) -> None:
    api.root.put("/api/option/", {"key": "PasswordLoginEnabled", "value": "false"})
    answer = api.post("/api/user/login", {"username": "root", "password": ROOT_PASSWORD})
    assert answer == refused("管理员关闭了密码登录")


def test_one_signs_in_with_the_email_address_too(api: Api, deps: Deps) -> None:
    user = users.get(deps.store, api.new_user("alice"))
    assert user is not None
    users.change(deps.store, user, {"email": "Alice@example.org"})
    assert api.signed_in("alice@example.org").get("/api/user/self")["data"]["username"] == "alice"


def test_a_password_hashed_by_one_api_still_works_and_is_hashed_anew(api: Api, deps: Deps) -> None:
    user = users.get(deps.store, api.new_user("alice"))
    assert user is not None
    old = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    users.change(deps.store, user, {"password": old})
    api.signed_in("alice")
    after = users.get(deps.store, user.id)
    assert after is not None
    assert after.password.startswith("$argon2id$")
    api.signed_in("alice")


def test_after_signing_out_a_copy_of_the_cookie_is_worthless(api: Api) -> None:
    api.new_user("alice")
    alice = api.signed_in("alice")
    copy = alice.client.cookies["session"]
    assert alice.get("/api/user/logout") == {"success": True, "message": ""}
    assert api.raw("GET", "/api/user/self", headers={"cookie": f"session={copy}"}).status_code == 401


def test_signing_in_never_continues_a_session_from_before(api: Api) -> None:
    api.new_user("alice")
    alice = api.signed_in("alice")
    first = alice.client.cookies["session"]
    alice.post("/api/user/login", {"username": "alice", "password": PASSWORD})
    assert alice.client.cookies["session"] != first


@pytest.mark.parametrize("forged", ["", ".", "garbage", "a.b", "e30.AAAA", "ü.ü", "x" * 5000])
def test_a_cookie_that_is_not_ours_is_no_session(api: Api, forged: str) -> None:
    headers = {"cookie": f"session={forged}".encode()}
    assert api.raw("GET", "/api/user/self", headers=headers).status_code == 401


def test_a_session_ends_after_thirty_days(deps: Deps) -> None:
    old = session.Session("nonce", int(time.time()) - 1, 1, 0)
    assert session.opened(session.sealed(old, b"key"), b"key") == old
    assert session.opened(session.sealed(old, b"key"), b"another") is None


def test_a_ban_and_a_demotion_work_at_once(api: Api) -> None:
    number = api.new_user("alice", role=10)
    alice = api.signed_in("alice")
    assert alice.get("/api/user/")["success"]
    api.root.put("/api/user/", {"id": number, "role": 1})
    assert alice.get("/api/user/") == refused("无权进行此操作，权限不足")
    api.root.put("/api/user/", {"id": number, "status": 2})
    assert alice.get("/api/user/self") == refused(BANNED, code="forbidden")


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(api: Api) -> None:
    api.new_user("alice")
    here, elsewhere = api.signed_in("alice"), api.signed_in("alice")
    assert here.put("/api/user/self", {"password": "another one"})["success"]
    assert here.get("/api/user/self")["success"]
    assert elsewhere.raw("GET", "/api/user/self").status_code == 401
    assert not api.post("/api/user/login", {"username": "alice", "password": PASSWORD})["success"]


def test_an_access_token_works_bare_and_as_bearer_and_shows_nowhere(api: Api) -> None:
    api.new_user("alice")
    token = api.signed_in("alice").get("/api/user/token")["data"]
    assert len(token) == 32
    for header in (token, f"Bearer {token}"):
        answer = api.holding(header).get("/api/user/self")
        assert answer["data"]["username"] == "alice"
        assert token not in str(answer)


def test_a_new_access_token_replaces_the_old_one(api: Api) -> None:
    api.new_user("alice")
    alice = api.signed_in("alice")
    old = alice.get("/api/user/token")["data"]
    alice.get("/api/user/token")
    answer = api.holding(old).raw("GET", "/api/user/self")
    assert answer.json() == refused("无权进行此操作，access token 无效", code="unauthenticated")
    assert answer.status_code == 200


def test_with_a_good_session_the_authorization_header_is_not_asked(api: Api) -> None:
    api.new_user("alice")
    assert api.signed_in("alice").get("/api/user/self", headers={"authorization": "nonsense"})["success"]


def test_a_session_is_refused_to_requests_from_other_sites(api: Api) -> None:
    api.new_user("alice")
    alice = api.signed_in("alice")
    neighbour = {"sec-fetch-site": "same-site", "origin": "http://evil.testserver"}
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, neighbour):
        assert alice.raw("GET", "/api/user/token", headers=headers).status_code == 403
    for headers in ({"sec-fetch-site": "same-origin"}, {"origin": "http://testserver"}):
        assert alice.get("/api/user/self", headers=headers)["success"]
    assert api.holding(ROOT_TOKEN).get("/api/user/self", headers={"origin": "https://tool.example"})["success"]


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({"username": "thirteen chars"}, "username"),
        ({"username": "line\nbreak"}, "username"),
        ({"username": "ro\u200bot"}, "username"),
        ({"username": "\u202etoor"}, "username"),
        ({"username": "root "}, "username"),
        ({"display_name": "x" * 21}, "display_name"),
        ({"password": "short"}, "password"),
        ({"password": "x" * 21}, "password"),
    ],
)
def test_a_profile_that_does_not_do_says_what_is_wrong(api: Api, form: dict[str, str], reason: str) -> None:
    api.new_user("alice")
    answer = api.signed_in("alice").put("/api/user/self", form)
    assert not answer["success"]
    assert answer["message"].startswith(f"输入不合法 {reason}")


def test_lengths_count_characters_not_bytes(api: Api) -> None:
    api.new_user("alice")
    alice = api.signed_in("alice")
    assert alice.put("/api/user/self", {"username": "十二个汉字的用户名字好的"})["success"]
    assert alice.get("/api/user/self")["data"]["username"] == "十二个汉字的用户名字好的"


def test_a_profile_changes_only_what_one_may_change(api: Api) -> None:
    api.new_user("alice", quota=5)
    alice = api.signed_in("alice")
    greedy = {"display_name": "A", "role": 100, "quota": 10**9, "group": "vip", "email": "x@y.z", "username": ""}
    assert alice.put("/api/user/self", greedy)["success"]
    user = alice.get("/api/user/self")["data"]
    assert (user["display_name"], user["role"], user["quota"], user["group"]) == ("A", 1, 5, "default")
    assert (user["email"], user["username"]) == ("", "alice")


def test_a_name_that_somebody_has_is_refused_and_a_name_given_up_is_free(api: Api) -> None:
    api.new_user("alice")
    api.new_user("bob")
    alice, bob = api.signed_in("alice"), api.signed_in("bob")
    assert bob.put("/api/user/self", {"username": "alice"}) == refused(
        "用户名已被使用", code="conflict", field="username"
    )
    assert alice.put("/api/user/self", {"username": "alicia"})["success"]
    assert bob.put("/api/user/self", {"username": "alice"})["success"]


def test_an_account_deletes_itself_but_root_does_not(api: Api) -> None:
    api.new_user("alice")
    alice = api.signed_in("alice")
    assert alice.delete("/api/user/self")["success"]
    assert alice.raw("GET", "/api/user/self").status_code == 401
    assert api.root.delete("/api/user/self") == refused("不能删除超级管理员账户")
    api.new_user("alice")  # the name is free again


def test_the_invitation_code_stays_the_same(api: Api) -> None:
    first = api.root.get("/api/user/aff")["data"]
    assert len(first) == 8
    assert api.root.get("/api/user/aff")["data"] == first


def test_refusals_come_in_english_to_who_asks_for_it(api: Api) -> None:
    english = {"accept-language": "en-US,en;q=0.9"}
    answer = api.raw("GET", "/api/user/self", headers=english)
    assert answer.json()["message"].startswith("not allowed")
    assert api.raw("GET", "/api/user/self", headers={"accept-language": "de"}).json()["message"] == NOT_SIGNED_IN


def test_an_endless_name_belongs_to_nobody(api: Api) -> None:
    answer = api.raw("POST", "/api/user/login", json={"username": "x" * 5_000, "password": PASSWORD})
    assert (answer.status_code, answer.json()) == (200, refused(LOGIN_FAILED))


def test_who_takes_an_address_for_a_name_does_not_get_in_its_owners_way(api: Api, deps: Deps) -> None:
    owner = users.get(deps.store, api.new_user("owner"))
    assert owner is not None
    users.change(deps.store, owner, {"email": "a@qq.example"})
    api.new_user("a@qq.example")
    assert api.signed_in("A@QQ.example").get("/api/user/self")["data"]["username"] == "owner"
    assert api.signed_in("a@qq.example").get("/api/user/self")["data"]["username"] == "owner"
