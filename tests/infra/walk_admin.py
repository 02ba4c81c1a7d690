"""A walk through everything the management API does with the tables: what ``AdminRole`` is measured by."""

from contextlib import ExitStack
from typing import Any

from starlette.types import ASGIApp

from gateway.clock import SystemClock, new_request_id
from gateway.domain.money import Entry, EntryType
from gateway.store.accounts import codes
from gateway.store.context import Store
from gateway.store.money.ledger_requests import put_entry
from tests.admin.api import PASSWORD, Api
from tests.support.enforcing.inside import acting
from tests.support.furnished import MODEL, ROOT_ACCESS_TOKEN

Step = tuple[str, str, Any]

CHANNEL = {"type": 1, "name": "walked", "key": "sk-a\nsk-b", "models": f"{MODEL},gpt-4o", "group": "default,vip"}

AS_ROOT: tuple[Step, ...] = (
    ("POST", "/api/user/", {"username": "walker", "password": PASSWORD, "display_name": "W"}),
    ("PUT", "/api/user/", {"id": 2, "quota": 1_000_000, "display_name": "Walker", "email": "walker@example.com"}),
    ("GET", "/api/user/?p=0", None),
    ("GET", "/api/user/?p=0&order=quota", None),
    ("GET", "/api/user/search?keyword=walk", None),
    ("POST", "/api/user/manage", {"username": "walker", "action": "disable"}),
    ("POST", "/api/user/manage", {"username": "walker", "action": "enable"}),
    ("POST", "/api/topup", {"user_id": 2, "quota": 500, "remark": "gift"}),
    ("POST", "/api/channel/", CHANNEL),
    ("GET", "/api/channel/?p=0", None),
    ("GET", "/api/channel/search?keyword=walk", None),
    ("GET", "/api/channel/2", None),
    ("PUT", "/api/channel/", {"id": 2, "models": MODEL, "priority": 3, "base_url": ""}),
    ("GET", "/api/group/", None),
    ("PUT", "/api/channel/", {"id": 2, "status": 2}),
    ("DELETE", "/api/channel/disabled", None),
    ("POST", "/api/redemption/", {"name": "walked", "quota": 100, "count": 2}),
    ("GET", "/api/redemption/?p=0", None),
    ("GET", "/api/redemption/search?keyword=walk", None),
    ("PUT", "/api/redemption/", {"id": 1, "name": "renamed", "quota": 200}),
    ("GET", "/api/option/", None),
    ("GET", "/api/usage/?by=channel", None),
    ("GET", "/api/summary/", None),
    ("GET", "/api/pricing/", None),
    ("GET", "/api/usage/top?by=channel", None),
    ("GET", "/api/usage/export", None),
    ("GET", "/api/user/export", None),
    ("GET", "/api/log/export", None),
    ("GET", "/api/audit/", None),
    ("PUT", "/api/option/", {"key": "Notice", "value": "hello"}),
    ("GET", "/api/log/?p=0", None),
    ("GET", "/api/log/?p=0&username=walker", None),
    ("GET", "/api/log/stat", None),
    ("GET", "/api/log/search?keyword=x", None),
    ("POST", "/api/job/release_holds", None),
)
AS_WALKER: tuple[Step, ...] = (
    ("GET", "/api/user/self", None),
    ("PUT", "/api/user/self", {"username": "walker", "display_name": "W2"}),
    ("GET", "/api/user/token", None),
    ("GET", "/api/user/aff", None),
    ("GET", "/api/user/available_models", None),
    ("GET", "/api/user/dashboard", None),
    ("GET", "/api/usage/self?by=token", None),
    ("GET", "/api/log/self/export", None),
    ("GET", "/api/summary/", None),
    ("POST", "/api/token/", {"name": "walked", "remain_quota": 100, "expired_time": -1, "unlimited_quota": False}),
    ("GET", "/api/token/?p=0", None),
    ("GET", "/api/token/search?keyword=walk", None),
    ("GET", "/api/log/self?p=0", None),
    ("GET", "/api/log/self/stat", None),
)
WHATEVER_COMES: tuple[Step, ...] = (  # as root; the provider of these channels does not answer
    ("GET", "/api/channel/test/1", None),
    ("POST", "/api/channel/test", {"scope": "all"}),
    ("GET", "/api/channel/test?scope=all", None),
    ("GET", "/api/channel/test/progress", None),
    ("GET", "/api/channel/update_balance/1", None),
    ("GET", "/api/channel/update_balance", None),
    ("GET", "/api/channel/fetch_models/1", None),
    ("GET", "/api/log/receipt/20260101000000000000000000000001", None),
    ("POST", "/api/log/refund", {"request_id": "20260101000000000000000000000001"}),
    ("POST", "/api/user/register", {"username": "guest", "password": PASSWORD}),
    ("GET", "/api/oauth/github?code=x&state=x", None),
    ("GET", "/api/providers", None),
)
AS_GUEST: tuple[Step, ...] = (
    ("GET", "/api/status", None),
    ("GET", "/api/oauth/state", None),
    ("GET", "/api/no-such-address", None),
)


