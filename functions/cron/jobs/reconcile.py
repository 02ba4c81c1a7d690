"""Do the books agree? Every balance, used quota and counter against the entries it must be the sum of.

Traffic goes on meanwhile. What does not agree is read again; an account that keeps moving is told as ``unsettled``,
not as wrong, and channels, whose requests are counted all through the run, must lie between their counters before and
after it.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from cron.deps import Deps
from gateway import log
from gateway.billing.receipts import NoReceipt, receipt
from gateway.domain.money import EntryType
from gateway.store.money.ledger_sums import Books, Sums

ATTEMPTS = 5
PAUSE = 0.2  # seconds, then twice, three times as much: for indexes to catch up
SHOWN = 100  # differences that are logged one by one

_MOVING = ("quota", "used_quota", "request_count")  # what any change of an account's books changes


@dataclass(slots=True)
class Report:
    """What was looked at, and in plain words what does not agree."""

    users: int = 0
    tokens: int = 0
    channels: int = 0
    entries: int = 0
    unsettled: list[int] = field(default_factory=list[int])
    differences: list[str] = field(default_factory=list[str])


async def run(deps: Deps) -> dict[str, Any]:
    """Check everything; answers figures, and logs what differs."""
    report = await audit(Books(deps.dynamo, deps.ledger.tables))
    for difference in report.differences[:SHOWN]:
        log.error("the books differ", what=difference)
    if report.differences:
        log.metric("AuditDifferences", len(report.differences))
    return {
        "users": report.users,
        "tokens": report.tokens,
        "channels": report.channels,
        "entries": report.entries,
        "unsettled": len(report.unsettled),
        "differences": len(report.differences),
    }


async def audit(books: Books) -> Report:
    """Check every account, token and channel."""
    report, through = Report(), Sums()
    before = {channel: await books.channel_counter(channel) for channel in await books.channel_ids()}
    held = await books.open_holds()
    async for user_id in books.user_ids():
        account = await _settled_account(books, user_id, held)
        if account is None:
            report.unsettled.append(user_id)
            continue
        report.users += 1
        report.tokens += len(account.tokens)
        report.entries += account.sums.entries
        report.differences += account.differences
        through.merge_channels(account.sums)
    if not report.unsettled:
        await _check_channels(books, before, through, report)
    return report


@dataclass(slots=True)
class _Account:
    """One account's books, read between two looks at the account itself."""

    user: dict[str, Any]
    tokens: dict[int, dict[str, Any]]
    sums: Sums
    differences: list[str]
    still: bool  # nothing moved while it was read


async def _settled_account(books: Books, user_id: int, held: dict[int, int]) -> _Account | None:
    """The account once it agrees, or differs twice in the same way; ``None`` if it keeps moving."""
    last: list[str] | None = None
    for attempt in range(ATTEMPTS):
        account = await _account(books, user_id, held.get(user_id, 0))
        if account.still and (not account.differences or account.differences == last):
            return account
        last = account.differences if account.still else None
        await asyncio.sleep(PAUSE * (attempt + 1))
        held = await books.open_holds()
    return None


async def _account(books: Books, user_id: int, held: int) -> _Account:
    user, tokens, sums = await books.user(user_id), await books.tokens(user_id), Sums()
    wrong: list[str] = []
    async for entry in books.entries(user_id):
        sums.add(entry)
        wrong += entry_differences(entry)
    after = await books.user(user_id)
    still = all(user.get(name) == after.get(name) for name in _MOVING)
    return _Account(user, tokens, sums, [*account_differences(user, tokens.values(), sums, held), *wrong], still)


def account_differences(user: dict[str, Any], tokens: Iterable[dict[str, Any]], sums: Sums, held: int) -> Iterable[str]:
    """What of an account and its tokens is not the sum of its entries."""
    name = f"user {user.get('id')} ({user.get('username')})"
    yield from _differs(f"{name}: balance", user.get("quota", 0), sums.balance - held)
    yield from _differs(f"{name}: used quota", user.get("used_quota", 0), sums.used)
    yield from _differs(f"{name}: request count", user.get("request_count", 0), sums.requests)
    if user.get("quota", 0) < 0:
        yield f"{name}: balance {user['quota']} is negative"
    for token in tokens:
        expected = sums.tokens.get(token["id"], 0)
        yield from _differs(f"token {token['id']} of {name}: used quota", token.get("used_quota", 0), expected)


def entry_differences(entry: dict[str, Any]) -> Iterable[str]:
    """What of a consumption entry contradicts itself: its delta or its receipt."""
    if entry["type"] != EntryType.CONSUME:
        return
    name = f"entry {entry['request_id']} of user {entry['user_id']}"
    yield from _differs(f"{name}: delta", entry.get("delta", 0), -entry["quota"])
    try:
        found = receipt(entry["quota"], entry.get("details") or {})
    except NoReceipt:
        return  # brought over from elsewhere
    if not found.agrees:
        yield f"{name}: charged {found.charged}, but its receipt says {found.computed - found.shortfall}"


async def _check_channels(books: Books, before: dict[int, tuple[int, int]], sums: Sums, report: Report) -> None:
    channels = sorted({*before, *sums.channels})
    for channel in channels:
        low, high = before.get(channel, (0, 0)), await books.channel_counter(channel)
        computed = sums.channels.get(channel, (0, 0))
        for what, least, found, most in zip(("used quota", "request count"), low, computed, high, strict=True):
            if not least <= found <= most:
                report.differences.append(f"channel {channel}: {what} is {most}, its entries say {found}")
    report.channels = len(channels)


def _differs(what: str, stored: int, computed: int) -> Iterable[str]:
    if stored != computed:
        yield f"{what} is {stored}, the entries say {computed}"
