"""How limits are told: headers of every answer, the words of a refusal, and what is left of all of them.

Header names are OpenAI's: https://platform.openai.com/docs/guides/rate-limits
"""

from collections.abc import Iterable, Mapping

from gateway import log
from gateway.domain.limited import Subject
from gateway.domain.limits import LimitRule
from gateway.errors import LimitReached
from gateway.store.money.window_items import WindowFull
from gateway.store.money.windows import LimitShare

_PER = {"minute": "per minute", "5h": "in 5 hours", "day": "per day", "week": "per week", "month": "per month"}
_LONGEST = {"5h": 5 * 3600, "day": 86_400, "week": 7 * 86_400, "month": 30 * 86_400}  # seconds of a rolling window


def left(taken: Iterable[LimitShare], now: int) -> dict[str, str]:
    """Of several limits on the same thing the one that ends first."""
    shown: dict[str, tuple[int, LimitRule]] = {}
    for one in taken:
        for rule in one.rules:
            remaining = rule.most_at(now) - one.sums[rule.key]
            if rule.watched:
                _watch(one, rule, remaining)
            elif rule.what not in shown or remaining < shown[rule.what][0]:
                shown[rule.what] = remaining, rule
    headers: dict[str, str] = {}
    for remaining, rule in shown.values():
        headers |= _headers(rule, remaining, now)
    return headers


def _watch(one: LimitShare, rule: LimitRule, remaining: int) -> None:
    if remaining < 0:
        log.info("a watched limit is passed", subject=one.subject, limit=rule.key, most=rule.most, by=-remaining)
        log.metric("WatchedLimitPassed")


def _headers(rule: LimitRule, remaining: int, now: int, opens: int | None = None) -> dict[str, str]:
    headers = {
        f"x-ratelimit-limit-{rule.what}": str(rule.most_at(now)),
        f"x-ratelimit-remaining-{rule.what}": str(max(0, remaining)),
    }
    window = rule.bucket(now)
    if window is None:
        return headers
    resets = opens or (now + _LONGEST[rule.window or "day"] if rule.rolling else window.until)
    return headers | {f"x-ratelimit-reset-{rule.what}": f"{max(1, resets - now)}s"}


def refusal(full: Mapping[Subject, WindowFull], now: int) -> LimitReached:
    """Of several limits the one that keeps its caller waiting longest; asking for less must help with all of them."""
    subject, error = max(full.items(), key=lambda pair: _wait(pair[1]))
    rule, retry = error.rule, _retry_after(error, now)
    headers = _headers(rule, rule.most_at(now) - error.used, now, error.opens)
    window = f"; window={rule.window}" if rule.window else ""
    return LimitReached(
        _message(subject, error, now, retry),
        type=rule.what,
        headers=headers | {"x-oneapi-limit": f"whose={subject.whose}; what={rule.what}{window}"},
        retry_after=retry,
        left=_left(error),
    )


def _wait(error: WindowFull) -> tuple[bool, int]:
    return _left(error) is None, error.opens or 0


def _left(error: WindowFull) -> int | None:
    return error.left if error.rule.what in ("tokens", "quota") and not error.rule.general else None


def _retry_after(error: WindowFull, now: int) -> int | None:
    if error.opens is not None:
        return max(1, error.opens - now)
    return None if error.rule.window else 1


def _message(subject: Subject, error: WindowFull, now: int, retry: int | None) -> str:
    rule, most = error.rule, error.rule.most_at(now)
    whose = f"each user of this {subject.whose}" if rule.each else f"this {subject.whose}"
    if rule.window is None:
        return f"{whose} may have {most} requests under way at once; wait for one of them to end"
    text = f"{whose} may use {most} {rule.what} {_PER[rule.window]}"
    if retry is None:
        return f"{text}, which is less than this request may come to; ask for less"
    return f"{text}; try again in {retry} seconds"