def walk(app: ASGIApp, store: Store, stack: ExitStack) -> None:
    """Every step must succeed in its own terms: none may fail for a permission that a recording lacks."""
    guest = stack.enter_context(Api(app, ROOT_ACCESS_TOKEN))
    root = stack.enter_context(guest.root)
    _take(root, AS_ROOT)
    walker = stack.enter_context(guest.signed_in("walker"))
    _take(walker, AS_WALKER)
    _take(guest, AS_GUEST)
    for method, path, body in WHATEVER_COMES:
        answer = root.raw(method, path, json=body)
        assert answer.status_code < 500, (method, path, answer.text)
    _receipts(root, walker, store)
    _money(root, walker)
    _mail(guest, store)
    _endings(root, walker)


def _take(api: Api, steps: tuple[Step, ...]) -> None:
    for method, path, body in steps:
        answer = api.raw(method, path, json=body)
        assert answer.status_code < 500, (method, path, answer.text)
        if answer.headers["content-type"].startswith("application/json") and answer.status_code == 200:
            assert answer.json().get("success", True), (method, path, answer.text)


def _receipts(root: Api, walker: Api, store: Store) -> None:
    """What a request cost, asked by who paid for it and by root; given back."""
    clock = SystemClock()
    entry = Entry(
        request_id=new_request_id(clock),
        id=7,
        created_at=clock.now(),
        type=EntryType.CONSUME,
        user_id=2,
        username="walker",
        quota=3,
        token_id=1,
        details={"limited": False, "terms": "[]"},
    )
    store.transactor.transact({"TransactItems": [put_entry(store.tables, entry)]})
    for caller in (walker, root):
        answer = caller.get(f"/api/log/receipt/{entry.request_id}")
        assert answer["success"], answer
    assert root.post("/api/log/refund", {"request_id": entry.request_id})["success"]


def _money(root: Api, walker: Api) -> None:
    """A code redeemed, one deleted, entries purged."""
    first, second = root.get("/api/redemption/?p=0")["data"][:2]
    code = root.get(f"/api/redemption/{second['id']}")["data"]["key"]
    assert walker.post("/api/user/topup", {"key": code})["success"]
    assert root.delete(f"/api/redemption/{first['id']}")["success"]
    assert root.delete("/api/log/?target_timestamp=4000000000")["success"]


def _mail(guest: Api, store: Store) -> None:
    """Asking for a code by mail, answering with a wrong one and, as no mail arrives here, with a right one."""
    with acting("AdminRole"):
        codes.issue(store, "walk", "walker@example.com", "secret", seconds=60)
        assert codes.redeem(store, "walk", "walker@example.com", "secret")
    guest.raw("GET", "/api/verification?email=new@example.com")
    guest.raw("GET", "/api/reset_password?email=walker@example.com")
    guest.raw("POST", "/api/user/reset", json={"email": "walker@example.com", "token": "wrong"})


def _endings(root: Api, walker: Api) -> None:
    token = walker.get("/api/token/?p=0")["data"][0]
    assert walker.put("/api/token/", {**token, "name": "renamed"})["success"]
    assert walker.delete(f"/api/token/{token['id']}")["success"]
    assert walker.get("/api/user/logout")["success"]
    assert root.delete("/api/user/2")["success"]
