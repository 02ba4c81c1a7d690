"""What went wrong on the way to a provider, as what the caller is told."""

from gateway.errors import GatewayError, LimitReached, UpstreamBroken, UpstreamFailed
from gateway.outbound.protocol import Fault, Unsupported
from gateway.security.media import MediaRefused

_NEVER = 2**53
CHANNEL_FULL = "channel_limit_reached"
SATURATED = "当前分组上游负载已饱和，请稍后再试"


class Failed(Exception):
    """An attempt that ended before anything was committed; another channel may be tried.

    ``asked``: whether the provider was asked at all. ``mended``: whether the same channel will do better when asked
    once more, because what it lacked has been seen to.
    """

    def __init__(self, fault: Fault, *, asked: bool = True, mended: bool = False) -> None:
        super().__init__(fault.message)
        self.fault = fault
        self.asked = asked
        self.mended = mended


def refusal(fault: Fault) -> GatewayError:
    """The error answer for a request that no channel could serve; the last fault speaks."""
    return UpstreamFailed(
        SATURATED if fault.status == 429 and fault.code != CHANNEL_FULL else fault.message,
        status=fault.status,
        type=fault.type,
        code=fault.code,
        param=fault.param,
        retry_after=fault.retry_after,
        details=fault.details,
    )


def inexpressible(unsupported: Unsupported) -> Fault:
    """The channel's provider cannot say what was asked; another one may."""
    return Fault(
        kind="retry",
        status=400,
        message=unsupported.message,
        type="invalid_request_error",
        code=unsupported.code,
        param=unsupported.param,
        details=unsupported.details,
    )


def unfetchable(refused: MediaRefused) -> Fault:
    """A URL in the request that cannot be read: the same for every channel."""
    return Fault(
        kind="caller", status=400, message=refused.message, type="invalid_request_error", code="url_not_fetchable"
    )


def broken(error: UpstreamBroken) -> Fault:
    """The provider did not answer, or stopped in the middle."""
    status = 504 if error.kind == "timeout" else 502
    return Fault(kind="retry", status=status, message=error.message, code=f"upstream_{error.kind}")


def cut_short() -> Fault:
    """A stream that the provider closed without saying that it was complete."""
    return Fault(
        kind="retry",
        status=502,
        message="the provider closed the stream before the answer was complete",
        code="upstream_truncated",
    )


def not_offered(provider: str, operation: str) -> Fault:
    """The channel's provider has no such operation."""
    return Fault(
        kind="retry",
        status=400,
        message=f"{provider} does not offer {operation}; use a model of another channel",
        type="invalid_request_error",
        code="unsupported_by_provider",
    )


def misconfigured(channel_id: int, reason: str) -> Fault:
    """The channel's own settings make it unusable; its administrator must look, the caller can do nothing."""
    return Fault(
        kind="disable",
        status=503,
        message=f"channel #{channel_id} is not set up right: {reason}",
        type="one_api_error",
        code="channel_misconfigured",
    )


def full_channel(reached: LimitReached) -> Fault:
    """A channel that is at a limit an operator set; another may have room."""
    wait = reached.retry_after
    return Fault(
        kind="retry",
        status=429,
        message=f"the channels for this model are at their limits; {_when(wait)}",
        type=reached.type,
        code=CHANNEL_FULL,
        retry_after=wait,
    )


def speaker(said: Failed | None, failed: Failed) -> Failed:
    """Of failures the one that is told: the last that is more than a limit, else that which is over first."""
    if said is None or failed.fault.code != CHANNEL_FULL:
        return failed
    if said.fault.code != CHANNEL_FULL:
        return said
    return min(said, failed, key=lambda one: one.fault.retry_after or _NEVER)


def _when(wait: int | None) -> str:
    return "ask for less, or for another model" if wait is None else f"try again in {wait} seconds"


def as_fault(error: GatewayError) -> Fault:
    """An error of ours, for a stream that has already begun."""
    return Fault(
        kind="retry",
        status=error.status,
        message=error.message,
        type=error.type,
        code=error.code,
        param=error.param,
    )
