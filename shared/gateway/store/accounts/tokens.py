"""The tokens (API keys) of users. A key is found by its hash. Whether it can be known again, when it has been made,
is the operator's choice (option ``TokenKeys``): then it is kept sealed, for its owner.

``user#<owner>`` / id is the token, ``key#<hash>`` / 0 the marker that leads to it. Both are written together. Lists end
before the numbers of temporary tokens (``token_keys``).
"""

from dataclasses import replace
from functools import partial
from typing import Any

from gateway.domain import limits
from gateway.domain.identity import TokenStatus
from gateway.errors import StoreError
from gateway.security.credentials import SealBroken, hash_key
from gateway.security.generated import api_key, key_hint
from gateway.store.accounts import balances
from gateway.store.client.expressions import Change, Json, change_existing, delete, put_new
from gateway.store.client.lookup import row_at
from gateway.store.client.pages import Page, Part, Place, by_column, of_query, of_rows
from gateway.store.context import Store
from gateway.store.schema.items import TokenItem, row_from, row_of, values_of
from gateway.store.schema.tables import Tables, token_marker, token_owner
from gateway.store.schema.tokens import TokenRow
from gateway.store.settings import options
from gateway.store.settings.sequence import next_id

MOST_TEMPORARY = 20  # of one user at a time
MOST_TOKENS = 1_000  # of one user; a list that no key sorts looks at no more of what is there from before
TEMPORARY = 10**12  # the number of a temporary token is greater
_AT_ONCE = 100  # tokens that may be made at the same moment
_ATTEMPTS = 6
SORTED_HERE = ("name", "status", "remain_quota", "used_quota", "accessed_time", "expired_time")


def get(store: Store, user_id: int, token_id: int) -> TokenRow | None:
    """A token of this user, as it is now."""
    if token_id < 1:  # 0 is where the markers lie
        return None
    return row_at(TokenRow, TokenItem, token_owner(user_id), token_id)


class Full(StoreError):
    """The user has as many tokens as one may have."""

    def __init__(self) -> None:
        super().__init__(f"more than {MOST_TOKENS} tokens")


def count(store: Store, user_id: int) -> int | None:
    """How many tokens a user has; ``None`` if more than one may have, which nobody counts."""
    found = TokenItem.count(token_owner(user_id), _listed(), consistent_read=True, limit=MOST_TOKENS + 1)
    return found if found <= MOST_TOKENS else None


def page(store: Store, user_id: int, part: Part) -> Page[TokenRow]:
    """A part of a user's tokens: by number, or by a column of ``SORTED_HERE``."""
    query = partial(TokenItem.query, token_owner(user_id), _listed(), consistent_read=True)
    if part.sort in SORTED_HERE:
        items = query(scan_index_forward=False, limit=MOST_TOKENS)
        key = _by_remaining if part.sort == "remain_quota" else by_column(part.sort)
        return of_rows([row_of(TokenRow, item) for item in items], part, key)
    found = of_query(query, part, ("pk", "id"))
    return Page([row_from(TokenRow, item) for item in found.rows], found.next)


def search(store: Store, user_id: int, prefix: str, *, limit: int) -> list[TokenRow]:
    """A user's tokens whose names begin so; all of them for an empty prefix."""
    if not prefix:
        return page(store, user_id, Part(count=limit)).rows
    most = limit + MOST_TEMPORARY
    found = TokenItem.by_name.query(token_owner(user_id), TokenItem.name.startswith(prefix), limit=most)
    keys = [(token_owner(user_id), item.id) for item in found if item.id < TEMPORARY][:limit]
    rows = [row_of(TokenRow, item) for item in TokenItem.batch_get(keys)] if keys else []
    return sorted(rows, key=lambda row: row.id)


def create(store: Store, wanted: TokenRow) -> tuple[TokenRow, str]:
    """Make a token; id, key and times of ``wanted`` are filled in here. Answers it and its key, the only time.

    Raises ``Full``.
    """
    before = count(store, wanted.user_id)
    if before is None or before >= MOST_TOKENS:
        raise Full
    row, key = made(store, wanted)
    store.transactor.transact({"TransactItems": create_actions(store.tables, row)})
    if before >= MOST_TOKENS - _AT_ONCE and count(store, row.user_id) is None:
        remove(store, row)  # others were made meanwhile
        raise Full
    return row, key


def made(store: Store, wanted: TokenRow, key: str = "") -> tuple[TokenRow, str]:
    """The complete row of a new token and its key, not yet written."""
    key = key or api_key()
    now = store.clock.now()
    row = replace(wanted, id=wanted.id or next_id(store, "token"), created_time=now, accessed_time=now)
    return with_key(store, row, key, keep=kept(store)), key


def with_key(store: Store, wanted: TokenRow, key: str, *, keep: bool) -> TokenRow:
    """A token as it is known by its key; ``keep``: sealed as well, for its owner."""
    sealed_key = _sealed(store, wanted.user_id, key) if keep else ""
    return replace(wanted, key_hash=hash_key(key), key_hint=key_hint(key), sealed_key=sealed_key)


