"""What a delivered answer cost, as the ledger entry that settles its hold."""

import asyncio
from dataclasses import replace
from fractions import Fraction
from typing import Any

from gateway import log
from gateway.billing.charging import Charge, ImplausibleUsage, Term, anything, charge, log_text, write_terms
from gateway.billing.price import Price
from gateway.billing.pricing import UnknownPrice
from gateway.billing.receipts import RESERVED
from gateway.billing.shadow import Shadow
from gateway.billing.token_counter import Counter
from gateway.clock import Clock, new_log_id
from gateway.domain.channel import Channel
from gateway.domain.failures import LONGEST_TEXT
from gateway.domain.money import Due, Entry, EntryType
from gateway.domain.usage import Usage
from relay.admitted_request import AdmittedRequest, Delivery
from relay.counting import in_turn
from relay.failures import kind_of
from relay.inbound.protocol import Json, countable
from relay.reservation import described, tiers_of, units
from relay.tool_calls import called

SHOWN_TOKENS = 2**31 - 1  # log columns are integers of one-api's size, whatever a provider claims


async def entry(admitted: AdmittedRequest, delivery: Delivery, clock: Clock) -> Entry:
    """The ledger entry for what was delivered."""
    channel = delivery.channel
    assert channel is not None, "only a committed delivery is charged"
    usage, charged, problem = await _accounted(admitted, delivery, channel)
    details = _details(admitted, delivery, usage, charged)
    if problem:
        details["quarantined"] = problem
        log.error("usage quarantined", request_id=admitted.incoming.request_id, channel=channel.id, reason=problem)
        log.metric("UsageQuarantined", channel=str(channel.id))
    return Entry(
        request_id=admitted.incoming.request_id,
        id=new_log_id(clock),
        created_at=clock.now(),
        type=EntryType.CONSUME,
        user_id=admitted.caller.user.id,
        username=admitted.caller.user.username,
        quota=charged.quota,
        cost=None if problem else _cost(admitted, delivery, channel, usage, charged),
        content=charged.content,
        token_id=admitted.caller.token.id,
        token_name=admitted.caller.token.name,
        model_name=delivery.model,
        prompt_tokens=_shown(usage.prompt),
        completion_tokens=_shown(usage.completion),
        channel_id=channel.id,
        elapsed_time=round((clock.monotonic() - admitted.incoming.started) * 1000),
        is_stream=admitted.parsed.stream,
        system_prompt_reset=delivery.system_prompt_reset,
        details=details,
    )


def due(admitted: AdmittedRequest, delivery: Delivery) -> Due:
    """What is due for what is out by now, roughly: four bytes a token where the provider has not told."""
    channel = delivery.channel
    assert channel is not None, "only a committed delivery is charged"
    token = admitted.caller.token.id
    kept = Due(quota=admitted.hold.amount, model=delivery.model, channel_id=channel.id, token_id=token)
    if delivery.usage is None or not delivery.usage.total:
        prompt, completion = len(admitted.parsed.raw) // 4, len(delivery.text()) // 4
    else:
        prompt, completion = delivery.usage.prompt, delivery.usage.completion
    try:
        price = admitted.book.price(delivery.model, channel.type)
    except UnknownPrice:
        return kept
    calls = called((delivery.usage or Usage()).calls, delivery, price)
    usage = Usage(prompt=prompt, completion=completion, calls=calls)
    usage = units(admitted.parsed, price, usage)
    charged, problem = _charged(admitted, delivery, price, usage)
    return kept if problem else replace(kept, quota=charged.quota, prompt=_shown(prompt), completion=_shown(completion))


async def _accounted(admitted: AdmittedRequest, delivery: Delivery, channel: Channel) -> tuple[Usage, Charge, str]:
    """Usage and charge; whatever fails while they are made, foreign code included, costs what was held."""
    try:
        price = admitted.book.price(delivery.model, channel.type)
        if delivery.unfinished:
            version, content = price.version, log_text(price, _group_ratio(admitted), completion=True)
            return delivery.usage or Usage(), _reserved(admitted, version, content), delivery.unfinished
        usage = await used(admitted, delivery, price)
        charged, problem = _charged(admitted, delivery, price, usage)
    except asyncio.CancelledError:
        raise
    except BaseException as error:  # noqa: BLE001  an edge: tiktoken's panics are no ``Exception``
        log.error("charge not computed", request_id=admitted.incoming.request_id, reason=repr(error)[:500])
        return (
            delivery.usage or Usage(),
            _reserved(admitted, "", ""),
            f"the charge could not be computed: {error!r:.200}",
        )
    return usage, charged, problem


async def used(admitted: AdmittedRequest, delivery: Delivery, price: Price) -> Usage:
    """The provider's figures for a finished answer; for the rest, what we count ourselves.

    A stream that was cut is charged for its prompt and for what was delivered of it, never less than the provider
    had reported by then.
    """
    found = delivery.usage or Usage()
    if (calls := called(found.calls, delivery, price)) is not found.calls:
        found = replace(found, calls=calls)
    reported = units(admitted.parsed, price, found)
    if anything(reported) and (delivery.finished or not reported.total):
        return reported  # what is sold by the piece costs the same however far its stream came
    # Figures that are all zero say no more than none at all.
    completed = await _completed(admitted, delivery, reported if anything(reported) else None)
    return units(admitted.parsed, price, replace(completed, calls=reported.calls))


