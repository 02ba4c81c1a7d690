"""Passkeys through HTTP, with an authenticator in software: what works, and everything that must not."""

import random
from typing import Any

import pytest

from admin.web.deps import Deps
from gateway.security import totp
from gateway.store.accounts import passkeys
from tests.admin.api import PASSWORD, Api, refused
from tests.support.authenticator import ORIGIN, PRESENT, VERIFIED, Authenticator, Held, decoded, encoded

WRONG = refused("通行密钥验证失败，请重试")
BASE = "/api/user/passkey"


@pytest.fixture(autouse=True)
def address(api: Api) -> None:
    """Where the browser of these tests is."""
    assert api.root.put("/api/option/", {"key": "ServerAddress", "value": ORIGIN})["success"]
    api.client.headers["host"] = "localhost:3000"


@pytest.fixture
def alice(api: Api) -> Api:
    api.new_user("alice")
    return at_home(api.signed_in("alice"))


@pytest.fixture
def device() -> Authenticator:
    return Authenticator()


def at_home(caller: Api) -> Api:
    caller.client.headers["host"] = "localhost:3000"
    return caller


def browser(api: Api) -> Api:
    """A browser that nobody is signed in with."""
    return at_home(Api(api.app, ""))


def begun(caller: Api, body: Any = None) -> dict[str, Any]:
    answer = caller.post(f"{BASE}/register/begin", body or {})
    assert answer["success"], answer
    return answer["data"]


def kept(caller: Api, device: Authenticator, name: str = "") -> dict[str, Any]:
    answer = caller.post(f"{BASE}/register/finish", device.create(begun(caller)) | {"name": name})
    assert answer["success"], answer
    return answer["data"]


def asked(caller: Api) -> dict[str, Any]:
    return caller.post(f"{BASE}/login/begin")["data"]


def sign_in(caller: Api, device: Authenticator, **changed: Any) -> dict[str, Any]:
    return caller.post(f"{BASE}/login/finish", device.get(asked(caller), **changed))


def test_a_passkey_signs_in_without_name_and_password(api: Api, alice: Api, device: Authenticator) -> None:
    made = kept(alice, device, "my phone")
    assert (made["name"], made["last_used_time"]) == ("my phone", 0)
    elsewhere = browser(api)
    answer = sign_in(elsewhere, device)
    assert answer["data"]["username"] == "alice"
    assert len(answer["data"]) == 19 + 3
    assert elsewhere.get("/api/user/self")["data"]["username"] == "alice"
    (shown,) = alice.get(BASE)["data"]
    assert shown["last_used_time"] >= shown["created_time"] > 0
    assert set(shown) == {"id", "name", "created_time", "last_used_time"}


def test_the_options_are_what_browsers_parse(api: Api, alice: Api, device: Authenticator) -> None:
    made = kept(alice, device)
    created = begun(alice)["publicKey"]
    assert created["rp"] == {"id": "localhost", "name": "One API"}
    assert created["user"]["name"] == "alice"
    assert "=" not in created["user"]["id"] + created["challenge"]
    assert created["authenticatorSelection"]["userVerification"] == "required"
    assert created["authenticatorSelection"]["residentKey"] == "required"
    assert created["excludeCredentials"] == [{"type": "public-key", "id": made["id"]}]
    assert {entry["alg"] for entry in created["pubKeyCredParams"]} == {-7, -8, -257}
    wanted = asked(browser(api))["publicKey"]
    assert (wanted["rpId"], wanted["allowCredentials"], wanted["userVerification"]) == ("localhost", [], "required")
    assert wanted["challenge"] != asked(browser(api))["publicKey"]["challenge"]


def test_what_authenticators_know_an_account_by_says_nothing_about_it_and_stays(api: Api, alice: Api) -> None:
    api.new_user("bob")
    first, again = begun(alice)["publicKey"]["user"]["id"], begun(alice)["publicKey"]["user"]["id"]
    assert first == again
    assert len(first) == 43
    assert begun(at_home(api.signed_in("bob")))["publicKey"]["user"]["id"] != first


SIGNED_WRONG: dict[str, dict[str, Any]] = {
    "another challenge": {"client_data": {"challenge": "A" * 43}},
    "another origin": {"client_data": {"origin": "https://evil.example"}},
    "another port": {"client_data": {"origin": "http://localhost:3001"}},
    "inside another page": {"client_data": {"crossOrigin": True}},
    "another domain": {"rp_id": "evil.example"},
    "a creation": {"client_data": {"type": "webauthn.create"}},
    "user not verified": {"flags": PRESENT},
    "user not present": {"flags": VERIFIED},
    "another account": {"handle": encoded(b"somebody else")},
    "no account": {"handle": None},
    "counter stands still": {"count": 1},
    "counter went back": {"count": 0},
}


