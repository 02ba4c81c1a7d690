"""Everything that can go wrong, as one tree.

GatewayError                what the caller is told: status, message, type, code, param
├── BadRequest              400, the request cannot be understood or expressed
├── Unauthorized            401, no usable key
├── Forbidden               403, a key that may not do this
│   └── QuotaExceeded       403, not enough quota for what was asked
├── NotFound                404
├── TooLarge                413
├── RateLimited             429, with the seconds to wait
├── Unavailable             503, no channel can serve this now
└── UpstreamFailed          502 or the provider's own status, after every channel was tried

UpstreamBroken              a provider that did not answer, or stopped in the middle; another may

StoreError                  the database refused; never shown to a caller
├── ConditionFailed         a condition did not hold: which item, and what it held
└── Throttled               too much at once, or no answer; worth trying again
    └── LostRace            another transaction was at the same item

``message`` is public. ``detail`` is for the log only: addresses, provider bodies, foreign exceptions.
"""

from typing import Any


class GatewayError(Exception):
    """An answer other than success. Rendered in the caller's dialect by the relay, in the envelope by admin."""

    status = 500
    type = "one_api_error"
    code: str | int | None = None

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        type: str | None = None,
        code: str | int | None = None,
        param: str | None = None,
        retry_after: int | None = None,
        detail: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = self.status if status is None else status
        self.type = self.type if type is None else type
        self.code = self.code if code is None else code
        self.param = param
        self.retry_after = retry_after
        self.detail = detail


class BadRequest(GatewayError):
    status = 400
    type = "invalid_request_error"


class Unauthorized(GatewayError):
    status = 401


class Forbidden(GatewayError):
    status = 403


class QuotaExceeded(Forbidden):
    code = "insufficient_user_quota"


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


class Unavailable(GatewayError):
    status = 503


class UpstreamFailed(GatewayError):
    status = 502
    type = "upstream_error"


class UpstreamBroken(Exception):
    """No usable answer came. ``kind`` is ``connect``, ``timeout`` or ``closed``; the text is public."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


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
