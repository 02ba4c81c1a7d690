"""Passkeys of accounts, in the users table and in no index.

``passkeys#<user id>`` holds all of an account's keys and is only ever replaced whole, if nobody else did meanwhile;
``passkey#<hash of the credential id>`` is the marker that finds it, so signing in is two reads by key. Public keys
are no secret and lie there as they are.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace

from gateway.records import dataclass
from gateway.security.credentials import hash_key
from gateway.store.client.expressions import Json, delete, put, put_new
from gateway.store.client.lookup import attributes_at, item_at
from gateway.store.context import Store
from gateway.store.schema.items import UserItem

MOST = 10  # passkeys of one account


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """One credential. Ids and keys are base64url; ``used_time`` 0: never used yet."""

    id: str
    rp_id: str  # the domain it was made for
    public_key: str  # the attested credential data, which holds the COSE key
    sign_count: int
    name: str
    created_time: int
    used_time: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """The passkeys of one account. ``handle`` is what authenticators know the account by; it says nothing else."""

    user_id: int
    handle: str
    revision: int = 0  # 0: not stored yet
    keys: tuple[Passkey, ...] = ()

    def key(self, credential_id: str) -> Passkey | None:
        """The passkey with this id."""
        return next((key for key in self.keys if key.id == credential_id), None)


def get(store: Store, user_id: int) -> Ring | None:
    """The account's passkeys, if it ever began to make one."""
    item = attributes_at(UserItem, _key(user_id))
    if item is None:
        return None
    keys = tuple(Passkey(**key) for key in item["keys"])
    return Ring(user_id=user_id, handle=item["handle"], revision=item["revision"], keys=keys)


def find(store: Store, credential_id: str) -> Ring | None:
    """The passkeys among which this credential is."""
    marker = item_at(UserItem, _marker(credential_id))
    return None if marker is None else get(store, int(marker.user_id))


def opened(store: Store, user_id: int) -> Ring:
    """The account's passkeys; with a handle from now on, if it had none."""
    ring = get(store, user_id)
    if ring is not None:
        return ring
    _replace(store, Ring(user_id=user_id, handle=store.clock.token(32)), ())
    made = get(store, user_id)
    assert made is not None
    return made


def add(store: Store, ring: Ring, key: Passkey) -> bool:
    """Put a passkey in; ``False`` if an account has it already, or the account's passkeys changed meanwhile."""
    marker = {"pk": _marker(key.id), "user_id": ring.user_id}
    return _replace(store, replace(ring, keys=(*ring.keys, key)), [put_new(store.tables.users, marker, "pk")])


def update(store: Store, ring: Ring, key: Passkey) -> bool:
    """Put a passkey in the place of the one with its id; ``False`` as for ``add``."""
    return _replace(store, replace(ring, keys=tuple(key if old.id == key.id else old for old in ring.keys)), ())


def remove(store: Store, ring: Ring, gone: Sequence[Passkey]) -> bool:
    """Take passkeys out; ``False`` as for ``add``."""
    markers = [delete(store.tables.users, {"pk": _marker(key.id)}, expected={"user_id": ring.user_id}) for key in gone]
    return _replace(store, replace(ring, keys=tuple(key for key in ring.keys if key not in gone)), markers)


def _replace(store: Store, ring: Ring, markers: Sequence[Json]) -> bool:
    item = {
        "pk": _key(ring.user_id),
        "user_id": ring.user_id,
        "handle": ring.handle,
        "revision": ring.revision + 1,
        "keys": [asdict(key) for key in ring.keys],
    }
    expected = {"revision": ring.revision} if ring.revision else {"pk": None}
    return store.attempt([put(store.tables.users, item, expected=expected), *markers])


def _key(user_id: int) -> str:
    return f"passkeys#{user_id}"


def _marker(credential_id: str) -> str:
    return f"passkey#{hash_key(credential_id)}"