@pytest.mark.parametrize("changed", SIGNED_WRONG.values(), ids=SIGNED_WRONG)
def test_an_assertion_that_is_not_exactly_right_signs_nobody_in(
    api: Api, alice: Api, device: Authenticator, changed: dict[str, Any]
) -> None:
    kept(alice, device)
    assert sign_in(browser(api), device)["success"]  # the counter is 1 now
    other = browser(api)
    assert sign_in(other, device, **changed) == WRONG
    assert other.raw("GET", "/api/user/self").status_code == 401
    assert sign_in(other, device, count=2)["success"]


CREATED_WRONG: dict[str, dict[str, Any]] = {
    "another challenge": {"client_data": {"challenge": "A" * 43}},
    "another origin": {"client_data": {"origin": "https://evil.example"}},
    "inside another page": {"client_data": {"crossOrigin": True}},
    "another domain": {"rp_id": "evil.example"},
    "an assertion": {"client_data": {"type": "webauthn.get"}},
    "user not verified": {"flags": PRESENT},
    "user not present": {"flags": VERIFIED},
}


@pytest.mark.parametrize("changed", CREATED_WRONG.values(), ids=CREATED_WRONG)
def test_a_credential_that_is_not_exactly_right_is_not_kept(
    alice: Api, device: Authenticator, changed: dict[str, Any]
) -> None:
    answer = alice.post(f"{BASE}/register/finish", device.create(begun(alice), **changed))
    assert answer == WRONG
    assert alice.get(BASE)["data"] == []


def test_a_signature_by_another_key_signs_nobody_in(api: Api, alice: Api, device: Authenticator) -> None:
    kept(alice, device)
    (held,) = device.held
    forged = Held(held.rp_id, held.handle, id=held.id)
    assert sign_in(browser(api), device, credential=forged) == WRONG
    assert sign_in(browser(api), device, credential=Held("localhost", held.handle)) == WRONG


def test_an_answer_works_once_and_only_in_the_browser_it_was_asked_in(
    api: Api, alice: Api, device: Authenticator
) -> None:
    kept(alice, device)
    first, second = browser(api), browser(api)
    answer = device.get(asked(first))
    assert second.post(f"{BASE}/login/finish", answer) == WRONG
    asked(second)
    assert second.post(f"{BASE}/login/finish", answer) == WRONG
    nonce_holder = first.client.cookies["session"]
    assert first.post(f"{BASE}/login/finish", answer)["success"]
    replayed = browser(api).raw(
        "POST", f"{BASE}/login/finish", json=answer, headers={"cookie": f"session={nonce_holder}"}
    )
    assert replayed.json() == WRONG


def test_a_challenge_for_signing_in_makes_no_passkey_and_one_for_alice_none_for_bob(
    api: Api, alice: Api, device: Authenticator
) -> None:
    api.new_user("bob")
    bob = at_home(api.signed_in("bob"))
    wanted = begun(alice)
    made = device.create(wanted)
    begun(bob)
    assert bob.post(f"{BASE}/register/finish", made) == WRONG
    swapped = {"publicKey": wanted["publicKey"] | {"challenge": asked(alice)["publicKey"]["challenge"]}}
    assert alice.post(f"{BASE}/register/finish", device.create(swapped)) == WRONG
    assert alice.post(f"{BASE}/register/finish", made)["success"]
    assert alice.post(f"{BASE}/register/finish", made) == WRONG


def test_a_credential_belongs_to_one_account(api: Api, alice: Api, device: Authenticator) -> None:
    kept(alice, device)
    api.new_user("bob")
    bob = at_home(api.signed_in("bob"))
    (held,) = device.held
    for caller in (bob, alice):
        again = device.create(begun(caller), credential=held)
        answer = caller.post(f"{BASE}/register/finish", again)
        assert answer["message"].startswith("该通行密钥已被注册")
    assert bob.get(BASE)["data"] == []
    assert sign_in(browser(api), device)["data"]["username"] == "alice"


def test_an_authenticator_that_does_not_count_signs_in_again_and_again(api: Api, alice: Api) -> None:
    device = Authenticator(counts=False)
    kept(alice, device)
    for _ in range(3):
        assert sign_in(browser(api), device)["success"]


