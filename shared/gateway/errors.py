"""Everything that can go wrong, as trees. A test compares this drawing with the code, class for class.

GatewayError                what the caller is told: status, message, type, code, param
├── BadRequest              400, the request cannot be understood or expressed
│   ├── InvalidPrices       an option text that is not a price table
│   ├── MediaRefused        an address in a request that is not fetched, or gave nothing usable
│   └── UnknownPrice        a model without a price
├── Unauthorized            401, no usable key
├── Forbidden               403, a key that may not do this
│   └── QuotaExceeded       403, not enough quota for what was asked
├── NotFound                404
├── TooLarge                413
├── RateLimited             429, with the seconds to wait
│   ├── LedgerBusy          429, too much at once of one account, or of the tables
│   └── LimitReached        429, a limit of the caller's that is used up: which, and when it opens
├── Unavailable             503, no channel can serve this now
├── UpstreamFailed          502 or the provider's own status, after every channel was tried
└── Refused                 the management API's no, which one-api's clients expect with status 200
    ├── TooMany             a share that is used up
    └── UnknownToken        an access token that nobody has

UpstreamBroken              a provider that did not answer, or stopped in the middle; another may
└── ReplyTooLarge           an answer, or one event of it, that is larger than is read

StoreError                  the database refused; never shown to a caller
├── ConditionFailed         a condition did not hold: which item, and what it held
├── AlreadyClaimed          another request has the idempotency key
├── Full                    a user has as many tokens as one may have
├── Held                    a balance that cannot be set so low: requests under way hold more
├── Interrupted             some of many items were written, and not all
├── Taken                   another account has this name, address or identity
├── WindowFull              a limit has not so much left in its window
└── Throttled               too much at once, or no answer; worth trying again
    └── LostRace            another transaction was at the same item

The others are caught near to where they are raised, by code that makes one of the above, a log line or an answer of it:

Attempts                    the relay's loop over channels
    Failed                  an attempt that ended before anything was committed
    HandshakeRefused        a WebSocket that the provider answered with a status
    NotOffered              the channel's provider has no such operation
    NotSetUp                the channel's own settings make it unusable
    ProviderFault           a reply that is an error, whatever its status says
    Repeated                answered before: the kept reply is the answer
    Unsupported             the provider cannot express the request: a 400 if no other channel can
Data                        what somebody sent or entered is not what it should be; a ValueError where parsing raises it
    BadCredentials          a service account that is none
    BadForm                 a body that is not the form its type promises
    BadKey                  a channel's key that cannot work
    BrokenFrame             bytes that are no event stream
    ImplausibleUsage        a report no request can have: our own count is charged
    NoReceipt               an entry without terms
    NotOpenId               a login provider's answer that is not the standard's
    NotProven               a passkey that proves nothing
    SealBroken              a sealed text that no configured key opens
Services                    something outside did not do what was asked; jobs and the management API say so and go on
    BalanceUnknown          a provider that tells no balance
    FetchFailed             an address that did not answer
        FetchUnsure         one that may have got what it was sent
    FetchRefused            an address that may not be asked
    MailFailed              a mail that did not go out
    ModelsUnknown           a provider that tells no models
    NotPassed               a channel's test that failed
    NotSent                 a notice that nobody took
    Unreachable             a login provider that did not answer
Machinery                   the process, its connections and its files
    BudgetSpent             a question that would read too much: the answer is marked as incomplete
    ConnectionLost          Lambda's runtime interface went away
    InitFailed              the function cannot start
    MalformedRequest        an event in which the caller's part makes no sense: a 400
    RanksMissing            tokenizer files that are not installed
    RuntimeApiError         an answer of the runtime interface after which a runtime exits
    StartupFailed           an application that says it cannot start
    StoreConnectionLost     a connection to the database that ended too early: retried, then Throttled
    UnsupportedEvent        not an HTTP event

``message`` is public. What is for the log only (addresses, provider bodies, foreign exceptions) stays in the exception
that caused it, or in a log line.
"""

from collections.abc import Mapping
from typing import Any


class GatewayError(Exception):
    """An answer other than success. Rendered in the caller's dialect by the relay, in the envelope by admin."""

    status = 500
    type = "one_api_error"
    code: str | int | None = None
    headers: Mapping[str, str] = {}  # of the answer, beside its own

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        type: str | None = None,
        code: str | int | None = None,
        param: str | None = None,
        retry_after: int | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = self.status if status is None else status
        self.type = self.type if type is None else type
        self.code = self.code if code is None else code
        self.param = param
        self.retry_after = retry_after
        self.details = details or {}  # what libraries act on, by the client dialect that has a place for it


class BadRequest(GatewayError):
    status = 400
    type = "invalid_request_error"


class Unauthorized(GatewayError):
    status = 401


class Forbidden(GatewayError):
    status = 403


class QuotaExceeded(Forbidden):
    """``left`` is what there is; ``None`` where it is not known, or asking for less would not help."""

    code = "insufficient_user_quota"

    def __init__(
        self, message: str, *, left: int | None = None, type: str | None = None, code: str | None = None
    ) -> None:
        super().__init__(message, type=type, code=code)
        self.left = left


class NotFound(GatewayError):
    status = 404
    type = "invalid_request_error"


class TooLarge(GatewayError):
    status = 413
    type = "invalid_request_error"
    code = "request_too_large"


class RateLimited(GatewayError):
    status = 429
    code = "rate_limit_exceeded"


class LedgerBusy(RateLimited):
    code = "ledger_busy"

    def __init__(self, message: str) -> None:
        super().__init__(message, retry_after=1)


class LimitReached(RateLimited):
    """``headers`` say what the limit is; ``left`` what of it there is, where asking for less would help."""

    def __init__(
        self, message: str, *, type: str, headers: Mapping[str, str], retry_after: int | None, left: int | None = None
    ) -> None:
        super().__init__(message, type=type, retry_after=retry_after)
        self.headers = headers
        self.left = left


class Unavailable(GatewayError):
    status = 503


class UpstreamFailed(GatewayError):
    status = 502
    type = "upstream_error"


class UpstreamBroken(Exception):
    """No usable answer came; the text is public.

    ``kind`` is ``connect``, ``timeout``, ``closed``, ``too_large`` or ``encoded``.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


class ReplyTooLarge(UpstreamBroken):
    """More than is read of anybody: memory is shared with other callers' requests."""

    def __init__(self, what: str, most: int) -> None:
        super().__init__("too_large", f"{what} is larger than {most // (1024 * 1024)} MB, which is more than is read")


class StoreError(Exception):
    """The database said no in a way no caller caused."""


class Throttled(StoreError):
    """Too many requests, or no answer; the same call may succeed later."""


class LostRace(Throttled):
    """Another transaction was changing the same item at that moment."""


class ConditionFailed(StoreError):
    """A conditional write was refused.

    ``reasons`` has one entry per item of a transaction (one entry for a single write): ``None`` where
    the item's condition held, else the item as it was stored, ``{}`` if there was none.
    """

    def __init__(self, reasons: list[dict[str, Any] | None]) -> None:
        super().__init__(f"condition failed: {[reason is not None for reason in reasons]}")
        self.reasons = reasons

    def failed(self, position: int) -> bool:
        """Whether the condition of the item at this place in the transaction was the one that failed."""
        return position < len(self.reasons) and self.reasons[position] is not None
