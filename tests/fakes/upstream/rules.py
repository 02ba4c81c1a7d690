"""Control rules: which behaviour or recorded reply a request gets before its own directives speak."""

from collections import Counter
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any

from tests.fakes.upstream.behaviour import (
    BadDirective,
    Behaviour,
    behave,
    faults_apply,
    from_prompt,
    parse,
    without_faults,
)
from tests.fakes.upstream.replay import Replay, read
from tests.fakes.upstream.request import Request

_DEFAULT = Behaviour()


@lru_cache(maxsize=1024)
def _steady(words: str) -> Behaviour | None:
    """The behaviour of a request's own words, unless it depends on how often they came."""
    directives = dict(parse(words))
    return None if {"first", "every"} & directives.keys() else behave(directives)


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Every given field must fit: key, model and method exactly, path by its end, contains anywhere in the body."""

    key: str | None = None
    path: str | None = None
    model: str | None = None
    method: str | None = None
    contains: str | None = None

    def fits(self, request: Request) -> bool:
        return (
            (self.key is None or self.key == request.key)
            and (self.path is None or request.path.endswith(self.path))
            and (self.method is None or self.method == request.method)
            and (self.model is None or self.model == request.model)
            and (self.contains is None or self.contains.encode() in request.body)
        )


@dataclass(slots=True, kw_only=True)
class Rule:
    """``left``: how many more requests it serves; ``None`` for all."""

    when: When
    do: dict[str, Any] = field(default_factory=dict[str, Any])
    replay: Replay | None = None
    left: int | None = None
    served: int = 0


class Rules:
    """Rules for a number of requests come first, oldest first; then the newest of those for all."""

    def __init__(self) -> None:
        self._limited: list[Rule] = []
        self._standing: list[Rule] = []
        self._turns: Counter[str] = Counter()

    def clear(self) -> None:
        self._limited.clear()
        self._standing.clear()
        self._turns.clear()

    def add(self, rule: Rule) -> None:
        if rule.left is None:
            self._standing.insert(0, rule)
        else:
            self._limited.append(rule)

    def choose(self, request: Request) -> tuple[Behaviour, Replay | None]:
        """What this request gets; raises ``BadDirective`` for directives of its own that make no sense."""
        rule = self._take(request) if self._limited or self._standing else None
        words = f"{request.header('x-fake')} {from_prompt(request.body)}".strip()
        if rule is None and not words:
            return _DEFAULT, None
        if rule and rule.replay:
            return Behaviour(delay_ms=rule.replay.delay_ms), rule.replay
        if rule is None and (steady := _steady(words)):
            return steady, None
        directives = (rule.do if rule else {}) | dict(parse(words))
        turn = self._turn(words, rule)
        return behave(directives if faults_apply(directives, turn) else without_faults(directives)), None

    def _take(self, request: Request) -> Rule | None:
        rule = next((rule for rule in [*self._limited, *self._standing] if rule.when.fits(request)), None)
        if rule is not None:
            rule.served += 1
            if rule.left is not None:
                rule.left -= 1
                if rule.left <= 0:
                    self._limited.remove(rule)
        return rule

    def _turn(self, words: str, rule: Rule | None) -> int:
        """Directives of the request's own are counted by their words, a rule's by the rule."""
        if not words and rule:
            return rule.served
        self._turns[words] += 1
        return self._turns[words]


def read_rule(value: dict[str, Any]) -> Rule:
    """``{"when": {...}, "times": 2, "do": {...} | "replay": {...}}``; raises ``BadDirective``."""
    unknown = set(value) - {"when", "times", "do", "replay"}
    if unknown:
        raise BadDirective(f"unknown rule field {min(unknown)!r}; known are: do, replay, times, when")
    when: dict[str, str] = value.get("when") or {}
    known = {item.name for item in fields(When)}
    if set(when) - known:
        raise BadDirective(f"unknown condition {min(set(when) - known)!r}; known are: {', '.join(sorted(known))}")
    do: dict[str, Any] = value.get("do") or {}
    behave(do)
    replay = read(value["replay"]) if value.get("replay") is not None else None
    times = value.get("times")
    if times is not None and (not isinstance(times, int) or times < 1):
        raise BadDirective(f"times={times!r} is not a positive number; leave it out to mean every request")
    return Rule(when=When(**when), do=do, replay=replay, left=times)