def sealed(store: Store, user_id: int, key: str) -> str:
    """A key as it is kept for its owner; empty where none is."""
    return _sealed(store, user_id, key) if kept(store) else ""


def _sealed(store: Store, user_id: int, key: str) -> str:
    return store.vault.seal(key, _context(user_id=user_id, key_hash=hash_key(key)))


def kept(store: Store) -> bool:
    """Whether keys are kept for their owners."""
    return options.current(store)["TokenKeys"] == "owner"


def key_of(store: Store, row: TokenRow) -> str:
    """The key of a token that was kept, for nobody but its owner; empty where it was not, or cannot be opened."""
    if not row.sealed_key:
        return ""
    try:
        return store.vault.open(row.sealed_key, _context(user_id=row.user_id, key_hash=row.key_hash))
    except SealBroken:
        return ""


def _context(*, user_id: int, key_hash: str) -> str:
    return f"token#{user_id}/{key_hash}"


def create_actions(tables: Tables, row: TokenRow) -> list[Json]:
    """The token and its marker, for a transaction."""
    item: Json = {"pk": token_owner(row.user_id), **values_of(row)}
    return [put_new(tables.tokens, item, "pk"), marker_action(tables, row, row.key_hash)]


def marker_action(tables: Tables, row: TokenRow, key_hash: str) -> Json:
    """What makes a key lead to a token."""
    marker = {"pk": token_marker(key_hash), "id": 0, "user_id": row.user_id, "token_id": row.id}
    return put_new(tables.tokens, marker, "pk")


def change(store: Store, token: TokenRow, changes: dict[str, Any]) -> TokenRow | None:
    """Set the named attributes and nothing else; ``None`` if the token is gone. Empty texts are removed.

    ``remain_quota`` is what is to be shown, and moved by what it differs. Raises ``Held`` if requests hold more.
    """
    named = {name: value for name, value in changes.items() if name != "remain_quota"}
    for _ in range(_ATTEMPTS):
        what = Change(
            sets={name: value for name, value in named.items() if value != ""},
            removes=[name for name, value in named.items() if value == ""],
        )
        if "remain_quota" in changes:
            current = get(store, token.user_id, token.id)
            if current is None:
                return None
            what = _refilled(store, current, what, int(changes["remain_quota"]))
        if not (what.sets or what.removes):
            return get(store, token.user_id, token.id)
        action = change_existing(store.tables.tokens, {"pk": token_owner(token.user_id), "id": token.id}, what)
        if store.attempt([action]):
            return get(store, token.user_id, token.id)
        if get(store, token.user_id, token.id) is None:
            return None
    raise StoreError(f"token {token.id} keeps changing")


def _refilled(store: Store, current: TokenRow, what: Change, wanted: int) -> Change:
    """A change that also brings what is left to what is wanted. Two of them at once do not add up."""
    if what.sets.get("unlimited_quota", current.unlimited_quota):
        delta = wanted - current.remain_quota  # nobody decides by it, and nothing new is held of it
        at_least: dict[str, int] = {}
    else:
        delta = balances.difference(current.remain_quota, current.holds, max(0, wanted))
        at_least = {"remain_quota": -delta} if delta < 0 else {}
    if not delta:
        return what
    return replace(
        what,
        sets={**what.sets, "corrected": store.clock.token(8)},
        adds={"remain_quota": delta},
        expected={"corrected": current.corrected or None},
        at_least=at_least,
    )


def remove(store: Store, token: TokenRow) -> bool:
    """Delete a token and its markers; ``False`` if it was gone."""
    key = {"pk": token_owner(token.user_id), "id": token.id}
    actions = [
        delete(store.tables.tokens, key, expected={"key_hash": token.key_hash}),
        *(
            delete(store.tables.tokens, {"pk": token_marker(key_hash), "id": 0})
            for key_hash in (token.key_hash, token.old_key_hash)
            if key_hash
        ),
    ]
    return store.attempt(actions)


def default_token(user_id: int, limits: str = "") -> TokenRow:
    """What one-api gives every new account: a token without a quota of its own."""
    return TokenRow(id=0, user_id=user_id, name="default", remain_quota=-1, unlimited_quota=True, limits=limits)


def first_limits(store: Store) -> str:
    """What the operator limits new tokens to, as it is stored."""
    return limits.write(limits.read(options.current(store)["LimitsForNewToken"]))


def expired(token: TokenRow, now: int) -> bool:
    """Whether a token may not be switched on because its stored end has passed."""
    return token.status == TokenStatus.EXPIRED and 0 < token.expired_time <= now


def exhausted(token: TokenRow) -> bool:
    """Whether a token may not be switched on because nothing is left of its stored quota."""
    return token.status == TokenStatus.EXHAUSTED and not token.unlimited_quota and not balances.of_token(token).quota


def _listed() -> Any:
    """The condition on numbers that leaves temporary tokens out."""
    return TokenItem.id < TEMPORARY


def _by_remaining(token: TokenRow) -> Place:
    """What has least left first, unlimited tokens last."""
    return (token.unlimited_quota, balances.of_token(token).quota, token.id)
