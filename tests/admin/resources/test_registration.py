"""Registration, proof of an address by mail, a forgotten password. Mail goes to a real SMTP server."""

import re
from collections.abc import Generator
from typing import Any

import pytest

from admin.web.deps import Deps
from gateway.store.accounts import users
from gateway.store.client.pages import Part
from gateway.store.money import logs
from gateway.store.money.logs import LogFilter
from tests.admin.api import PASSWORD, Api, refused
from tests.support.mailbox import Mailbox, open_mailbox

FORM = {"username": "alice", "password": PASSWORD}
OK = {"success": True, "message": ""}


def switch(api: Api, **settings: Any) -> None:
    for key, value in settings.items():
        assert api.root.put("/api/option/", {"key": key, "value": str(value)})["success"]


@pytest.fixture
def mailbox(api: Api) -> Generator[Mailbox]:
    with open_mailbox() as box:
        switch(api, SMTPServer="127.0.0.1", SMTPPort=box.port, SMTPFrom="gateway@example.org")
        yield box


def mailed_code(api: Api, mailbox: Mailbox, email: str) -> str:
    assert api.get("/api/verification", params={"email": email}) == OK
    found = re.search(r"<strong>([0-9a-f]{8})</strong>", mailbox.body())
    assert found is not None
    return found.group(1)


def test_who_registers_can_sign_in_and_is_a_common_user(api: Api) -> None:
    greedy = FORM | {"role": 100, "quota": 10**9, "display_name": "x", "email": "a@b.c", "inviter_id": 1}
    assert api.post("/api/user/register", greedy) == OK
    user = api.signed_in("alice").get("/api/user/self")["data"]
    assert (user["role"], user["quota"], user["display_name"], user["email"]) == (1, 0, "alice", "")


@pytest.mark.parametrize(
    ("settings", "form", "message"),
    [
        ({"RegisterEnabled": "false"}, FORM, "管理员关闭了新用户注册"),
        ({"PasswordRegisterEnabled": "false"}, FORM, "管理员关闭了通过密码进行注册"),
        ({}, [], "无效的参数"),
        ({}, FORM | {"username": ""}, "无效的参数"),
        ({}, FORM | {"username": "x" * 13}, "无效的输入"),
        ({}, FORM | {"password": "short"}, "无效的输入"),
        ({}, FORM | {"username": "root"}, "用户名已被使用"),
        ({"EmailVerificationEnabled": "true"}, FORM, "管理员开启了邮箱验证"),
        (
            {"EmailVerificationEnabled": "true"},
            FORM | {"email": "a@b.c", "verification_code": "x"},
            "验证码错误或已过期",
        ),
    ],
)
def test_a_registration_that_is_not_possible_says_why(
    api: Api, settings: dict[str, str], form: Any, message: str
) -> None:
    switch(api, **settings)
    answer = api.post("/api/user/register", form)
    assert not answer["success"]
    assert answer["message"].startswith(message)


def test_an_invitation_rewards_both_and_the_ledger_says_so(api: Api, deps: Deps) -> None:
    switch(api, QuotaForNewUser=100, QuotaForInvitee=20, QuotaForInviter=7)
    code = api.root.get("/api/user/aff")["data"]
    assert api.post("/api/user/register", FORM | {"aff_code": code}) == OK
    alice = users.find(deps.store, "username", "alice")
    root = users.get(deps.store, 1)
    assert alice is not None
    assert root is not None
    assert (alice.quota, alice.inviter_id, root.quota) == (120, 1, 500_000_000_000_007)
    texts = {row.content for row in logs.page(deps.store, LogFilter(), Part(count=10)).rows}
    assert {"新用户注册赠送 ＄0.000200 额度", "使用邀请码赠送 ＄0.000040 额度", "邀请用户赠送 ＄0.000014 额度"} <= texts
    for user in (alice, root):
        entries = logs.page(deps.store, LogFilter(user_id=user.id), Part(count=100)).rows
        assert user.quota == sum(entry.delta for entry in entries)


def test_an_unknown_invitation_code_is_ignored(api: Api) -> None:
    assert api.post("/api/user/register", FORM | {"aff_code": "nobody"}) == OK


def test_a_mailed_code_registers_once(api: Api, mailbox: Mailbox) -> None:
    switch(api, EmailVerificationEnabled="true")
    code = mailed_code(api, mailbox, "Alice@Example.org")
    proven = {"email": "Alice@Example.org", "verification_code": code}
    assert api.post("/api/user/register", FORM | proven) == OK
    assert api.signed_in("alice").get("/api/user/self")["data"]["email"] == "Alice@Example.org"
    again = api.post("/api/user/register", FORM | proven | {"username": "bob"})
    assert again["message"] == "验证码错误或已过期"


