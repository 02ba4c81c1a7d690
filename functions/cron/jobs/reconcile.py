"""Do the books agree? Every balance, used quota and counter against the entries it must be the sum of.

A balance is what is free in all parts of a wallet and what is held there. It agrees if its entries add up to that, but
for those whose hold is still there. Sums that the roll-up adds are held against the entries up to its cursors, which
are complete and never change: so what they come to is kept, and the next audit reads only newer ones (``full``: all).

Traffic goes on meanwhile. What does not agree is read again; an account that keeps moving is told as ``unsettled``, not
as wrong. A debt is told, too, and is no difference.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cron.deps import Deps
from gateway import log
from gateway.billing.receipts import NoReceipt, receipt
from gateway.domain.money import EntryType
from gateway.store.money import orphans
from gateway.store.money.ledger_sums import Books, Checked, Cursors, Sums, View
from gateway.store.money.orphans import Orphan
from gateway.store.money.wallet import open_holds
from gateway.store.money.wallet_parts import Balance
from gateway.store.schema.tables import LOG_SHARDS

ATTEMPTS = 5
PAUSE = 0.2  # seconds, then twice, three times as much: for indexes to catch up
SHOWN = 100  # differences that are logged one by one
KEEP_EACH = 50_000  # entries after which sums are kept, so that a run that is ended goes on there
MOST_WRONG = 20  # contradictions of one account that are kept

Item = Mapping[str, Any]
Pause = Callable[[float], Awaitable[object]]

_MOVING = ("quota", "used_quota", "request_count", "holds")  # what any change of an account's books changes


@dataclass(slots=True)
class Report:
    """What was looked at, and in plain words what does not agree. ``debt``: what all debtors owe together."""

    users: int = 0
    tokens: int = 0
    channels: int = 0
    entries: int = 0
    debtors: int = 0
    debt: int = 0
    unsettled: list[int] = field(default_factory=list[int])
    differences: list[str] = field(default_factory=list[str])
    orphans: list[Orphan] = field(default_factory=list[Orphan])


async def run(deps: Deps) -> dict[str, Any]:
    """Check everything and free what is left in tokens; answers figures, and logs what differs."""
    report = await audit(Books(deps.dynamo, deps.ledger.tables), pause=deps.pause)
    for difference in report.differences[:SHOWN]:
        log.error("the books differ", what=difference)
    if report.differences:
        log.metric("AuditDifferences", len(report.differences))
    return {
        "users": report.users,
        "tokens": report.tokens,
        "channels": report.channels,
        "entries": report.entries,
        "debtors": report.debtors,
        "debt": report.debt,
        "unsettled": len(report.unsettled),
        "differences": len(report.differences),
        "freed": await free(deps, report.orphans),
    }


async def free(deps: Deps, found: Iterable[Orphan]) -> int:
    """Finish the holds that only tokens have, once no process can be at work on them; answers how many."""
    now, freed = deps.clock.now(), 0
    for orphan in found:
        if orphan.hold.until < now - deps.settings.hold_ttl and await orphans.finish(deps.ledger, orphan, now):
            log.error("hold freed that only a token had", request_id=orphan.hold.request_id, token=orphan.token_id)
            freed += 1
    return freed


@dataclass(frozen=True, slots=True)
class _Start:
    """The counters of channels, and how far the roll-up had come with them."""

    cursors: Cursors
    counters: Mapping[int, tuple[int, int]]

    @property
    def until(self) -> str:
        """Up to where everything is added, whatever shard it is in."""
        return min(self.cursors.values()) if len(self.cursors) == LOG_SHARDS else ""


async def audit(books: Books, *, full: bool = False, pause: Pause = asyncio.sleep) -> Report:
    """Check every account, token and channel; ``full``: by all entries, whatever was kept of them."""
    report, through = Report(), Sums()
    start, legacy = await _start(books), await books.legacy_holds()
    async for user_id in books.user_ids():
        kept = await _kept(books, user_id, start.until, full=full)
        account = await _settled_account(books, user_id, legacy.get(user_id, 0), kept, start.cursors, pause)
        through.merge_channels(account.sums)
        report.orphans += account.orphans
        if not account.still:
            report.unsettled.append(user_id)
            continue
        report.users += 1
        report.tokens += len(account.tokens)
        report.entries += account.sums.entries
        report.debtors += account.debt > 0
        report.debt += account.debt
        report.differences += account.differences
    await _check_channels(books, start, through, report)
    return report


async def _start(books: Books) -> _Start:
    """Counters and cursors that belong together."""
    while True:
        before = await books.cursors()
        counters = {channel: await books.channel_counter(channel) for channel in await books.channel_ids()}
        if await books.cursors() == before:
            return _Start(before, counters)


async def _kept(books: Books, user_id: int, until: str, *, full: bool) -> Checked:
    """The sums of a user's entries up to there: what was kept, and what has come since."""
    kept = Checked() if full else await books.kept(user_id, until)
    if not until:
        return kept
    last, kept_at = kept.until, kept.sums.entries
    async for entry in books.entries(user_id, kept.until, until):
        if kept.sums.entries - kept_at >= KEEP_EACH:
            kept.until, kept_at = last, kept.sums.entries
            await books.keep(user_id, kept)
        kept.sums.add(entry)
        kept.wrong = [*kept.wrong, *entry_differences(entry)][:MOST_WRONG]
        last = entry["request_id"]
    if kept.until != until:
        kept.until = until
        await books.keep(user_id, kept)
    return kept


