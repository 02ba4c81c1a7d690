"""Every balance, name, password and key."""

from typing import Any

from gateway.domain.identity import TokenStatus, UserStatus
from gateway.security.credentials import hash_key
from gateway.store.accounts import balances
from gateway.store.accounts.bootstrap import ROOT_ID
from gateway.store.accounts.identities import value_of
from gateway.store.accounts.users import marker
from gateway.store.client.lookup import items_at, rows_at
from gateway.store.schema.items import TokenItem, UserItem, row_of
from gateway.store.schema.tables import token_marker, token_owner, user_key
from gateway.store.schema.tokens import TokenRow
from gateway.store.schema.users import UserRow, held
from tools.migrate.move import Move, chunks
from tools.migrate.records import OldToken, OldUser
from tools.migrate.verifying.differences import missing, tell
from tools.migrate.verifying.since import Since, since

_FOUND_OVER = (TokenStatus.EXPIRED, TokenStatus.EXHAUSTED)  # what the relay makes of a key when it is used
REHASHED = "$argon2"  # how a password begins that was made anew when somebody signed in


def verify_users(move: Move) -> None:
    """Hold every account that came along against what it was."""
    for chunk in chunks(move.source.users()):
        came = [(old, new) for old in chunk if (new := move.user(old.id)) is not None]
        rows = rows_at(UserRow, UserItem, [user_key(new) for _, new in came])
        found = {row.id: row for row in balances.wholes(move.store, rows)}
        for old, new in came:
            if row := found.get(new):
                _verify_user(move, old, row)
            else:
                missing(move, "user", old.id, old.username)


def _verify_user(move: Move, old: OldUser, row: UserRow) -> None:
    pairs: dict[str, tuple[Any, Any]] = {
        "group": (row.group, old.group),
        "role": (row.role, old.role),
        **_names(old, row),
    }
    if not row.password.startswith(REHASHED):
        pairs["password"] = (row.password == old.password, True)
    pairs |= _money(move, old, row)
    tell(move, "user", old.id, old.username, pairs)


def _money(move: Move, old: OldUser, row: UserRow) -> dict[str, tuple[Any, Any]]:
    """Balance and sums; of an account that was used since, with what its entries say of that."""
    shown = balances.of_account(row)
    took_place = row.id == ROOT_ID  # of a root that may have used something, and owes nothing
    balance = max(0, old.quota + old.reward) if took_place else old.quota + old.reward
    here = (shown.quota - shown.debt, row.used_quota, row.request_count)
    there = (balance, old.used_quota, old.request_count)
    known = Since() if here == there else since(row.id)
    if known is None:
        move.report.add(
            "changed", "user", old.id, old.username, "used here since, too much to add it up: see the audit"
        )
        return {}
    if known.entries:
        words = f"{known.entries} entries here since, which its balance is held with"
        move.report.add("changed", "user", old.id, old.username, words)
    wanted = (balance + known.delta, old.used_quota + known.used, old.request_count + known.requests)
    held = dict(zip(("balance", "used quota", "request count"), zip(here, wanted, strict=True), strict=True))
    return {"balance": held["balance"]} if took_place else held


def _names(old: OldUser, row: UserRow) -> dict[str, tuple[Any, Any]]:
    """What must be one account's; not equal is right where another account has it."""
    gone = old.status == UserStatus.DELETED
    wanted = {"username": old.username, "aff_code": old.aff_code}
    if not gone:
        access = hash_key(old.access_token) if old.access_token else ""
        wanted |= {"email": old.email, "access_hash": access, **old.identities}
    differing = {name: value for name, value in wanted.items() if value and value_of(row, name) != value}
    keys = {name: marker(name, value) for name, value in differing.items()}
    owners = items_at(UserItem, list(keys.values())) if keys else {}
    found: dict[str, tuple[Any, Any]] = {}
    for name, value in differing.items():
        owner = owners.get(keys[name])
        if owner is None or int(owner.user_id) == row.id:
            secret = name == "access_hash"
            found[name] = ("another" if secret else value_of(row, name), "its own" if secret else value)
    return found


def verify_tokens(move: Move) -> None:
    """Hold every key that came along against what it was, found by the key itself."""
    for chunk in chunks(move.source.tokens()):
        came = [(old, move.marks.moved["token"][old.id]) for old in chunk if old.id in move.marks.moved["token"]]
        known = [old for old, _ in came if old.key]
        markers = {item.pk: item for item in _batch([(token_marker(hash_key(old.key)), 0) for old in known])}
        owners = {old.id: move.user(old.user_id) or 0 for old, _ in came}
        rows = _batch([(token_owner(owners[old.id]), new) for old, new in came])
        found = {row.id: row for row in (row_of(TokenRow, item) for item in rows)}
        for old, new in came:
            row = found.get(new)
            if row is None:
                missing(move, "token", old.id, old.name)
                continue
            leads = markers.get(token_marker(hash_key(old.key)))
            led = leads is not None and (leads.user_id, leads.token_id) == (owners[old.id], new)
            _verify_token(move, old, row, led=led or not old.key)


def _verify_token(move: Move, old: OldToken, row: TokenRow, *, led: bool) -> None:
    used = row.used_quota != old.used_quota or row.accessed_time > old.accessed_time
    left = row.remain_quota if row.unlimited_quota else row.remain_quota + held({"holds": row.holds})
    pairs: dict[str, tuple[Any, Any]] = {
        "its key finds it": (led, True),
        "unlimited": (row.unlimited_quota, old.unlimited_quota),
        "models": (row.models, old.models),
        "subnet": (row.subnet, old.subnet),
        "end": (row.expired_time, old.expired_time),
        "name": (row.name, old.name),
    }
    if used:
        move.report.add("changed", "token", old.id, old.name, "used here since")
    else:
        pairs |= {"what is left": (left, old.remain_quota), "used quota": (row.used_quota, old.used_quota)}
        pairs |= {} if row.status in _FOUND_OVER else {"status": (row.status, old.status)}
    tell(move, "token", old.id, old.name, pairs)


def _batch(keys: list[tuple[str, int]]) -> list[Any]:
    return list(TokenItem.batch_get(list(dict.fromkeys(keys)), consistent_read=True)) if keys else []