def test_a_code_is_void_after_five_wrong_guesses(api: Api, mailbox: Mailbox) -> None:
    switch(api, EmailVerificationEnabled="true")
    code = mailed_code(api, mailbox, "a@example.org")
    proven = FORM | {"email": "a@example.org"}
    for _ in range(5):
        assert not api.post("/api/user/register", proven | {"verification_code": "00000000"})["success"]
    assert not api.post("/api/user/register", proven | {"verification_code": code})["success"]


def test_the_mail_has_its_headers_and_comes_in_the_callers_language(api: Api, mailbox: Mailbox) -> None:
    switch(api, SystemName="Ünsere API")
    api.get("/api/verification?email=a@example.org")
    mail = mailbox.mails[-1]
    assert mail["From"] == "Ünsere API <gateway@example.org>"
    assert mail["Subject"] == "Ünsere API 邮箱验证邮件"
    assert mail["To"] == "a@example.org"
    assert mail["Message-ID"].endswith("@example.org>")
    assert mail.get_content_type() == "multipart/alternative"
    api.get("/api/verification?email=b@example.org", headers={"accept-language": "en"})
    assert mailbox.mails[-1]["Subject"] == "Ünsere API e-mail verification"


@pytest.mark.parametrize(
    "email",
    [
        "",
        "nonsense",
        "a@b",
        "a@example.org\r\nBcc: everybody@example.org",
        "a@example.org,b@example.org",
        "a@example.org;b@example.org",
        "A <a@example.org>",
        "a b@example.org",
        "a@example.org\x00",
        "x" * 250 + "@example.org",
    ],
)
def test_what_is_not_one_plain_address_gets_no_mail(api: Api, mailbox: Mailbox, email: str) -> None:
    for path in ("/api/verification", "/api/reset_password"):
        assert api.get(path, params={"email": email}) == refused("无效的参数", code="invalid", field="email")
    assert mailbox.mails == []


def test_only_listed_domains_get_codes_when_that_is_asked(api: Api, mailbox: Mailbox) -> None:
    switch(api, EmailDomainWhitelist="example.org", EmailDomainRestrictionEnabled="true")
    refused = api.get("/api/verification?email=a@evil-example.org")
    assert refused["message"].startswith("管理员启用了邮箱域名白名单")
    assert api.get("/api/verification?email=a@EXAMPLE.org") == OK


def test_who_asks_for_a_code_does_not_learn_whether_the_address_is_known(api: Api, mailbox: Mailbox) -> None:
    alice = bound_to_an_address(api, mailbox)
    assert api.get("/api/verification?email=ALICE@example.org") == OK
    assert "已有账户" in mailbox.body()
    assert alice.get("/api/user/self")["success"]


def test_one_address_gets_five_mails_at_most(api: Api, mailbox: Mailbox) -> None:
    answers = [api.raw("GET", "/api/verification?email=a@example.org").status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]
    assert len(mailbox.mails) == 5


def test_mail_that_cannot_be_sent_says_so(api: Api) -> None:
    assert api.get("/api/verification?email=a@example.org")["message"].startswith("发送邮件失败：SMTPServer")
    switch(api, SMTPServer="127.0.0.1", SMTPPort=9, SMTPFrom="gateway@example.org")
    assert api.get("/api/verification?email=a@example.org")["message"].startswith("发送邮件失败：")


def bound_to_an_address(api: Api, mailbox: Mailbox) -> Api:
    api.new_user("alice")
    alice = api.signed_in("alice")
    code = mailed_code(api, mailbox, "alice@example.org")
    assert alice.get(f"/api/oauth/email/bind?email=alice@example.org&code={code}") == OK
    return alice


def test_an_address_is_bound_by_its_code_and_by_one_account_only(api: Api, mailbox: Mailbox) -> None:
    api.new_user("bob")
    code = mailed_code(api, mailbox, "alice@example.org")
    bob = api.signed_in("bob")
    wrong = bob.get("/api/oauth/email/bind?email=alice@example.org&code=00000000")
    assert wrong["message"] == "验证码错误或已过期"
    other = bob.get(f"/api/oauth/email/bind?email=other@example.org&code={code}")
    assert other["message"] == "验证码错误或已过期"
    alice = bound_to_an_address(api, mailbox)
    assert alice.get("/api/user/self")["data"]["email"] == "alice@example.org"


