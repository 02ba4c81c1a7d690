"""Asking providers how much is left on a channel's account."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

from gateway.errors import NotFound, UpstreamBroken
from gateway.providers.balances import Account, BalanceUnknown, Json, Query, Question, query
from gateway.providers.catalog import provider
from gateway.records import dataclass
from gateway.security.credentials import SealBroken
from gateway.store.channels import channels
from gateway.store.context import Store
from gateway.store.schema.channels import ChannelRow
from gateway.upstream import Upstream
from gateway.upstream.protocol import SignedRequest, Timeouts

_TIMEOUTS = Timeouts(connect=5, first_byte=15, idle=15)
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of asking about one channel: a balance, or why there is none."""

    channel_id: int
    balance: Decimal | None
    problem: str = ""


def has_balance(row: ChannelRow) -> bool:
    """Whether the channel's provider can be asked at all."""
    try:
        return bool(provider(row.type).balance)
    except NotFound:
        return False


def refresh(store: Store, rows: Sequence[ChannelRow], *, proxy: str) -> list[Heard]:
    """Ask about these channels, a few at once, and store what was heard. A balance nobody told stays as it was."""
    heard = asyncio.run(_ask_all(store, rows, proxy))
    for answer in heard:
        if answer.balance is not None:
            values = {"balance": f"{answer.balance:f}", "balance_updated_time": store.clock.now()}
            channels.note(store, answer.channel_id, values)
    return heard


async def _ask_all(store: Store, rows: Sequence[ChannelRow], proxy: str) -> list[Heard]:
    upstream = Upstream(timeouts=_TIMEOUTS, proxy=proxy)
    turn = asyncio.Semaphore(_AT_ONCE)

    async def request(row: ChannelRow) -> Heard:
        async with turn:
            try:
                return Heard(row.id, await _answered(upstream, _query(store, row)))
            except (BalanceUnknown, NotFound, SealBroken, UpstreamBroken) as problem:
                return Heard(row.id, None, str(problem))

    try:
        return await asyncio.gather(*map(request, rows))
    finally:
        await upstream.close()


def _query(store: Store, row: ChannelRow) -> Query:
    kind = provider(row.type)
    keys = [line.strip() for line in channels.opened(store, row).split("\n") if line.strip()]
    base_url = (row.base_url or kind.base_url).rstrip("/")
    today = datetime.fromtimestamp(store.clock.now(), UTC).date()
    return query(kind.balance, Account(base_url=base_url, key=keys[0] if keys else "", today=today))


async def _answered(upstream: Upstream, steps: Query) -> Decimal:
    question = next(steps)
    while True:
        answer = await _get(upstream, question)
        try:
            question = steps.send(answer)
        except StopIteration as done:
            return cast(Decimal, done.value)


async def _get(upstream: Upstream, question: Question) -> Json:
    headers = {"Accept": "application/json", **question.headers}
    reply = await upstream.complete(SignedRequest(method="GET", url=question.url, headers=headers, body=b""))
    if reply.status != 200:
        raise BalanceUnknown(f"status code: {reply.status}")
    try:
        answer: Any = json.loads(reply.body)
    except (ValueError, RecursionError):
        raise BalanceUnknown("the answer is not JSON") from None
    if not isinstance(answer, dict):
        raise BalanceUnknown("the answer is not an object")
    return cast(Json, answer)