@pytest.mark.parametrize("ended", ["banned", "deleted"])
def test_a_passkey_of_an_account_that_may_not_come_in_signs_nobody_in(
    api: Api, alice: Api, device: Authenticator, ended: str
) -> None:
    kept(alice, device)
    if ended == "banned":
        api.root.put("/api/user/", {"id": 2, "status": 2})
    else:
        alice.delete("/api/user/self")
    answer = sign_in(browser(api), device)
    assert answer == refused("用户已被封禁")


def test_no_second_factor_is_asked_for_but_one_is_to_make_a_passkey(
    api: Api, alice: Api, device: Authenticator, deps: Deps
) -> None:
    secret = alice.post("/api/user/2fa/setup")["data"]["secret"]
    step = deps.clock.now() // totp.STEP
    assert alice.post("/api/user/2fa/enable", {"code": totp.code_at(secret, step)})["success"]
    for code in ("", "000000"):
        answer = alice.post(f"{BASE}/register/begin", {"code": code})
        assert answer == refused("两步验证码错误或已使用")
    wanted = begun(alice, {"code": totp.code_at(secret, step + 1)})
    assert alice.post(f"{BASE}/register/finish", device.create(wanted))["success"]
    assert sign_in(browser(api), device)["data"]["username"] == "alice"
    assert api.post("/api/user/login", {"username": "alice", "password": PASSWORD})["data"]["require_2fa"]


def test_passkeys_are_renamed_and_deleted_by_their_owner_only(api: Api, alice: Api, device: Authenticator) -> None:
    first, second = kept(alice, device), kept(alice, Authenticator(), "other")
    assert first["name"] == "passkey 1"
    api.new_user("bob")
    bob = api.signed_in("bob")
    unknown = refused("记录不存在")
    assert bob.put(BASE, {"id": first["id"], "name": "mine"}) == unknown
    assert bob.delete(f"{BASE}/{first['id']}") == unknown
    assert alice.put(BASE, {"id": first["id"], "name": " phone "})["data"]["name"] == "phone"
    for name in ("", "x" * 41, "line\nbreak"):
        assert not alice.put(BASE, {"id": first["id"], "name": name})["success"]
    assert [key["name"] for key in alice.get(BASE)["data"]] == ["phone", "other"]
    assert alice.delete(f"{BASE}/{first['id']}") == {"success": True, "message": ""}
    assert [key["id"] for key in alice.get(BASE)["data"]] == [second["id"]]
    assert sign_in(browser(api), device) == WRONG
    device.create(begun(alice), credential=device.held[0])  # its id is free again
    again = device.create(begun(alice), credential=device.held[0])
    assert alice.post(f"{BASE}/register/finish", again)["success"]


def test_an_account_has_ten_passkeys_at_most(alice: Api, deps: Deps) -> None:
    ring = passkeys.opened(deps.store, 2)
    for number in range(9):
        key = passkeys.Passkey(
            id=f"key{number}", rp_id="localhost", public_key="", sign_count=0, name="", created_time=1
        )
        assert passkeys.add(deps.store, ring, key)
        ring = passkeys.opened(deps.store, 2)
    first, second = Authenticator(), Authenticator()
    wanted = first.create(begun(alice))
    assert alice.post(f"{BASE}/register/finish", wanted)["success"]
    full = alice.post(f"{BASE}/register/begin", {})
    assert full == refused("每个账户最多 10 个通行密钥，请先删除一个")
    assert second.held == []


def test_two_that_are_added_at_once_do_not_overwrite_each_other(alice: Api, deps: Deps) -> None:
    ring = passkeys.opened(deps.store, 2)
    keys = [
        passkeys.Passkey(id=name, rp_id="localhost", public_key="", sign_count=0, name=name, created_time=1)
        for name in ("a", "b")
    ]
    assert passkeys.add(deps.store, ring, keys[0])
    assert not passkeys.add(deps.store, ring, keys[1])
    assert passkeys.find(deps.store, "b") is None
    assert [key["id"] for key in alice.get(BASE)["data"]] == ["a"]


def test_administrators_take_passkeys_off_those_below_them(api: Api, alice: Api, device: Authenticator) -> None:
    kept(alice, device)
    equal = api.new_user("equal", role=10)
    api.new_user("admin", role=10)
    admin = api.signed_in("admin")
    for number in (equal, 1, 99):
        assert not admin.delete(f"/api/user/{number}/passkey")["success"]
    assert not api.root.delete("/api/user/1/passkey")["success"]
    assert admin.delete("/api/user/2/passkey")["success"]
    assert admin.delete("/api/user/2/passkey")["success"]
    assert sign_in(browser(api), device) == WRONG
    assert alice.get(BASE)["data"] == []


