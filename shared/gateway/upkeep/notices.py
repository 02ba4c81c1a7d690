"""Messages to root: through the message pusher if one is set up, else by mail.

The pusher is https://github.com/songquanpeng/message-pusher: a POST of JSON that answers ``{"success", "message"}``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, cast

from gateway import log
from gateway.domain.channel import ChannelStatus
from gateway.mail.message import MailFailed
from gateway.mail.outbox import Outbox
from gateway.security.safe_fetch import Fetcher, FetchFailed, FetchRefused
from gateway.store.accounts import users
from gateway.store.accounts.bootstrap import ROOT_ID
from gateway.store.channels import channels
from gateway.store.context import Store
from gateway.store.schema.channels import ChannelRow

MOST_LISTED = 50  # channels that one message describes


class NotSent(Exception):
    """Nobody took the message; the text says why."""


@dataclass(frozen=True, slots=True)
class Notice:
    """``html`` holds nothing that was not escaped."""

    subject: str
    html: str


def tell_root(store: Store, fetcher: Fetcher, outbox: Outbox, options: Mapping[str, str], notice: Notice) -> None:
    """Send it; raises ``NotSent``."""
    problem = ""
    if options["MessagePusherAddress"]:
        try:
            return push(fetcher, options, notice)
        except (FetchRefused, FetchFailed, NotSent) as error:
            problem = f"message pusher: {error}"
            log.warning("message pusher failed", reason=str(error))
    root = users.get(store, ROOT_ID)
    if root is None or not root.email:
        raise NotSent(problem or "root has no e-mail address")
    try:
        return outbox.send(options, root.email, notice.subject, notice.html, now=store.clock.now())
    except MailFailed as error:
        raise NotSent(f"{problem}; {error.detail}" if problem else error.detail) from error


def tell_channel_changes(store: Store, fetcher: Fetcher, outbox: Outbox, options: Mapping[str, str]) -> int:
    """Tell root, in one message, of every channel whose status root does not know; answers of how many.

    What cannot be sent is left for the next time.
    """
    changed = [row for row in channels.every(store) if untold(row)]
    if not changed or not _reachable(store, outbox, options):
        return 0
    try:
        tell_root(store, fetcher, outbox, options, channel_changes(changed))
    except NotSent as error:
        log.error("root was not told of channels", channels=len(changed), reason=str(error))
        return 0
    for row in changed:
        channels.mark_root_informed(store, row)
    return len(changed)


def untold(row: ChannelRow) -> bool:
    """Whether the channel went out of service by itself, or came back, and root does not know."""
    if row.status == ChannelStatus.AUTO_DISABLED:
        return row.told_status != ChannelStatus.AUTO_DISABLED
    return row.status == ChannelStatus.ENABLED and row.told_status == ChannelStatus.AUTO_DISABLED


def channel_changes(rows: list[ChannelRow]) -> Notice:
    """What became of these channels, in both languages."""
    lines = [_line(row) for row in rows[:MOST_LISTED]]
    if len(rows) > MOST_LISTED:
        lines.append(f"<p>… {len(rows) - MOST_LISTED}</p>")
    return Notice("渠道状态变更提醒 / channel status changed", "".join(lines))


def _line(row: ChannelRow) -> str:
    name, reason = escape(row.name), escape(row.status_reason)
    if row.status == ChannelStatus.ENABLED:
        return f"<p>渠道「{name}」（#{row.id}）已被启用。</p><p>Channel “{name}” (#{row.id}) is back in service.</p>"
    return (
        f"<p>渠道「{name}」（#{row.id}）已被禁用，原因：{reason}</p>"
        f"<p>Channel “{name}” (#{row.id}) was taken out of service: {reason}</p>"
    )


def _reachable(store: Store, outbox: Outbox, options: Mapping[str, str]) -> bool:
    """Whether there is any way to root; without one there is nothing to try, and nothing to complain about."""
    if options["MessagePusherAddress"]:
        return True
    root = users.get(store, ROOT_ID)
    return outbox.is_set_up(options) and root is not None and bool(root.email)


def push(fetcher: Fetcher, options: Mapping[str, str], notice: Notice) -> None:
    """Give it to the message pusher. Raises ``NotSent``, and what the fetcher does."""
    body = {
        "title": notice.subject,
        "description": notice.subject,
        "content": notice.html,
        "url": "",
        "channel": "",
        "token": options["MessagePusherToken"],
    }
    fetched = fetcher.post_json(options["MessagePusherAddress"], body)
    answer: Any = fetched.json() if fetched.status == 200 else {}
    said = cast(dict[str, Any], answer) if isinstance(answer, dict) else {}
    if said.get("success") is not True:
        raise NotSent(f"status {fetched.status}, {str(said.get('message', ''))[:200]!r}")
