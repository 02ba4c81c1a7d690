"""Channels and, always along with them, their abilities. Credentials are sealed on the way in."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from gateway.domain.channel import ChannelStatus
from gateway.errors import ConditionFailed, StoreError
from gateway.security.credentials import SealBroken
from gateway.store.channels import abilities
from gateway.store.channels.secret_settings import sealed_config, unsealed
from gateway.store.client.expressions import Change, Json, change_existing, delete, put_new
from gateway.store.client.lookup import numbers, row_at, rows_at
from gateway.store.client.pages import Page, Part, Place, by_column, of_query, of_rows
from gateway.store.context import Store
from gateway.store.schema.channels import ChannelRow, channel_context
from gateway.store.schema.items import ChannelItem, CounterItem, values_of
from gateway.store.settings.sequence import next_ids

SORTED_HERE = ("name", "type", "status", "priority", "weight", "response_time", "test_time", "balance", "tag")

_ATTEMPTS = 6
_MENDS = frozenset({"sealed_key", "base_url", "config", "type", "status"})  # what an administrator changes to mend one
_KIND = "channel"


def get(store: Store, channel_id: int) -> ChannelRow | None:
    """A channel by number."""
    return row_at(ChannelRow, ChannelItem, channel_id)


def opened(store: Store, row: ChannelRow) -> str:
    """The channel's credential. Raises ``SealBroken``."""
    return store.vault.open(row.sealed_key, channel_context(row.id)) if row.sealed_key else ""


def keys(store: Store, row: ChannelRow) -> list[str]:
    """The channel's keys in the order of their places; none where nothing opens the credential."""
    try:
        return [line.strip() for line in opened(store, row).split("\n") if line.strip()]
    except SealBroken:
        return []


def page(store: Store, part: Part) -> Page[ChannelRow]:
    """A part of the channels: by number, or by a column of ``SORTED_HERE``."""
    if part.sort in SORTED_HERE:
        return sorted_part(every(store), part)
    found = of_query(partial(ChannelItem.by_id.query, _KIND), part, ("kind", "id"))
    return Page(_rows([item["id"] for item in found.rows]), found.next)


def sorted_part(rows: Sequence[ChannelRow], part: Part) -> Page[ChannelRow]:
    """A part of channels that were read already; the newest first unless a column sorts them."""
    return of_rows(rows, part, _by_balance if part.sort == "balance" else by_column(part.sort or "id"))


def every(store: Store) -> list[ChannelRow]:
    """All channels, oldest first: for tests of all, balances of all, clearing out."""
    return _rows([int(item.id) for item in ChannelItem.by_id.query(_KIND)])


def having(rows: Iterable[ChannelRow], wanted: Mapping[str, Any]) -> list[ChannelRow]:
    """Those of the channels whose attributes have these values, or whose lists (models, groups) name them."""
    return [row for row in rows if all(_has(row, name, value) for name, value in wanted.items())]


def count(store: Store) -> int:
    """How many channels there are."""
    return ChannelItem.by_id.count(_KIND)


def some(store: Store, ids: Sequence[int]) -> list[ChannelRow]:
    """Those of these channels that exist, in this order."""
    return _rows(ids)


def search(store: Store, keyword: str, *, limit: int) -> list[ChannelRow]:
    """Channels whose name begins so or whose number it is; the oldest first."""
    if not keyword:
        return page(store, Part(count=limit)).rows
    named = ChannelItem.by_name.query(_KIND, ChannelItem.name.startswith(keyword), limit=limit)
    return _rows(sorted(numbers(keyword) | {int(item.id) for item in named}))[:limit]


def matching(rows: Iterable[ChannelRow], keyword: str) -> list[ChannelRow]:
    """Those of the channels whose name begins so or whose number it is."""
    return [row for row in rows if row.name.startswith(keyword) or str(row.id) == keyword]


def create(store: Store, wanted: ChannelRow, keys: Sequence[str], *, secrets: Collection[str] = ()) -> list[ChannelRow]:
    """One channel for each key; number, credential and time of ``wanted`` are filled in here.

    ``secrets`` are the settings that are sealed, too.
    """
    made: list[ChannelRow] = []
    for channel_id, key in zip(next_ids(store, "channel", len(keys)), keys, strict=True):
        made.append(put_whole(store, replace(wanted, id=channel_id, created_time=store.clock.now()), key, secrets))
    return made


def put_whole(
    store: Store, wanted: ChannelRow, key: str, secrets: Collection[str] = (), *, beside: Sequence[Json] = ()
) -> ChannelRow:
    """A channel with its number and time, which nothing may have, sealed here; what is ``beside`` is done with it."""
    row = replace(
        wanted,
        sealed_key=store.vault.seal(key, channel_context(wanted.id)),
        config=sealed_config(wanted.config, wanted.id, store.vault, secrets),
        rests={},
        revision=1,
    )
    put_back(store, row, beside=beside)
    return row


