"""Which values of accounts are taken: here, and by those that come along before."""

from collections.abc import Iterable

from gateway.store.client.lookup import items_at
from gateway.store.schema.items import UserItem


class Claims:
    """Keys of the users table, looked up many at a time."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def look(self, keys: Iterable[str]) -> None:
        """Read which of these there are."""
        wanted = list(dict.fromkeys(keys))
        self._taken |= {str(key) for key in items_at(UserItem, wanted)} if wanted else set()

    def taken(self, key: str) -> bool:
        """Whether somebody has it."""
        return key in self._taken

    def take(self, keys: Iterable[str]) -> None:
        """Somebody has these from now on."""
        self._taken |= set(keys)
