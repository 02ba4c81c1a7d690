"""A dialect as a table: operation -> how to ask, how to read the answer."""

from collections.abc import Callable, Mapping

from gateway.outbound.canonical.borders import COMPATIBLE, Border, crossed
from gateway.outbound.errors.in_success import explained
from gateway.outbound.protocol import (
    CanonicalResponse,
    Fault,
    Operation,
    ProviderFault,
    ProviderRequest,
    StreamDecoder,
    Unsupported,
    WireRequest,
    WireResponse,
)
from gateway.records import dataclass


@dataclass(frozen=True, slots=True)
class Verbs:
    """How one operation is asked for and how its answer is read."""

    request: Callable[[ProviderRequest], WireRequest]
    response: Callable[[ProviderRequest, WireResponse], CanonicalResponse]


def loose(request: ProviderRequest) -> Border:
    """For dialects that document no limits of their own."""
    return COMPATIBLE


def no_urls(request: ProviderRequest) -> list[str]:
    """For dialects that take URLs as they are, or no media at all."""
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDialect:
    """A ``Dialect`` put together from functions. ``label`` is the provider's name in messages."""

    name: str
    label: str
    verbs: Mapping[Operation, Verbs]
    decoder: Callable[[ProviderRequest], StreamDecoder] | None = None
    fault: Callable[[WireResponse], Fault]
    urls: Callable[[ProviderRequest], list[str]] = no_urls
    enclosing: Callable[[ProviderRequest], WireRequest] | None = None  # for dialects that callers speak too
    border: Callable[[ProviderRequest], Border] = loose

    def media_urls(self, request: ProviderRequest) -> list[str]:
        return self.urls(request)

    def request(self, request: ProviderRequest) -> WireRequest:
        verbs = self._verbs(request)
        return verbs.request(crossed(request, self.border(request)) if request.operation == "chat" else request)

    def envelope(self, request: ProviderRequest) -> WireRequest:
        if self.enclosing is None:
            raise Unsupported(f"nobody but {self.label} speaks its dialect")
        return self.enclosing(request)

    def response(self, request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
        """A reply in which the dialect finds nothing may be an error in somebody else's shape."""
        try:
            return self._verbs(request).response(request, reply)
        except ProviderFault as caught:
            raise ProviderFault(explained(caught.fault, reply.body)) from caught

    def stream(self, request: ProviderRequest) -> StreamDecoder:
        if self.decoder is None:
            raise Unsupported(f"{self.label} does not stream; leave stream out", param="stream")
        return self.decoder(request)

    def error(self, reply: WireResponse) -> Fault:
        return self.fault(reply)

    def _verbs(self, request: ProviderRequest) -> Verbs:
        verbs = self.verbs.get(request.operation)
        if verbs is None:
            raise Unsupported(f"{self.label} offers no {request.operation.replace('_', ' ')}; use another model")
        return verbs
