"""What was noted there is in the lists here, in its time, and in no sum and no book."""

from pathlib import Path

from gateway.store.client.pages import Part
from gateway.store.context import Store
from gateway.store.money import logs
from gateway.store.money.ledger_walk import Budget
from gateway.store.money.logs import LogFilter
from gateway.store.schema.items import LogItem
from tests.support.tables import Stack
from tests.tools.migrate.conftest import audited, bring
from tests.tools.migrate.one_api_world import BEGUN, MODEL
from tools.migrate.records import Period

ALL = Period(start=0, end=2**40)
DAY = 86_400


def test_history_lies_where_it_belongs_in_time_and_touches_no_books(
    store: Store, tables: Stack, old_file: Path
) -> None:
    report = bring(store, old_file, period=ALL)
    assert report.of("differs") == []
    assert (report.moved["log"], report.compared["log"]) == (40, 1)
    mine = logs.page(store, LogFilter(user_id=2), Part(count=100)).rows
    assert [row.content for row in mine[1:]] == [f"entry {number}" for number in range(40, 0, -2)]
    first = mine[-1]
    assert (first.created_at, first.model_name, first.elapsed_time) == (BEGUN + 2 * DAY, MODEL, 1_234)
    everybody = logs.page(store, LogFilter(model_name=MODEL, end=BEGUN + 10 * DAY), Part(count=100)).rows
    assert [row.id for row in everybody] == list(range(10, 0, -1))
    assert logs.count(store, LogFilter(type=2, end=BEGUN + 50 * DAY), Budget())[0] == 20
    assert audited(tables).differences == []


def test_pages_go_on_from_history_to_history(store: Store, old_file: Path) -> None:
    bring(store, old_file, period=ALL)
    seen: list[int] = []
    part = Part(count=7)
    while True:
        found = logs.page(store, LogFilter(end=BEGUN + 50 * DAY), part)
        seen += [row.id for row in found.rows]
        if not found.next:
            break
        part = Part(count=7, after=found.next)
    assert seen == list(range(40, 0, -1))


def test_a_second_run_brings_what_is_behind_and_a_later_time_comes_beside(store: Store, old_file: Path) -> None:
    first = bring(store, old_file, period=Period(start=0, end=BEGUN + 20 * DAY))
    again = bring(store, old_file, period=Period(start=0, end=BEGUN + 20 * DAY))
    later = bring(store, old_file, period=ALL)
    assert [report.moved["log"] for report in (first, again, later)] == [19, 0, 40]  # the same items
    assert later.of("differs") == []
    assert len(list(LogItem.query("past#2"))) == 20


def test_old_history_is_cleared_like_old_entries(store: Store, tables: Stack, old_file: Path) -> None:
    bring(store, old_file, period=ALL)
    assert logs.purge(store, BEGUN + 31 * DAY) == 30
    assert logs.count(store, LogFilter(end=BEGUN + 50 * DAY), Budget())[0] == 10
    assert audited(tables).differences == []
