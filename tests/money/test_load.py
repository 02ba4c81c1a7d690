"""One busy account on a database that contends like AWS: nobody is refused, nothing is left open, nobody waits long.

The short forms run with every ``make test``, the whole ones with ``make test-money``.
"""

from types import SimpleNamespace
from typing import Any

import pytest

from cron.jobs import release_holds
from gateway.clock import SystemClock
from gateway.store.money.ledger import Ledger
from gateway.store.schema.tables import Tables
from tests.money.load import COST, Load, Plan, Report
from tests.support.contending.client import PREFIX
from tests.support.contending.meter import Metered
from tests.support.contending.virtual_time import run_virtually
from tests.support.memory_dynamo import MemoryDynamo

MOST_ADDED = 60.0  # milliseconds before the provider is asked, for 95 of 100

SHORT = {
    "two hundred at once, each its own process": Plan(lasting=2, processes=200, count=200),
    "a crowd within half a second, hardly fewer than may be": Plan(
        lasting=2, processes=200, a_second=400, seconds=0.5, most_open=260
    ),
    "two hundred at once in one process": Plan(lasting=2, processes=1, count=200),
    "two hundred at once with a limited token": Plan(lasting=2, processes=200, count=200, limited=True),
    "40 a second": Plan(lasting=1, processes=50, a_second=40, seconds=5),
    "40 a second with a limited token": Plan(lasting=1, processes=50, a_second=40, seconds=5, limited=True),
    "200 a second": Plan(lasting=1, processes=250, a_second=200, seconds=3),
    "200 a second in one process": Plan(lasting=1, processes=1, a_second=200, seconds=3),
    "streams of 8 s, 40 a second": Plan(lasting=8, processes=400, a_second=40, seconds=5),
    "200 a second in one process whose ends linger": Plan(lasting=1, processes=1, a_second=200, seconds=3, linger=0.02),
    "a limited token in three processes whose ends linger": Plan(
        lasting=1, processes=3, a_second=60, seconds=5, limited=True, linger=0.02
    ),
}
WHOLE = {
    "40 a second": Plan(lasting=1, processes=50, a_second=40, seconds=60),
    "200 a second": Plan(lasting=1, processes=250, a_second=200, seconds=30),
    "200 a second in one process": Plan(lasting=1, processes=1, a_second=200, seconds=30),
    "streams of 8 s, 40 a second": Plan(lasting=8, processes=400, a_second=40, seconds=60),
    "streams of 8 s, 200 a second": Plan(lasting=8, processes=1700, a_second=200, seconds=30, most_open=4_000),
}


def carried_out(plan: Plan) -> Report:
    report = run_virtually(Load(plan).run())
    print(report)
    return report


def check(plan: Plan, report: Report) -> None:
    assert set(report.outcomes) == {"answered"}
    assert report.open == 0
    assert report.entries == report.answered
    assert report.free == plan.quota - COST * len(report.answered)


def in_time(*reports: Report) -> bool:
    """Of several runs the middle one counts: who meets whom is chance, and a crowd is half a second of it."""
    return sorted(report.p(95) for report in reports)[len(reports) // 2] <= MOST_ADDED


@pytest.mark.parametrize("plan", SHORT.values(), ids=SHORT.keys())
def test_a_busy_account_is_served(plan: Plan) -> None:
    reports = [carried_out(plan)]
    if not in_time(*reports):
        reports += [carried_out(plan) for _ in range(6)]
    for report in reports:
        check(plan, report)
    assert in_time(*reports), [str(report) for report in reports]


@pytest.mark.money
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("plan", WHOLE.values(), ids=WHOLE.keys())
def test_a_busy_account_is_served_for_long(plan: Plan) -> None:
    report = carried_out(plan)
    check(plan, report)
    assert in_time(report), report


def test_a_balance_that_pays_for_some_pays_for_exactly_these() -> None:
    plan = Plan(lasting=1, processes=60, count=60, quota=20_000)
    report = run_virtually(Load(plan).run())
    assert report.outcomes == {"answered": 20, "QuotaExceeded": 40}
    assert (report.open, report.free) == (0, 20_000 - 20 * COST)


@pytest.mark.parametrize(("limited", "most"), [(False, 7), (True, 9)], ids=["unlimited token", "limited token"])
def test_a_request_costs_so_many_write_units(limited: bool, most: int) -> None:
    """One after the other: what a request costs that meets nobody, with the indexes of every table."""
    plan = Plan(lasting=1, processes=1, a_second=1, seconds=50, limited=limited)
    report = carried_out(plan)
    check(plan, report)
    assert report.met.transactions == 0
    assert report.met.write_units / len(report.answered) <= most, str(report.met)
    assert report.met.read_units == 0


def test_ends_that_linger_cost_no_write_of_their_own() -> None:
    """As in the local run: one process, and the next request near."""
    alone, together = (
        carried_out(Plan(lasting=1, processes=1, a_second=100, seconds=5, linger=linger)) for linger in (0, 0.02)
    )
    spared = [report.met.write_units / len(report.answered) for report in (alone, together)]
    assert spared[1] < spared[0] - 0.2, spared


def test_a_sweep_with_nothing_to_do_reads_next_to_nothing() -> None:
    """It runs once a minute, on a stack whose older holds are forgotten."""

    async def swept() -> Metered:
        dynamo = MemoryDynamo()
        deps: Any = SimpleNamespace(clock=SystemClock(), dynamo=dynamo, ledger=Ledger(dynamo, Tables(PREFIX)))
        await release_holds.run(deps)
        before = dynamo.engine.meter.since()
        await release_holds.run(deps)
        return dynamo.engine.meter.since(before)

    met = run_virtually(swept())
    assert met.read_units <= 4, str(met)
    assert met.write_units == 0