def put_back(store: Store, row: ChannelRow, *, beside: Sequence[Json] = ()) -> None:
    """Write a whole channel, whose number nothing may have, with its abilities."""
    item = {"kind": _KIND} | values_of(row)
    rows = abilities.additions(store.tables, row.id, abilities.of_channel(row))
    abilities.write(store, rows, [put_new(store.tables.channels, item, "id"), *beside], [])


def change(
    store: Store,
    channel_id: int,
    changes: Mapping[str, Any] | Callable[[ChannelRow], Mapping[str, Any]],
    *,
    key: str = "",
    secrets: Collection[str] = (),
    check: Callable[[ChannelRow, ChannelRow], None] | None = None,
) -> ChannelRow | None:
    """Set the named attributes (and the credential) of a channel and bring its abilities along.

    ``None`` if there is no such channel. An empty text removes an attribute. Of the config the ``secrets`` are sealed,
    and those that come blank stay as they are. ``changes`` may depend on the channel as it is then. ``check`` sees the
    channel before and after, and may raise.
    """
    for _ in range(_ATTEMPTS):
        row = get(store, channel_id)
        if row is None:
            return None
        try:
            wanted = changes(row) if callable(changes) else changes
            return _change(store, row, _with_sealed(store, row, wanted, secrets), key, check)
        except ConditionFailed:
            continue  # somebody else changed or deleted it meanwhile
    raise StoreError(f"channel {channel_id} keeps changing")


def sealed(store: Store, row: ChannelRow, secrets: Collection[str]) -> ChannelRow:
    """The channel with its secret settings sealed; those that lie open in an old row are sealed in the table, too."""
    if not unsealed(row.config, secrets):
        return row
    return change(store, row.id, {"config": row.config}, secrets=secrets) or row


def note(store: Store, channel_id: int, values: Mapping[str, Any]) -> None:
    """Store what was found out about a channel (test time, response time, balance), if it still exists."""
    store.attempt([change_existing(store.tables.channels, {"id": channel_id}, Change(sets=values))])


def switch(store: Store, channel_id: int, status: int, *, expected: int, reason: str = "") -> bool:
    """Move a channel from one status to another, with the reason; ``False`` if it had another status by now."""
    what = Change(
        sets={"status": status} | ({"status_reason": reason} if reason else {}),
        removes=[*([] if reason else ["status_reason"]), *(["rests"] if status == ChannelStatus.ENABLED else [])],
        expected={"status": expected},
    )
    return store.attempt([change_existing(store.tables.channels, {"id": channel_id}, what)])


def mark_root_informed(store: Store, row: ChannelRow) -> None:
    """Note that root knows of the status the channel had when ``row`` was read."""
    note(store, row.id, {"told_status": row.status})


def remove(store: Store, row: ChannelRow) -> bool:
    """Delete a channel and its abilities; ``False`` if it was gone."""
    left = abilities.of_channel(row) | abilities.indexed(store, row.id)
    gone = delete(store.tables.channels, {"id": row.id}, expected={"kind": _KIND})
    try:
        abilities.write(store, [], [gone], abilities.removals(store.tables, row.id, left))
    except ConditionFailed:
        return False
    return True


def used_quota(store: Store, channel_id: int) -> int:
    """What was ever consumed through a channel: the sum of its counter's shards."""
    return sum(int(shard.used_quota or 0) for shard in CounterItem.query(f"channel#{channel_id}"))


def _change(
    store: Store,
    row: ChannelRow,
    changes: dict[str, Any],
    key: str,
    check: Callable[[ChannelRow, ChannelRow], None] | None,
) -> ChannelRow:
    if key:
        changes |= {"sealed_key": store.vault.seal(key, channel_context(row.id)), "key_faults": ""}
    new = replace(row, **changes, revision=row.revision + 1)
    if check is not None:
        check(row, new)
    what = Change(
        sets={name: value for name, value in changes.items() if value != ""} | {"revision": new.revision},
        removes=[name for name, value in changes.items() if value == ""]
        + (["rests"] if _MENDS & changes.keys() else []),
        expected={"revision": row.revision} if row.revision else {},
    )
    item: list[Json] = [change_existing(store.tables.channels, {"id": row.id}, what)]
    serves = abilities.of_channel(new)
    known = abilities.indexed(store, row.id)
    added = abilities.additions(store.tables, row.id, serves - (known & abilities.of_channel(row)))
    stale = abilities.removals(store.tables, row.id, (known | abilities.of_channel(row)) - serves)
    abilities.write(store, added, item, stale)
    return new


def _with_sealed(store: Store, row: ChannelRow, changes: Mapping[str, Any], secrets: Collection[str]) -> dict[str, Any]:
    if "config" not in changes:
        return dict(changes)
    config = sealed_config(changes["config"], row.id, store.vault, secrets, kept=row.config)
    return {**changes, "config": config}


def _rows(ids: Iterable[int]) -> list[ChannelRow]:
    return rows_at(ChannelRow, ChannelItem, list(ids), key="id")


def _has(row: ChannelRow, name: str, value: Any) -> bool:
    held = getattr(row, name)
    return value in held.split(",") if name in ("models", "group") else held == value


def _by_balance(row: ChannelRow) -> Place:
    return (float(row.balance), row.id)
