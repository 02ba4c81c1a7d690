"""Which browsers are signed in to an account: ``sessions#<user id>`` in the users table, in no index.

The list is for its owner to look at and to end sessions from; whether one is good, its cookie, the account and the
marks of ended ones decide. It holds the sessions of one ``session_version``, as JSON in one attribute, and is only ever
replaced whole, if it is as it was read.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

from gateway.records import dataclass
from gateway.store.client.expressions import delete, put
from gateway.store.client.lookup import item_at, items_at
from gateway.store.context import Store
from gateway.store.schema.items import UserItem, row_of
from gateway.store.schema.tables import user_key
from gateway.store.schema.users import UserRow

MOST = 20  # sessions in a list; beyond, the one that was used longest ago makes room

_NOTED_EVERY = 3600  # seconds
_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSession:
    """``network``: where it was last used from, as a network that is too wide to tell one host."""

    nonce: str
    created_time: int
    used_time: int
    until: int
    browser: str
    system: str
    network: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionList:
    """What is stored, and that as it was read: empty if nothing was."""

    user_id: int
    stored: str = ""
    version: int = 0
    sessions: tuple[KnownSession, ...] = ()

    def good(self, version: int, now: int) -> tuple[KnownSession, ...]:
        """Those that are not over, newest first. All are once the account has another version."""
        known = [one for one in self.sessions if version == self.version and one.until > now]
        return tuple(sorted(known, key=lambda one: (-one.created_time, one.nonce)))


def with_account(store: Store, user_id: int) -> tuple[UserRow | None, SessionList]:
    """An account and its list, in one read."""
    found = items_at(UserItem, [user_key(user_id), _key(user_id)])
    account, listed = found.get(user_key(user_id)), found.get(_key(user_id))
    return None if account is None else row_of(UserRow, account), _from(user_id, listed)


def add(store: Store, user_id: int, version: int, session: KnownSession) -> None:
    """Put a session into the list. Signing in does not fail where others write the list all the time."""
    for _ in range(_TRIES):
        listed = _from(user_id, item_at(UserItem, _key(user_id)))
        if _replace(store, listed, version, _with(listed.good(version, store.clock.now()), session)):
            return


def note_use(store: Store, listed: SessionList, version: int, session: KnownSession) -> None:
    """Note once an hour that a session is used; one that is not listed gets in where another was not used for as long.

    Whoever changed the list since it was read may just have ended this one, so then nothing is noted.
    """
    known, now = listed.good(version, store.clock.now()), store.clock.now()
    before = next((one for one in known if one.nonce == session.nonce), None)
    full = before is None and len(known) >= MOST
    last = before.used_time if before is not None else min((one.used_time for one in known), default=0) if full else 0
    if now - last >= _NOTED_EVERY:
        used = session if before is None else replace(session, created_time=before.created_time)
        _replace(store, listed, version, _with(known, used))


def remove(store: Store, user_id: int, nonce: str) -> bool:
    """Take a session off the list; ``False`` if others write the list all the time."""
    for _ in range(_TRIES):
        listed = _from(user_id, item_at(UserItem, _key(user_id)))
        left = [one for one in listed.sessions if one.nonce != nonce]
        if len(left) == len(listed.sessions) or _replace(store, listed, listed.version, left):
            return True
    return False


def clear(store: Store, user_id: int) -> None:
    """Forget the list."""
    store.transactor.transact({"TransactItems": [delete(store.tables.users, {"pk": _key(user_id)})]})


def _with(known: Iterable[KnownSession], session: KnownSession) -> list[KnownSession]:
    others = sorted((one for one in known if one.nonce != session.nonce), key=lambda one: one.used_time)
    return [session, *others[max(0, len(others) - MOST + 1) :]]


def _replace(store: Store, listed: SessionList, version: int, sessions: Iterable[KnownSession]) -> bool:
    text = json.dumps({"version": version, "sessions": [asdict(one) for one in sessions]}, separators=(",", ":"))
    if text == listed.stored:
        return True
    item = {"pk": _key(listed.user_id), "user_id": listed.user_id, "sessions": text}
    return store.attempt([put(store.tables.users, item, expected={"sessions": listed.stored or None})])


def _from(user_id: int, item: Any) -> SessionList:
    if item is None:
        return SessionList(user_id=user_id)
    kept = json.loads(item.sessions)
    sessions = tuple(KnownSession(**one) for one in kept["sessions"])
    return SessionList(user_id=user_id, stored=item.sessions, version=kept["version"], sessions=sessions)


def _key(user_id: int) -> str:
    return f"sessions#{user_id}"