def test_passkeys_can_be_switched_off(api: Api, alice: Api, device: Authenticator) -> None:
    kept(alice, device)
    assert api.get("/api/status")["data"]["passkey_login"] is True
    api.root.put("/api/option/", {"key": "PasskeyLoginEnabled", "value": "false"})
    assert api.get("/api/status")["data"]["passkey_login"] is False
    off = refused("管理员关闭了通行密钥")
    for where in ("login/begin", "login/finish"):
        assert browser(api).post(f"{BASE}/{where}", {}) == off
    for where in ("register/begin", "register/finish"):
        assert alice.post(f"{BASE}/{where}", {}) == off
    assert len(alice.get(BASE)["data"]) == 1


def test_without_a_domain_name_there_are_none_and_the_refusal_says_what_to_do(api: Api, alice: Api) -> None:
    api.root.put("/api/option/", {"key": "ServerAddress", "value": "https://192.0.2.1"})
    for caller, where in ((alice, "register"), (browser(api), "login")):
        answer = caller.post(f"{BASE}/{where}/begin", {}, headers={"accept-language": "en"})
        assert answer["message"].startswith("passkeys need https and a domain name")


def test_a_passkey_of_one_domain_signs_in_at_no_other(api: Api, alice: Api, device: Authenticator) -> None:
    kept(alice, device)
    api.root.put("/api/option/", {"key": "ServerAddress", "value": "https://gateway.example"})
    device.origin = "https://gateway.example"
    answer = sign_in(browser(api), device, credential=device.held[0], rp_id="gateway.example")
    assert answer == WRONG


def test_another_site_cannot_sign_a_browser_in(api: Api, alice: Api, device: Authenticator) -> None:
    kept(alice, device)
    victim = browser(api)
    headers = {"sec-fetch-site": "cross-site"}
    answer = victim.raw("POST", f"{BASE}/login/finish", json=device.get(asked(victim)), headers=headers)
    assert answer.status_code == 403


def test_nonsense_signs_nobody_in_and_breaks_nothing(
    api: Api, alice: Api, device: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Good answers with bytes changed at random; challenges are taken to be right, so that the rest is read."""
    kept(alice, device)
    monkeypatch.setattr("gateway.store.accounts.codes.redeem", redeemed)
    monkeypatch.setattr("admin.web.gate.CRITICAL_LIMIT", 0)
    chance = random.Random(7)
    visitor = browser(api)
    signed, made = device.get(asked(visitor)), Authenticator().create(begun(alice))
    for _ in range(60):
        assert visitor.post(f"{BASE}/login/finish", damaged(signed, chance)) == WRONG
        answer = alice.raw("POST", f"{BASE}/register/finish", json=damaged(made, chance))
        assert answer.status_code == 200  # what was changed may be the key, and nothing says that it was not to be


def redeemed(*_: object) -> bool:
    """Takes every challenge for ours."""
    return True


NONSENSE: tuple[Any, ...] = (
    {},
    [],
    {"response": 3},
    {"response": {}},
    {"rawId": "AAAA"},
    {"id": "x" * 30_000},
    {"response": {"clientDataJSON": encoded(b"[" * 9_000)}},
    {"response": {"clientDataJSON": "é", "attestationObject": "é", "authenticatorData": "é"}},
)


@pytest.mark.parametrize("body", NONSENSE)
def test_answers_without_sense_are_refused(alice: Api, body: Any) -> None:
    for where in ("login", "register"):
        answer = alice.post(f"{BASE}/{where}/finish", body)
        assert answer in (WRONG, refused("无效的参数"))


@pytest.mark.parametrize("length", [3_000, 12_000])
def test_an_attestation_nested_without_end_is_refused(alice: Api, device: Authenticator, length: int) -> None:
    made = device.create(begun(alice))
    made["response"]["attestationObject"] = encoded(b"\x81" * length)
    assert alice.post(f"{BASE}/register/finish", made) == WRONG


def test_a_public_key_that_is_none_is_not_kept(alice: Api, device: Authenticator) -> None:
    made = device.create(begun(alice))
    data = decoded(made["response"]["attestationObject"])
    made["response"]["attestationObject"] = encoded(data[:-32] + bytes(32))  # a point off the curve
    assert alice.post(f"{BASE}/register/finish", made) == WRONG


def damaged(answer: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    response = dict(answer["response"])
    part = chance.choice([name for name in response if name != "userHandle"])
    data = bytearray(decoded(response[part]))
    for _ in range(chance.randint(1, 4)):
        data[chance.randrange(len(data))] ^= chance.randint(1, 255)
    if chance.random() < 0.3:
        del data[chance.randrange(len(data)) :]
    return answer | {"response": response | {part: encoded(bytes(data))}}
