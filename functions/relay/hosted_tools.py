"""Tools that a provider runs itself, and work that it goes on with by itself: what a request can come to for them.

A tool that has no price is refused, as a model without one is. Only where a server is not known to run tools at all,
and agents declare them for OpenAI's Responses API, they are left out as they are from a chat: the model may use them,
but need not. Work in the background is refused: what it costs is told to nobody who waits for it here.
"""

from collections.abc import Mapping
from typing import Any

from gateway.billing.hosted_tools import hosted, names_of
from gateway.billing.price import Price
from gateway.billing.pricing import UnknownPrice
from gateway.billing.tool_prices import kind_of, missing
from gateway.domain.channel import Channel
from gateway.errors import BadRequest
from gateway.outbound.protocol import Operation, Unsupported
from gateway.upstream.route import offers
from gateway.wire.json import obj, objs
from relay.inbound.protocol import Json, ParsedRequest

NO_PRICE = "tool_price_not_configured"
BACKGROUND = (
    "background responses are not served here: nobody can tell what they cost before they are done; leave background "
    "out, and stream a long answer"
)
ASKING: frozenset[Operation] = frozenset({"chat", "responses"})


def asked(parsed: ParsedRequest, held: int) -> dict[str, int]:
    """Every hosted tool of a request, with the most calls that are held for."""
    return hosted(parsed.body, held) if parsed.operation in ASKING and not parsed.beneath else {}


def held_for(parsed: ParsedRequest, channel: Channel, price: Price, tools: Mapping[str, int]) -> dict[str, int]:
    """The calls that a request can bring about at this channel, as far as they cost something."""
    found = {kind: 1 for kind in price.tools.always if parsed.operation in ASKING}
    if parsed.operation == "chat" or offers(channel, parsed.operation):
        found |= {name: calls for name, calls in tools.items() if price.tools.of(name) is not None}
    return {name: calls for name, calls in found.items() if price.tools.of(name)}


def priced(parsed: ParsedRequest, channel_type: int, price: Price) -> ParsedRequest:
    """The request as it may be served there; raises ``Unsupported`` for a tool without a price, and for background."""
    if in_background(parsed):
        raise Unsupported(BACKGROUND, param="background")
    names = [name for name in asked(parsed, 1) if price.tools.of(name) is None]
    if not names:
        return parsed
    if parsed.operation != "responses" or price.tools.hosts:
        raise unpriced(names[0], channel_type)
    return _without(parsed, set(names), channel_type)


def in_background(parsed: ParsedRequest) -> bool:
    """Whether the answer is to be made after the reply."""
    return parsed.operation == "responses" and bool(parsed.body.get("background"))


def check_priced(parsed: ParsedRequest, channel_type: int, price: Price) -> None:
    """The same where the bytes go on as they are; raises ``BadRequest``."""
    if in_background(parsed):
        raise BadRequest(BACKGROUND, param="background")
    for name in asked(parsed, 1):
        if price.tools.of(name) is None:
            raise UnknownPrice(missing(kind_of(name), channel_type), param="tools", code=NO_PRICE)


def unpriced(name: str, channel_type: int) -> Unsupported:
    """The refusal of a tool without a price."""
    return Unsupported(missing(kind_of(name), channel_type), param="tools", code=NO_PRICE)


def _without(parsed: ParsedRequest, names: set[str], channel_type: int) -> ParsedRequest:
    kept = [tool for tool in objs(parsed.body.get("tools")) if names.isdisjoint(names_of(tool))]
    _check_choice(parsed.body.get("tool_choice"), kept, names, channel_type)
    body: Json = {**parsed.body, "tools": kept}
    if not kept:
        for gone in ("tools", "tool_choice", "parallel_tool_calls"):
            body.pop(gone, None)
    elif obj(body.get("tool_choice")).get("type") == "allowed_tools":
        listed = objs(obj(body["tool_choice"]).get("tools"))
        body["tool_choice"] = {
            **obj(body["tool_choice"]),
            "tools": [tool for tool in listed if names.isdisjoint(names_of(tool))],
        }
    return parsed.with_body(body)


def _check_choice(choice: Any, kept: list[Json], names: set[str], channel_type: int) -> None:
    """Raises ``Unsupported`` where what is left out must be used."""
    wanted = obj(choice)
    listed = objs(wanted.get("tools"))
    demanded = names & set(names_of(wanted)) if wanted.get("type") != "allowed_tools" else set[str]()
    nothing_left = (choice == "required" and not kept) or (
        bool(listed) and not any(names.isdisjoint(names_of(tool)) for tool in listed)
    )
    if demanded or nothing_left:
        raise unpriced(sorted(demanded or names)[0], channel_type)
