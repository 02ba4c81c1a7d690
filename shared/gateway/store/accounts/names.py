"""User names as they read: two that differ in case, width or composition only are one name, and one account has it.

``username#<name>`` finds an account by its name as written, ``name#<folded name>`` keeps twins away. Accounts from
before there was the second get it at the first start, or when they next sign in or are renamed; twins among them keep
working, each by its name as written.
"""

import unicodedata

from gateway.store.client.expressions import Json, delete, put
from gateway.store.client.lookup import item_at
from gateway.store.context import Store
from gateway.store.schema.items import UserItem
from gateway.store.schema.tables import Tables

_KEPT = "names-kept"  # the item that says that every account has its marker


def folded(name: str) -> str:
    """What a name has in common with all that read the same."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


def marker(name: str) -> str:
    """The key that keeps twins of a name away."""
    return f"name#{folded(name)}"


def claim(tables: Tables, user_id: int, name: str) -> Json:
    """What makes a name nobody else's, beside the marker of the name as written."""
    ours = [{"pk": None}, {"user_id": user_id}]
    return put(tables.users, {"pk": marker(name), "user_id": user_id}, expected=ours)


def had_before(name: str, user_id: int) -> bool:
    """Whether another account from before has the name in its folded form, without the marker.

    Looked at before the claim, which whoever gets the name meanwhile would have to make, too.
    """
    found = item_at(UserItem, f"username#{folded(name)}") if folded(name) != name else None
    return found is not None and int(found.user_id) != user_id


def left(store: Store, user_id: int, name: str, after: str) -> list[Json]:
    """What gives a name up for another one."""
    found = item_at(UserItem, marker(name)) if folded(name) != folded(after) else None
    if found is None or int(found.user_id) != user_id:
        return []
    return [delete(store.tables.users, {"pk": marker(name)}, expected={"user_id": user_id})]


def owner(name: str) -> int | None:
    """Whose name reads like this one, as far as the markers know."""
    for key in (marker(name), f"username#{folded(name)}"):
        found = item_at(UserItem, key)
        if found is not None:
            return int(found.user_id)
    return None


def keep_all(store: Store) -> None:
    """``keep`` of every account, once for a table."""
    if item_at(UserItem, _KEPT) is not None:
        return
    for item in UserItem.by_username.query("user"):
        keep(store, int(item.pk.partition("#")[2]), item.username)
    store.transactor.transact({"TransactItems": [put(store.tables.users, {"pk": _KEPT})]})


def keep(store: Store, user_id: int, name: str) -> None:
    """Put the marker of an account from before, unless a twin has it."""
    if item_at(UserItem, marker(name)) is None:
        item = {"pk": marker(name), "user_id": user_id}
        store.attempt([put(store.tables.users, item, expected={"pk": None})])
