"""Redemption codes: those that can still be redeemed, once, and the used ones for the record."""

from gateway.security.credentials import hash_key
from gateway.store.client.lookup import items_at
from gateway.store.money import redemptions
from gateway.store.money.redemptions import DISABLED, UNUSED, USED
from gateway.store.schema.items import RedemptionItem
from gateway.store.schema.redemptions import RedemptionRow
from tools.migrate.move import Move, Record, Writer, chunks
from tools.migrate.records import OldCode


def move_codes(move: Move) -> None:
    """Bring all codes that have not come along yet."""
    writer = Writer(move, "redemption")
    total, done = move.report.there.get("codes", 0), 0
    for chunk in chunks(move.source.codes()):
        waiting = [old for old in chunk if old.id not in move.marks.moved["redemption"]]
        move.report.before["redemption"] += len(chunk) - len(waiting)
        there = codes_here([old.key for old in waiting])
        for old in waiting:
            _bring(move, old, writer, there)
        done += len(chunk)
        move.tell("codes", done, total)
    writer.flush()


def codes_here(keys: list[str]) -> dict[str, int]:
    """The numbers of those of these codes that there are, by hash."""
    wanted = [f"key#{hash_key(key)}" for key in dict.fromkeys(keys) if key]
    found = items_at(RedemptionItem, wanted) if wanted else {}
    return {str(pk).partition("#")[2]: int(item.code_id) for pk, item in found.items()}


def _bring(move: Move, old: OldCode, writer: Writer, there: dict[str, int]) -> None:
    if not old.key:
        move.report.add("left out", "code", old.id, old.name, "it has no code")
        return
    if hash_key(old.key) in there:
        move.report.add("conflict", "code", old.id, old.name, "the code is one of this gateway already")
        return
    for what in old.left:
        move.report.add("changed", "code", old.id, old.name, what)
    status = _status(move, old)
    row = RedemptionRow(
        id=move.number("redemption", old.id),
        user_id=move.user(old.user_id) or 0,
        name=old.name,
        status=status,
        quota=old.quota,
        created_time=old.created_time,
        redeemed_time=old.redeemed_time,
        redeemed_by=move.user(old.redeemed_by) or 0,
    )
    move.report.money["codes not redeemed"] += old.quota if status == UNUSED else 0
    row = redemptions.with_key(move.store, row, old.key)
    actions = redemptions.create_actions(move.store, row)
    writer.add(Record(old=old.id, new=row.id, name=old.name, actions=actions))


def _status(move: Move, old: OldCode) -> int:
    """Of a code that is worth nothing, or takes something away, none that can be redeemed."""
    if old.status not in (UNUSED, DISABLED, USED):
        move.report.add("changed", "code", old.id, old.name, f"its status was {old.status}: it is switched off")
        return DISABLED
    if old.status == UNUSED and old.quota <= 0:
        move.report.add("changed", "code", old.id, old.name, f"it is worth {old.quota}: it is switched off")
        return DISABLED
    return old.status
