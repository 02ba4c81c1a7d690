"""What a new account is given, once for each identity: whoever comes back under one gets an account, and no gift.

``gifted#<login provider>#<subject>`` and ``gifted#email#<folded address>`` say so in the users table. They are put with
the gift, and when an account gives an identity up; nothing takes them away. Who registers with a name alone has none.
"""

from collections.abc import Iterable

from gateway.domain.login_providers import LOGIN_PROVIDERS
from gateway.records import dataclass
from gateway.store.accounts.identities import value_of
from gateway.store.client.expressions import Json, put, put_new
from gateway.store.client.lookup import item_at
from gateway.store.context import Store
from gateway.store.schema.items import UserItem
from gateway.store.schema.tables import Tables
from gateway.store.schema.users import UserRow

_KINDS = {"email": "email", **{provider.attribute: provider.name for provider in LOGIN_PROVIDERS.values()}}
_SAME_DOMAIN = {"googlemail.com": "gmail.com"}


@dataclass(frozen=True, slots=True)
class Gift:
    """Quota credited when an account is made, with the text of its entry."""

    amount: int
    content: str


def folded_address(email: str) -> str:
    """One text for all addresses that may reach one mailbox: without what follows a plus, without dots, in lower case.

    Not every domain ignores dots. Where two people differ in nothing else, the second goes without a gift.
    """
    local, _, domain = email.strip().lower().rpartition("@")
    kept = local.partition("+")[0].replace(".", "") or local
    return f"{kept}@{_SAME_DOMAIN.get(domain, domain)}"


def markers(row: UserRow) -> list[str]:
    """The keys that say of an account's identities that they were given to."""
    return [_key(name, value) for name in _KINDS if (value := value_of(row, name))]


def given(keys: Iterable[str]) -> bool:
    """Whether one of the identities was given to before."""
    return any(item_at(UserItem, key) is not None for key in keys)


def claims(tables: Tables, row: UserRow) -> list[Json]:
    """The markers, which nobody may have put before."""
    return [put_new(tables.users, {"pk": key, "user_id": row.id}, "pk") for key in markers(row)]


def given_up(store: Store, user_id: int, old: Iterable[tuple[str, str]]) -> list[Json]:
    """The markers of identities that an account gives up, as pairs of attribute and value; put whoever has them."""
    keys = [_key(name, value) for name, value in old if name in _KINDS and value]
    return [put(store.tables.users, {"pk": key, "user_id": user_id}) for key in keys]


def _key(attribute: str, value: str) -> str:
    return f"gifted#{_KINDS[attribute]}#{folded_address(value) if attribute == 'email' else value}"
