"""How much somebody may ask for in a while: one rule, what it may say, and how it is written.

A token, an account, a group, a model and a channel may each have several rules; of those the first that ends decides.
Rules are kept as JSON on the row of whom they are about, those of groups and models in an option::

    [{"what": "quota", "window": "day", "most": 500000, "zone": "Europe/Berlin"}, {"what": "concurrent", "most": 5}]

What is ``watched`` is counted and told, and refuses nobody. A ``raise`` holds instead of ``most`` until it is over.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, TypeGuard, cast, get_args

from gateway.domain.windows import Bucket, Window, bucket, known_zone
from gateway.records import dataclass

What = Literal["requests", "tokens", "quota", "concurrent"]
Json = dict[str, Any]

WHATS: tuple[What, ...] = get_args(What)
WINDOWS: tuple[Window, ...] = get_args(Window)
MOST_RULES = 8  # of one subject: each is two attributes of its item
MOST = 2**53 - 1
LATEST = 253_402_300_799  # the end of the calendar
_FIELDS = frozenset({"what", "window", "most", "rolling", "zone", "watched", "raise", "each"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Raise:
    """Another most, until a time in unix seconds."""

    most: int
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRule:
    """So much of something in a window of time; ``concurrent`` has none: it is requests under way.

    ``each``: every account of the group, or of those who ask for the model, has the whole of it for itself. ``general``
    is what the options say of everybody; of tokens it counts those that were used, not those that are held.
    """

    what: What
    most: int
    window: Window | None = None
    rolling: bool = False
    zone: str = "UTC"
    watched: bool = False
    raised: Raise | None = None
    each: bool = False
    general: bool = False

    @property
    def key(self) -> str:
        """What of a subject is counted; rules with the same one count the same."""
        if self.window is None:
            return self.what
        zone = "" if self.zone == "UTC" or self.rolling else f"@{self.zone}"
        return f"{self.what}/{self.window}{'~' if self.rolling else ''}{zone}{'*' if self.general else ''}"

    def bucket(self, now: int) -> Bucket | None:
        """Where a moment is counted; nowhere in time what is under way."""
        if self.window is None:
            return None
        return bucket(self.window, now, rolling=self.rolling, zone=self.zone)

    def most_at(self, now: int) -> int:
        """How much it is at a moment."""
        return self.raised.most if self.raised is not None and now < self.raised.until else self.most

    def write(self) -> Json:
        """As it is kept and shown: what it does not say is left out."""
        written: Json = {"what": self.what, "most": self.most}
        if self.window is not None:
            written |= {"window": self.window} | ({"rolling": True} if self.rolling else {})
        if self.zone != "UTC":
            written["zone"] = self.zone
        if self.raised is not None:
            written["raise"] = {"most": self.raised.most, "until": self.raised.until}
        return written | {name: True for name in ("watched", "each") if getattr(self, name)}


Rules = tuple[LimitRule, ...]


def write(rules: Sequence[LimitRule]) -> str:
    """The JSON of some rules; empty for none."""
    return json.dumps([rule.write() for rule in rules], separators=(",", ":")) if rules else ""


@lru_cache(maxsize=1024)
def read(text: str) -> Rules:
    """What ``parse`` let in; what it would not let in any more counts as no rule."""
    try:
        return parse(text)
    except ValueError:
        return ()


def parse(text: str) -> Rules:
    """The rules of a JSON text; ``ValueError`` says what is wrong with one."""
    if not text.strip():
        return ()
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"must be a JSON list ({error})") from None
    return rules_of(found)


def parse_named(text: str) -> dict[str, Rules]:
    """Rules by name: a JSON object of lists, as the options of groups and of models have them."""
    try:
        found: Any = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError) as error:
        raise ValueError(f"must be a JSON object of lists of limits ({error})") from None
    if not isinstance(found, dict):
        raise ValueError("must be a JSON object of lists of limits")
    return {name: _of(name, rules) for name, rules in cast(Json, found).items()}


def read_named(text: str) -> dict[str, Rules]:
    """The same of what was let in; what would not be any more counts as no rule."""
    try:
        return parse_named(text)
    except ValueError:
        return {}


def _of(name: str, found: Any) -> Rules:
    try:
        return rules_of(found, each=True)
    except ValueError as error:
        raise ValueError(f"{name!r}: {error}") from None


def rules_of(found: Any, *, each: bool = False) -> Rules:
    """The rules of a list; ``each``: whether they may be for every account by itself."""
    if not isinstance(found, list):
        raise ValueError("must be a list")
    listed = cast(list[Any], found)
    if len(listed) > MOST_RULES:
        raise ValueError(f"there may be {MOST_RULES} limits, not {len(listed)}")
    rules = tuple(rule_of(one) for one in listed)
    if not each and any(rule.each for rule in rules):
        raise ValueError("each is for the limits of groups and models")
    twice = [(rule.key, rule.each) for rule in rules]
    if len(set(twice)) < len(twice):
        raise ValueError(f"two limits are about the same: {sorted(twice)}")
    return rules


def rule_of(found: Any) -> LimitRule:
    """One rule; ``ValueError`` says what is wrong with it."""
    if not isinstance(found, dict):
        raise ValueError(f"a limit must be an object, not {found!r:.60}")
    given = cast(Json, found)
    if unknown := sorted(given.keys() - _FIELDS):
        raise ValueError(f"a limit has no field {unknown[0]!r:.60}; there are {', '.join(sorted(_FIELDS))}")
    what: Any = given.get("what")
    if what not in WHATS:
        raise ValueError(f"what must be one of {', '.join(WHATS)}, not {what!r:.60}")
    window, rolling = _window(what, given), _flag(given, "rolling")
    if rolling and window in (None, "minute"):
        raise ValueError("only windows longer than a minute can be rolling")
    return LimitRule(
        what=what,
        most=_whole(given, "most", MOST),
        window=window,
        rolling=rolling,
        zone=_zone(given),
        watched=_flag(given, "watched"),
        raised=_raise(given.get("raise")),
        each=_flag(given, "each"),
    )


def _window(what: What, given: Mapping[str, Any]) -> Window | None:
    window: Any = given.get("window")
    if what == "concurrent":
        if window is not None:
            raise ValueError("concurrent has no window: it counts requests under way")
        return None
    if window not in WINDOWS:
        raise ValueError(f"window must be one of {', '.join(WINDOWS)}, not {window!r:.60}")
    return window


def _zone(given: Mapping[str, Any]) -> str:
    zone: Any = given.get("zone", "UTC")
    if not isinstance(zone, str) or not known_zone(zone):
        raise ValueError(f"zone must be a time zone such as Europe/Berlin, not {zone!r:.60}")
    return zone


def _raise(found: Any) -> Raise | None:
    if found is None:
        return None
    if not isinstance(found, dict) or cast(Json, found).keys() != {"most", "until"}:
        raise ValueError("raise must be an object with most and until")
    given = cast(Json, found)
    return Raise(most=_whole(given, "most", MOST), until=_whole(given, "until", LATEST))


def _flag(given: Mapping[str, Any], name: str) -> bool:
    value: Any = given.get(name, False)
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false")
    return value


def _whole(given: Mapping[str, Any], name: str, largest: int) -> int:
    value: Any = given.get(name)
    if not _is_whole(value) or not 0 <= value <= largest:
        raise ValueError(f"{name} must be a whole number from 0 to {largest}, not {value!r:.60}")
    return value


def _is_whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
