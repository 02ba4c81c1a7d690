"""GET /v1/usage: what a key has left and has used, as tools ask that show it beside their prompt.

The names are those that the scripts of CC Switch, status lines and menu bar applets read: ``remaining`` in ``unit``,
then where it comes from (``quota`` of the key, ``balance`` of its owner), ``isValid``.
"""

from datetime import UTC, datetime
from typing import Any

from gateway.domain import options as known
from gateway.domain.identity import NEVER, Caller, Token
from gateway.store.money.window_items import LimitUse
from relay import limits
from relay.asgi_types import Receive, Send
from relay.authenticate import caller_of
from relay.balance import Funds, funds
from relay.deps import Deps
from relay.endpoints.dashboard import shown
from relay.http_request import HttpRequest
from relay.reply_headers import send_json

Options = dict[str, str]


async def answer(deps: Deps, incoming: HttpRequest, receive: Receive, send: Send) -> None:
    """Of the key that asks, and its owner."""
    caller = await caller_of(deps, incoming, fresh=True)
    options = {**known.DEFAULTS, **await deps.reader.options()}
    found = await funds(deps, caller.user)
    limited = [_limit(use, options) for use in await limits.uses(deps, caller)]
    body = _body(caller, found, options) | {"rate_limits": limited}
    await send_json(deps, incoming, receive, send, body)


def _body(caller: Caller, found: Funds, options: Options) -> dict[str, Any]:
    token, balance = caller.token, max(0, found.free + found.held)
    unit = "USD" if options["DisplayInCurrencyEnabled"] == "true" else "quota"
    own = _quota(token, options, unit)
    left = balance if token.unlimited_quota else min(balance, _left(token))
    return {
        "object": "usage",
        "isValid": True,
        "is_active": True,
        "mode": "quota_limited" if own else "unrestricted",
        "planName": caller.user.group,
        "unit": unit,
        "remaining": shown(left, options),
        "balance": shown(balance, options),
        **({"quota": own} if own else {}),
        "usage": {"total": {"actual_cost": shown(token.used_quota, options)}},
        "expires_at": _time(token.expired_time),
    }


def _left(token: Token) -> int:
    return max(0, token.remain_quota + token.held)


def _quota(token: Token, options: Options, unit: str) -> dict[str, Any]:
    """The key's own limit; empty where it has none."""
    if token.unlimited_quota:
        return {}
    left, used = _left(token), token.used_quota
    amounts = {"limit": left + used, "used": used, "remaining": left}
    return {name: shown(amount, options) for name, amount in amounts.items()} | {"unit": unit}


def _limit(use: LimitUse, options: Options) -> dict[str, Any]:
    """A limit that the key keeps to; of quota in the unit of the rest."""
    rule, quota = use.rule, use.rule.what == "quota"
    amounts = {"limit": use.most, "used": use.used, "remaining": use.left}
    return {
        "whose": use.whose,
        "what": rule.what,
        "window": rule.window,
        **{name: shown(amount, options) if quota else amount for name, amount in amounts.items()},
        "reset_at": None if use.resets is None else _time(use.resets),
        "watched": rule.watched,
    }


def _time(seconds: int) -> str | None:
    return None if seconds == NEVER else datetime.fromtimestamp(seconds, UTC).isoformat()
