"""Telling the operator of channels: what went out of service and came back, and whose balance is low."""

from collections.abc import Iterable
from decimal import Decimal

from gateway import log
from gateway.alarms.office import Item, Office
from gateway.domain.channel import ChannelStatus
from gateway.store.accounts import codes
from gateway.store.channels import channels
from gateway.store.schema.channels import ChannelRow
from gateway.wire.markup import escape

MOST_LISTED = 50  # channels that one message describes
_CHANGED = "渠道状态变更提醒 / channel status changed"
_LOW, _LOW_FOR = "alarm-low", 30 * 86_400  # what is noted of a low balance, until it is up again or for so many seconds
_KEPT = 600  # seconds in which a change is told once: then it is noted with its channel


def tell_channel_changes(office: Office) -> int:
    """Tell the operator, in one message, of every channel whose status root does not know; answers of how many.

    What cannot be sent is left for the next time.
    """
    changed = [row for row in channels.every(office.store) if untold(row)]
    if not changed or not office.reachable():
        return 0
    items = {row.id: _change(row, listed=number < MOST_LISTED) for number, row in enumerate(changed)}
    told = office.tell(_CHANGED, list(items.values()))
    reached = [row for row in changed if items[row.id].key in told.reached]
    if len(reached) < len(changed):
        log.error("root was not told of channels", channels=len(changed) - len(reached), reason=str(told.problems))
    for row in reached:
        channels.mark_root_informed(office.store, row)
    office.forget([items[row.id] for row in reached])
    return len(reached)


def tell_low_balances(office: Office, rows: Iterable[ChannelRow]) -> int:
    """Tell the operator of each of these channels whose balance fell below the option, once until it is up again."""
    threshold = Decimal(office.options["ChannelBalanceThreshold"])
    low: list[ChannelRow] = []
    for row in rows:
        if Decimal(row.balance or 0) >= threshold:
            codes.clear(office.store, _LOW, str(row.id))
        elif not codes.marked(office.store, _LOW, str(row.id)):
            low.append(row)
    if not low or not office.reachable():
        return 0
    day = office.store.clock.now() // 86_400
    items = {row.id: Item(event="channel_balance", key=f"low {row.id} {day}", html=_low(row)) for row in low}
    told = office.tell("渠道余额不足 / channel balance is low", list(items.values()))
    reached = [row for row in low if items[row.id].key in told.reached]
    for row in reached:
        codes.mark(office.store, _LOW, str(row.id), seconds=_LOW_FOR)
    office.forget([items[row.id] for row in reached])
    return len(reached)


def untold(row: ChannelRow) -> bool:
    """Whether the channel went out of service by itself, or came back, and root does not know."""
    if row.status == ChannelStatus.AUTO_DISABLED:
        return row.told_status != ChannelStatus.AUTO_DISABLED
    return row.status == ChannelStatus.ENABLED and row.told_status == ChannelStatus.AUTO_DISABLED


def _change(row: ChannelRow, *, listed: bool) -> Item:
    """What became of a channel, in both languages; only counted where there are very many."""
    event = "channel_enabled" if row.status == ChannelStatus.ENABLED else "channel_disabled"
    html = _line(row) if listed else f"<p>… #{row.id}</p>"
    return Item(event=event, key=f"{event} {row.id}", html=html, kept=_KEPT)


def _low(row: ChannelRow) -> str:
    name = escape(row.name)
    return (
        f"<p>渠道「{name}」（#{row.id}）余额仅剩 {escape(row.balance)} 美元。</p>"
        f"<p>Channel “{name}” (#{row.id}) has {escape(row.balance)} dollars left at its provider.</p>"
    )


def _line(row: ChannelRow) -> str:
    name, reason = escape(row.name), escape(row.status_reason)
    if row.status == ChannelStatus.ENABLED:
        return f"<p>渠道「{name}」（#{row.id}）已被启用。</p><p>Channel “{name}” (#{row.id}) is back in service.</p>"
    return (
        f"<p>渠道「{name}」（#{row.id}）已被禁用，原因：{reason}</p>"
        f"<p>Channel “{name}” (#{row.id}) was taken out of service: {reason}</p>"
    )
