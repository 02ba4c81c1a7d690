"""A day of a small reseller in a few seconds: whatever the gateway says of it agrees, to the unit, with what providers
and customers have in books of their own.

Three channels (one gets worse by the hour, one dies at noon, one is slow and right), twenty customers, and the jobs at
their intervals. ``RESELLER_REQUESTS`` and ``RESELLER_SEED`` play longer and other days.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from gateway.domain.channel import ChannelStatus
from gateway.store.accounts import balances, users
from tests.admin.resources.test_exports import NEXT, table, whole
from tests.relay.reseller import script
from tests.relay.reseller.play import Played, play
from tests.relay.reseller.sales import CALLERS_FAULT, DIVISIONS, Sale, divided, faults, sales, summed
from tests.relay.reseller.script import UNKNOWN, Ask
from tests.support.tables import Stack

Json = dict[str, Any]
REQUESTS, SEED = int(os.environ.get("RESELLER_REQUESTS", "400")), int(os.environ.get("RESELLER_SEED", "1"))
SUMS = ("request_count", "quota", "prompt_tokens", "completion_tokens", "cost", "margin", "without_cost")


@dataclass(frozen=True, slots=True)
class Evening:
    """The day, its entries and failures as they lie in the tables, and what must have been sold."""

    day: Played
    entries: list[Json]
    failures: list[Json]
    sold: list[Sale]

    def get(self, path: str, **query: Any) -> Any:
        """What the management API answers to root, parsed."""
        answer = self.day.house.api.get(path, params=query)
        assert answer["success"], answer
        return answer

    def listed(self, path: str, **query: Any) -> list[Json]:
        """Every row of a list, part after part."""
        rows, cursor = list[Json](), dict[str, str]()
        while True:
            answer = self.day.house.api.raw("GET", path, params=query | {"page_size": 100} | cursor)
            rows += answer.json()["data"]
            if NEXT not in answer.headers:
                return rows
            cursor = {"cursor": answer.headers[NEXT]}


@pytest.fixture
def evening(tables: Stack) -> Iterator[Evening]:
    day = play(tables, count=REQUESTS, seed=SEED)
    try:
        kept = [row for row in day.house.table("logs") if "type" in row]
        entries, failures = ([row for row in kept if row["type"] == type_] for type_ in (2, 8))
        yield Evening(day, entries, failures, sales(day, entries))
    finally:
        day.house.close()


def test_everything_the_gateway_says_of_a_day_agrees_with_the_books_of_providers_and_customers(
    evening: Evening,
) -> None:
    for agrees in CHECKS:
        agrees(evening)


def everything_that_was_to_happen_happened(evening: Evening) -> None:
    """A day on which nothing fails, or everything does, says little."""
    degrading, dying, slow = evening.day.providers.values()
    assert {"answered", "server", "overloaded", "broken", "invalid"} == {one.came for one in degrading.asked}
    assert {"answered", "unreachable", "credentials"} <= {one.came for one in dying.asked}
    assert "answered" in {one.came for one in slow.asked}
    seen = Counter(ask.status for ask in evening.day.asks)
    assert {0, 200, 400, 403, 404, 429} <= seen.keys()
    assert any(failure["details"]["attempts"] for failure in evening.failures)
    assert any(entry["details"].get("attempts") for entry in evening.entries)


def entries_are_what_was_sold(evening: Evening) -> None:
    """Each answer once, at its price, to whoever asked, of whom it came from; and nothing else."""
    by_id = {entry["request_id"]: entry for entry in evening.entries}
    assert len(by_id) == len(evening.entries) == len(evening.sold)
    for sale in evening.sold:
        entry, customer = by_id[sale.request_id], sale.ask.customer
        names = ("user_id", "token_id", "channel_id", "model_name", "prompt_tokens", "completion_tokens")
        wanted = (customer.user_id, customer.token_id, sale.channel, sale.ask.model, sale.prompt, sale.completion)
        assert tuple(entry[name] for name in names) == wanted, sale
        assert (entry["quota"], entry.get("cost"), entry["delta"]) == (sale.quota, sale.cost, -sale.quota), sale
        assert sale.ask.request_id in ("", sale.request_id)


def customers_got_what_they_paid_for(evening: Evening) -> None:
    """Who stayed and was answered is charged once, who was refused not at all; limits held."""
    charged = Counter(sale.ask.number for sale in evening.sold)
    for ask in evening.day.asks:
        if not ask.leaves:
            assert charged[ask.number] == (ask.status == 200), ask
    limited = [ask for ask in evening.day.asks if ask.customer.number == script.LIMITED and ask.status == 200]
    windows = Counter(int(ask.at // (5 * 3600)) for ask in limited)
    assert max(windows.values()) <= script.MOST_REQUESTS
    bought = [sale.quota for sale in evening.sold if sale.ask.customer.number == script.BUDGETED]
    assert sum(bought) <= script.MOST_QUOTA


def balances_are_what_is_left(evening: Evening) -> None:
    spent = {key: row["quota"] for key, row in divided(evening.sold, "user").items()}
    count = {key: row["request_count"] for key, row in divided(evening.sold, "user").items()}
    for customer in evening.day.customers:
        row = users.get(evening.day.house.store, customer.user_id)
        assert row is not None
        balance, key = balances.of_account(row), str(customer.user_id)
        assert (balance.quota, balance.held) == (customer.given - spent.get(key, 0), 0), customer
        assert (row.used_quota, row.request_count) == (spent.get(key, 0), count.get(key, 0)), customer
    by_token = {key: row["quota"] for key, row in divided(evening.sold, "token").items()}
    tokens = {row["id"]: row for row in evening.day.house.table("tokens") if "used_quota" in row}
    for customer in evening.day.customers:
        token = tokens[customer.token_id]
        assert token["used_quota"] == by_token.get(str(customer.token_id), 0), customer
        assert not token.get("holds")
    for number in evening.day.providers:
        row = evening.get(f"/api/channel/{number}")["data"]
        assert row["used_quota"] == divided(evening.sold, "channel")[str(number)]["quota"]


def the_audit_finds_nothing(evening: Evening) -> None:
    found = evening.day.house.loop.run_until_complete(evening.day.house.job("audit"))
    assert (found["differences"], found["unsettled"], found["freed"], found["debtors"]) == (0, 0, 0, 0)


def sums_are_those_of_what_was_sold(evening: Evening) -> None:
    for by in DIVISIONS:
        answer = evening.get("/api/usage", by=by, days=2)
        assert {row["key"]: shown(row) for row in answer["data"]} == divided(evening.sold, by), by
        assert shown(answer["totals"]) == summed(evening.sold), by
        top = evening.get("/api/usage/top", by=by, days=2, limit=100)["data"]
        assert {row["key"]: shown(row) for row in top["rows"]} == divided(evening.sold, by), by
        assert shown(top["totals"]) == summed(evening.sold), by
    for customer in evening.day.customers:
        mine = [sale for sale in evening.sold if sale.ask.customer is customer]
        answer = evening.get("/api/usage", user_id=customer.user_id, days=2)
        assert shown(answer["totals"]) == summed(mine)
        assert {row["key"]: shown(row) for row in answer["data"]} == divided(mine, "model")


def channels_are_as_their_providers_were(evening: Evening) -> None:
    stats = {row["channel"]: row for row in evening.get("/api/channel/stats", hours=48)["data"]}
    assert stats.keys() == evening.day.providers.keys()
    for number, provider in evening.day.providers.items():
        found, went_wrong = stats[number], faults(evening.day, number)
        blamed = {kind: count for kind, count in went_wrong.items() if kind != CALLERS_FAULT}
        sold = divided(evening.sold, "channel")[str(number)]
        assert (found["requests"], found["failures"]) == (len(provider.asked), sum(blamed.values())), provider.name
        assert found["faults"] == blamed, provider.name
        assert (found["quota"], found["prompt_tokens"]) == (sold["quota"], sold["prompt_tokens"]), provider.name
        assert found == evening.get(f"/api/channel/{number}/stats", hours=48)["data"]
        assert found["requests"] == sum(hour["requests"] for hour in found["hours"])
        assert found["requests"] == sum(model["requests"] for model in found["models"])
        off = ChannelStatus.AUTO_DISABLED if provider.name == "dying" else ChannelStatus.ENABLED
        assert evening.get(f"/api/channel/{number}")["data"]["status"] == off, provider.name
        assert len(evening.listed("/api/log", type=5, channel=number)) == len(provider.tested)


def failures_are_all_there_with_who_was_asked(evening: Evening) -> None:
    listed = evening.listed("/api/log", type=8)
    refused = {ask.request_id for ask in evening.day.asks if ask.status >= 400}
    assert refused <= {row["request_id"] for row in listed}
    assert len(listed) == len(evening.failures) == len(evening.day.asks) - len(evening.sold)
    among = evening.listed("/api/log", failures="true")
    assert len([row for row in among if row["type"] == 8]) == len(listed)
    assert len([row for row in among if row["type"] == 2]) == len(evening.sold)
    kinds = {row["request_id"]: row["detail"]["kind"] for row in listed}
    for ask in evening.day.asks:
        if (kind := because_of(ask)) and ask.status >= 400:
            assert kinds[ask.request_id] in kind, ask
    attempts = Counter[tuple[int, str]]()
    for row in among:
        attempts.update((one["channel"], one["kind"]) for one in row["detail"]["attempts"])
        if row["type"] == 2 and row["detail"]["kind"]:
            attempts[row["channel"], row["detail"]["kind"]] += 1
    assert attempts == Counter(
        {
            (number, kind): count
            for number in evening.day.providers
            for kind, count in faults(evening.day, number).items()
        }
    )


def because_of(ask: Ask) -> set[str]:
    """What a request of somebody special may fail for, unless its channels do."""
    channels = {"server", "overloaded", "unreachable", "credentials", "no_channel"}
    if ask.model == UNKNOWN:
        assert ask.customer.number == script.ASKS_FOR_OTHERS
        return {"no_model"}
    of = {script.SWEARS: "invalid", script.LIMITED: "rate_limit", script.BUDGETED: "rate_limit"}
    of |= {script.WITHOUT_MONEY: "quota", script.WITH_USED_TOKEN: "quota key"}
    return channels | set(of.get(ask.customer.number, "").split())


def files_say_the_same(evening: Evening) -> None:
    root = evening.day.house.api
    for kind in ("csv", "jsonl"):
        text, _ = whole(root, "/api/log/export", format=kind, type="2", page_size="150")
        rows = parsed(text, kind)
        sold = {(sale.request_id, sale.quota, sale.cost, sale.prompt, sale.completion) for sale in evening.sold}
        names = ("quota", "cost", "prompt_tokens", "completion_tokens")
        assert {(row["request_id"], *(number(row[name]) for name in names)) for row in rows} == sold
        assert len(rows) == len(sold)
        for by in DIVISIONS:
            text, _ = whole(root, "/api/usage/export", format=kind, by=by, days="2", page_size="7")
            found = {row["key"]: {name: number(row[name]) for name in SUMS} for row in parsed(text, kind)}
            assert found == divided(evening.sold, by), (kind, by)


def parsed(text: str, kind: str) -> list[Json]:
    return [dict(row) for row in table(text)] if kind == "csv" else [json.loads(line) for line in text.splitlines()]


def number(value: Any) -> int | None:
    """A cell, or what stands in a line of JSON."""
    return None if value in ("", None) else int(value)


def shown(row: Json) -> Json:
    """The sums of a row."""
    return {name: row.get(name) for name in SUMS}


CHECKS: tuple[Callable[[Evening], None], ...] = (
    everything_that_was_to_happen_happened,
    entries_are_what_was_sold,
    customers_got_what_they_paid_for,
    balances_are_what_is_left,
    the_audit_finds_nothing,
    sums_are_those_of_what_was_sold,
    channels_are_as_their_providers_were,
    failures_are_all_there_with_who_was_asked,
    files_say_the_same,
)
