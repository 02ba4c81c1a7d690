"""Limits as a request goes through them: taken before its hold, settled with its entry.

What a request takes, of whomever, is taken in one round trip; if one refuses, the others are given back. A request
without limits asks nobody. A channel's limits are taken when it is asked; if it is at its limit, another channel is.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace

from gateway import log
from gateway.domain.channel import Channel
from gateway.domain.identity import Caller
from gateway.domain.limited import Subject, of_channel
from gateway.domain.money import Entry, Hold
from gateway.errors import LimitReached, StoreError
from gateway.store.money import window_items
from gateway.store.money.wallet import HOLDS
from gateway.store.money.window_items import LimitUse, OpenShare, Stay, Take, WindowFull, stays
from gateway.store.money.windows import LimitShare
from relay import limit_words, limited
from relay.admitted_request import AdmittedRequest
from relay.deps import Deps
from relay.faults import Failed, full_channel
from relay.fitting import SHARE
from relay.limited import LimitsTaken, Worst
from relay.options import Options


async def taken(deps: Deps, admitted: AdmittedRequest) -> AdmittedRequest:
    """The request with what it takes of all its limits; raises ``LimitReached``."""
    if not admitted.limited:
        return admitted
    request_id, user_id = admitted.incoming.request_id, admitted.caller.user.id
    return replace(admitted, taken=await _all(deps, request_id, user_id, admitted.limited, worst(admitted)))


def worst(admitted: AdmittedRequest) -> Worst:
    """What the request can come to, as it is held now."""
    quote, cut = admitted.quote, admitted.answer_limit
    tokens = quote.tokens(cut)
    spare = tokens * (SHARE - 1) if quote.open_ended and not cut else 0
    return Worst(tokens=tokens, quota=admitted.hold.amount, spare_tokens=spare, spare_quota=admitted.spare)


async def count(deps: Deps, request_id: str, caller: Caller, model: str, options: Options) -> dict[str, str]:
    """Count a request that asks no provider; raises ``LimitReached``, or answers the headers that tell what is left."""
    found = limited.subjects(caller, model, options.limits)
    asked = [replace(one, rules=tuple(rule for rule in one.rules if rule.what == "requests")) for one in found]
    had = await _all(deps, request_id, caller.user.id, [one for one in asked if one.rules], Worst(tokens=0, quota=0))
    await settle(deps, had, lambda key, amount: amount)
    return had.headers


async def uses(deps: Deps, caller: Caller, model: str = "") -> list[LimitUse]:
    """The limits that hold for a caller, and for one model if it is named, with what is used of them now."""
    options, _ = deps.prices.current(await deps.reader.options())
    found = limited.subjects(caller, model, options.limits)
    items, now = await deps.windows.items(one.name for one in found), deps.clock.now()
    return [use for one in found for use in window_items.uses(one.whose, one.rules, items[one.name], now)]


async def enter(deps: Deps, admitted: AdmittedRequest, channel: Channel) -> None:
    """Take what a channel's limits have for the request, unless it has that; ``Failed`` if they have not so much."""
    subject, had = of_channel(channel.id, channel.limits), admitted.taken
    if not channel.limits or had is None or subject.name in had.of:
        return
    most = replace(worst(admitted), spare_tokens=0, spare_quota=0)
    try:
        made = await _all(deps, admitted.incoming.request_id, admitted.caller.user.id, [subject], most)
    except LimitReached as full:
        raise Failed(full_channel(full), asked=False) from full
    had.of |= made.of


async def leave(deps: Deps, admitted: AdmittedRequest, channel: Channel) -> None:
    """Give back what a channel that did not answer was to have; that it was asked stays."""
    name = of_channel(channel.id, channel.limits).name
    if admitted.taken is not None and (one := admitted.taken.of.pop(name, None)):
        await settle(deps, LimitsTaken({name: one}), _nothing_but_requests)


async def settle_by(deps: Deps, had: LimitsTaken | None, entry: Entry) -> None:
    """Let stay what was charged."""
    await settle(deps, had, stays(entry))


async def release(deps: Deps, had: LimitsTaken | None) -> None:
    """The request came to nothing: what it held comes back; that it was made stays."""
    await settle(deps, had, _nothing_but_requests)


async def give_back(deps: Deps, had: LimitsTaken | None) -> None:
    """The request was refused: everything comes back."""
    await settle(deps, had, lambda key, amount: 0)


async def settle(deps: Deps, had: LimitsTaken | None, stay: Stay) -> None:
    """What cannot be settled now is settled by who is refused for it, or by the sweep."""
    if had is None:
        return
    while had.of:
        await asyncio.gather(*(_settled(deps, had.of.pop(name), stay) for name in list(had.of)))


async def _settled(deps: Deps, one: LimitShare, stay: Stay) -> None:
    try:
        await deps.windows.settle(one, stay)
    except StoreError as error:
        log.warning("limit not settled", subject=one.subject, request_id=one.request_id, reason=str(error))


async def _all(
    deps: Deps, request_id: str, user_id: int, asked: Sequence[Subject], most: Worst, *, again: bool = True
) -> LimitsTaken:
    """Take of all of them or of none."""
    now = deps.clock.now()
    takes = [
        Take(request_id=request_id, user_id=user_id, at=now, draws=limited.draws(one.rules, most)) for one in asked
    ]
    both = list(zip(asked, takes, strict=True))
    found = await asyncio.gather(*(deps.windows.take(one.name, take) for one, take in both), return_exceptions=True)
    had = LimitsTaken({one.subject: one for one in found if isinstance(one, LimitShare)})
    if len(had.of) == len(both):
        had.headers = limit_words.left(had.of.values(), now)
        return had
    full = {one: error for one, error in zip(asked, found, strict=True) if isinstance(error, WindowFull)}
    await give_back(
        deps, LimitsTaken({one.name: LimitShare.of(one.name, take) for one, take in both if one not in full})
    )
    for error in found:
        if isinstance(error, BaseException) and not isinstance(error, WindowFull):
            raise error
    if again and await _forsaken(deps, full):
        return await _all(deps, request_id, user_id, asked, most, again=False)
    raise limit_words.refusal(full, now)


async def _forsaken(deps: Deps, full: Iterable[Subject]) -> bool:
    """Whether something came back of what requests took that died before they had a hold."""

    async def decide(share: OpenShare) -> Stay | None:
        wallets = await deps.ledger.parts.items(share.user_id)
        if any(share.request_id in (item.get(HOLDS) or {}) for item in wallets):
            return None  # under way, or the sweep's
        decided = await deps.ledger.decided(_hold_of(share))
        return _nothing_but_requests if decided is None else stays(decided)

    return any(await asyncio.gather(*(deps.windows.forsaken(one.name, decide) for one in full)))


def _hold_of(share: OpenShare) -> Hold:
    """The hold it would have, as far as the entry is found by it."""
    return Hold(
        request_id=share.request_id,
        user_id=share.user_id,
        token_id=0,
        limited=False,
        amount=0,
        created_at=share.at,
        expires_at=share.at,
    )


def _nothing_but_requests(key: str, amount: int) -> int:
    return amount if key.startswith("requests") else 0
