"""Lists beyond one-api's pages: order, totals and cursors, on every list there is."""

from collections.abc import Generator
from datetime import UTC, datetime
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI

from admin.app import bare_app
from admin.web.deps import Deps
from admin.web.edge import Edge
from gateway.store.accounts import tokens, users
from gateway.store.channels import channels
from gateway.store.client.pages import Part
from gateway.store.client.pynamo import bind
from gateway.store.money import logs
from gateway.store.money.ledger_walk import Budget
from gateway.store.money.logs import LogFilter
from gateway.store.schema.items import UsageItem, UserItem
from gateway.store.schema.tables import log_owner
from tests.admin.api import Api
from tests.admin.conftest import ROOT_TOKEN, begun
from tests.admin.resources.test_logs import FEBRUARY, JANUARY, begin_in_january, seed
from tests.admin.routes import gated_routes
from tests.support.tables import DynamoDB, Stack

Rows = list[dict[str, Any]]

# Every list with its columns, the first of which is its own order, and what tells its rows apart.
LISTS: dict[str, tuple[tuple[str, ...], str]] = {
    "/api/user": (("id", "username", "quota", "used_quota", "request_count"), "id"),
    "/api/token": (
        ("id", "name", "status", "remain_quota", "used_quota", "accessed_time", "expired_time"),
        "id",
    ),
    "/api/channel": (
        ("id", "name", "type", "status", "priority", "weight", "response_time", "test_time", "balance", "tag"),
        "id",
    ),
    "/api/redemption": (("id", "name", "quota", "status", "redeemed_time"), "id"),
    "/api/log": (("created_at",), "request_id"),
    "/api/log/self": (("created_at",), "request_id"),
    "/api/audit": (("created_at",), "request_id"),
    "/api/usage": (("day",), "model_name"),
    "/api/usage/self": (("day",), "model_name"),
}


EXPORT = "/export"  # files, which go on like the list they are of and answer no envelope; their own tests hold them


@pytest.fixture
def filled(api: Api, deps: Deps) -> Api:
    """Lists of this test's own."""
    fill(api, deps)
    return api


@pytest.fixture(scope="module")
def kept(dynamodb: DynamoDB, application: FastAPI) -> Generator[tuple[Stack, Deps]]:
    """Lists for all tests that only read: to fill them takes longer than to read them."""
    stack = dynamodb.borrow()
    deps = application.state.deps = begun(stack)
    api = Api(Edge(application, deps.clock), ROOT_TOKEN)
    fill(api, deps)
    api.new_user("other", role=100)
    yield stack, deps
    dynamodb.give_back(stack)


@pytest.fixture
def to_read(kept: tuple[Stack, Deps], application: FastAPI) -> Api:
    """The application on the lists that are kept, whatever the test before was about."""
    stack, deps = kept
    bind(stack.settings())
    application.state.deps = deps
    return Api(Edge(application, deps.clock), ROOT_TOKEN)


def fill(api: Api, deps: Deps) -> None:
    """Seven rows or more in every list, with some that are equal in every column."""
    for number in range(1, 7):
        user = api.new_user(f"u{number}", quota=number % 3)
        UserItem(pk=f"user#{user}").update([UserItem.used_quota.set(number % 2), UserItem.request_count.set(number)])
        token = api.root.post("/api/token/", {"name": "ab"[number % 2], "remain_quota": number % 3})["data"]
        row = tokens.get(deps.store, 1, token["id"])
        assert row is not None
        tokens.change(deps.store, row, {"used_quota": number, "status": 1 + number % 3})
        form = {"name": f"c{number % 3}", "key": "k", "type": 1 + number % 2, "models": "m", "priority": number % 2}
        api.root.post("/api/channel/", form | {"weight": number, "status": 1 + number % 3, "tag": "xy"[number % 2]})
        values = {"balance": f"{number % 3}.5", "response_time": number, "test_time": number % 2}
        channels.note(deps.store, number, values)
        api.root.post("/api/redemption/", {"name": f"r{number % 2}", "quota": 1 + number % 3, "count": 1})
        for owner in ("all", log_owner(1)):
            UsageItem(owner=owner, day_model=f"{today(deps)}#model-{number}", quota=number).save()
    api.root.post("/api/user/topup", {"key": api.root.get("/api/redemption/2")["data"]["key"]})
    begin_in_january(deps)
    for number in range(1, 8):
        seed(deps, (JANUARY, FEBRUARY)[number % 2], number)


def today(deps: Deps) -> str:
    return datetime.fromtimestamp(deps.clock.now(), UTC).date().isoformat()


def read(api: Api, path: str, **query: Any) -> httpx.Response:
    answer = api.root.raw("GET", path, params=query)
    assert answer.json()["success"], answer.text
    return answer


def all_by_cursor(api: Api, path: str, **query: Any) -> Rows:
    """Every row of a list, three at a time, each part from where the one before ended."""
    rows: Rows = []
    answer = read(api, path, page_size=3, **query)
    while True:
        rows += answer.json()["data"]
        cursor = answer.headers.get("X-Next-Cursor")
        if cursor is None:
            return rows
        assert len(rows) < 200
        answer = read(api, path, page_size=3, cursor=cursor, **query)


def test_every_list_is_here() -> None:
    lists = {path for method, path, _ in gated_routes() if method == "GET" and path in LISTS}
    assert lists == set(LISTS)
    paged = {path for path, item in _paths().items() if "cursor" in item and not path.endswith(EXPORT)}
    assert paged == set(LISTS)


