"""One admitted request: everything its later stages need to know, decided once."""

from collections.abc import Callable

from gateway.billing.pricing import PriceBook
from gateway.domain.channel import Channel
from gateway.domain.identity import Caller
from gateway.domain.limited import Subject
from gateway.domain.money import Hold
from gateway.domain.usage import Usage
from gateway.outbound.protocol import Fault
from gateway.records import dataclass, record
from gateway.store.money.idempotency import Claim
from relay.http_request import HttpRequest
from relay.inbound.protocol import Inbound, ParsedRequest
from relay.limited import LimitsTaken
from relay.options import Options
from relay.reservation import Quote


@record
class AdmittedRequest:
    """A request that was let in. ``channels`` are in the order they are tried; ``claim`` is its idempotency key.

    ``quote`` is what it can cost, ``spare`` what must stay free beside its hold. ``answer_limit``: the tokens to which
    its answers were cut, because the balance or a limit has no more. ``limited`` are whose limits it keeps to besides a
    channel's, ``taken`` what it has of all of them.
    """

    incoming: HttpRequest
    inbound: Inbound
    parsed: ParsedRequest
    caller: Caller
    channels: list[Channel]
    options: Options
    book: PriceBook
    hold: Hold
    quote: Quote
    spare: int = 0
    answer_limit: int = 0
    claim: Claim | None = None
    limited: tuple[Subject, ...] = ()
    taken: LimitsTaken | None = None


def _no_text() -> str:
    return ""


@dataclass(slots=True)
class Delivery:
    """What reached the caller, filled in as it happens, so that it can be charged however it ends.

    ``channel`` is ``None`` until a provider's answer was committed to. ``usage`` is the provider's own figure,
    trusted when the answer ``finished``; otherwise ``text`` is what was produced, for counting. ``due_noted``: what is
    out was written into the hold, so the sweep may charge it.
    """

    channel: Channel | None = None
    due_noted: bool = False
    begun: float = 0.0  # monotonic seconds, as ``first``: when the channel was asked
    first: float = 0.0  # when the first piece of a stream came
    model: str = ""
    usage: Usage | None = None
    finished: bool = False
    fault: Fault | None = None
    text: Callable[[], str] = _no_text
    system_prompt_reset: bool = False
    response_id: str = ""  # the provider's, where it gave one
    service: str = ""  # the tier the provider says it used
    tools: tuple[str, ...] = ()  # of the provider's own, that it was asked to use
    chat: bool = False  # whether it was asked for a chat, whatever the caller asked for
    unfinished: str = ""  # what a whole reply says of itself that is not the answer yet