async def _completed(admitted: AdmittedRequest, delivery: Delivery, reported: Usage | None) -> Usage:
    if reported is not None and not reported.plausible():
        return reported
    counted = await in_turn(lambda: _count(admitted, delivery))
    if reported is None:
        return counted
    prompt = reported.prompt or counted.prompt
    return replace(reported, prompt=prompt, completion=max(reported.completion, counted.completion), estimated=True)


def _count(admitted: AdmittedRequest, delivery: Delivery) -> Usage:
    counter = Counter(delivery.model, approximate=admitted.options.approximate_tokens)
    body = countable(admitted.parsed)
    prompt = counter.prompt(body) or counter.inputs(body.get("input") or body.get("prompt"))
    usage = Usage(prompt=prompt, completion=counter.text(delivery.text()), estimated=True)
    if counter.problem:
        log.warning("tokens approximated", request_id=admitted.incoming.request_id, reason=counter.problem)
    return usage


def _charged(admitted: AdmittedRequest, delivery: Delivery, price: Price, usage: Usage) -> tuple[Charge, str]:
    """The charge, and why the usage is in quarantine if it is: then the hold is kept, no more and no less."""
    group_ratio = _group_ratio(admitted)
    try:
        return _dearest(admitted, delivery, price, usage, group_ratio), ""
    except ImplausibleUsage as implausible:
        content = log_text(price, group_ratio, completion=True)
        return _reserved(admitted, price.version, content), str(implausible)


def _dearest(
    admitted: AdmittedRequest, delivery: Delivery, price: Price, usage: Usage, group_ratio: Fraction
) -> Charge:
    """The charge at the tier it was served at, or at the dearest it may have been. Raises ``ImplausibleUsage``."""
    size, quality = described(admitted.parsed)
    tiers = [delivery.service] if delivery.service else tiers_of(admitted.parsed.body)
    charges = [charge(price, usage, group_ratio, service=tier, size=size, quality=quality) for tier in tiers]
    return max(charges, key=lambda charged: charged.quota)


def _cost(admitted: AdmittedRequest, delivery: Delivery, channel: Channel, usage: Usage, charged: Charge) -> int | None:
    """What it cost the operator; ``None``: nobody knows. Where a model is bought as it is sold, its terms tell."""
    sold = admitted.book.price(delivery.model, channel.type)
    bought = admitted.options.purchases.bought(channel.id, channel.type, delivery.model, sold)
    if bought is None:
        return None
    if bought.as_sold:
        return bought.cost(charged.terms)
    try:
        again = _dearest(admitted, delivery, bought.price, units(admitted.parsed, bought.price, usage), Fraction(1))
    except ImplausibleUsage:
        return None
    return bought.cost(again.terms)


def _shadow(admitted: AdmittedRequest, delivery: Delivery, shadow: Shadow, usage: Usage) -> str:
    """What another gateway would have charged; empty where it has no price."""
    assert delivery.channel is not None, "only a committed delivery is charged"
    quota = shadow.quota(delivery.model, delivery.channel.type, usage, admitted.caller.user.group)
    return "" if quota is None else str(quota)


def _group_ratio(admitted: AdmittedRequest) -> Fraction:
    return admitted.book.group_ratio(admitted.caller.user.group)


def _reserved(admitted: AdmittedRequest, version: str, content: str) -> Charge:
    """What was held, no more and no less."""
    kept = (Term(RESERVED, 1, str(admitted.hold.amount)),)
    return Charge(quota=admitted.hold.amount, terms=kept, price_version=version, content=content)


def _details(admitted: AdmittedRequest, delivery: Delivery, usage: Usage, charged: Charge) -> dict[str, Any]:
    """What a receipt needs beyond the log's columns. Figures are texts: usage may claim more than a number can hold."""
    details: Json = {
        "usage": {name: str(figure) for name, figure in usage.figures().items()},
        "group": admitted.caller.user.group,
        "requested_model": admitted.parsed.model,
        "result": "complete" if delivery.finished and delivery.fault is None else "partial",
        "price_version": charged.price_version,
        "terms": write_terms(charged.terms),
        "limited": admitted.hold.limited,  # whether the token paid too, which a refund must know
    }
    if admitted.answer_limit:
        details["answer_limit"] = str(admitted.answer_limit)  # the balance paid for no more tokens
    if (shadow := admitted.options.shadow) is not None and shadow.compared(admitted.incoming.request_id):
        details["shadow"] = _shadow(admitted, delivery, shadow, usage)
    if delivery.response_id:
        details["response_id"] = delivery.response_id
    if delivery.fault is not None:
        details |= {"fault": delivery.fault.message[:LONGEST_TEXT], "kind": kind_of(delivery.fault)}
    return details | _passed(admitted, delivery)


def _passed(admitted: AdmittedRequest, delivery: Delivery) -> Json:
    """When the first piece of a stream came, in ms; and what was tried before, with when this channel was asked."""
    incoming, passed = admitted.incoming, Json()
    if delivery.first:
        passed["ttft"] = round((delivery.first - incoming.started) * 1000)
    if attempts := incoming.trail.attempts:
        passed |= {
            "attempts": [attempt.write() for attempt in attempts],
            "began": round((delivery.begun - incoming.started) * 1000),
        }
    return passed


def _shown(figure: int) -> int:
    return max(0, min(figure, SHOWN_TOKENS))
