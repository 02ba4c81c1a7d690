"""What is counted of a subject's limits: one item beside the wallets, with all windows and requests under way. Pure.

An item of the table of counters, whose attributes are flat, so that one UpdateItem may begin it::

    {"name": "limit#token#70", "shard": 0, "ttl": ...,
     "s:quota/day": 880,                      what counts now of a rule, all its buckets together
     "b:quota/day|1795996800": 880,           a bucket, by when it began; it says until when it counts
     "s:concurrent": 1,                       of what has no window there is the sum alone
     "h:20261130...": "[1795999999,7,{...}]"} a hold: when, whose, and what it took of which bucket

**Nothing passes a limit.** Taking adds to a sum if that is small enough, whoever writes meanwhile. A bucket that is
over is taken out, and off the sum, by whoever would be refused for it: until then the sum is too large, never too
small.

**Everything may be repeated.** Taking has as its condition that the hold is not there, settling that it is. Settling
puts what was used in place of what was held, in the bucket where it was taken; where that is over, it counts no more.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from gateway.domain.limits import LimitRule, Rules
from gateway.domain.money import Entry, EntryType
from gateway.errors import StoreError
from gateway.records import dataclass
from gateway.store.client.expressions import PRESENT, Change, Is, update

Json = dict[str, Any]
Shares = Mapping[str, tuple[int, int]]  # by rule: when the bucket began, and how much of it
Stay = Callable[[str, int], int]  # of a rule's key and what is held by it: what stays
Outcome = Mapping[str, int] | Exception  # the attributes that a step left behind, or why it was not done

HOLD, SUM, BUCKET = "h:", "s:", "b:"
KEPT_AFTER = 2 * 86_400  # seconds an item outlives its windows, so that who comes daily finds it begun


class WindowFull(StoreError):
    """A rule has not so much left. ``opens``: when so much comes back, as far as time alone says that."""

    def __init__(self, rule: LimitRule, *, left: int, used: int, opens: int | None) -> None:
        super().__init__(f"{rule.key}: {left} left of {rule.most}")
        self.rule = rule
        self.left = left
        self.used = used
        self.opens = opens


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What a request takes of a rule; ``spare`` must stay free on top, so that it does not take everything."""

    rule: LimitRule
    amount: int
    spare: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """Take all of these of one subject, or nothing."""

    request_id: str
    user_id: int
    at: int
    draws: tuple[Draw, ...]

    @property
    def rules(self) -> Rules:
        return tuple(draw.rule for draw in self.draws)

    @property
    def shares(self) -> Shares:
        """What it takes of which bucket."""
        return {draw.rule.key: (_start(draw.rule, self.at), draw.amount) for draw in self.draws}

    def into(self, draft: "WindowDraft") -> Outcome | None:
        """Put it into an update; or what became of it without one."""
        if HOLD + self.request_id in draft.item:
            return {name: draft.item[name] for name in _names(self.shares) if name in draft.item}
        for draw in self.draws:
            if full := draft.full(draw, self.at):
                return full
        draft.sets[HOLD + self.request_id] = write_hold(self.at, self.user_id, self.shares)
        draft.expected[HOLD + self.request_id] = None
        for draw in self.draws:
            draft.take(draw, self.at)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """Let so much stay of what a hold took, by rule; the rest comes back. What is over of ``rules`` is taken out."""

    request_id: str
    shares: Shares
    stay: Mapping[str, int]
    rules: Rules = ()

    def into(self, draft: "WindowDraft") -> Outcome | None:
        """Put it into an update; or what became of it without one."""
        place = HOLD + self.request_id
        if draft.known and place not in draft.item:
            return {}
        draft.removes.append(place)
        draft.expected[place] = PRESENT
        for key, (start, amount) in self.shares.items():
            draft.give_back(key, start, self.stay.get(key, 0) - amount)
        return None


Step = Take | Settle


