"""What tools of the provider's own did in a delivered answer, as it is charged."""

from collections.abc import Iterable, Mapping

from gateway.billing.hosted_tools import KNOWN
from gateway.billing.price import Price
from gateway.billing.tool_prices import kind_of
from relay.admitted_request import Delivery

_PREVIEW = {"web_search": "web_search_preview"}


def called(calls: Mapping[str, int], delivery: Delivery, price: Price) -> Mapping[str, int]:
    """What was called, with what the provider does not tell: what its models always do, and of what it was asked."""
    sent, tools = delivery.tools, price.tools
    if not (calls or sent or tools.always):
        return calls
    found = {_as_sent(name, sent, price): number for name, number in calls.items()}
    found = {name: number for name, number in found.items() if kind_of(name) in KNOWN or tools.of(name) is not None}
    told = {kind_of(name) for name in found}
    quiet = {name for name in sent if tools.untold(name, chat=delivery.chat)}
    return found | {name: 1 for name in sorted({*tools.always, *quiet}) if kind_of(name) not in told}


def _as_sent(name: str, sent: Iterable[str], price: Price) -> str:
    """A call of whose kind no more was told, as the dearest that was asked for: a stream that was cut tells no more."""
    if kind_of(name) != name:
        return name
    kin = [one for one in sent if kind_of(one) in (name, _PREVIEW.get(name))]
    return max(kin, key=lambda one: price.tools.of(one) or 0, default=name) if name not in kin else name
