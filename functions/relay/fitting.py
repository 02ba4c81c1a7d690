"""What is done for a request whose worst case a balance does not pay for, before it is refused.

Its prompt is counted where the bound of a token for each byte is too much. Then an answer that nobody limits, or not
enough, is cut: a share of what is left is held, and the request's own limit set to what that pays for. So requests at
once find something each, and the last of a balance can be spent. Only what cannot pay for its prompt and a handful of
tokens is refused.
"""

import asyncio
from dataclasses import dataclass, replace

from gateway import log
from gateway.billing import estimate
from gateway.errors import QuotaExceeded
from gateway.wire.json import obj, whole
from relay.admitted_request import AdmittedRequest
from relay.answer_limits import limited, with_limit
from relay.inbound.protocol import ParsedRequest
from relay.reservation import Quote

SHARE = 4  # of what is left, one answer without a limit gets so many-th
HANDFUL = 16  # tokens: OpenAI's least for a response, too


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    """What may be held. ``tokens``: the answers' new limit, 0: as it is; ``short``: less than a request would like."""

    amount: int
    tokens: int = 0
    spare: int = 0
    short: bool = False


async def share(admitted: AdmittedRequest, refused: QuotaExceeded) -> AdmittedRequest:
    """The request as a share of what is left pays for it; raises the refusal if none does."""
    return await _fitted(admitted, refused, last=False)


async def least(admitted: AdmittedRequest, refused: QuotaExceeded) -> AdmittedRequest:
    """The request as it takes no more than it must: others were faster."""
    return await _fitted(admitted, refused, last=True)


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