class WindowDraft:
    """An update of an item under way; ``item`` is what it holds after the steps so far, as far as it is ``known``."""

    def __init__(self, known: Mapping[str, Any] | None) -> None:
        self.known = known is not None
        self.item: Json = dict(known or {})
        self.sets: Json = {}
        self.adds: dict[str, int] = {}
        self.removes: list[str] = []
        self.expected: dict[str, Any] = {}
        self.ttl = 0
        self._begun = frozenset(self.item)
        self._rooms: dict[str, int] = {}

    def take_out(self, rules: Iterable[LimitRule], now: int) -> None:
        """Take out the buckets that count no more."""
        for rule in rules:
            for name in over(self.item, rule, now):
                amount = self.item.pop(name)
                self.removes.append(name)
                self.expected[name] = amount
                self._add(SUM + rule.key, -amount)

    def full(self, draw: Draw, now: int) -> WindowFull | None:
        """The refusal, if the rule has not so much left."""
        rule, most = draw.rule, draw.rule.most_at(now)
        used = self.item.get(SUM + rule.key, 0)
        if not self.known or rule.watched or used + draw.amount + draw.spare <= most:
            return None
        left = max(0, most - used)
        lacking = used + draw.amount - most if draw.amount <= most else 1  # then it must be made to fit anyhow
        return WindowFull(rule, left=left, used=used, opens=opens(self.item, rule, lacking))

    def take(self, draw: Draw, now: int) -> None:
        rule, name = draw.rule, SUM + draw.rule.key
        self._add(name, draw.amount)
        if not rule.watched:
            room = rule.most_at(now) - draw.spare - self.adds[name]
            self._rooms[name] = min(room, self._rooms.get(name, room))
        window = rule.bucket(now)
        if window is not None:
            self._add(_bucket(rule.key, window.start), draw.amount)
        self.ttl = max(self.ttl, (now if window is None else window.until) + KEPT_AFTER)

    def give_back(self, key: str, start: int, change: int) -> None:
        """Change what a bucket has, and the sum by it; not where the bucket was taken out."""
        name = _bucket(key, start) if start else SUM + key
        if not change or (self.known and name not in self.item):
            return
        if start:
            self._add(name, change)
            self.expected.setdefault(name, PRESENT)
        self._add(SUM + key, change)

    def _add(self, name: str, amount: int) -> None:
        self.adds[name] = self.adds.get(name, 0) + amount
        self.item[name] = self.item.get(name, 0) + amount

    def request(self, table: str, name: str) -> Json:
        """The finished UpdateItem."""
        for place, room in self._rooms.items():
            # What was never counted has nothing to compare: whoever does not know that is told.
            self.expected[place] = Is("<=", room) if place in self._begun or not self.known else None
        what = Change(
            sets=self.sets | ({"ttl": self.ttl} if self.ttl else {}),
            adds=self.adds,
            removes=self.removes,
            expected=self.expected,
        )
        written = update(table, {"name": name, "shard": 0}, what, returns="UPDATED_NEW")
        return written | {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def drafted(steps: Sequence[Step], known: Mapping[str, Any] | None, now: int) -> tuple[WindowDraft, dict[str, Outcome]]:
    """One update for those of the steps that can be done, as far as the item is known; what became of the others."""
    draft, decided = WindowDraft(known), dict[str, Outcome]()
    oldest = min((step.at for step in steps if isinstance(step, Take)), default=now)  # whose bucket must stay
    draft.take_out({rule for step in steps for rule in step.rules}, min(now, oldest))
    for step in steps:
        outcome = step.into(draft)
        if outcome is not None:
            decided[step.request_id] = outcome
    return draft, decided


def stays(decided: Entry) -> Stay:
    """What stays of a request's shares, by the entry that decides how it ended.

    What it was charged; nothing if it came to nothing, but that it was asked.
    """
    charged = decided.type == EntryType.CONSUME
    tokens = decided.prompt_tokens + decided.completion_tokens
    used = {"quota": decided.quota if charged else 0, "tokens": tokens if charged else 0, "concurrent": 0}
    return lambda key, amount: used.get(key.partition("/")[0], amount)


def write_hold(at: int, user_id: int, shares: Shares) -> str:
    """A hold as it lies in its item."""
    return json.dumps([at, user_id, shares], separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class OpenShare:
    """A hold as its item has it."""

    request_id: str
    at: int
    user_id: int
    shares: Shares


def open_shares(item: Mapping[str, Any]) -> list[OpenShare]:
    """What requests under way have taken, oldest request first."""
    return [_open(name, item[name]) for name in sorted(item) if name.startswith(HOLD)]


def share_of(item: Mapping[str, Any], request_id: str) -> OpenShare | None:
    """What one request has taken."""
    text = item.get(HOLD + request_id)
    return None if text is None else _open(HOLD + request_id, text)


def _open(name: str, text: str) -> OpenShare:
    at, user_id, shares = json.loads(text)
    return OpenShare(name[len(HOLD) :], at, user_id, {key: (start, amount) for key, (start, amount) in shares.items()})


def buckets(item: Mapping[str, Any], rule: LimitRule) -> dict[int, int]:
    """What a rule's buckets have, by when they began, oldest first."""
    begins = f"{BUCKET}{rule.key}|"
    return {int(name[len(begins) :]): item[name] for name in sorted(item) if name.startswith(begins)}


def over(item: Mapping[str, Any], rule: LimitRule, now: int) -> list[str]:
    """The buckets of a rule that count no more."""
    return [_bucket(rule.key, start) for start in buckets(item, rule) if _until(rule, start) <= now]


def used(item: Mapping[str, Any], rule: LimitRule, now: int) -> int:
    """What counts of a rule at a moment."""
    return item.get(SUM + rule.key, 0) - sum(item[name] for name in over(item, rule, now))


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitUse:
    """A rule and what is used of it now. ``resets``: when the window turns, or the oldest of a rolling one is over."""

    whose: str
    rule: LimitRule
    most: int
    used: int
    resets: int | None

    @property
    def left(self) -> int:
        return max(0, self.most - self.used)


def uses(whose: str, rules: Rules, item: Mapping[str, Any], now: int) -> list[LimitUse]:
    """What is used of each of a subject's rules."""
    return [
        LimitUse(
            whose=whose,
            rule=rule,
            most=rule.most_at(now),
            used=max(0, used(item, rule, now)),
            resets=_resets(item, rule, now),
        )
        for rule in rules
    ]


def _resets(item: Mapping[str, Any], rule: LimitRule, now: int) -> int | None:
    window = rule.bucket(now)
    if window is None or not rule.rolling:
        return None if window is None else window.until
    later = [end for start, amount in buckets(item, rule).items() if amount and (end := _until(rule, start)) > now]
    return min(later, default=None)


def opens(item: Mapping[str, Any], rule: LimitRule, lacking: int) -> int | None:
    """When so much will have come back, if nothing is used meanwhile; ``None`` where no time says that."""
    for start, amount in sorted(buckets(item, rule).items()):
        lacking -= amount
        if lacking <= 0:
            return _until(rule, start)
    return None


def _until(rule: LimitRule, start: int) -> int:
    window = rule.bucket(start)
    return 0 if window is None else window.until


def _start(rule: LimitRule, now: int) -> int:
    window = rule.bucket(now)
    return 0 if window is None else window.start


def _bucket(key: str, start: int) -> str:
    return f"{BUCKET}{key}|{start}"


def _names(shares: Shares) -> list[str]:
    return [SUM + key for key in shares] + [_bucket(key, start) for key, (start, _) in shares.items() if start]
