"""Whatever goes wrong once a reply is there is an error in the caller's words, and never a charge.

Replies hold what nobody foresaw, and translating them may fail in ways nobody thought of. Here such a failure becomes
the provider's: before anything was sent another channel is asked; after that the caller's stream ends with an
error event, and what reached it until then is not charged.
"""

from collections.abc import Generator
from contextlib import contextmanager

from gateway import log
from gateway.errors import GatewayError, StoreError, UpstreamBroken
from gateway.outbound.protocol import Fault, ProviderFault, Unsupported
from gateway.upstream.protocol import HandshakeRefused
from gateway.upstream.route import NotOffered, NotSetUp
from relay import faults
from relay.admitted_request import Delivery
from relay.faults import Failed
from relay.sink import Sink

FORESEEN = (
    *(GatewayError, StoreError, UpstreamBroken, Failed, ProviderFault, Unsupported),
    *(NotOffered, NotSetUp, HandshakeRefused),
)


@contextmanager
def as_faults(delivery: Delivery, sink: Sink, request_id: str) -> Generator[None]:
    """In this block a failure that nobody foresaw is the provider's."""
    try:
        yield
    except Exception as error:
        answered = delivery.channel is not None
        if isinstance(error, FORESEEN) and not (answered and isinstance(error, Unsupported)):  # what cannot be asked
            raise
        fault = _unreadable(error, request_id)
        delivery.channel = None
        raise (faults.refusal(fault) if answered and sink.started else ProviderFault(fault)) from error


def _unreadable(error: Exception, request_id: str) -> Fault:
    log.error("reply not understood", request_id=request_id, reason=repr(error), place=_place(error))
    log.metric("RepliesNotUnderstood")
    message = "the provider's answer could not be understood"
    return Fault(kind="retry", status=502, message=message, code="upstream_unreadable")


def _place(error: BaseException) -> str:
    """Where it was raised, for whoever has to mend it."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return f"{last.tb_frame.f_code.co_filename.rpartition('/')[2]}:{last.tb_lineno}" if last else ""
