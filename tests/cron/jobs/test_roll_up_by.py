"""Sums by more than model: token, channel, account, group and hour, equal in sum whatever they are divided by."""

from datetime import UTC, datetime
from typing import Any

import pytest

from cron.deps import Deps
from gateway.domain.money import Entry
from gateway.store.client.attributes import to_item
from gateway.store.client.expressions import MOST_ACTIONS
from gateway.store.money import sums
from gateway.store.money.ledger_requests import entry_item
from gateway.store.money.ledger_walk import Budget
from gateway.store.money.usage_batch import Batch
from gateway.store.money.usage_keys import KEPT_DAYS, MOST_KEYS, OF_ALL, OF_ONE, By, keys_of, partition
from gateway.store.schema.items import UsageItem
from gateway.store.schema.tables import LOG_SHARDS
from tests.cron.jobs.test_roll_up import DAY, deps, entry, run, write

__all__ = ["deps"]
FROM, TO = "2025-01-01", "2099-12-31"


def asked(number: int, **changes: Any) -> Entry:
    """One of many different requests."""
    wanted = {
        "user_id": 7 + number % 3,
        "username": f"user-{number % 3}",
        "token_id": 40 + number % 5,
        "token_name": f"key-{number % 5}",
        "channel_id": 1 + number % 2,
        "details": {"group": ("default", "vip")[number % 2]},
        "quota": number,
    }
    return entry(DAY + number * 600, **(wanted | changes))


def of(owner: str, by: By) -> dict[str, int]:
    found = sums.summed(partition(owner, by), FROM, TO, Budget())
    return {key: row.counts["quota"] for key, row in found.by_key.items()}


def test_every_division_has_the_same_total(deps: Deps) -> None:
    write(deps, [asked(number) for number in range(1, 201)])
    run(deps)
    for by in OF_ALL:
        assert sum(of("all", by).values()) == sum(range(1, 201)), by
    for by in OF_ONE:
        assert sum(of("user#8", by).values()) == sum(range(1, 201, 3)), by
    assert of("all", "group") == {"default": sum(range(2, 201, 2)), "vip": sum(range(1, 200, 2))}
    assert set(of("all", "channel")) == {"1", "2"}
    assert set(of("all", "hour")) == {f"{hour:02d}" for hour in range(24)}
    assert set(of("user#7", "token")) == {"40", "41", "42", "43", "44"}


def test_costs_are_summed_up_where_they_are_known(deps: Deps) -> None:
    write(deps, [asked(1, cost=4), asked(1, cost=0), asked(1)])
    run(deps)
    for owner in ("all", "all/channel", "user#8", "user#8/token"):
        (row,) = sums.between(owner, FROM, TO)
        counts = row.counts
        assert (counts["request_count"], counts["quota"]) == (3, 3), owner
        assert (counts["cost"], counts["costed_quota"], counts["costed_count"]) == (4, 2, 2), owner


def test_what_was_compared_with_other_prices_is_summed_up_apart(deps: Deps) -> None:
    told = ({"shadow": "7"}, {"shadow": ""}, {})
    write(deps, [asked(10, details={"group": "default", **details}) for details in told])
    run(deps)
    (row,) = sums.between("all", FROM, TO)
    assert (row.counts["request_count"], row.counts["quota"]) == (3, 30)
    found = [row.counts[name] for name in ("shadow", "shadowed_quota", "shadowed_count", "shadow_unknown")]
    assert found == [7, 10, 1, 1]


def test_a_token_keeps_a_name_it_had_and_says_whose_it_is(deps: Deps) -> None:
    """Of several names that of whichever shard of the ledger was read last."""
    write(deps, [asked(1, token_name="old", ago=90)])
    write(deps, [asked(1, token_name="new", ago=60)])
    run(deps)
    (row,) = sums.between("all/token", FROM, TO)
    assert (row.key, row.user_id, row.counts["request_count"]) == ("41", 8, 2)
    assert row.name in {"old", "new"}
    (row,) = sums.between("all/user", FROM, TO)
    assert (row.key, row.name) == ("8", "user-1")


def test_sums_by_model_stay_and_all_others_go_after_their_time(deps: Deps) -> None:
    write(deps, [asked(1)])
    run(deps)
    kept = {item.owner: item.ttl for owner in ("all", "all/hour", "user#8/token") for item in UsageItem.query(owner)}
    gone = (DAY // 86_400 + KEPT_DAYS) * 86_400
    assert kept == {"all": None, "all/hour": gone, "user#8/token": gone}


def test_a_batch_never_outgrows_a_transaction(deps: Deps) -> None:
    assert len(list(keys_of(entry_item(asked(1))))) == MOST_KEYS
    batch, number = Batch(), 0
    while not batch.full:
        number += 1
        different = asked(number, user_id=number, token_id=number, channel_id=number, model_name=f"m{number}")
        batch.add(entry_item(different))
    tokens = {key: {} for key in batch.tokens}
    assert len(batch.actions(deps.store.tables, 0, tokens)) < MOST_ACTIONS


def test_what_was_counted_until_is_where_the_slowest_shard_is(deps: Deps) -> None:
    assert sums.counted_until() == 0
    write(deps, [asked(number) for number in range(40)])
    run(deps, lag=60)
    reached = sums.counted_until()
    assert deps.clock.now() - 90 <= reached <= deps.clock.now() - 60
    old = to_item({"owner": "cursor", "day_model": "2", "request_id": "2026010203040500000000000000000"})
    deps.store.transactor._client.call("PutItem", {"TableName": deps.store.tables.usage, "Item": old})
    assert sums.counted_until() == 1_767_323_045


@pytest.mark.parametrize("turn", [1_767_225_600, 1_767_229_200, 1_767_225_660, 1_767_225_601])
def test_a_cursor_below_the_turn_of_a_year_an_hour_or_a_minute_is_a_time(deps: Deps, turn: int) -> None:
    below = str(int(datetime.fromtimestamp(turn, UTC).strftime("%Y%m%d%H%M%S")) - 1)
    for shard in range(LOG_SHARDS):
        item = to_item({"owner": "cursor", "day_model": str(shard), "request_id": below})
        deps.store.transactor._client.call("PutItem", {"TableName": deps.store.tables.usage, "Item": item})
    assert turn - 1 <= sums.counted_until() <= turn


def test_more_than_one_answer_may_read_is_said_to_be_a_part(deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    write(deps, [asked(number) for number in range(1, 100)])
    run(deps)
    found = sums.summed("all/hour", FROM, TO, Budget(1))
    assert found.complete
    assert not sums.summed("all/hour", FROM, TO, Budget(0)).complete
