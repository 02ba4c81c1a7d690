"""Requests that failed leave an entry without money: written after the answer, and dropped before anything else is.

Few are written at a time, few may wait for that, and of one token's failures of one kind a minute has so many: a
provider that is down, or a program that runs into a limit again and again, must not cost more than it tells. What was
dropped is counted, and the next entry says how many.
"""

import asyncio

from gateway import log
from gateway.billing.pricing import UnknownPrice
from gateway.clock import Clock, new_log_id
from gateway.domain.failures import MOST_ATTEMPTS, FailedAttempt, Failure, FailureKind
from gateway.domain.identity import Caller
from gateway.errors import (
    Forbidden,
    GatewayError,
    LedgerBusy,
    NotFound,
    QuotaExceeded,
    RateLimited,
    StoreError,
    Unauthorized,
    Unavailable,
    UpstreamFailed,
)
from gateway.outbound.protocol import Fault
from gateway.store.money.failures import Failures
from relay.http_request import HttpRequest
from relay.trail import Trail

AT_ONCE = 4  # writes of one process
MOST_WAITING = 50
MOST_A_MINUTE = 60  # of one token and kind
LONGEST = 2.0  # seconds that a request stays for its entry
LONGEST_NAME = 255  # characters of a model's name, which the caller makes up

# What a fault is called, by its code; else by its status or what it means.
_BY_CODE: dict[str | int, FailureKind] = {
    "upstream_connect": "unreachable",
    "upstream_timeout": "timeout",
    "upstream_closed": "broken",
    "upstream_too_large": "broken",
    "upstream_encoded": "broken",
    "upstream_truncated": "broken",
    "upstream_unreadable": "broken",
    "unsupported_by_provider": "unsupported",
    "channel_misconfigured": "misconfigured",
    "client_disconnected": "left",
}
_BY_STATUS: dict[int, FailureKind] = {404: "model_missing", 408: "timeout", 504: "timeout"}
_BY_MEANING: dict[str, FailureKind] = {"caller": "invalid", "filtered": "filtered", "disable": "credentials"}
_BY_ERROR: tuple[tuple[type[GatewayError], FailureKind], ...] = (
    (QuotaExceeded, "quota"),
    (LedgerBusy, "busy"),
    (RateLimited, "rate_limit"),
    (Unauthorized, "key"),
    (Forbidden, "not_allowed"),
    (UnknownPrice, "no_price"),
    (Unavailable, "no_channel"),
)


def kind_of(fault: Fault, *, asked: bool = True) -> FailureKind:
    """What the fault of an attempt is called. ``asked``: whether the provider was asked at all."""
    if fault.code in _BY_CODE:
        return _BY_CODE[fault.code]
    if not asked:
        return "unsupported"
    if fault.kind in _BY_MEANING:
        return _BY_MEANING[fault.kind]
    if fault.kind == "cooldown":
        return "limited" if fault.status == 429 else "overloaded"
    if fault.status in _BY_STATUS:
        return _BY_STATUS[fault.status]
    return "server" if fault.status >= 500 else "refused"


def kind_of_refusal(trail: Trail, error: GatewayError) -> FailureKind:
    """What a request that failed is called: by its last attempt, else by what it was told."""
    if trail.left:
        return "left"
    if isinstance(error, UpstreamFailed):
        if trail.attempts:
            return trail.attempts[-1].kind
        if error.type == "one_api_error":
            return "internal"
        return kind_of(Fault(kind="retry", status=error.status, message="", code=error.code))
    if isinstance(error, NotFound):
        return "no_model" if error.code == "model_not_found" else "invalid"
    for refusal, kind in _BY_ERROR:
        if isinstance(error, refusal):
            return kind
    return "invalid"


def note_attempt(
    trail: Trail, fault: Fault, *, channel_id: int, key_index: int, seconds: float, asked: bool = True
) -> None:
    """Keep what an attempt came to; of very many the first."""
    if len(trail.attempts) < MOST_ATTEMPTS:
        attempt = FailedAttempt(
            channel_id=channel_id,
            key_index=key_index,
            kind=kind_of(fault, asked=asked),
            status=fault.status,
            code=str(fault.code or ""),
            ms=round(seconds * 1000),
            text=fault.message,
        )
        trail.attempts.append(attempt)


class FailureLog:
    """One for a process."""

    def __init__(self, failures: Failures, clock: Clock) -> None:
        self.dropped = 0  # since the last that was written
        self._failures = failures
        self._clock = clock
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._minute = 0
        self._counts: dict[tuple[int, FailureKind], int] = {}

    async def note(self, incoming: HttpRequest, days: int) -> None:
        """Leave the entry of a request that failed, if there is room for it. Nobody waits for this any more."""
        trail = incoming.trail
        caller, error = trail.caller, trail.refused
        if caller is None or error is None or not days:
            return
        kind = kind_of_refusal(trail, error)
        if self._waiting >= MOST_WAITING or self._often(caller.token.id, kind):
            self.dropped += 1
            return
        self._waiting += 1
        try:
            await self._put(self._failure(incoming, caller, error, kind), days)
        finally:
            self._waiting -= 1

    async def _put(self, failure: Failure, days: int) -> None:
        self.dropped = 0
        try:
            async with asyncio.timeout(LONGEST), self._turn:
                await self._failures.put(failure, days)
        except (StoreError, TimeoutError) as error:
            self.dropped += failure.dropped + 1
            log.warning("failure not noted", request_id=failure.request_id, reason=str(error))
            return
        if failure.dropped:
            log.metric("FailuresDropped", failure.dropped)

    def _often(self, token_id: int, kind: FailureKind) -> bool:
        minute = int(self._clock.wall()) // 60
        if minute != self._minute:
            self._minute, self._counts = minute, {}
        count = self._counts[token_id, kind] = self._counts.get((token_id, kind), 0) + 1
        return count > MOST_A_MINUTE

    def _failure(self, incoming: HttpRequest, caller: Caller, error: GatewayError, kind: FailureKind) -> Failure:
        trail = incoming.trail
        return Failure(
            request_id=incoming.request_id,
            id=new_log_id(self._clock),
            created_at=self._clock.now(),
            user_id=caller.user.id,
            username=caller.user.username,
            token_id=caller.token.id,
            token_name=caller.token.name,
            group=caller.user.group,
            model_name=trail.model[:LONGEST_NAME],
            kind=kind,
            status=error.status,
            code=str(error.code or ""),
            text=trail.text,
            elapsed_time=round((self._clock.monotonic() - incoming.started) * 1000),
            is_stream=trail.stream,
            attempts=tuple(trail.attempts),
            dropped=self.dropped,
        )
