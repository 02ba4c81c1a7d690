"""Sums of consumption: each entry once, whatever runs twice, and nothing that may still be missing an older one."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from cron import deps as cron_deps
from cron.deps import Deps
from cron.jobs import roll_up
from gateway.clock import SystemClock, new_log_id
from gateway.config import RelaySettings
from gateway.domain.money import Entry, EntryType, Hold
from gateway.store.accounts.bootstrap import first_start
from gateway.store.money import sums
from gateway.store.money.ledger_requests import put_entry
from gateway.store.money.usage import months
from tests.support.clock import at_once
from tests.support.closing import closing
from tests.support.tables import Stack

CLOCK = SystemClock()
DAY = 1_760_000_000  # 2025-10-09


class DaysAgo(SystemClock):
    """When a gateway was set up whose entries are from a moment ago, be this month as young as it may."""

    def now(self) -> int:
        return super().now() - 5 * 86_400


@pytest.fixture
def deps(tables: Stack) -> Deps:
    first_start(tables.settings(), root_password="correct horse", clock=DaysAgo())
    return replace(cron_deps.build(tables.settings(), RelaySettings.read({})), pause=at_once)


_SHOWN = ("request_count", "quota", "prompt_tokens", "completion_tokens")


def request_id(ago: int) -> str:
    """Of a request that began so many seconds ago."""
    stamp = datetime.fromtimestamp(CLOCK.now() - ago, UTC).strftime("%Y%m%d%H%M%S")
    return stamp + CLOCK.random_digits(17)


def entry(at: int = 0, ago: int = 100, **changes: Any) -> Entry:
    wanted = Entry(
        request_id=request_id(ago),
        id=new_log_id(CLOCK),
        created_at=at or CLOCK.now(),
        type=EntryType.CONSUME,
        user_id=7,
        username="alice",
        quota=10,
        model_name="m",
        prompt_tokens=3,
        completion_tokens=2,
    )
    return replace(wanted, **changes)


def write(deps: Deps, entries: list[Entry]) -> None:
    for start in range(0, len(entries), 50):
        actions = [put_entry(deps.store.tables, one) for one in entries[start : start + 50]]
        deps.store.transactor.transact({"TransactItems": actions})


def run(deps: Deps, lag: int = 0) -> dict[str, Any]:
    return asyncio.run(_run(deps, lag))


async def _run(deps: Deps, lag: int) -> dict[str, Any]:
    try:
        return await roll_up.run(deps, lag=lag)
    finally:
        await deps.dynamo.close()


def totals(owner: str) -> dict[tuple[str, str], tuple[int, ...]]:
    return {
        (row.day, row.key): tuple(row.counts[name] for name in _SHOWN)
        for row in sums.between(owner, "2025-01-01", "2099-12-31")
    }


def test_entries_are_added_by_owner_day_and_model_and_only_consumption(deps: Deps) -> None:
    write(
        deps,
        [
            entry(DAY),
            entry(DAY),
            entry(DAY, model_name="n", quota=1),
            entry(DAY + 86_400),
            entry(DAY, user_id=8),
            entry(DAY, type=EntryType.TOPUP, quota=500),
        ],
    )
    assert run(deps)["entries"] == 5
    alice = {("2025-10-09", "m"): (2, 20, 6, 4), ("2025-10-09", "n"): (1, 1, 3, 2), ("2025-10-10", "m"): (1, 10, 3, 2)}
    assert totals("user#7") == alice
    assert totals("all")["2025-10-09", "m"] == (3, 30, 9, 6)


def test_running_again_and_two_at_once_add_nothing_twice(deps: Deps) -> None:
    write(deps, [entry(DAY, user_id=number % 70, model_name=f"m{number % 5}") for number in range(400)])

    async def both() -> None:
        async with closing(deps):
            await asyncio.gather(roll_up.run(deps, lag=50), roll_up.run(deps, lag=50))

    asyncio.run(both())
    run(deps, lag=50)
    assert sum(row[0] for row in totals("all").values()) == 400
    write(deps, [entry(DAY, ago=20)])
    assert run(deps)["entries"] == 1
    assert sum(row[0] for row in totals("all").values()) == 401


def test_sums_stop_before_the_oldest_request_that_is_still_open(deps: Deps) -> None:
    slow = request_id(ago=200)
    write(deps, [entry(DAY)])
    now = CLOCK.now()
    hold = Hold(request_id=slow, user_id=1, token_id=1, limited=False, amount=1, created_at=now, expires_at=now + 600)

    async def reserve() -> None:
        async with closing(deps):
            await deps.ledger.reserve(hold)

    asyncio.run(reserve())
    assert run(deps)["entries"] == 0
    late = replace(entry(DAY), request_id=slow, user_id=1, username="root")

    async def settle() -> None:
        async with closing(deps):
            assert await deps.ledger.settle(hold, late) == "settled"

    asyncio.run(settle())
    assert run(deps)["entries"] == 2


def test_a_long_run_goes_on_where_it_stopped(deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.store.money.usage._PAGE", 10)
    monkeypatch.setattr("gateway.store.money.usage.MOST_PAGES", 2)
    write(deps, [entry(DAY) for _ in range(200)])
    first = run(deps)["entries"]
    assert 0 < first <= 80
    for _ in range(4):
        run(deps)
    assert totals("all")["2025-10-09", "m"][0] == 200


def test_months_run_over_the_end_of_a_year() -> None:
    assert list(months("202511", "202602")) == ["202511", "202512", "202601", "202602"]
    assert list(months("202602", "202601")) == []
