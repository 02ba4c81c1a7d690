"""Accounts. ``user#<id>`` is the account; markers beside it make names, addresses and identities unique.

A marker is written, moved and deleted in the transaction that changes the account, so two accounts never
share what must be unique, and looking somebody up is two reads by key.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from gateway.clock import new_request_id
from gateway.domain import limits
from gateway.domain.identity import UserStatus
from gateway.domain.login_providers import LOGIN_PROVIDERS
from gateway.domain.money import EntryType
from gateway.errors import ConditionFailed, StoreError
from gateway.records import dataclass
from gateway.security.credentials import hash_key
from gateway.security.generated import hex_token
from gateway.store.accounts import balances, gifts, names, sessions
from gateway.store.accounts.gifts import Gift
from gateway.store.accounts.identities import columns_of, value_of
from gateway.store.accounts.tokens import create_actions as token_actions
from gateway.store.accounts.tokens import default_token, made
from gateway.store.client.expressions import PRESENT, Change, Json, change_existing, delete, put_new, update
from gateway.store.client.lookup import item_at, numbers, row_at, rows_at
from gateway.store.client.pages import Page, Part, Place, by_column, of_query, of_rows
from gateway.store.context import Store
from gateway.store.money.entries import Movement, entry_action, movement_actions
from gateway.store.schema.items import UserItem, values_of
from gateway.store.schema.tables import Tables, user_key
from gateway.store.schema.users import UserRow
from gateway.store.settings import options
from gateway.store.settings.sequence import next_id

MARKERS = {  # attribute of an account -> prefix of the marker that makes its value unique
    "username": "username",
    "email": "email",
    "aff_code": "aff",
    "access_hash": "access",
    **{provider.attribute: provider.name for provider in LOGIN_PROVIDERS.values()},
}
_LONGEST = 1_000  # bytes of what a marker's key may hold; nobody has anything longer
MOST_SORTED = 1_000  # newest accounts that a list looks at which no index sorts
SORTED_HERE = ("quota", "used_quota", "request_count")

_ATTEMPTS = 6
_NOTED_EVERY = 3600  # seconds


class Taken(StoreError):
    """Another account has this value of a unique attribute (``what`` is the attribute's name)."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is taken")
        self.what = what


@dataclass(frozen=True, slots=True)
class Correction:
    """A balance set by an admin, as it is shown. ``content`` makes the entry's text from the old and the new one."""

    quota: int
    content: Callable[[int, int], str]


@dataclass(frozen=True, slots=True)
class _Correcting:
    """A correction as it is written. Two of them at once do not add up: each expects the one ``before`` it."""

    movement: Movement
    request_id: str
    before: str


def get(store: Store, user_id: int) -> UserRow | None:
    """An account by number, deleted ones included; what its parts have is for ``balances.whole`` to add."""
    return row_at(UserRow, UserItem, user_key(user_id))


def find(store: Store, attribute: str, value: str) -> UserRow | None:
    """The account with this value of a unique attribute (one of ``MARKERS``)."""
    possible = 0 < len(value.encode()) <= _LONGEST
    found = item_at(UserItem, marker(attribute, value)) if possible else None
    return None if found is None else get(store, int(found.user_id))


def named(store: Store, name: str) -> UserRow | None:
    """The account with this user name, as written; else the one whose name reads the same."""
    exact = find(store, "username", name)
    if exact is not None or not 0 < len(names.folded(name).encode()) <= _LONGEST:
        return exact
    twin = names.owner(name)
    return None if twin is None else get(store, twin)


def by_access_token(store: Store, token: str) -> UserRow | None:
    """The account whose system access token this is."""
    return find(store, "access_hash", hash_key(token))


def all_out(user: UserRow) -> dict[str, Any]:
    """What changes so that every session of an account ends, and its access token."""
    return {
        "session_version": user.session_version + 1,
        "access_hash": "",
        "access_created_time": 0,
        "access_used_time": 0,
    }


def note_seen(store: Store, user: UserRow) -> None:
    """Note that somebody was signed in to an account, once an hour."""
    now = store.clock.now()
    if now - user.seen_time >= _NOTED_EVERY:
        what = Change(sets={"seen_time": now}, expected={"kind": PRESENT})
        with suppress(ConditionFailed):  # it has just gone
            store.transactor.update(update(store.tables.users, {"pk": user_key(user.id)}, what))


def note_access(store: Store, user: UserRow) -> None:
    """Note that the system access token was used, once an hour: who looks at it wants to know of use at all."""
    now = store.clock.now()
    if now - user.access_used_time < _NOTED_EVERY:
        return
    what = Change(sets={"access_used_time": now}, expected={"access_hash": user.access_hash})
    with suppress(ConditionFailed):  # it has just ended
        store.transactor.update(update(store.tables.users, {"pk": user_key(user.id)}, what))


def page(store: Store, part: Part) -> Page[UserRow]:
    """A part of the accounts, whole: by number, by ``username``, or by a column of ``SORTED_HERE``."""
    if part.sort in SORTED_HERE:
        newest = UserItem.by_id.query("user", scan_index_forward=False, limit=MOST_SORTED)
        rows = balances.wholes(store, rows_at(UserRow, UserItem, [item.pk for item in newest]))
        return of_rows(rows, part, _by_shown if part.sort == "quota" else by_column(part.sort))
    index, column = (UserItem.by_username, "username") if part.sort == "username" else (UserItem.by_id, "id")
    found = of_query(partial(index.query, "user"), part, ("kind", column, "pk"))
    return Page(balances.wholes(store, rows_at(UserRow, UserItem, [item["pk"] for item in found.rows])), found.next)


def by_group(store: Store) -> tuple[Counter[str], bool]:
    """How many accounts each group has among the newest 1,000, and whether those are all."""
    newest = [item.pk for item in UserItem.by_id.query("user", scan_index_forward=False, limit=MOST_SORTED + 1)]
    rows = rows_at(UserRow, UserItem, newest[:MOST_SORTED])
    return Counter(row.group for row in rows), len(newest) <= MOST_SORTED


def count(store: Store) -> int:
    """How many accounts there are, deleted ones left out."""
    return UserItem.by_id.count("user")


def search(store: Store, keyword: str, *, limit: int) -> list[UserRow]:
    """Accounts, whole, whose name, shown name or address begins so, or whose number it is; the oldest first."""
    if not keyword:
        return page(store, Part(count=limit)).rows
    keys = {user_key(number) for number in numbers(keyword)}
    for index, attribute in (
        (UserItem.by_username, UserItem.username),
        (UserItem.by_display_name, UserItem.display_name),
        (UserItem.by_email, UserItem.email),
    ):
        keys |= {item.pk for item in index.query("user", attribute.startswith(keyword), limit=limit)}
    found = [row for row in rows_at(UserRow, UserItem, list(keys)) if row.status != UserStatus.DELETED]
    return balances.wholes(store, sorted(found, key=lambda row: row.id)[:limit])


def create(store: Store, wanted: UserRow, *, welcome: Sequence[Gift] = (), reward: Movement | None = None) -> UserRow:
    """Make an account with its default token, what it is given, and what its inviter gets. Raises ``Taken``.

    Nothing is given, and nobody rewarded, where one of its identities was given to before. Balance and time of
    ``wanted`` are filled in here, and its number unless it has one from the sequence.
    """
    giving = bool(welcome) or reward is not None
    if giving and gifts.given(gifts.markers(wanted)):
        return create(store, wanted)
    current = options.current(store)
    row = replace(
        wanted,
        id=wanted.id or next_id(store, "user"),
        quota=sum(gift.amount for gift in welcome),
        created_time=store.clock.now(),
        limits=wanted.limits or limits.write(limits.read(current["LimitsForNewUser"])),
    )
    if names.had_before(row.username, row.id):
        raise Taken("username")
    actions = create_actions(store.tables, row)
    claims = gifts.claims(store.tables, row) if giving else []
    claimed = range(len(actions), len(actions) + len(claims))
    actions += [*claims, *_welcomed(store, row, welcome)]
    actions += _invited(store, row, reward)
    token = default_token(row.id, limits.write(limits.read(current["LimitsForNewToken"])))
    actions += token_actions(store.tables, made(store, token)[0])
    try:
        store.transactor.transact({"TransactItems": actions})
    except ConditionFailed as failed:
        if any(failed.failed(place) for place in claimed):  # somebody with this identity was faster
            return create(store, row)
        raise _taken(failed, [name for name, _ in _claims(store.tables, row, _marked(row))], first=1) from failed
    return row


def _invited(store: Store, row: UserRow, reward: Movement | None) -> list[Json]:
    """What an account does for who invited it: it is counted, and may be rewarded."""
    if reward is not None:
        counts = {"aff_count": 1, "aff_quota": reward.delta}
        return movement_actions(store.tables, store.clock, reward, counts=counts)
    if not row.inviter_id:
        return []
    counted = Change(adds={"aff_count": 1})
    return [change_existing(store.tables.users, {"pk": user_key(row.inviter_id)}, counted)]


def create_actions(tables: Tables, row: UserRow, *, twin: bool = False) -> list[Json]:
    """The account, then its markers in the order of ``MARKERS``.

    A ``twin`` comes from before names that read the same were one: another account has the marker of that.
    """
    kind = "deleted" if row.status == UserStatus.DELETED else "user"
    item: Json = {"pk": user_key(row.id), "kind": kind, **values_of(row)}
    claims = [action for _, action in _claims(tables, row, _marked(row), twin=twin)]
    return [put_new(tables.users, item, "pk"), *claims]


def change(
    store: Store,
    user: UserRow,
    changes: Mapping[str, Any],
    *,
    correction: Correction | None = None,
    adds: Mapping[str, int] | None = None,
    beside: Sequence[Json] = (),
) -> UserRow:
    """Set the named attributes of an account and nothing else; an empty text removes one. Raises ``Taken``.

    Markers move along; ``adds`` are added, and what is ``beside`` is done with it. A ``correction`` moves the balance
    by what it differs from what is shown, and writes the entry that explains it; what requests hold or pay meanwhile is
    left alone. Raises ``Held`` if it were less than they hold.
    """
    for _ in range(_ATTEMPTS):
        moved = [(name, str(changes[name])) for name in MARKERS if name in changes and differs(user, name, changes)]
        correcting = None if correction is None else _correcting(store, user.id, correction)
        if any(name == "username" and names.had_before(value, user.id) for name, value in moved):
            raise Taken("username")
        claims = _claims(store.tables, user, [pair for pair in moved if pair[1]])
        actions = [_update(store, user, changes, moved, correcting, adds or {}), *(action for _, action in claims)]
        actions += _left(store, user, moved)
        if correcting is not None:
            actions.append(entry_action(store.tables, store.clock, correcting.movement, correcting.request_id))
        try:
            store.transactor.transact({"TransactItems": [*actions, *beside]})
        except ConditionFailed as failed:
            if not failed.failed(0):
                raise _taken(failed, [name for name, _ in claims], first=1) from failed
        else:
            return _reread(store, user.id)
        user = _reread(store, user.id)  # somebody changed the balance or a name meanwhile
    raise StoreError(f"user {user.id} keeps changing")


def _by_shown(user: UserRow) -> Place:
    return (balances.of_account(user).quota, user.id)


def differs(user: UserRow, attribute: str, changes: Mapping[str, Any]) -> bool:
    """Whether a change asks for another value than the account has."""
    return value_of(user, attribute) != changes[attribute]


def credit(store: Store, movement: Movement) -> bool:
    """Move a balance and write the entry; ``False`` if there is no such account, or not enough to take."""
    return store.attempt(movement_actions(store.tables, store.clock, movement))


def delete_account(store: Store, user: UserRow) -> UserRow:
    """Mark an account deleted: its name becomes free, its sessions and keys stop, its ledger stays."""
    gone = {
        "username": f"deleted_{hex_token()}",
        "status": int(UserStatus.DELETED),
        "kind": "deleted",
        "session_version": user.session_version + 1,
    }
    changed = change(store, user, gone)
    sessions.clear(store, user.id)  # where somebody was is nobody's business any more
    return changed


def _update(
    store: Store,
    user: UserRow,
    changes: Mapping[str, Any],
    moved: Sequence[tuple[str, str]],
    correcting: _Correcting | None,
    adds: Mapping[str, int],
) -> Json:
    wanted = columns_of(user, changes)
    guarded = {*columns_of(user, dict(moved)), *({"identities"} & wanted.keys())}
    expected: dict[str, Any] = {name: getattr(user, name) or None for name in guarded}
    sets = {name: value for name, value in wanted.items() if value != ""}
    delta = 0
    if correcting is not None:
        expected["corrected"] = correcting.before or None
        sets["corrected"] = correcting.request_id
        delta = correcting.movement.delta
    what = Change(
        sets=sets | {"id": user.id},  # an update with nothing to do is not allowed
        adds={**adds, **({"quota": delta} if delta else {})},
        removes=[name for name, value in wanted.items() if value == ""],
        expected=expected,
        at_least={"quota": -delta} if delta < 0 else {},
    )
    return change_existing(store.tables.users, {"pk": user_key(user.id)}, what)


def _correcting(store: Store, user_id: int, correction: Correction) -> _Correcting | None:
    """How a balance is set, from what it is now; ``None`` if it is that already. Raises ``Held``."""
    user = balances.whole(store, _reread(store, user_id))
    delta = balances.difference(user.quota, user.holds, correction.quota)
    if not delta:
        return None
    if delta < 0 and user.parts:
        balances.gather(store, user_id)
    movement = Movement(
        user_id=user.id,
        username=user.username,
        delta=delta,
        type=EntryType.MANAGE,
        content=correction.content(balances.of_account(user).quota, correction.quota),
    )
    return _Correcting(movement, new_request_id(store.clock), user.corrected)


def _welcomed(store: Store, row: UserRow, welcome: Sequence[Gift]) -> list[Json]:
    """The entries of what a new account is given."""
    moved = [
        Movement(user_id=row.id, username=row.username, delta=gift.amount, type=EntryType.SYSTEM, content=gift.content)
        for gift in welcome
    ]
    return [entry_action(store.tables, store.clock, movement) for movement in moved]


def _claims(
    tables: Tables, user: UserRow, pairs: Sequence[tuple[str, str]], *, twin: bool = False
) -> list[tuple[str, Json]]:
    """What makes values of unique attributes an account's, each with its attribute."""
    claimed: list[tuple[str, Json]] = []
    for name, value in pairs:
        claimed.append((name, put_new(tables.users, {"pk": marker(name, value), "user_id": user.id}, "pk")))
        if name == "username" and not twin:
            claimed.append((name, names.claim(tables, user.id, value)))
    return claimed


def _left(store: Store, user: UserRow, moved: Sequence[tuple[str, str]]) -> list[Json]:
    """The actions that give up the old values' markers; whom they told apart is given nothing again."""
    old = [(name, value) for name, _ in moved if (value := value_of(user, name))]
    freed = [
        delete(store.tables.users, {"pk": marker(name, value)}, expected={"user_id": user.id}) for name, value in old
    ]
    renamed = [value for name, value in moved if name == "username"]
    twins = [action for name in renamed for action in names.left(store, user.id, user.username, name)]
    return [*freed, *twins, *gifts.given_up(store, user.id, old)]


def _marked(row: UserRow) -> list[tuple[str, str]]:
    return [(name, value) for name in MARKERS if (value := value_of(row, name))]


def marker(attribute: str, value: str) -> str:
    """The key that makes a value of one of ``MARKERS`` one account's."""
    same = value.lower() if attribute == "email" else value
    return f"{MARKERS[attribute]}#{same}"


def _taken(failed: ConditionFailed, claimed: Sequence[str], *, first: int) -> StoreError:
    """Which attribute's claim was refused: the claims lie in the transaction in this order, from place ``first``."""
    for place, name in enumerate(claimed, start=first):
        if failed.failed(place):
            return Taken(name)
    return failed


def _reread(store: Store, user_id: int) -> UserRow:
    user = get(store, user_id)
    if user is None:
        raise StoreError(f"user {user_id} is gone")
    return user
