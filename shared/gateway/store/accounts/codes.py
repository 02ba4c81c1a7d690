"""Short-lived secrets: e-mail codes, reset tokens, OAuth states, locks. Kept by hash, used at most once.

The key is ``<purpose>#<hash of the subject>``, so the table tells nobody whose code it holds.
"""

import hmac
from typing import Any

from gateway.errors import ConditionFailed
from gateway.security.credentials import hash_key
from gateway.store.client.expressions import Change, Is, delete, put, update
from gateway.store.client.lookup import item_at
from gateway.store.context import Store
from gateway.store.schema.items import CodeItem

MOST_ATTEMPTS = 5  # wrong answers after which a code is void


def issue(store: Store, purpose: str, subject: str, secret: str, *, seconds: int) -> None:
    """Remember a secret for a subject; an earlier one is void from now on."""
    item = _item(store, purpose, subject, seconds) | {"secret_hash": hash_key(secret)}
    store.transactor.transact({"TransactItems": [put(store.tables.codes, item)]})


def redeem(store: Store, purpose: str, subject: str, secret: str) -> bool:
    """Whether this is the subject's secret. Every call counts as an attempt; the right one uses the code up."""
    usable = {"expires_at": Is(">", store.clock.now()), "attempts": Is("<", MOST_ATTEMPTS)}
    counted = Change(adds={"attempts": 1}, expected=usable)
    key = {"code": _code(purpose, subject)}
    try:
        found = store.transactor.update(update(store.tables.codes, key, counted, returns="ALL_NEW"))
    except ConditionFailed:
        return False
    right = hmac.compare_digest(str(found.get("secret_hash")), hash_key(secret))
    return right and _use_up(store, purpose, subject, found["secret_hash"])


def mark(store: Store, purpose: str, subject: str, *, seconds: int) -> bool:
    """Note something for a while (a lock, an ended session); ``False`` if it is noted already."""
    item = _item(store, purpose, subject, seconds)
    free = [{"code": None}, {"expires_at": Is("<=", store.clock.now())}]
    return store.attempt([put(store.tables.codes, item, expected=free)])


def marked(store: Store, purpose: str, subject: str) -> bool:
    """Whether something is noted and its time is not over."""
    found = item_at(CodeItem, _code(purpose, subject))
    return found is not None and found.expires_at > store.clock.now()


def clear(store: Store, purpose: str, subject: str) -> None:
    """Forget what was noted."""
    action = delete(store.tables.codes, {"code": _code(purpose, subject)})
    store.transactor.transact({"TransactItems": [action]})


def _use_up(store: Store, purpose: str, subject: str, secret_hash: str) -> bool:
    """Delete the code, unless somebody else used it a moment ago."""
    action = delete(store.tables.codes, {"code": _code(purpose, subject)}, expected={"secret_hash": secret_hash})
    return store.attempt([action])


def _item(store: Store, purpose: str, subject: str, seconds: int) -> dict[str, Any]:
    ends = store.clock.now() + seconds
    return {"code": _code(purpose, subject), "attempts": 0, "expires_at": ends, "ttl": ends}


def _code(purpose: str, subject: str) -> str:
    return f"{purpose}#{hash_key(subject)}"
