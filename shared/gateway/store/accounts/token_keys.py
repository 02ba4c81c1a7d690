"""Keys that come and go: of temporary tokens, which no list shows, and in place of those that a token had."""

from dataclasses import replace

from gateway.security.credentials import hash_key
from gateway.security.generated import api_key, key_hint
from gateway.store.accounts import tokens
from gateway.store.accounts.tokens import MOST_TEMPORARY, TEMPORARY, Full
from gateway.store.client.expressions import Change, Json, change, change_existing, delete
from gateway.store.client.lookup import row_at
from gateway.store.context import Store
from gateway.store.schema.items import TokenItem, row_of
from gateway.store.schema.tables import token_marker, token_owner
from gateway.store.schema.tokens import TokenRow
from gateway.store.settings.sequence import next_id

_KEPT = 3_600  # seconds after its end until a temporary token goes: requests under way settle until then


def create_temporary(store: Store, wanted: TokenRow) -> tuple[TokenRow, str]:
    """Make a token that is in no list, and its key; those that ended long ago go. Raises ``Full``."""
    now = store.clock.now()
    query = TokenItem.query(token_owner(wanted.user_id), TokenItem.id > TEMPORARY, consistent_read=True)
    rows = [row_of(TokenRow, item) for item in query]
    if sum(row.expired_time > now for row in rows) >= MOST_TEMPORARY:
        raise Full
    for row in rows:
        if row.expired_time + _KEPT < now:
            tokens.remove(store, row)
    row, key = tokens.made(store, replace(wanted, id=TEMPORARY + next_id(store, "token")))
    store.transactor.transact({"TransactItems": tokens.create_actions(store.tables, row)})
    return row, key


def rotate(store: Store, token: TokenRow, *, grace: int) -> tuple[TokenRow, str] | None:
    """Give a token a new key; the one it has ends now, or after ``grace`` seconds, and any before it now.

    Answers ``None`` if it is gone, or got another key meanwhile.
    """
    key, until = api_key(), store.clock.now() + grace
    old = {"old_key_hash": token.key_hash, "old_key_until": until} if grace else {}
    named = {
        "key_hash": hash_key(key),
        "key_hint": key_hint(key),
        "sealed_key": tokens.sealed(store, token.user_id, key),
    }
    sets = {name: value for name, value in (named | old).items() if value}
    gone = [name for name in ("sealed_key", "old_key_hash", "old_key_until") if name not in sets]
    what = Change(sets=sets, removes=gone, expected={"key_hash": token.key_hash})
    where = {"pk": token_owner(token.user_id), "id": token.id}
    actions = [
        change_existing(store.tables.tokens, where, what),
        tokens.marker_action(store.tables, token, hash_key(key)),
        _ended(store, token, until if grace else 0),
    ]
    if token.old_key_hash:
        actions.append(delete(store.tables.tokens, _marker(token.old_key_hash)))
    changed = store.attempt(actions) and row_at(TokenRow, TokenItem, where["pk"], token.id)
    return (changed, key) if changed else None


def _ended(store: Store, token: TokenRow, until: int) -> Json:
    """What becomes of the marker of the key that a token had."""
    if not until:
        return delete(store.tables.tokens, _marker(token.key_hash))
    return change(store.tables.tokens, _marker(token.key_hash), Change(sets={"until": until}))


def _marker(key_hash: str) -> Json:
    return {"pk": token_marker(key_hash), "id": 0}
