"""What is done for a request whose worst case a balance does not pay for, before it is refused.

Its prompt is counted where the bound of a token for each byte is too much. Then an answer that nobody limits, or not
enough, is cut: a share of what is left is held, and the request's own limit set to what that pays for. So requests at
once find something each, and the last of a balance can be spent. Only what cannot pay for its prompt and a handful of
tokens is refused.
"""

import asyncio
from dataclasses import replace

from gateway import log
from gateway.billing import estimate
from gateway.errors import LimitReached, QuotaExceeded
from gateway.records import dataclass
from gateway.wire.json import obj, whole
from relay.admitted_request import AdmittedRequest
from relay.answer_limits import limited, with_limit
from relay.inbound.protocol import ParsedRequest
from relay.reservation import Quote, answers

SHARE = 4  # of what is left, one answer without a limit gets so many-th
HANDFUL = 16  # tokens: OpenAI's least for a response, too


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    """What may be held. ``tokens``: the answers' new limit, 0: as it is; ``short``: less than a request would like."""

    amount: int
    tokens: int = 0
    spare: int = 0
    short: bool = False


Refusal = QuotaExceeded | LimitReached


async def share(admitted: AdmittedRequest, refused: Refusal) -> AdmittedRequest:
    """The request as a share of what is left pays for it; raises the refusal if none does."""
    return await _less(admitted, refused, last=False)


async def least(admitted: AdmittedRequest, refused: Refusal) -> AdmittedRequest:
    """The request as it takes no more than it must: others were faster."""
    return await _less(admitted, refused, last=True)


async def _less(admitted: AdmittedRequest, refused: Refusal, *, last: bool) -> AdmittedRequest:
    """What limits have left is spent as what a balance has; of tokens there are as many as there are left."""
    if isinstance(refused, QuotaExceeded):
        return await _fitted(admitted, refused, last=last)
    if refused.left is None:
        raise refused
    if refused.type == "tokens":
        return await _in_tokens(admitted, refused, refused.left, last=last)
    try:
        return await _fitted(admitted, QuotaExceeded(refused.message, left=refused.left), last=last)
    except QuotaExceeded:
        raise refused from None


async def _in_tokens(admitted: AdmittedRequest, refused: LimitReached, left: int, *, last: bool) -> AdmittedRequest:
    """The request with answers so short that it comes to no more tokens than are left."""
    options, quote, many = admitted.options, admitted.quote, answers(admitted.parsed)
    if not quote.measured.exact and quote.tokens(HANDFUL) > left // SHARE:
        quote = await _counted(admitted)
    room = (left - quote.tokens(1) + many) // many
    if room >= quote.longest and (last or not quote.open_ended):  # its prompt was less than it seemed
        return replace(admitted, quote=quote, hold=replace(admitted.hold, amount=quote.worst()), spare=0)
    needed = min(HANDFUL + _thinking(admitted.parsed), quote.longest)
    wanted = min(max(options.pre_consumed_quota, needed), quote.longest)
    tokens = min(room, quote.longest, max(0 if last else room // SHARE, wanted))
    if tokens < needed or not (options.cap_answers and quote.heeded):
        raise refused
    hold = replace(admitted.hold, amount=quote.at(tokens))
    return replace(admitted, parsed=_cut(admitted, tokens), quote=quote, hold=hold, spare=0, answer_limit=tokens)


def spare(quote: Quote, amount: int) -> int:
    """What must stay free beside a hold for the longest answer there can be: others come too."""
    return amount * (SHARE - 1) if quote.open_ended else 0


async def _fitted(admitted: AdmittedRequest, refused: QuotaExceeded, *, last: bool) -> AdmittedRequest:
    quote, left = admitted.quote, refused.left
    if left is None or _fit(admitted, quote.with_prompt(0).with_fewest_calls(), left, last=last) is None:
        raise refused
    fit = _fit(admitted, quote, left, last=last)
    if (fit is None or fit.short) and not quote.measured.exact:
        quote = await _counted(admitted)
        fit = _fit(admitted, quote, left, last=last)
    if fit is None:
        quote = quote.with_fewest_calls()
        fit = _fit(admitted, quote, left, last=last)
    if fit is None:
        raise refused
    parsed = _cut(admitted, fit.tokens) if fit.tokens else admitted.parsed
    log.debug("hold made to fit", request_id=admitted.hold.request_id, left=left, held=fit.amount, limit=fit.tokens)
    hold = replace(admitted.hold, amount=fit.amount)
    return replace(admitted, parsed=parsed, quote=quote, hold=hold, spare=fit.spare, answer_limit=fit.tokens)


def _fit(admitted: AdmittedRequest, quote: Quote, left: int, *, last: bool) -> _Fit | None:
    """What of ``left`` may be held for the request; ``None`` if that does not pay for it."""
    options, worst, part = admitted.options, quote.worst(), left // SHARE
    if worst <= (part if quote.open_ended else left):
        return _Fit(amount=worst)
    if not (options.cap_answers and quote.heeded):
        amount = quote.assumed(options.pre_consumed_quota)
        return _Fit(amount=amount) if amount <= left else None
    needed = min(HANDFUL + _thinking(admitted.parsed), quote.longest)
    wanted = min(max(options.pre_consumed_quota, needed), quote.longest)
    room = min(left, max(0 if last else part, quote.at(wanted)))
    tokens = min(quote.affordable(room), quote.longest)
    if tokens < needed:
        return None
    amount = quote.at(tokens)
    keeps = left // 2 if amount <= part and not last else 0
    return _Fit(amount=amount, tokens=tokens, spare=keeps, short=tokens < wanted)


def _thinking(parsed: ParsedRequest) -> int:
    """Tokens that the caller set aside for thinking: a limit below them is refused by Anthropic."""
    return whole(obj(parsed.body.get("thinking")).get("budget_tokens"))


async def _counted(admitted: AdmittedRequest) -> Quote:
    """The quote with its prompt counted, where that can be done."""
    quote, body = admitted.quote, admitted.parsed.body
    if admitted.options.approximate_tokens:
        return quote
    tokens = await asyncio.to_thread(estimate.counted, body, admitted.parsed.model)
    return quote if tokens is None else quote.with_prompt(tokens)


def _cut(admitted: AdmittedRequest, tokens: int) -> ParsedRequest:
    """The request with so many tokens as its limit: in the caller's own bytes, where those go out, and in canonical."""
    parsed = admitted.parsed
    body = with_limit(parsed.operation, parsed.body, tokens)
    if not parsed.native:
        return parsed.with_body(body)
    return replace(parsed, body=body, raw=limited(admitted.inbound.dialect, parsed.operation, parsed.raw, tokens))
