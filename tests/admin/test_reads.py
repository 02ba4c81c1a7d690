"""What answers cost: never a Scan, and a bounded number of reads however much there is."""

from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from admin.web.deps import Deps
from gateway.domain.money import Entry, EntryType
from gateway.store.accounts.tokens import MOST_TOKENS
from gateway.store.client.sync_client import SyncDynamo
from gateway.store.money import ledger_walk
from gateway.store.money.ledger_requests import entry_item
from gateway.store.schema.items import values_of
from gateway.store.schema.tokens import TokenRow
from tests.admin.api import Api
from tests.admin.routes import filled, gated_routes
from tests.support.items import write_all

Json = dict[str, Any]

TOKENS, ENTRIES = 10_000, 7_000
LONG = "x" * 10_000  # entries of this length fill more pages than one answer may read
MOST_READS = 65  # of one answer; 60 pages of logs and what signing in costs


@contextmanager
def instead(call: Callable[[str, Callable[[], Json]], Json]) -> Generator[None]:
    """``call`` takes the place of every call to DynamoDB; it is given the operation, and what does it."""
    as_ever = SyncDynamo.call

    def called(client: SyncDynamo, operation: str, request: Json) -> Json:
        return call(operation, lambda: as_ever(client, operation, request))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SyncDynamo, "call", called)
        yield


@contextmanager
def counted() -> Generator[Counter[str]]:
    """Counts the requests to DynamoDB by operation."""
    counts: Counter[str] = Counter()

    def count(operation: str, call: Callable[[], Json]) -> Json:
        counts[operation] += 1
        return call()

    with instead(count):
        yield counts


@contextmanager
def looked_at() -> Generator[list[int]]:
    """How many items each Query looks at."""
    numbers: list[int] = []

    def note(operation: str, call: Callable[[], Json]) -> Json:
        answer = call()
        if operation == "Query":
            numbers.append(answer["ScannedCount"])
        return answer

    with instead(note):
        yield numbers


def test_no_route_scans(api: Api, deps: Deps) -> None:
    api.new_user("alice")
    api.root.post("/api/channel/", {"name": "c", "key": "k", "models": "m"})
    api.root.post("/api/redemption/", {"name": "r", "count": 1})
    with counted() as counts:
        for method, path, _ in gated_routes():
            if path not in ("/api/user/self", "/api/user/token", "/api/user/logout/all"):
                api.root.raw(method, filled(path, 1), json={"id": 1})
    assert counts["Query"] > 10
    assert "Scan" not in counts


def test_ten_thousand_tokens_are_listed_and_searched_in_a_few_reads(api: Api, deps: Deps) -> None:
    write_all(deps, deps.store.tables.tokens, [_token(number) for number in range(1, TOKENS + 1)])
    for query, first in (
        ("", TOKENS),
        ("?p=500", TOKENS - 5000),
        ("?order=remain_quota", TOKENS),
        ("?order=used_quota", TOKENS - MOST_TOKENS + 1),  # of the newest: nobody can make as many any more
        ("?sort=name&order=asc", TOKENS),
        ("?order=asc&total=true", 1),
        ("search?keyword=token 07", 107),
    ):
        with counted() as counts:
            found = api.root.get("/api/token/" + query)["data"]
        assert found[0]["id"] == first or "search" in query, query
        assert len(found) in (10, 100)
        assert sum(counts.values()) <= MOST_READS, (query, counts)
        assert "Scan" not in counts
    assert "x-total-count" not in api.root.raw("GET", "/api/token/?total=true").headers
    answer = api.root.raw("GET", "/api/token/?p=900")
    with counted() as counts:  # however far out, a cursor reads what it shows
        far = api.root.get("/api/token/", params={"cursor": answer.headers["X-Next-Cursor"]})["data"]
    assert [token["id"] for token in far] == list(range(TOKENS - 9010, TOKENS - 9020, -1))
    assert counts["Query"] == 1


def test_very_many_entries_are_listed_and_searched_in_bounded_reads(api: Api, deps: Deps) -> None:
    write_all(deps, deps.store.tables.logs, [_entry(deps, number) for number in range(ENTRIES)])
    most = 0
    for query in (
        "?type=2",
        "?start_timestamp=1",
        "?type=2&p=200",
        "?order=asc",
        "?type=2&total=true&sort=created_at&order=asc",
        "?model_name=model-3",
        "?model_name=none",
        "?username=root&type=2",
        "search?keyword=nothing begins so",
        "stat",
        "self?type=2",
        "self/stat",
        "self/search?keyword=2",
    ):
        with counted() as counts:
            assert api.root.get("/api/log/" + query)["success"], query
        assert sum(counts.values()) <= MOST_READS, (query, counts)
        assert "Scan" not in counts
        most = max(most, counts["Query"])
    assert most >= ledger_walk.MOST_READS, "there are too few to come to the bound"
    with looked_at() as entries:  # a filter that lets nearly all through costs no more than none
        assert len(api.root.get("/api/log/?type=2")["data"]) == 10
    assert sum(entries) <= 4 * 100 + 2  # and what is noted of the ledger


def test_sums_of_very_many_are_added_up_in_bounded_reads(api: Api, deps: Deps) -> None:
    day = datetime.fromtimestamp(deps.clock.now(), UTC).date().isoformat()
    sums = [
        {"owner": "all/user", "day_model": f"{day}#{number}", "quota": 1, "request_count": 1}
        for number in range(30_000)
    ]
    write_all(deps, deps.store.tables.usage, sums)
    for query, most in (("/top?by=user", 12), ("?by=user", 8), ("?by=user&page_size=10", 6), ("/self", 8)):
        with counted() as counts:
            assert api.root.get("/api/usage" + query)["success"], query
        assert sum(counts.values()) <= most, (query, counts)
        assert "Scan" not in counts
    assert api.root.get("/api/usage/top?by=user")["data"]["totals"]["request_count"] == 30_000


def _entry(deps: Deps, number: int) -> Json:
    now = deps.clock.now()
    stamp = datetime.fromtimestamp(now, UTC).strftime("%Y%m%d%H%M%S")
    entry = Entry(
        request_id=f"{stamp}{number:017d}",
        id=number,
        created_at=now,
        type=EntryType.CONSUME,
        user_id=1,
        username="root",
        quota=1,
        model_name=f"model-{number % 10}",
        content=LONG,
    )
    return entry_item(entry)


def _token(number: int) -> Json:
    named = {"name": f"token {number % 100:02d}-{number}", "key_hash": f"{number:064d}"}
    row = TokenRow(id=number, user_id=1, remain_quota=number, used_quota=TOKENS - number, **named)
    return {"pk": "user#1"} | values_of(row)
