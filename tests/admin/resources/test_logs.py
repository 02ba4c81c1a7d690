"""Reading the ledger as logs, and clearing out what is old."""

from typing import Any

import pytest

from admin.web.deps import Deps
from gateway.domain.money import Entry, EntryType
from gateway.store.client.pages import Part
from gateway.store.money import logs
from gateway.store.money.ledger_requests import entry_item, put_entry, put_tombstone
from gateway.store.money.ledger_walk import Budget, BudgetSpent
from gateway.store.money.logs import LogFilter
from gateway.store.schema.items import LogItem
from tests.admin.api import Api, refused
from tests.support.items import write_all

KEYS = (
    "id user_id created_at type content username token_name model_name quota prompt_tokens completion_tokens channel "
    "request_id elapsed_time is_stream system_prompt_reset"
)
JANUARY, FEBRUARY = 1_767_225_600, 1_769_904_000  # the first seconds of 2026-01 and 2026-02


def seed(deps: Deps, at: int, number: int, **fields: Any) -> None:
    """One consumption entry of user 1 at a time."""
    deps.store.transactor.transact({"TransactItems": [put_entry(deps.store.tables, entry_of(at, number, **fields))]})


def entry_of(at: int, number: int, **fields: Any) -> Entry:
    stamp = {JANUARY: "20260101000000", FEBRUARY: "20260201000000"}[at]
    given = {"user_id": 1, "username": "root", "type": EntryType.CONSUME, **fields}
    return Entry(request_id=f"{stamp}{number:017d}", id=number, created_at=at, **given)


def begin_in_january(deps: Deps) -> None:
    """Set the first month on record back to where seeded entries begin."""
    update = {"scope": {"S": "meta"}, "key": {"S": "first_log_month"}}
    deps.store.transactor.update(
        {
            "TableName": deps.store.tables.options,
            "Key": update,
            "UpdateExpression": "SET #v = :v",
            "ExpressionAttributeNames": {"#v": "value"},
            "ExpressionAttributeValues": {":v": {"S": "202601"}},
        }
    )


def roll_up(deps: Deps) -> None:
    """As if every entry of those months had been added up."""
    cursors = [{"owner": "cursor", "day_model": str(shard), "request_id": "202603" + "0" * 25} for shard in range(4)]
    write_all(deps, deps.store.tables.usage, cursors)


@pytest.fixture
def ledger(deps: Deps) -> Deps:
    """A dozen entries in two months. The first month on record is set back to where they begin."""
    begin_in_january(deps)
    for number in range(1, 7):
        seed(deps, JANUARY, number, quota=number, model_name="gpt-4o", channel_id=number % 2, token_name="a")
        seed(deps, FEBRUARY, number + 6, quota=10, model_name="claude", channel_id=7, content=f"text {number}")
    return deps


def ids(answer: Any) -> list[int]:
    return [entry["id"] for entry in answer["data"]]


CONSUMED = "type=2"


def test_an_entry_has_one_apis_sixteen_keys_and_ours_behind_them(api: Api) -> None:
    (entry,) = api.root.get("/api/log/")["data"]
    assert list(entry) == [*KEYS.split(), "channel_name", "ttft", "detail"]  # ours behind them


def test_entries_come_newest_first_across_shards_and_months(api: Api, ledger: Deps) -> None:
    assert ids(api.root.get(f"/api/log/?{CONSUMED}")) == list(range(12, 2, -1))
    assert ids(api.root.get(f"/api/log/?{CONSUMED}&p=1")) == [2, 1]
    assert ids(api.root.get(f"/api/log/?{CONSUMED}&p=2")) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("model_name=claude", [12, 11, 10, 9, 8, 7]),
        ("token_name=a", [6, 5, 4, 3, 2, 1]),
        ("channel=1", [5, 3, 1]),
        (f"end_timestamp={JANUARY}", [6, 5, 4, 3, 2, 1]),
        (f"start_timestamp={FEBRUARY}", [12, 11, 10, 9, 8, 7]),
        (f"start_timestamp={JANUARY + 1}&end_timestamp={FEBRUARY - 1}", []),
        (f"start_timestamp={FEBRUARY}&model_name=gpt-4o", []),
        ("username=root&channel=7", [12, 11, 10, 9, 8, 7]),
        ("username=nobody", []),
        ("start_timestamp=abc&end_timestamp=1795452000.123&channel=NaN&p=-3", [12, 11, 10, 9, 8, 7, 6, 5, 4, 3]),
    ],
)
@pytest.mark.parametrize("place", ["", "self/"])
def test_filters_narrow_the_list(api: Api, ledger: Deps, query: str, found: list[int], place: str) -> None:
    if place and ("username" in query or "channel=1" in query):
        query, found = CONSUMED, list(range(12, 2, -1))  # filters that only administrators have
    assert ids(api.root.get(f"/api/log/{place}?{CONSUMED}&{query}")) == found


