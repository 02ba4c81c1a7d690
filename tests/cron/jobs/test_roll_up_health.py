"""Health is counted with consumption: each entry and each failed request once, in the same transactions."""

from dataclasses import replace
from typing import Any

import pytest

from cron.deps import Deps, build
from gateway.config import RelaySettings
from gateway.domain.failures import FailedAttempt, Failure
from gateway.store.accounts.bootstrap import first_start
from gateway.store.money import health
from gateway.store.money.failures import failure_item
from gateway.store.money.health import Health
from gateway.store.money.health_keys import KEPT_DAYS, channel_prefix, health_owner
from gateway.store.money.ledger_walk import Budget
from gateway.store.schema.items import UsageItem
from tests.cron.jobs.test_roll_up import CLOCK, deps, entry, request_id, run, write
from tests.support.clock import FixedClock, at_once
from tests.support.items import write_all
from tests.support.tables import Stack

__all__ = ["deps"]
DETAILS: dict[str, Any] = {"requested_model": "gpt-4o", "group": "vip", "result": "complete", "ttft": 400}


def failure(ago: int = 100, **fields: Any) -> Failure:
    attempt = FailedAttempt(channel_id=1, key_index=0, kind="server", status=500, code="", ms=9, text="on fire")
    wanted: dict[str, Any] = {"request_id": request_id(ago), "id": 1, "created_at": CLOCK.now(), "user_id": 7}
    wanted |= {"username": "alice", "token_id": 1, "token_name": "app", "group": "vip", "model_name": "gpt-4o"}
    wanted |= {"kind": "server", "status": 500, "code": "", "text": "on fire", "elapsed_time": 9, "is_stream": False}
    return Failure(**(wanted | {"attempts": (attempt,)} | fields))


def of_channel(number: int) -> Health:
    found = Health()
    for row in health.of_channels(CLOCK.now(), 24, Budget(), number).rows:
        found.add(row.item)
    return found


def test_each_is_counted_once_however_often_and_wherever_the_job_runs(deps: Deps) -> None:
    write(deps, [entry(ago=90 + number, channel_id=1, details=DETAILS) for number in range(30)])
    failures = [failure_item(failure(ago=80 + number), 14) for number in range(20)]
    write_all(deps, deps.store.tables.logs, failures)
    assert run(deps)["entries"] == 30
    assert run(deps)["entries"] == 0
    found = of_channel(1)
    assert (found.requests, found.failures, found.faults) == (50, 20, {"server": 20})
    assert (found.quota, found.prompt_tokens, sum(found.first.values())) == (300, 90, 30)
    assert (found.failed_kind, found.failed_text) == ("server", "on fire")
    write_all(deps, deps.store.tables.logs, [failure_item(failure(ago=-2), 14)])
    run(deps, lag=-5)
    assert of_channel(1).failures == 21
    customers = health.of_customers(CLOCK.now(), 24, Budget()).rows
    assert {(row.whose, row.model) for row in customers} == {("vip", "gpt-4o")}


def test_a_run_that_ends_early_goes_on_where_it_was_with_both(deps: Deps, monkeypatch: Any) -> None:
    monkeypatch.setattr("gateway.store.money.usage._PAGE", 2)
    monkeypatch.setattr("gateway.store.money.usage.MOST_PAGES", 2)
    write(deps, [entry(ago=200 - number, channel_id=1, details=DETAILS) for number in range(12)])
    items = [failure_item(failure(ago=200 - number), 14) for number in range(12)]
    write_all(deps, deps.store.tables.logs, items)
    run(deps)
    assert of_channel(1).requests < 24
    for _ in range(12):
        run(deps)
    found = of_channel(1)
    assert (found.requests, found.failures) == (24, 12)


def test_months_in_which_nothing_was_consumed_hold_nothing_up(tables: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run reads so many pages, and the next one goes on behind what it added: not behind nothing."""
    begun = FixedClock(CLOCK.now() - 90 * 86_400)
    first_start(tables.settings(), root_password="correct horse", clock=begun)
    deps = replace(build(tables.settings(), RelaySettings.read({})), pause=at_once)
    monkeypatch.setattr("gateway.store.money.usage.MOST_PAGES", 2)
    write_all(deps, deps.store.tables.logs, [failure_item(failure(), 14)])
    run(deps)
    assert of_channel(1).failures == 1


def test_sums_of_consumption_know_nothing_of_failures(deps: Deps) -> None:
    write_all(deps, deps.store.tables.logs, [failure_item(failure(), 14)])
    assert run(deps) == {"entries": 0, "users": 0}
    assert not list(UsageItem.query("all")) and not list(UsageItem.query("user#7"))


def test_the_counters_go_away(deps: Deps) -> None:
    write(deps, [entry(channel_id=1, details=DETAILS)])
    run(deps)
    day = health.of_channels(CLOCK.now(), 24, Budget()).rows[0]
    assert day.item["ttl"] == (CLOCK.now() // 86_400 + KEPT_DAYS + 1) * 86_400
    assert day.item["owner"] == health_owner(day.item["owner"].partition("#")[2])
    assert day.item["day_model"].startswith(channel_prefix(1))
