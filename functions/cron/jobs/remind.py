"""Tell those whose balance fell below their threshold, or the option QuotaRemindThreshold, once each time it falls: the
receiver of their own alarms, else by mail.

A mark is left before and taken back if it was refused: a run that dies in between tells nobody twice.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cron.deps import Deps
from gateway import log
from gateway.alarms import personal
from gateway.alarms.office import MARK
from gateway.alarms.personal import Personal
from gateway.alarms.protocol import Alarm, NotSent
from gateway.alarms.sending import Sender
from gateway.domain.amounts import amount_text
from gateway.domain.identity import UserStatus
from gateway.mail.message import MailFailed
from gateway.reminders import Low, body, subject
from gateway.store.accounts import codes
from gateway.store.client.attributes import to_item
from gateway.store.money.reminders import Reminder, Reminders
from gateway.store.schema.tables import token_owner, user_key
from gateway.store.schema.users import OPERATORS, held
from gateway.store.settings import options

MOST = 1000  # messages of one run
KEPT = 86_400  # seconds in which the same fall is told once


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
        elif not reminder.told and low.reachable(deps, current) and figures["told"] < MOST:
            sent = await asyncio.to_thread(_sent, deps, reminder, low, current)
            if sent:
                await reminders.told(reminder)
            figures["told" if sent else "failed"] += 1
    return figures


@dataclass(frozen=True, slots=True)
class _Case:
    """Who is to be told what. Without an address or receiver there is nothing to send, and nothing more to do."""

    email: str
    own: Personal | None
    low: Low

    def reachable(self, deps: Deps, current: Mapping[str, str]) -> bool:
        """Whether it is worth trying."""
        return self.own is not None or deps.outbox.is_set_up(current)


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
    if left >= _threshold(user, current):
        return None
    low = Low(
        system=current["SystemName"],
        username=user.get("username") or "",
        token=(holder.get("name") or f"#{reminder.token_id}") if reminder.token_id else "",
        left=amount_text(left, current),
        top_up=current["TopUpLink"] or (f"{current['ServerAddress']}/topup" if current["ServerAddress"] else ""),
    )
    own = personal.opened(deps.store.vault, reminder.user_id, user.get("alarm") or "")
    return _Case(user.get("email") or "", own, low)


def _threshold(user: Mapping[str, Any], current: Mapping[str, str]) -> int:
    own = user.get("remind_threshold", OPERATORS)
    return own if own >= 0 else int(current["QuotaRemindThreshold"])


def _sent(deps: Deps, reminder: Reminder, case: _Case, current: Mapping[str, str]) -> bool:
    """By the receiver of one's own, by mail where there is none or it refuses; ``False``: another time."""
    key = f"quota {reminder.user_id} {reminder.token_id} {reminder.since}"
    if not codes.mark(deps.store, MARK, key, seconds=KEPT):
        return True
    problem = ""
    if case.own is not None:
        problem = _told(deps, key, case.own, case.low)
        if not problem:
            return True
    if case.email and deps.outbox.is_set_up(current):
        problem = _mailed(deps, case, current)
    if problem:
        log.error("reminder not sent", user=case.low.username, reason=problem)
        codes.clear(deps.store, MARK, key)
    return not problem


def _told(deps: Deps, key: str, own: Personal, low: Low) -> str:
    """What was wrong."""
    message = Alarm(key.replace(" ", "-"), "quota", low.system, subject(low), body(low), deps.clock.now())
    try:
        Sender(deps.fetcher).send(own.receiver, own.settings, message)
    except NotSent as error:
        return str(error)
    return ""


def _mailed(deps: Deps, case: _Case, current: Mapping[str, str]) -> str:
    """What was wrong."""
    try:
        deps.outbox.send(current, case.email, subject(case.low), body(case.low), now=deps.clock.now())
    except MailFailed as error:
        return error.detail
    return ""
