"""Mails to those whose quota is about to run out, or has."""

from collections.abc import Iterable, Mapping
from html import escape

from gateway import log
from gateway.domain.amounts import amount_text
from gateway.domain.identity import UserStatus
from gateway.mail import MailFailed, MailServer
from gateway.store import codes, users
from gateway.store.context import Store
from gateway.store.rows import UserRow
from gateway.upkeep.notices import Notice

AGAIN = 86_400  # seconds after which somebody who goes on consuming is told again

_PURPOSE = "quota-reminder"


def remind(store: Store, options: Mapping[str, str], user_ids: Iterable[int]) -> int:
    """Mail those of these users who have little left; answers how many. Nobody is told the same twice a day."""
    if not options["SMTPServer"]:
        return 0
    server, threshold = MailServer.from_options(options), int(options["QuotaRemindThreshold"])
    sent = 0
    for user_id in user_ids:
        user = users.get(store, user_id)
        if user is None or not user.email or user.status != UserStatus.ENABLED or user.quota >= threshold:
            continue
        subject = f"{user_id}#{'empty' if user.quota <= 0 else 'low'}"
        if not codes.mark(store, _PURPOSE, subject, seconds=AGAIN):
            continue
        notice = reminder(user, options)
        try:
            server.send(user.email, notice.subject, notice.html, now=store.clock.now())
            sent += 1
        except MailFailed as error:
            codes.clear(store, _PURPOSE, subject)
            log.error("quota reminder not sent", user_id=user_id, reason=str(error))
    return sent


def reminder(user: UserRow, options: Mapping[str, str]) -> Notice:
    """What the mail says, in both languages."""
    left = escape(amount_text(max(0, user.quota), options))
    zh, en = ("即将用尽", "is about to run out") if user.quota > 0 else ("已用尽", "is used up")
    link = escape(f"{options['ServerAddress']}/topup")
    return Notice(
        "额度提醒 / quota reminder",
        f'<p>您的额度{zh}，当前剩余额度为 {left}。为了不影响您的使用，请及时充值：<a href="{link}">{link}</a></p>'
        f'<p>Your quota {en}: {left} is left. Top up at <a href="{link}">{link}</a></p>',
    )
