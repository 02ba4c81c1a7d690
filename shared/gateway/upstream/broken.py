"""What went wrong on the way to a provider, in words that hold no address."""

from gateway.errors import UpstreamBroken

_TEXTS = {
    "connect": "the provider could not be reached",
    "timeout": "the provider did not answer in time",
    "closed": "the provider closed the connection before its answer was complete",
    "encoded": "the provider compressed its answer although it was asked not to",
}


def broken(kind: str) -> UpstreamBroken:
    """The error of this kind."""
    return UpstreamBroken(kind, _TEXTS[kind])
