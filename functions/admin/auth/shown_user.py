"""An account as the API shows it: one-api's nineteen keys, two of ours beside its quota, and who it is at each login
provider that one-api has not.

Secrets are there, empty, because clients look for them.
"""

from dataclasses import asdict
from typing import Any

from admin.auth.limit_rules import LimitShown, shown
from admin.openapi.examples import example
from admin.web.fields import Shown, extended
from gateway.domain.login_providers import LOGIN_PROVIDERS
from gateway.store.accounts.balances import of_account
from gateway.store.accounts.identities import value_of
from gateway.store.schema.users import UserRow


class _OneApis(Shown):
    id: int
    username: str
    password: str = ""
    display_name: str
    role: int
    status: int
    email: str = ""
    github_id: str = ""
    wechat_id: str = ""
    lark_id: str = ""
    oidc_id: str = ""
    verification_code: str = ""
    access_token: str = ""
    quota: int = 0
    used_quota: int = 0
    request_count: int = 0
    group: str = ""
    aff_code: str = ""
    inviter_id: int = 0
    held: int = 0
    debt: int = 0
    limits: tuple[LimitShown, ...] = ()


class User(
    extended(_OneApis, {provider.attribute: str for provider in LOGIN_PROVIDERS.values()}),
    json_schema_extra=example(
        id=2,
        username="alice",
        display_name="Alice",
        role=1,
        status=1,
        quota=500_000,
        group="default",
    ),
):
    """Amounts in quota units. ``password``, ``access_token`` and ``verification_code`` are always empty.

    ``quota`` includes ``held``, what requests under way may cost; ``debt`` is what was used beyond it, and paid first.
    """


class ManagedUser(
    User,
    json_schema_extra=example(
        id=2,
        username="alice",
        display_name="Alice",
        role=1,
        status=1,
        quota=500_000,
        group="default",
    ),
):
    """An account as administrators see it. ``last_seen`` in unix seconds, to the hour, 0 if never."""

    note: str = ""
    last_seen: int = 0


_NEVER = {"password": "", "verification_code": "", "access_token": ""}
_BALANCE = {"quota", "held", "debt"}
_OWN = set(User.model_fields) - set(_NEVER) - _BALANCE - {"limits"}
_BLANK: dict[str, Any] = {name: "" if field.annotation is str else 0 for name, field in User.model_fields.items()} | {
    "limits": []
}
_LOGIN = ("id", "username", "display_name", "role", "status")


def shown_user(row: UserRow) -> User:
    """The whole account; ``row`` has what its parts have (``balances.whole``)."""
    own = {name: value_of(row, name) for name in _OWN} | {"limits": shown(row.limits)}
    return User.model_validate(own | asdict(of_account(row)) | _NEVER)


def known_user(row: UserRow) -> ManagedUser:
    """The same for administrators."""
    return ManagedUser(**shown_user(row).model_dump(), note=row.note, last_seen=row.seen_time)


def login_user(row: UserRow) -> User:
    """What signing in answers: five fields, the others there and empty."""
    return User.model_validate(_BLANK | {name: getattr(row, name) for name in _LOGIN})


def managed_user(row: UserRow) -> User:
    """What managing an account answers: role and status, the others there and empty."""
    return User.model_validate(_BLANK | {"role": row.role, "status": row.status})
