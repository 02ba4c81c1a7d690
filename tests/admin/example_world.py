"""What the examples of the API's document are about: its accounts, channels, entries; and what each call needs before.

``before`` names, for the calls that need something, what makes it ready; it answers what takes the place of values that
nobody can know in advance (a ticket, a code), and who calls if it is not root.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from admin.openapi.examples import BASE32, CHOSEN, MAILED
from admin.resources.registration import RESET, VERIFICATION, reset_subject
from admin.web.deps import Deps
from gateway.billing.charging import Term, write_terms
from gateway.clock import new_request_id
from gateway.domain.login_providers import LOGIN_PROVIDERS, LoginProvider, OAuth
from gateway.domain.money import Entry, EntryType
from gateway.security import totp
from gateway.store.accounts import codes, second_factors, users
from gateway.store.client.expressions import Change, change, update
from gateway.store.money.health_keys import health_of
from gateway.store.money.ledger_requests import put_entry
from gateway.store.schema.items import UsageItem
from gateway.store.settings import job_runs, options, progress
from gateway.store.settings.job_runs import JobRun
from gateway.upkeep.channel_tests import RUN
from tests.admin.api import Api
from tests.admin.conftest import ROOT_TOKEN
from tests.support.authenticator import ORIGIN, Authenticator
from tests.support.identity_servers import IdentityServers
from tests.support.json_server import Asked, Reply
from tests.support.mailbox import Mailbox

REQUEST = "2026010112000000012345678901234"
EMAIL = "alice@example.com"
TERMS = {
    "terms": write_terms([Term("prompt", 200, "5/2")]),
    "group": "vip",
    "requested_model": "gpt-4o",
    "response_id": "chatcmpl-7",
}
SHADOWED = {"shadow": 170, "shadowed_quota": 159, "shadowed_count": 3}
Replaced = dict[str, Any]  # "as": the caller; "body", "query", "path": values in place of the example's


def upstream(asked: Asked) -> Reply:
    """A provider of OpenAI's kind that talks and has a balance; and a message pusher."""
    if asked.path.startswith("/v1/dashboard"):
        return 200, {"hard_limit_usd": 100, "has_payment_method": True, "total_usage": 2500}
    if asked.path == "/push":
        return 200, {"success": True}
    if asked.path.startswith("/v1/models"):
        return 200, {"object": "list", "data": [{"id": "gpt-4o-mini"}]}
    return 200, {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello!"}}]}


@dataclass
class World:
    api: Api
    deps: Deps
    mailbox: Mailbox
    people: IdentityServers
    provider: str
    _alice: Api | None = None

    def furnish(self) -> None:
        """One of everything."""
        root = self.api.root
        settings = {
            "ServerAddress": ORIGIN,
            "SMTPServer": "127.0.0.1",
            "SMTPPort": str(self.mailbox.port),
            "SMTPFrom": "gateway@example.org",
            "Notice": "Back on Monday.",
            "PublicStatus": "all",
            "GroupRatio": '{"default": 1, "vip": 0.8}',
        }
        for key, value in settings.items():
            options.put(self.deps.store, key, value)
        self._done(root.post("/api/user/", {"username": "alice", "password": CHOSEN}))
        self._done(root.put("/api/user/", {"id": 2, "quota": 10_000}))
        codes.issue(self.deps.store, VERIFICATION, EMAIL, "first", seconds=60)
        self._done(self.alice().get("/api/oauth/email/bind", params={"email": EMAIL, "code": "first"}))
        channel = {"type": 1, "key": "sk-a\nsk-b", "models": "gpt-4o-mini", "group": "default", "tag": "cheap"}
        self._done(root.post("/api/channel/", channel | {"name": "azure-eu", "base_url": self.provider}))
        self._done(root.post("/api/token/", {"name": "app", "unlimited_quota": True}))
        raised = '"raise": {"most": 1000000, "until": 4000000000}'
        for key, name in (("GroupLimits", "vip"), ("ModelLimits", "gpt-4o")):
            rule = '{"what": "quota", "window": "day", "most": 500000, ' + raised + "}"
            options.put(self.deps.store, key, f'{{"{name}": [{rule}]}}')
        self._done(root.post("/api/redemption/", {"name": "autumn", "quota": 100_000, "count": 1}))
        self._entries()

    def alice(self) -> Api:
        """Her session, a new one if it has ended."""
        if self._alice is None or not self._alice.get("/api/user/self")["success"]:
            self._alice = self._at_home(self.api.signed_in("alice", CHOSEN))
        return self._alice

    def browser(self) -> Api:
        """Nobody, with a cookie jar of its own."""
        return self._at_home(Api(self.api.app, ROOT_TOKEN))

    def _at_home(self, caller: Api) -> Api:
        caller.client.headers["host"] = ORIGIN.partition("//")[2]
        return caller

    def _entries(self) -> None:
        now = int(time.time())
        common: dict[str, Any] = {"created_at": now, "type": EntryType.CONSUME, "model_name": "gpt-4o-mini"}
        common |= {"token_name": "app", "content": "2 prompt", "channel_id": 1}
        details = {"usage": {"prompt": "200"}, "result": "complete", "price_version": "3f9a1c07", **TERMS}
        tried = {"channel": 1, "key_index": 0, "kind": "limited", "status": 429, "code": "", "ms": 210, "text": "wait"}
        details["attempts"] = [tried]
        clock = self.deps.clock
        wanted = [(1, "root", new_request_id(clock)), (2, "alice", new_request_id(clock)), (2, "alice", REQUEST)]
        for number, (user_id, name, request_id) in enumerate(wanted, start=3):
            entry = Entry(
                request_id=request_id, id=number, user_id=user_id, username=name, quota=500, details=details, **common
            )
            self.deps.store.transactor.transact({"TransactItems": [put_entry(self.deps.store.tables, entry)]})
        day = datetime.fromtimestamp(now, UTC).date().isoformat()
        counted = {"request_count": 3, "quota": 159, "cost": 120, "costed_quota": 159, "costed_count": 3, **SHADOWED}
        for owner in ("all", "user#1"):
            UsageItem(owner=owner, day_model=f"{day}#gpt-4o-mini", **counted).save()
        for owner, key in (("user#1/token", 1), ("all/hour", "12"), ("all/user", 1), ("all/channel", 1)):
            UsageItem(owner=owner, day_model=f"{day}#{key}", name="app", **counted).save()
        self._health(now)

    def _health(self, now: int) -> None:
        """What happened in this hour at channel 1, and to the group that asked."""
        tried = {"channel": 1, "kind": "limited", "text": "Rate limit reached"}
        details = {"group": "default", "requested_model": "gpt-4o-mini", "ttft": 450, "usage": {"cached": "40"}}
        answered: dict[str, Any] = {"type": 2, "created_at": now, "channel_id": 1, "prompt_tokens": 100, "quota": 9}
        answered |= {"elapsed_time": 900, "details": details | {"attempts": [tried]}}
        for found in health_of(answered):
            what = Change(adds=found.adds, sets=found.sets)
            action = change(self.deps.store.tables.usage, {"owner": found.owner, "day_model": found.key}, what)
            self.deps.store.transactor.transact({"TransactItems": [action]})

    @staticmethod
    def _done(answer: Any) -> None:
        assert answer["success"], answer


def _second_factor(world: World, *, on: bool) -> tuple[Api, str]:
    """Alice with a new factor, and a code of it; codes work once, so the next step's is taken where one was used."""
    alice = world.alice()
    world.api.root.delete("/api/user/2/2fa")
    secret = alice.post("/api/user/2fa/setup")["data"]["secret"]
    if on:  # in the store: guesses through the API are counted
        factor = second_factors.get(world.deps.store, 2)
        assert factor is not None
        assert second_factors.confirm(
            world.deps.store, factor, totp.code_at(secret, world.deps.clock.now() // totp.STEP)
        )
    assert len(secret) == len(BASE32)
    return alice, totp.code_at(secret, world.deps.clock.now() // totp.STEP + on)


def _second_login(world: World) -> Replaced:
    _, code = _second_factor(world, on=True)
    first = world.browser().post("/api/user/login", {"username": "alice", "password": CHOSEN})
    return {"as": world.browser(), "body": {"ticket": first["data"]["ticket"], "code": code}}


def _code(world: World, *, on: bool) -> Replaced:
    alice, code = _second_factor(world, on=on)
    return {"as": alice, "body": {"code": code}}


def _without_factor(world: World) -> Replaced:
    world.api.root.delete("/api/user/2/2fa")
    return {"as": world.alice()}


def _enrolled(world: World) -> Replaced:
    _second_factor(world, on=True)
    return {}


def _mailed(purpose: str, code: str) -> Callable[[World], Replaced]:
    def issue(world: World) -> Replaced:
        codes.issue(world.deps.store, purpose, EMAIL, code, seconds=60)
        return {"as": world.alice()}

    return issue


def _reset(world: World) -> Replaced:
    alice = world.alice()
    user = users.find(world.deps.store, "email", EMAIL)
    assert user is not None
    codes.issue(world.deps.store, RESET, reset_subject(user, MAILED), MAILED, seconds=60)
    return {"as": alice}


def _come_back(**person: Any) -> Callable[[World], Replaced]:
    def begin(world: World) -> Replaced:
        browser = world.browser()
        state = browser.get("/api/oauth/state")["data"]
        return {"as": browser, "query": {"code": world.people.code_for(**person), "state": state}}

    return begin


def _from_openid(world: World) -> Replaced:
    browser = world.browser()
    address: str = browser.get("/api/oauth/oidc/authorize")["data"]
    state = address.partition("&state=")[2].partition("&")[0]
    return {"as": browser, "query": {"code": world.people.authorize(address, sub="s1", name="Mona"), "state": state}}


def _wechat(world: World) -> Replaced:
    return {"as": world.browser(), "query": {"code": world.people.code_for(id="w1")}}


def _bind_wechat(world: World) -> Replaced:
    return {"as": world.alice(), "query": {"code": world.people.code_for(id="w2")}}


def _code_to_redeem(world: World) -> Replaced:
    (code, *_) = world.api.root.get("/api/redemption/")["data"]
    return {"body": {"key": code["key"]}}


def _test_over(world: World) -> Replaced:
    """The round that the call before asked for, run."""
    store = world.deps.store
    assert progress.take(store, RUN, "this", "all")
    assert progress.tell(store, RUN, "this", progress.Progress(state="done", scope="all"))
    return {}


def _notice(world: World) -> Replaced:
    """The newest action is the example's."""
    assert world.api.root.put("/api/option/", {"key": "Notice", "value": "Back on Monday."})["success"]
    return {}


def _somebody_else(world: World) -> Replaced:
    world.api.new_user("leaver")
    return {"as": world.api.signed_in("leaver")}


def _as_alice(world: World) -> Replaced:
    return {"as": world.alice()}


def _in_a_browser(world: World) -> Replaced:
    return {"as": world.browser()}


def _another_priority(world: World) -> Replaced:
    world.api.root.put("/api/channel/", {"id": 1, "priority": 10})
    return {}


def _switched_off(world: World) -> Replaced:
    world.api.root.put("/api/channel/", {"id": 2, "status": 2})
    return {}


def _passkey(world: World) -> tuple[Api, Authenticator, str]:
    alice, device = world.alice(), Authenticator()
    begun = alice.post("/api/user/passkey/register/begin", {})["data"]
    kept = alice.post("/api/user/passkey/register/finish", device.create(begun) | {"name": "phone"})
    return alice, device, kept["data"]["id"]


def _new_passkey(world: World) -> Replaced:
    alice = world.alice()
    return {"as": alice, "body": Authenticator().create(alice.post("/api/user/passkey/register/begin", {})["data"])}


def _sign_in_with_passkey(world: World) -> Replaced:
    _, device, _ = _passkey(world)
    browser = world.browser()
    return {"as": browser, "body": device.get(browser.post("/api/user/passkey/login/begin")["data"])}


def _own_passkey(world: World) -> Replaced:
    alice, _, number = _passkey(world)
    return {"as": alice, "body": {"id": number}, "path": {"credential": number}}


def _own_session(world: World) -> Replaced:
    alice = world.alice()
    return {"as": alice, "path": {"session_id": alice.get("/api/user/session")["data"][0]["id"]}}


def _from(provider: LoginProvider) -> Callable[[World], Replaced]:
    flow = provider.flow
    subject = flow.subject if isinstance(flow, OAuth) else "sub"
    return _come_back(**{subject: 583231 if isinstance(flow, OAuth) and flow.numbered else "s1"}, name="Mona")


def _with_pusher(world: World) -> Replaced:
    options.put(world.deps.store, "MessagePusherAddress", f"{world.provider}/push")
    return {}


def _job_done(world: World) -> Replaced:
    job_runs.note(world.deps.store, "audit", JobRun(started_at=1, figures={"released": 0}))
    return {}


def _announced(world: World) -> Replaced:
    assert world.api.root.post("/api/announcement", {"title": "Maintenance", "text": "On Sunday."})["success"]
    return {}


def _preferring(world: World) -> Replaced:
    assert world.api.root.put("/api/user/self/preferences", {"preferences": {"language": "ja"}})["success"]
    return {}


def _in_office(world: World) -> Replaced:
    """Root has an address."""
    world.deps.store.transactor.update(
        update(world.deps.store.tables.users, {"pk": "user#1"}, Change(sets={"email": "root@example.com"}))
    )
    return {}


def _with_a_room(world: World) -> Replaced:
    alice = world.alice()
    settings = {"address": f"{world.provider}/hook"}
    assert alice.put("/api/user/self/alarm", {"receiver": "webhook", "settings": settings})["success"]
    return {"as": alice}


before: dict[str, Callable[[World], Replaced]] = {
    "GET /api/audit": _notice,
    "GET /api/pricing": _as_alice,
    "GET /api/user/logout": _as_alice,
    "POST /api/option/test/pusher": _with_pusher,
    "GET /api/job": _job_done,
    "GET /api/announcement": _announced,
    "GET /api/user/self/preferences": _preferring,
    "POST /api/option/test/alarm": _in_office,
    "POST /api/user/self/alarm/test": _with_a_room,
    "GET /api/user/token": _as_alice,
    "GET /api/user/token/status": _as_alice,
    "POST /api/user/logout/all": _as_alice,
    "GET /api/user/session": _as_alice,
    "DELETE /api/user/session": _as_alice,
    "DELETE /api/user/session/{session_id}": _own_session,
    "POST /api/user/confirm": _as_alice,
    "PUT /api/user/self": _as_alice,
    "DELETE /api/user/self": _somebody_else,
    "POST /api/user/login": _in_a_browser,
    "POST /api/user/login/2fa": _second_login,
    "POST /api/user/2fa/setup": _without_factor,
    "POST /api/user/2fa/enable": lambda world: _code(world, on=False),
    "POST /api/user/2fa/disable": lambda world: _code(world, on=True),
    "POST /api/user/2fa/backup_codes": lambda world: _code(world, on=True),
    "DELETE /api/user/{user_id}/2fa": _enrolled,
    "POST /api/user/reset": _reset,
    "GET /api/oauth/email/bind": _mailed(VERIFICATION, "3f9a1c07"),
    **{f"GET /api/oauth/{name}": _from(provider) for name, provider in LOGIN_PROVIDERS.items()},
    "GET /api/oauth/oidc": _from_openid,
    "GET /api/oauth/wechat": _wechat,
    "GET /api/oauth/wechat/bind": _bind_wechat,
    "POST /api/token/batch": lambda world: {"body": {"ids": [2]}},
    "POST /api/channel/test": _test_over,
    "POST /api/channel/copy_fields": _another_priority,
    "POST /api/channel/probe": lambda world: {"body": {"base_url": world.provider}},
    "POST /api/user/topup": _code_to_redeem,
    "DELETE /api/channel/disabled": _switched_off,
    "GET /api/user/passkey": _own_passkey,
    "POST /api/user/passkey/register/begin": _as_alice,
    "POST /api/user/passkey/register/finish": _new_passkey,
    "POST /api/user/passkey/login/begin": _in_a_browser,
    "POST /api/user/passkey/login/finish": _sign_in_with_passkey,
    "PUT /api/user/passkey": _own_passkey,
    "DELETE /api/user/passkey/{credential}": _own_passkey,
}
