"""Every channel, with its key and its abilities; every code; every option."""

from typing import Any

from gateway.security.credentials import SealBroken, hash_key
from gateway.store.channels import abilities, channels
from gateway.store.channels.secret_settings import opened_config
from gateway.store.client.lookup import rows_at
from gateway.store.money.redemptions import UNUSED, USED
from gateway.store.schema.channels import ChannelRow
from gateway.store.schema.items import RedemptionItem
from gateway.store.schema.redemptions import RedemptionRow
from gateway.store.settings import options
from tools.migrate.move import Move, chunks
from tools.migrate.records import OldChannel, OldCode
from tools.migrate.sources.rows import json_object, names
from tools.migrate.steps.channels import channel_row
from tools.migrate.steps.codes import codes_here
from tools.migrate.steps.options import BY, checked
from tools.migrate.verifying.differences import missing, tell

_COLUMNS = names("type name weight priority base_url other models group model_mapping system_prompt tag test_model")


def verify_channels(move: Move) -> None:
    """Hold every channel that came along against what it was."""
    for old in move.source.channels():
        number = move.marks.moved["channel"].get(old.id)
        if number is None:
            continue
        row = channels.get(move.store, number)
        if row is None:
            missing(move, "channel", old.id, old.name)
        else:
            _verify_channel(move, old, row)


def _verify_channel(move: Move, old: OldChannel, row: ChannelRow) -> None:
    wanted = channel_row(old, row.id)
    pairs: dict[str, tuple[Any, Any]] = {name: (getattr(row, name), getattr(wanted, name)) for name in _COLUMNS}
    try:
        pairs["its key"] = (channels.opened(move.store, row) == old.key, True)
        config = opened_config(row.config, row.id, move.store.vault)
        pairs["its settings"] = (json_object(config) == json_object(wanted.config), True)
    except SealBroken as broken:
        pairs["its key"] = (str(broken), "open")
    pairs["abilities"] = (len(abilities.of_channel(row) - abilities.indexed(move.store, row.id)), 0)
    pairs["used quota is not less"] = (channels.used_quota(move.store, row.id) >= old.used_quota, True)
    tell(move, "channel", old.id, old.name, pairs)


def verify_codes(move: Move) -> None:
    """Hold every code that came along against what it was, found by the code itself."""
    for chunk in chunks(move.source.codes()):
        came = [old for old in chunk if old.id in move.marks.moved["redemption"]]
        numbers = codes_here([old.key for old in came])
        keys = [f"code#{number}" for number in numbers.values()]
        rows = {row.id: row for row in rows_at(RedemptionRow, RedemptionItem, keys)}
        for old in came:
            row = rows.get(numbers.get(hash_key(old.key), 0))
            if row is None:
                missing(move, "code", old.id, old.name)
            else:
                _verify_code(move, old, row)


def _verify_code(move: Move, old: OldCode, row: RedemptionRow) -> None:
    if old.status == UNUSED and row.status == USED:
        move.report.add("changed", "code", old.id, old.name, "redeemed here since")
        return
    pairs: dict[str, tuple[Any, Any]] = {"quota": (row.quota, old.quota), "name": (row.name, old.name)}
    if old.quota > 0 and old.status in (UNUSED, USED):
        pairs["status"] = (row.status, old.status)
    tell(move, "code", old.id, old.name, pairs)


def verify_options(move: Move) -> None:
    """Hold every option that came along against what was set there; one that was set here before is a conflict."""
    current, stored, who = options.current(move.store), options.stored(move.store), options.changes(move.store)
    for name, value in move.source.options().values.items():
        wanted = checked(name, value)
        ours = name not in stored or who[name].by.startswith(BY)
        if wanted is not None and ours:
            tell(move, "option", name, name, {"its value": (current[name] == wanted, True)})