def test_a_forgotten_password_is_replaced_by_the_mailed_link(api: Api, mailbox: Mailbox) -> None:
    alice = bound_to_an_address(api, mailbox)
    switch(api, ServerAddress="https://gateway.example/")
    assert api.get("/api/reset_password?email=alice@example.org") == OK
    where = r'href="https://gateway\.example/user/reset\?email=alice%40example\.org&amp;token=(\w+)"'
    link = re.search(where, mailbox.body())
    assert link is not None
    reset = {"email": "alice@example.org", "token": link.group(1)}
    answer = api.post("/api/user/reset", reset)
    api.signed_in("alice", answer["data"])
    assert alice.raw("GET", "/api/user/self").status_code == 401
    assert api.post("/api/user/reset", reset)["message"] == "重置链接非法或已过期"


def test_guesses_do_not_void_a_mailed_link_and_a_new_password_does(api: Api, mailbox: Mailbox) -> None:
    bound_to_an_address(api, mailbox)
    tokens: list[str] = []
    for _ in range(2):
        api.get("/api/reset_password?email=alice@example.org")
        found = re.search(r"token=(\w+)", mailbox.body())
        assert found is not None
        tokens.append(found.group(1))
    guess = {"email": "alice@example.org", "token": "guess", "password": "chosen by them"}
    for _ in range(6):
        assert api.post("/api/user/reset", guess)["message"] == "重置链接非法或已过期"
    chosen = {"email": "alice@example.org", "password": "chosen by me"}
    assert api.post("/api/user/reset", chosen | {"token": tokens[1]})["success"]
    for token in tokens:
        assert not api.post("/api/user/reset", chosen | {"token": token})["success"]


def test_the_user_may_choose_the_new_password(api: Api, mailbox: Mailbox) -> None:
    bound_to_an_address(api, mailbox)
    api.get("/api/reset_password?email=alice@example.org")
    token = re.search(r"token=(\w+)", mailbox.body())
    assert token is not None
    chosen = {"email": "alice@example.org", "token": token.group(1), "password": "chosen by me"}
    assert api.post("/api/user/reset", chosen)["data"] == ""
    api.signed_in("alice", "chosen by me")


def test_an_unknown_address_gets_no_link_and_who_asks_does_not_learn_that(api: Api, mailbox: Mailbox) -> None:
    """Nor by the time it takes, by mail that fails, or by the limit on mails: a mail goes out all the same."""
    bound_to_an_address(api, mailbox)
    answers = {
        email: [api.raw("GET", f"/api/reset_password?email={email}").status_code for _ in range(6)]
        for email in ("alice@example.org", "nobody@example.org")
    }
    assert answers["nobody@example.org"] == [200] * 5 + [429]
    assert answers["alice@example.org"] == [200] * 4 + [429] * 2  # it had the code that bound it
    assert "没有账户" in mailbox.body()
    assert "token=" not in mailbox.body()
    switch(api, SMTPPort=9)
    assert api.get("/api/reset_password?email=no@example.org")["message"].startswith("发送邮件失败：")


def test_the_address_of_a_deleted_account_gets_no_link(api: Api, mailbox: Mailbox) -> None:
    assert bound_to_an_address(api, mailbox).delete("/api/user/self")["success"]
    assert api.get("/api/reset_password?email=alice@example.org") == OK
    assert "token=" not in mailbox.body()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "无效的参数"),
        ({"email": "a@b.c"}, "无效的参数"),
        ({"email": "a@b.c", "token": "guess"}, "重置链接非法或已过期"),
        ({"email": "a@b.c", "token": "guess", "password": "short"}, "无效的输入，请检查您的输入"),
    ],
)
def test_a_reset_that_is_not_possible_says_why(api: Api, body: dict[str, str], message: str) -> None:
    assert api.post("/api/user/reset", body) == refused(message)


def test_turnstile_is_asked_for_when_it_is_on(api: Api) -> None:
    switch(api, TurnstileSiteKey="site", TurnstileSecretKey="secret", TurnstileCheckEnabled="true")
    for path in ("/api/verification?email=a@example.org", "/api/reset_password?email=a@example.org"):
        assert api.get(path)["message"] == "Turnstile token 为空"
    assert api.post("/api/user/register", FORM)["message"] == "Turnstile token 为空"
