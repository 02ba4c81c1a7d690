"""Requests and tokens per minute, per user and per token, where the operator set a limit.

Requests are counted when they come, tokens when they were used, so a burst may overshoot a token limit by what was
already under way. Header names are OpenAI's: https://platform.openai.com/docs/guides/rate-limits
"""

import asyncio

from gateway import log
from gateway.domain.identity import Caller
from gateway.errors import RateLimited, StoreError
from gateway.store.accounts.rate_windows import WINDOW
from relay.deps import Deps
from relay.options import Limit, Options


async def count(deps: Deps, caller: Caller, options: Options) -> dict[str, str]:
    """Count one request; raises ``RateLimited``, or answers the headers that tell what is left."""
    if not options.limits:
        return {}
    now = deps.clock.now()
    sums = await asyncio.gather(*(deps.windows.add(_who(caller, limit), now, requests=1) for limit in options.limits))
    left = WINDOW - now % WINDOW
    for limit, (requests, tokens) in zip(options.limits, sums, strict=True):
        _check(limit, requests, tokens, left)
    return _headers(options.limits, sums, left)


async def spend(deps: Deps, caller: Caller, options: Options, tokens: int) -> None:
    """Count the tokens of an answer. The answer is out already: a failure here is only noted."""
    limited = [limit for limit in options.limits if limit.tokens]
    if not limited or not tokens:
        return
    now = deps.clock.now()
    try:
        await asyncio.gather(*(deps.windows.add(_who(caller, limit), now, tokens=tokens) for limit in limited))
    except StoreError as error:
        log.warning("tokens not counted", user=caller.user.id, reason=str(error))


def _check(limit: Limit, requests: int, tokens: int, left: int) -> None:
    for used, most, what in ((requests - 1, limit.requests, "requests"), (tokens, limit.tokens, "tokens")):
        if most and used >= most:
            raise RateLimited(
                f"this {limit.whose} may use {most} {what} per minute; try again in {left} seconds",
                type=what,
                retry_after=left,
            )


def _headers(limits: tuple[Limit, ...], sums: list[tuple[int, int]], left: int) -> dict[str, str]:
    """Of several limits the one that ends first."""
    out: dict[str, str] = {}
    for place, what in enumerate(("requests", "tokens")):
        rows = [
            (most - used[place], most)
            for limit, used in zip(limits, sums, strict=True)
            if (most := (limit.requests, limit.tokens)[place])
        ]
        if rows:
            remaining, most = min(rows)
            out[f"x-ratelimit-limit-{what}"] = str(most)
            out[f"x-ratelimit-remaining-{what}"] = str(max(0, remaining))
            out[f"x-ratelimit-reset-{what}"] = f"{left}s"
    return out


def _who(caller: Caller, limit: Limit) -> str:
    return f"user#{caller.user.id}" if limit.whose == "user" else f"token#{caller.token.id}"
