"""What no request writes for itself: sums of channels and of tokens without a limit, each entry once, late ones too."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from cron.deps import Deps
from cron.jobs import release_holds
from gateway.clock import SystemClock
from gateway.domain.money import Entry, Hold
from gateway.store.accounts import tokens
from gateway.store.channels import channels
from gateway.store.client.attributes import to_item
from gateway.store.client.expressions import put_new
from gateway.store.money.ledger_requests import LATER, entry_item
from gateway.store.schema.tokens import TokenRow
from tests.cron.jobs.test_roll_up import DAY, deps, entry, request_id, run, totals, write

__all__ = ["deps"]
CLOCK = SystemClock()


def new_token(deps: Deps, **changes: Any) -> TokenRow:
    return tokens.create(deps.store, TokenRow(id=0, user_id=1, name="t", unlimited_quota=True, **changes))[0]


def of(token: TokenRow, *, limited: bool = False, **changes: Any) -> Entry:
    mine = {"user_id": 1, "token_id": token.id, "channel_id": 5, "details": {"limited": limited}}
    return entry(DAY, **{**mine, **changes})


def used(deps: Deps, token: TokenRow) -> int:
    found = tokens.get(deps.store, 1, token.id)
    assert found is not None
    return found.used_quota


def do(deps: Deps, work: Callable[[], Awaitable[Any]]) -> Any:
    async def done() -> Any:
        try:
            return await work()
        finally:
            await deps.dynamo.close()

    return asyncio.run(done())


def test_channels_and_tokens_without_a_limit_get_their_sums_once(deps: Deps) -> None:
    token, limited = new_token(deps), new_token(deps)
    write(deps, [of(token) for _ in range(30)] + [of(limited, limited=True), of(token, channel_id=0)])
    for _ in range(3):
        run(deps)
    assert (used(deps, token), used(deps, limited)) == (310, 0)
    assert channels.used_quota(deps.store, 5) == 310
    found = tokens.get(deps.store, 1, token.id)
    assert found is not None
    assert found.accessed_time == max(token.created_time, DAY)


def test_the_time_of_use_is_the_latest_whatever_comes_first(deps: Deps) -> None:
    token = new_token(deps)
    soon = CLOCK.now() + 100
    write(deps, [of(token, created_at=soon, request_id=request_id(90)), of(token, request_id=request_id(50))])
    run(deps)
    found = tokens.get(deps.store, 1, token.id)
    assert found is not None
    assert found.accessed_time == soon


def test_entries_from_before_the_roll_up_added_those_sums_are_not_added_to_them(deps: Deps) -> None:
    token = new_token(deps)
    item = {name: value for name, value in entry_item(of(token)).items() if name != LATER}
    deps.store.transactor.transact({"TransactItems": [put_new(deps.store.tables.logs, item, "owner")]})
    assert run(deps)["entries"] == 1
    assert (used(deps, token), channels.used_quota(deps.store, 5)) == (0, 0)
    assert totals("user#1")["2025-10-09", "m"][0] == 1


def test_a_token_that_was_deleted_stops_nothing_and_does_not_come_back(deps: Deps) -> None:
    gone, stays = new_token(deps), new_token(deps)
    write(deps, [of(gone), of(stays)])
    assert tokens.remove(deps.store, gone)
    assert run(deps)["entries"] == 2
    assert tokens.get(deps.store, 1, gone.id) is None
    key = to_item({"pk": "user#1", "id": gone.id})
    assert do(deps, lambda: deps.dynamo.get(deps.store.tables.tokens, key)) is None
    assert (used(deps, stays), channels.used_quota(deps.store, 5)) == (10, 20)


def test_a_token_deleted_between_reading_and_writing_is_left_out(deps: Deps) -> None:
    gone = new_token(deps)
    write(deps, [of(gone)])
    read, removed = deps.dynamo.batch_get, []

    async def reading(keys: Any) -> Any:
        found = await read(keys)
        if found.get(deps.store.tables.tokens) and not removed:
            removed.append(tokens.remove(deps.store, gone))
        return found

    deps.dynamo.batch_get = reading  # type: ignore[method-assign]
    assert run(deps)["entries"] == 1
    assert removed == [True]
    assert channels.used_quota(deps.store, 5) == 10


def test_who_comes_back_after_the_sums_went_past_his_request_is_added_too(deps: Deps) -> None:
    token = new_token(deps)
    past = CLOCK.now() - 500
    hold = Hold(
        request_id=request_id(500),
        user_id=1,
        token_id=token.id,
        limited=False,
        amount=20,
        created_at=past,
        expires_at=past + 60,
    )
    do(deps, lambda: deps.ledger.reserve(hold))
    assert do(deps, lambda: release_holds.run(deps))["released"] == 1
    write(deps, [of(token, request_id=request_id(100))])
    assert run(deps, lag=50)["entries"] == 1  # the sums are past the request now
    late = replace(of(token, quota=15), request_id=hold.request_id, created_at=CLOCK.now() - 10)
    assert do(deps, lambda: deps.ledger.settle(hold, late)) == "late"
    assert do(deps, lambda: deps.ledger.settle(hold, late)) == "late"
    assert run(deps, lag=-2)["entries"] == 1  # it lies at this moment
    assert run(deps, lag=-2)["entries"] == 0
    assert (used(deps, token), channels.used_quota(deps.store, 5)) == (25, 25)
