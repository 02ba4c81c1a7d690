"""The OpenAI-shaped billing routes that desktop clients read a key's balance from.

Amounts are dollars where the operator displays currency, else quota; ``total_usage`` is a hundred times that.
An unlimited key shows its owner's balance: it can spend no more than that.
"""

from decimal import Decimal
from typing import Any

from gateway.domain import options as known
from gateway.domain.identity import Caller
from relay.asgi_types import Receive, Send
from relay.authenticate import caller_of
from relay.balance import funds
from relay.deps import Deps
from relay.http_request import HttpRequest
from relay.reply_headers import send_json


async def subscription(deps: Deps, incoming: HttpRequest, receive: Receive, send: Send) -> None:
    """What the key was given in all."""
    caller = await caller_of(deps, incoming, fresh=True)
    options = {**known.DEFAULTS, **await deps.reader.options()}
    remain, used = await _balance(deps, caller, options)
    amount = shown(remain + used, options)
    expires = caller.token.expired_time if _by_token(options) else 0
    body: dict[str, Any] = {
        "object": "billing_subscription",
        "has_payment_method": True,
        "soft_limit_usd": amount,
        "hard_limit_usd": amount,
        "system_hard_limit_usd": amount,
        "access_until": max(expires, 0),
    }
    await send_json(deps, incoming, receive, send, body)


async def usage(deps: Deps, incoming: HttpRequest, receive: Receive, send: Send) -> None:
    """What the key has spent; the dates some clients send are ignored, as one-api ignores them."""
    caller = await caller_of(deps, incoming, fresh=True)
    options = {**known.DEFAULTS, **await deps.reader.options()}
    _, used = await _balance(deps, caller, options)
    await send_json(deps, incoming, receive, send, {"object": "list", "total_usage": shown(used * 100, options)})


async def _balance(deps: Deps, caller: Caller, options: dict[str, str]) -> tuple[int, int]:
    """What is left, with what requests under way hold of it, and what was used."""
    token = caller.token
    if _by_token(options) and not token.unlimited_quota:
        return max(0, token.remain_quota + token.held), token.used_quota
    found = await funds(deps, caller.user)
    return max(0, found.free + found.held), token.used_quota if _by_token(options) else found.used


def _by_token(options: dict[str, str]) -> bool:
    return options["DisplayTokenStatEnabled"] == "true"


def shown(quota: int, options: dict[str, str]) -> float:
    """For display only: the one place where quota becomes a fraction."""
    unit = Decimal(options["QuotaPerUnit"])
    return float(quota / unit) if options["DisplayInCurrencyEnabled"] == "true" and unit > 0 else float(quota)
