"""Mail those whose balance fell below the option QuotaRemindThreshold, once each time it falls.

A mail is noted after it was sent: a run that dies in between sends it twice, never not at all.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cron.deps import Deps
from gateway import log
from gateway.domain.amounts import amount_text
from gateway.domain.identity import UserStatus
from gateway.mail.message import MailFailed
from gateway.reminders import Low, body, subject
from gateway.store.client.attributes import to_item
from gateway.store.money.reminders import Reminder, Reminders
from gateway.store.schema.tables import token_owner, user_key
from gateway.store.schema.users import held
from gateway.store.settings import options

MOST = 1000  # mails of one run


async def run(deps: Deps) -> dict[str, Any]:
    """Answers how many were told, could not be told, and are above the threshold again."""
    current = options.current(deps.store)
    reminders = Reminders(deps.dynamo, deps.ledger.tables)
    figures = {"told": 0, "failed": 0, "recovered": 0}
    for reminder in await reminders.every():
        low = await _low(deps, reminder, current)
        if low is None:
            await reminders.forget(reminder)
            figures["recovered"] += 1
        elif not reminder.told and deps.outbox.is_set_up(current) and figures["told"] < MOST:
            sent = not low.email or await _sent(deps, low, current)
            if sent:
                await reminders.told(reminder)
            figures["told" if sent else "failed"] += 1
    return figures


@dataclass(frozen=True, slots=True)
class _Case:
    """Who is to be told what. Without an address there is nothing to send, and nothing more to do."""

    email: str
    low: Low


async def _low(deps: Deps, reminder: Reminder, current: Mapping[str, str]) -> _Case | None:
    """The balance as it is now; ``None`` if it is not low any more, or nobody's."""
    tables = deps.ledger.tables
    user = await deps.dynamo.get(tables.users, to_item({"pk": user_key(reminder.user_id)}))
    if user is None or user.get("status") != UserStatus.ENABLED:
        return None
    holder = user
    if reminder.token_id:
        key = {"pk": token_owner(reminder.user_id), "id": reminder.token_id}
        token = await deps.dynamo.get(tables.tokens, to_item(key))
        if token is None or token.get("unlimited_quota"):
            return None
        holder = token
        left = max(0, (token.get("remain_quota") or 0) + held(token))
    else:
        left = await Reminders(deps.dynamo, tables).left(reminder.user_id)
    if left >= int(current["QuotaRemindThreshold"]):
        return None
    low = Low(
        system=current["SystemName"],
        username=user.get("username") or "",
        token=(holder.get("name") or f"#{reminder.token_id}") if reminder.token_id else "",
        left=amount_text(left, current),
        top_up=current["TopUpLink"] or (f"{current['ServerAddress']}/topup" if current["ServerAddress"] else ""),
    )
    return _Case(user.get("email") or "", low)


async def _sent(deps: Deps, case: _Case, current: Mapping[str, str]) -> bool:
    words = (subject(case.low), body(case.low))
    try:
        await asyncio.to_thread(deps.outbox.send, current, case.email, *words, now=deps.clock.now())
    except MailFailed as error:
        log.error("reminder not sent", user=case.low.username, reason=error.detail)
        return False
    return True