@pytest.mark.parametrize("path", LISTS)
def test_cursors_lead_through_every_row_once_in_either_order_of_every_column(to_read: Api, path: str) -> None:
    sorts, name = LISTS[path]
    whole = read(to_read, path, page_size=100).json()["data"]
    names = {row[name] for row in whole}
    assert len(names) == len(whole) >= 6
    for sort in sorts:
        for order in ("asc", "desc"):
            rows = all_by_cursor(to_read, path, sort=sort, order=order)
            assert sorted(row[name] for row in rows) == sorted(names), (sort, order)
            _in_order(rows, sort, descending=order == "desc")
            at_once = read(to_read, path, sort=sort, order=order, page_size=100).json()["data"]
            assert [row[name] for row in at_once] == [row[name] for row in rows], (sort, order)


@pytest.mark.parametrize("path", LISTS)
def test_a_list_comes_in_its_own_order_and_tells_its_total_when_asked(to_read: Api, path: str) -> None:
    _, name = LISTS[path]
    asked = read(to_read, path, total="true", page_size=2)
    whole = read(to_read, path, page_size=100)
    # what is asked about the audit log is not noted there: reading is no action
    assert asked.headers["X-Total-Count"] == str(len(whole.json()["data"]))
    assert "X-Total-Count" not in whole.headers
    assert "X-Next-Cursor" not in whole.headers
    assert [row[name] for row in all_by_cursor(to_read, path)] == [row[name] for row in whole.json()["data"]]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("query", [{"sort": "nonsense"}, {"sort": "{first}", "order": "up"}])
def test_an_order_that_does_not_exist_is_refused_and_what_exists_is_told(
    api: Api, path: str, query: dict[str, str]
) -> None:
    sorts, _ = LISTS[path]
    query = {name: value.format(first=sorts[0]) for name, value in query.items()}
    answer = api.root.get(path, params=query)
    assert not answer["success"]
    assert all(sort in answer["message"] for sort in sorts)


@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_that_was_not_given_for_this_is_refused(to_read: Api, path: str) -> None:
    cursor = read(to_read, path, page_size=2).headers["X-Next-Cursor"]
    body, _, signature = cursor.partition(".")
    other = next(name for name in LISTS if name != path)
    for caller, query in (
        *(
            (to_read.root, {"cursor": wrong})
            for wrong in ("x", ".", body, f"{body}x.{signature}", f".{signature}", "é")
        ),
        (to_read.root, {"cursor": cursor, "order": "asc"}),
        (to_read.root, {"cursor": cursor, "tag": "new filter"}),
        (to_read.root, {"cursor": read(to_read, other, page_size=2).headers["X-Next-Cursor"]}),
        (to_read.signed_in("other"), {"cursor": cursor}),
    ):
        answer = cast(Api, caller).raw("GET", path, params=query)
        assert answer.status_code == 200
        assert answer.json()["success"] is False, query
        assert "cursor" in answer.json()["message"]


def test_a_cursor_goes_on_where_it_was_given_whatever_came_and_went_meanwhile(filled: Api) -> None:
    first = read(filled, "/api/channel", page_size=3)
    assert [row["id"] for row in first.json()["data"]] == [6, 5, 4]
    filled.root.delete("/api/channel/4")
    filled.root.delete("/api/channel/3")
    filled.root.post("/api/channel/", {"name": "new", "key": "k", "models": "m"})
    rest = read(filled, "/api/channel", page_size=3, cursor=first.headers["X-Next-Cursor"], p=7)
    assert [row["id"] for row in rest.json()["data"]] == [2, 1]


def test_one_apis_way_to_ask_for_an_order_still_works(filled: Api) -> None:
    for path, order in (("/api/user", "quota"), ("/api/token", "remain_quota"), ("/api/token", "used_quota")):
        rows = read(filled, path, order=order, page_size=100).json()["data"]
        _in_order(rows, order, descending=True)
    unlimited = filled.root.post("/api/token/", {"unlimited_quota": True})["data"]["id"]
    assert read(filled, "/api/token", order="remain_quota").json()["data"][0]["id"] == unlimited


def test_a_search_through_entries_that_ran_out_of_reads_goes_on_where_it_stopped(filled: Api, deps: Deps) -> None:
    wanted = LogFilter(model_name="rare")
    seed(deps, JANUARY, 0, model_name="rare")  # the oldest of all
    part, asked = Part(count=5), 0
    found: list[int] = []
    while True:
        answer = logs.page(deps.store, wanted, part, Budget(3))
        found += [row.id for row in answer.rows]
        asked += 1
        assert asked < 40
        if not answer.next:
            break
        part = Part(count=5, after=answer.next)
    assert asked > 2
    assert found == [0]


def test_users_can_be_gone_through_without_missing_one_while_amounts_change(filled: Api, deps: Deps) -> None:
    first = users.page(deps.store, Part(count=4, sort="username", ascending=True))
    rest = users.page(deps.store, Part(count=4, sort="username", ascending=True, after=first.next))
    names = [row.username for row in (*first.rows, *rest.rows)]
    assert names == ["root", "u1", "u2", "u3", "u4", "u5", "u6"]
    assert rest.next == ()


def _in_order(rows: Rows, sort: str, *, descending: bool) -> None:
    values = [row[sort] for row in rows]
    assert values == sorted(values, reverse=descending), (sort, values)


def _paths() -> dict[str, set[str]]:
    document = bare_app("").openapi()
    return {
        path: {parameter["name"] for parameter in item["get"].get("parameters", ())}
        for path, item in document["paths"].items()
        if "get" in item
    }
