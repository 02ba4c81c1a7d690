"""Who an account is at the providers that people sign in with.

One-api's four have a column each, ``github_id`` to ``oidc_id``. The others lie together in the column ``identities``,
the text of a JSON object, so that a provider needs no column.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from gateway.store.schema.users import UserRow

_COLUMNS = frozenset(column.name for column in fields(UserRow))


def value_of(user: UserRow, attribute: str) -> Any:
    """An attribute of an account, whether it has a column or not."""
    return getattr(user, attribute) if attribute in _COLUMNS else _others(user).get(attribute, "")


def columns_of(user: UserRow, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes of attributes as changes of columns."""
    of_columns = {name: value for name, value in changes.items() if name in _COLUMNS or not name.endswith("_id")}
    named = {name: value for name, value in changes.items() if name not in of_columns}
    if not named:
        return of_columns
    kept = {name: value for name, value in (_others(user) | named).items() if value}
    return of_columns | {"identities": json.dumps(kept, sort_keys=True) if kept else ""}


def with_identity(user: UserRow, attribute: str, subject: str) -> UserRow:
    """The account, known at a provider as this."""
    return replace(user, **columns_of(user, {attribute: subject}))


def _others(user: UserRow) -> dict[str, str]:
    return json.loads(user.identities or "{}")