def test_statistics_add_up_consumption_whatever_type_is_asked(api: Api, ledger: Deps) -> None:
    assert api.root.get("/api/log/stat")["data"] == {"quota": 81, "complete": True}
    assert api.root.get("/api/log/stat?type=1&model_name=claude")["data"]["quota"] == 60
    assert api.root.get(f"/api/log/self/stat?end_timestamp={JANUARY}&channel=1")["data"]["quota"] == 9


def test_searches_look_for_a_type_or_for_how_the_text_begins(api: Api, ledger: Deps) -> None:
    assert len(api.root.get("/api/log/search?keyword=2")["data"]) == 12
    assert ids(api.root.get("/api/log/search?keyword=text 3")) == [9]
    assert ids(api.root.get("/api/log/self/search?keyword=text")) == [12, 11, 10, 9, 8, 7]
    assert api.root.get("/api/log/search?keyword=text_")["data"] == []


def test_users_see_their_own_entries_only(api: Api, ledger: Deps) -> None:
    api.new_user("alice", quota=5)
    alice = api.signed_in("alice")
    (entry,) = alice.get("/api/log/self?username=root&user_id=1")["data"]
    assert entry["username"] == "alice"
    assert alice.get("/api/log/self/stat?username=root")["data"]["quota"] == 0


def test_what_says_that_a_request_came_to_nothing_is_no_entry(api: Api, ledger: Deps) -> None:
    entries, summed = api.root.get("/api/log/self?p=0&page_size=100"), api.root.get("/api/log/self/stat")
    for number in range(120):  # more than a page of a read
        actions = [put_tombstone(ledger.store.tables, 1, f"20260201000000{number + 1000:017d}", FEBRUARY)]
        ledger.store.transactor.transact({"TransactItems": actions})
    assert api.root.get("/api/log/self?p=0&page_size=100") == entries
    assert api.root.get("/api/log/self/stat") == summed
    assert api.root.get("/api/log/self?type=7")["data"] == api.root.get("/api/log/?type=7")["data"] == []
    assert len(api.root.get("/api/log/?username=root&p=0&page_size=100")["data"]) == len(entries["data"])
    assert not api.root.get(f"/api/log/receipt/20260201000000{1000:017d}")["success"]
    assert not api.root.post("/api/log/refund", {"request_id": f"20260201000000{1000:017d}"})["success"]
    roll_up(ledger)
    assert api.root.delete(f"/api/log/?target_timestamp={FEBRUARY + 1}")["data"] == 12


def test_clearing_out_keeps_balances_equal_to_their_entries(api: Api, ledger: Deps) -> None:
    before = balance_by_entries()
    roll_up(ledger)
    assert api.root.delete(f"/api/log/?target_timestamp={FEBRUARY}")["data"] == 6
    assert ids(api.root.get(f"/api/log/?{CONSUMED}")) == [12, 11, 10, 9, 8, 7]
    assert api.root.delete(f"/api/log/?target_timestamp={FEBRUARY + 1}")["data"] == 6
    assert api.root.delete(f"/api/log/?target_timestamp={FEBRUARY + 1}")["data"] == 0
    assert ids(api.root.get(f"/api/log/self?{CONSUMED}")) == []
    assert balance_by_entries() == before


def test_clearing_out_takes_the_oldest_first_and_so_many_at_once(api: Api, deps: Deps) -> None:
    begin_in_january(deps)
    entries = [entry_of(JANUARY, number, quota=1) for number in range(170)]
    write_all(deps, deps.store.tables.logs, [entry_item(entry) for entry in entries])
    assert logs.purge(deps.store, FEBRUARY) == 0  # the roll-up has not added them yet
    roll_up(deps)
    assert logs.purge(deps.store, FEBRUARY, most=100) == 160  # whole transactions of eighty
    assert sorted(ids(api.root.get(f"/api/log/?{CONSUMED}"))) == list(range(160, 170))
    assert logs.purge(deps.store, FEBRUARY, most=100) == 10
    assert ids(api.root.get(f"/api/log/?{CONSUMED}")) == []


@pytest.mark.parametrize("query", ["", "?target_timestamp=0", "?target_timestamp=-5", "?target_timestamp=abc"])
def test_clearing_out_needs_a_time(api: Api, query: str) -> None:
    assert api.root.delete(f"/api/log/{query}") == refused(
        "target timestamp is required", code="invalid", field="target_timestamp"
    )


def test_a_question_that_finds_little_stops_after_its_reads(ledger: Deps) -> None:
    budget = Budget(2)
    budget.spend()
    budget.spend()
    with pytest.raises(BudgetSpent):
        budget.spend()
    complete = logs.page(ledger.store, LogFilter(model_name="none"), Part(count=10))
    assert complete.complete
    assert complete.rows == []


def balance_by_entries() -> int:
    """The sum of everything in a user's partition, what stands for purged entries included."""
    return sum(int(item.delta) for item in LogItem.query("user#1"))
