"""Channels, with their abilities made anew. What went through them is carried in root's books, as counters want it."""

from gateway.domain.channel import ChannelStatus
from gateway.errors import ConditionFailed
from gateway.providers.catalog import PROVIDERS, SECRET_SETTINGS
from gateway.store.channels import channels
from gateway.store.client.expressions import Change, Json, change
from gateway.store.schema.channels import ChannelRow
from gateway.store.schema.texts import comma_list
from tools.migrate.marks import AnotherRun
from tools.migrate.move import Move, Record, carry_actions
from tools.migrate.records import OldChannel
from tools.migrate.sources.rows import json_object


def move_channels(move: Move) -> None:
    """Bring all channels that have not come along yet."""
    total = move.report.there.get("channels", 0)
    for done, old in enumerate(move.source.channels(), start=1):
        if old.id in move.marks.moved["channel"]:
            move.report.before["channel"] += 1
            continue
        _bring(move, old)
        move.tell("channels", done, total)


def _bring(move: Move, old: OldChannel) -> None:
    if old.type is None or (old.type and old.type not in PROVIDERS):
        called = f"{old.type_name} (type {old.type})" if old.type_name else f"type {old.type}"
        move.report.add("left out", "channel", old.id, old.name, f"there is no provider {called} here")
        return
    for what in old.left:
        move.report.add("changed", "channel", old.id, old.name, what)
    row = channel_row(old, move.number("channel", old.id))
    for what in _noticed(old, row):
        move.report.add("changed", "channel", old.id, old.name, what)
    move.report.money["through channels"] += old.used_quota
    if move.applying:
        try:
            channels.put_whole(move.store, row, old.key, SECRET_SETTINGS, beside=_beside(move, old, row))
        except ConditionFailed as failed:
            raise AnotherRun(f"channel {row.id} was made by somebody else at this moment; run it again") from failed
    move.marks.moved["channel"][old.id] = row.id
    move.report.moved["channel"] += 1


def channel_row(old: OldChannel, number: int) -> ChannelRow:
    """A channel as it is here, but for its credential and the secrets among its settings."""
    known = old.status in set(ChannelStatus) and old.status != ChannelStatus.UNKNOWN
    status = old.status if known else int(ChannelStatus.DISABLED)
    return ChannelRow(
        id=number,
        type=old.type or 0,
        status=status,
        name=old.name,
        weight=old.weight,
        priority=old.priority,
        created_time=old.created_time,
        test_time=old.test_time,
        response_time=old.response_time,
        base_url=old.base_url,
        other=old.other,
        balance=old.balance,
        balance_updated_time=old.balance_updated_time,
        models=",".join(comma_list(old.models)),
        group=",".join(comma_list(old.group)) or "default",
        model_mapping=old.model_mapping,
        config=old.config if json_object(old.config) else "",
        system_prompt=old.system_prompt,
        tag=old.tag,
        test_model=old.test_model,
        told_status=status,
    )


def _noticed(old: OldChannel, row: ChannelRow) -> list[str]:
    found: list[str] = []
    if row.status != old.status:
        found.append(f"its status was {old.status}, which is none: it is switched off")
    if old.config.strip() not in ("", "{}", "null") and not row.config:
        found.append("settings that are no JSON object")
    if not row.models:
        found.append("it has no models, and serves nobody")
    if row.id > 0 and row.id != old.id:
        found.append(f"its number is {row.id} here: keys that end in -{old.id} are to end in -{row.id}")
    return found


def _beside(move: Move, old: OldChannel, row: ChannelRow) -> list[Json]:
    """The mark, and what the channel's counter begins with."""
    mark = move.marks.action("channel", {old.id: row.id})
    if not old.used_quota:
        return [mark]
    sums = {"used_quota": old.used_quota, "request_count": 0}
    key = {"name": f"channel#{row.id}", "shard": 0}
    carried = {move.root: {"delta": 0, f"channel#{row.id}": old.used_quota, f"requests#{row.id}": 0}}
    record = Record(old=old.id, new=row.id, name=old.name, actions=(), carried=carried)
    return [mark, change(move.store.tables.counters, key, Change(adds=sums)), *carry_actions(move.store, [record])]