@dataclass(slots=True)
class _Account:
    """One account's books, read between two looks at the account itself."""

    tokens: dict[int, dict[str, Any]]
    sums: Sums
    differences: list[str]
    orphans: list[Orphan]
    debt: int
    still: bool  # nothing moved while it was read


async def _settled_account(
    books: Books, user_id: int, legacy: int, kept: Checked, begun: Cursors, pause: Pause
) -> _Account:
    """The account once it agrees, or differs twice in the same way; not ``still`` if it keeps moving."""
    account = await _account(books, user_id, legacy, kept, begun)
    for attempt in range(1, ATTEMPTS):
        if account.still and not account.differences:
            return account
        last = account.differences if account.still else None
        await pause(PAUSE * attempt)
        legacy = (await books.legacy_holds()).get(user_id, 0)
        account = await _account(books, user_id, legacy, kept, begun)
        if account.still and account.differences == last:
            return account
    account.still = False
    return account


async def _account(
    books: Books, user_id: int, legacy: int = 0, kept: Checked | None = None, begun: Cursors | None = None
) -> _Account:
    kept = kept or Checked()
    cursors, wallets, tokens = await books.cursors(), await books.wallets(user_id), await books.tokens(user_id)
    view = View(
        open=_open(wallets),
        tokens={token: _open([item]) for token, item in tokens.items()},
        cursors=cursors,
        begun=begun,
    )
    sums, wrong = kept.further(), [*kept.wrong]
    async for entry in books.entries(user_id, kept.until):
        sums.add(entry, view)
        wrong += entry_differences(entry)
    after = await books.wallets(user_id)
    still = _figures(wallets) == _figures(after) and await books.cursors() == cursors
    return _Account(
        tokens,
        sums,
        [*account_differences(wallets, tokens.values(), sums, legacy), *wrong],
        orphans.orphans(user_id, wallets, tokens.values()),
        max(0, -_balance(wallets)),
        still,
    )


def _open(wallets: Iterable[Item]) -> set[str]:
    return {hold.request_id for item in wallets for hold in open_holds(item)}


def _figures(wallets: Iterable[Item]) -> dict[str, list[Any]]:
    """What would have moved; compared as values, for the database may answer the same holds in another order."""
    return {item["pk"]: [item.get(name) for name in _MOVING] for item in wallets}


def _balance(wallets: list[dict[str, Any]]) -> int:
    found = Balance.of(wallets)
    return found.free + found.held


def account_differences(
    wallets: list[dict[str, Any]], tokens: Iterable[Item], sums: Sums, legacy: int = 0
) -> Iterable[str]:
    """What of an account, with its parts and tokens, is not the sum of its entries. ``legacy``: held of old."""
    user, found = (wallets or [{}])[0], Balance.of(wallets)
    name = f"user {user.get('id')} ({user.get('username')})"
    yield from _differs(f"{name}: balance", found.free + found.held, sums.balance - legacy)
    yield from _differs(f"{name}: used quota", found.used_quota, sums.used)
    yield from _differs(f"{name}: request count", found.request_count, sums.requests)
    for token in tokens:
        expected = sums.tokens.get(token["id"], 0)
        yield from _differs(f"token {token['id']} of {name}: used quota", token.get("used_quota", 0), expected)


def entry_differences(entry: Item) -> Iterable[str]:
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


async def _check_channels(books: Books, start: _Start, sums: Sums, report: Report) -> None:
    """Those that exist exactly; of one that was deleted the counter is read only now, and may have more by then."""
    moved = await books.cursors() != start.cursors
    for channel in sorted({*start.counters, *sums.channels}):
        computed = sums.channels.get(channel, (0, 0))
        counted, more = start.counters.get(channel), False
        if counted is None:
            counted, more = await books.channel_counter(channel), moved
        for what, stored, found in zip(("used quota", "request count"), counted, computed, strict=True):
            if stored < found or (stored > found and not more):
                report.differences.append(f"channel {channel}: {what} is {stored}, its entries say {found}")
        report.channels += 1


def _differs(what: str, stored: int, computed: int) -> Iterable[str]:
    if stored != computed:
        yield f"{what} is {stored}, the entries say {computed}"
