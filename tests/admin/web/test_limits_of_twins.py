"""Names that read alike are one name, and guesses count for an account: no twin's sign-in lets anybody guess on."""

from dataclasses import replace

import pytest
from fastapi import FastAPI

from admin.web.deps import Deps
from admin.web.edge import Edge
from gateway.security.passwords import hash_password
from gateway.store.accounts import names, users
from gateway.store.client.expressions import delete, put
from gateway.store.schema.items import values_of
from gateway.store.schema.tables import user_key
from gateway.store.schema.users import UserRow
from tests.admin.api import PASSWORD, Api, refused
from tests.admin.conftest import ROOT_TOKEN
from tests.admin.web.test_limits import ELSEWHERE, HOME, Watch, guessed, tried

TAKEN = refused("用户名已被使用", code="conflict", field="username")


@pytest.fixture
def api(deps: Deps, application: FastAPI, monkeypatch: pytest.MonkeyPatch) -> Api:
    """The application with time standing still, without the limit on all critical requests of an address."""
    monkeypatch.setattr("admin.web.gate.CRITICAL_LIMIT", 0)
    application.state.deps = replace(deps, store=replace(deps.store, clock=Watch()))
    return Api(Edge(application, Watch()), ROOT_TOKEN)


def from_before(deps: Deps, number: int, name: str) -> None:
    """An account as it was made when twins were possible."""
    row = UserRow(id=number, username=name, password=hash_password(PASSWORD))
    item = {"pk": user_key(number), "kind": "user", **values_of(row)}
    marker = {"pk": f"username#{name}", "user_id": number}
    actions = [put(deps.store.tables.users, item), put(deps.store.tables.users, marker)]
    deps.store.transactor.transact({"TransactItems": actions})


@pytest.mark.parametrize("twin", ["ALICE", "ａｌｉｃｅ"])
def test_guesses_count_for_the_account_whoever_else_signs_in(api: Api, deps: Deps, twin: str) -> None:
    api.new_user("alice")
    from_before(deps, 77, twin)
    assert guessed(api, "alice", 9) == [200] * 9
    assert tried(api, twin, PASSWORD).json()["data"]["id"] == 77
    assert guessed(api, "alice", 2) == [200, 429]
    assert tried(api, twin, PASSWORD, place=HOME).json()["success"]
    assert tried(api, "alice", PASSWORD, place=HOME).status_code == 429  # the twin's places are not alice's


def test_twins_from_before_each_sign_in_by_the_name_as_written(api: Api, deps: Deps) -> None:
    for number, name in ((77, "Bob"), (78, "bob"), (79, "BOB")):
        from_before(deps, number, name)
    for number, name in ((77, "Bob"), (78, "bob"), (79, "BOB")):
        assert tried(api, name, PASSWORD).json()["data"]["id"] == number
        assert api.signed_in(name).put("/api/user/self", {"display_name": "B"})["success"]


def test_guesses_by_name_and_by_address_count_together(api: Api, deps: Deps) -> None:
    user = users.get(deps.store, api.new_user("alice"))
    assert user is not None
    users.change(deps.store, user, {"email": "a@example.org"})
    spellings = ["alice", "a@example.org", "Alice", "A@Example.org", " alice ", "ＡＬＩＣＥ"]
    statuses = [tried(api, name).status_code for name in [*spellings, *spellings]]
    assert statuses == [200] * 10 + [429] * 2


@pytest.mark.parametrize("name", ["alice", "ALICE", "Alice", "ａlice", "Ⓐlice"])
def test_a_name_that_reads_like_anothers_is_taken(api: Api, name: str) -> None:
    api.new_user("aLice")
    api.new_user("bob")
    form = {"username": name, "password": PASSWORD}
    assert api.post("/api/user/register", form) == TAKEN
    assert api.root.post("/api/user/", form) == TAKEN
    assert api.signed_in("bob").put("/api/user/self", {"username": name}) == TAKEN
    assert api.root.put("/api/user/", {"id": 3, "username": name}) == TAKEN
    assert tried(api, name, PASSWORD).json()["data"]["username"] == "aLice"


def test_a_name_from_before_is_kept_from_twins_in_small_letters_at_once_and_else_from_the_next_sign_in(
    api: Api, deps: Deps
) -> None:
    from_before(deps, 77, "carol")
    from_before(deps, 78, "Dora")
    assert api.post("/api/user/register", {"username": "CAROL", "password": PASSWORD}) == TAKEN
    assert tried(api, "Dora", PASSWORD).json()["success"]
    assert api.post("/api/user/register", {"username": "dora", "password": PASSWORD}) == TAKEN


def test_one_may_write_ones_own_name_otherwise_and_a_name_given_up_is_free_in_every_spelling(api: Api) -> None:
    api.new_user("alice")
    alice = api.signed_in("alice")
    for name in ("Alice", "alice", "carol"):
        assert alice.put("/api/user/self", {"username": name})["success"], name
    assert api.post("/api/user/register", {"username": "ALICE", "password": PASSWORD})["success"]
    assert api.post("/api/user/register", {"username": "Carol", "password": PASSWORD}) == TAKEN


def test_a_deleted_accounts_name_is_free_in_every_spelling(api: Api) -> None:
    number = api.new_user("alice")
    assert api.root.delete(f"/api/user/{number}")["success"]
    assert api.post("/api/user/register", {"username": "ALICE", "password": PASSWORD})["success"]


def test_a_marker_that_was_never_put_keeps_nobody_from_renaming(api: Api, deps: Deps) -> None:
    number = api.new_user("alice")
    action = delete(deps.store.tables.users, {"pk": "name#alice"})
    deps.store.transactor.transact({"TransactItems": [action]})
    assert api.root.put("/api/user/", {"id": number, "username": "Alicia"})["success"]
    assert tried(api, "alicia", PASSWORD, place=ELSEWHERE).json()["data"]["username"] == "Alicia"


def test_a_start_keeps_every_name_from_before_once(api: Api, deps: Deps) -> None:
    for number, name in ((77, "Bob"), (78, "BOB"), (79, "Dora")):
        from_before(deps, number, name)
    names.keep_all(deps.store)
    for name in ("bob", "dora", "DORA"):
        assert api.post("/api/user/register", {"username": name, "password": PASSWORD}) == TAKEN
    assert tried(api, "Bob", PASSWORD).json()["data"]["id"] == 77
    assert tried(api, "BOB", PASSWORD).json()["data"]["id"] == 78
    from_before(deps, 80, "Eve")
    names.keep_all(deps.store)  # was done
    assert api.post("/api/user/register", {"username": "eve", "password": PASSWORD})["success"]
