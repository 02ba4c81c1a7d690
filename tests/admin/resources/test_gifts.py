"""What new accounts are given comes once for each identity, however often somebody becomes a new account with it."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi import FastAPI

from admin.web.deps import Deps
from gateway.store.accounts import gifts, users
from gateway.store.client.expressions import delete
from gateway.store.schema.users import UserRow
from tests.admin.api import PASSWORD, Api
from tests.admin.elsewhere import PEOPLE, browser, come_back, switched_on
from tests.support.identity_servers import IdentityServers, identity_servers
from tests.support.mailbox import Mailbox, open_mailbox

GIFT, INVITED, REWARD = 500, 70, 30
WHO: dict[str, dict[str, Any]] = {name: person for name, (person, _) in PEOPLE.items()} | {"wechat": {"id": "wx 1"}}


@pytest.fixture
def providers() -> Generator[IdentityServers]:
    with identity_servers() as running:
        yield running


@pytest.fixture
def api(deps: Deps, application: FastAPI, providers: IdentityServers) -> Api:
    api = switched_on(deps, application, providers)
    set_option(api, QuotaForNewUser=GIFT, QuotaForInvitee=INVITED, QuotaForInviter=REWARD)
    return api


@pytest.fixture
def mailbox(api: Api) -> Generator[Mailbox]:
    with open_mailbox() as box:
        set_option(api, SMTPServer="127.0.0.1", SMTPPort=box.port, SMTPFrom="gateway@example.org")
        set_option(api, EmailVerificationEnabled="true")
        yield box


def set_option(api: Api, **settings: Any) -> None:
    for key, value in settings.items():
        assert api.root.put("/api/option/", {"key": key, "value": str(value)})["success"], key


def mailed(api: Api, mailbox: Mailbox, email: str) -> str:
    assert api.get("/api/verification", params={"email": email})["success"]
    return mailbox.body().partition("<strong>")[2].partition("</strong>")[0]


def registered(api: Api, mailbox: Mailbox, name: str, email: str, **more: str) -> int:
    """What an account has that registers with an address."""
    form = {"username": name, "password": PASSWORD, "email": email, "verification_code": mailed(api, mailbox, email)}
    assert api.post("/api/user/register", form | more)["success"]
    return balance(api.signed_in(name))


def balance(who: Api) -> int:
    return who.get("/api/user/self")["data"]["quota"]


@pytest.mark.parametrize("provider", WHO)
def test_one_identity_elsewhere_is_given_to_once(api: Api, providers: IdentityServers, provider: str) -> None:
    balances: list[int] = []
    for _ in range(3):
        mona = browser(api)
        assert come_back(mona, provider, providers.code_for(**WHO[provider]))["success"]
        balances.append(balance(mona))
        assert mona.put("/api/user/self", {"password": PASSWORD})["success"]
        assert mona.delete(f"/api/oauth/{provider}/bind")["success"]
    assert balances == [GIFT, 0, 0]


@pytest.mark.parametrize("provider", WHO)
def test_an_identity_from_before_there_were_marks_is_marked_when_it_is_given_up(
    api: Api, deps: Deps, providers: IdentityServers, provider: str
) -> None:
    mona = browser(api)
    made = come_back(mona, provider, providers.code_for(**WHO[provider]))["data"]["id"]
    row = users.get(deps.store, made)
    assert row is not None
    deps.store.transactor.transact(
        {"TransactItems": [delete(deps.store.tables.users, {"pk": key}) for key in gifts.markers(row)]}
    )
    assert mona.put("/api/user/self", {"password": PASSWORD})["success"]
    assert mona.delete(f"/api/oauth/{provider}/bind")["success"]
    again = browser(api)
    assert come_back(again, provider, providers.code_for(**WHO[provider]))["success"]
    assert balance(again) == 0


def test_a_verified_address_from_elsewhere_counts_as_well_as_the_subject(api: Api, providers: IdentityServers) -> None:
    address = {"email": "mona@example.org", "email_verified": True}
    first, second = browser(api), browser(api)
    come_back(first, "oidc", providers.code_for(sub="1", **address))
    assert first.delete("/api/user/self")["success"]
    come_back(second, "oidc", providers.code_for(sub="2", **address | {"email": "mo.na+2@example.org"}))
    assert (balance(second), GIFT) == (0, 500)


def test_an_address_that_becomes_free_is_not_given_to_again(api: Api, mailbox: Mailbox) -> None:
    assert registered(api, mailbox, "one", "a@example.org") == GIFT
    other = mailed(api, mailbox, "b@example.org")
    assert api.signed_in("one").get(f"/api/oauth/email/bind?email=b@example.org&code={other}")["success"]
    assert registered(api, mailbox, "two", "a@example.org") == 0


@pytest.mark.parametrize("email", ["Mona@Example.org", "mona+1@example.org", "m.o.na+x.y@example.org"])
def test_the_spellings_of_one_mailbox_are_one_identity(api: Api, mailbox: Mailbox, email: str) -> None:
    assert registered(api, mailbox, "one", "mona+first@example.org") == GIFT
    assert registered(api, mailbox, "two", email) == 0


def test_one_mailbox_of_gmail_has_two_domains() -> None:
    assert gifts.folded_address("A.B+c@GoogleMail.com") == gifts.folded_address("ab@gmail.com") == "ab@gmail.com"
    assert gifts.folded_address("+x@example.org") == "+x@example.org"


def test_an_invitation_is_rewarded_once_for_each_identity(api: Api, mailbox: Mailbox) -> None:
    set_option(api, QuotaForNewUser=0)
    code = api.root.get("/api/user/aff")["data"]
    before = balance(api.root)
    assert registered(api, mailbox, "one", "a@example.org", aff_code=code) == INVITED
    other = mailed(api, mailbox, "b@example.org")
    assert api.signed_in("one").get(f"/api/oauth/email/bind?email=b@example.org&code={other}")["success"]
    assert registered(api, mailbox, "two", "a+again@example.org", aff_code=code) == 0
    assert balance(api.root) == before + REWARD


def test_of_many_accounts_made_at_once_with_one_identity_one_is_given_to(deps: Deps) -> None:
    def made(number: int) -> int:
        row = UserRow(id=0, username=f"u{number}", email=f"a+{number}@example.org")
        return users.create(deps.store, row, welcome=[gifts.Gift(GIFT, "hello")]).quota

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(made, range(8))) == GIFT


def test_names_alone_are_given_to_as_ever(api: Api) -> None:
    for name in ("one", "two"):
        assert api.post("/api/user/register", {"username": name, "password": PASSWORD})["success"]
        assert balance(api.signed_in(name)) == GIFT
