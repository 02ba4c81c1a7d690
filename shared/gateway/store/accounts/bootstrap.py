"""The first start: the root account, once, whoever starts at the same time."""

from gateway.clock import Clock
from gateway.config import StoreSettings
from gateway.domain.identity import Role
from gateway.domain.money import EntryType
from gateway.errors import ConditionFailed
from gateway.records import dataclass
from gateway.security.credentials import hash_key
from gateway.security.generated import alphanumeric
from gateway.security.passwords import hash_password
from gateway.store.accounts import tokens, users
from gateway.store.client.expressions import Json
from gateway.store.context import Store, open_store
from gateway.store.money.entries import Movement, entry_action
from gateway.store.money.logs import first_month_action
from gateway.store.schema.tokens import TokenRow
from gateway.store.schema.users import UserRow
from gateway.store.settings import sequence

ROOT_ID = 1
ROOT_QUOTA = 500_000_000_000_000


@dataclass(frozen=True, slots=True)
class RootCredentials:
    """What to tell the operator once. Empty: none was asked for. ``api_token`` is with ``sk-``."""

    username: str
    password: str
    api_token: str
    access_token: str


def first_start(
    settings: StoreSettings,
    *,
    root_password: str | None = None,
    root_token: str | None = None,
    root_access_token: str | None = None,
    clock: Clock | None = None,
) -> RootCredentials | None:
    """Create user ``root`` (id 1) when there is none; ``None`` when there was one.

    A password is made up when none is given. ``ValueError`` says which of the given secrets cannot be used.
    """
    store = open_store(settings, clock=clock)
    if users.get(store, ROOT_ID) is not None:
        return None
    key = api_key_of(root_token) if root_token else ""
    password = _usable_password(root_password) if root_password else alphanumeric(20)
    access = _usable_access_token(root_access_token) if root_access_token else ""
    try:
        store.transactor.transact({"TransactItems": _actions(store, password, key, access)})
    except ConditionFailed:
        return None  # another starter was faster
    return RootCredentials("root", password, f"sk-{key}" if key else "", access)


def api_key_of(setting: str) -> str:
    """The key that INITIAL_ROOT_TOKEN means, with or without ``sk-``."""
    key = setting.strip().removeprefix("sk-")
    if not key.isascii() or not key.isalnum() or len(key) < 8:
        raise ValueError(
            "INITIAL_ROOT_TOKEN must be at least 8 letters and digits after an optional 'sk-': "
            "what follows another '-' would be read as a channel's number"
        )
    return key


def _actions(store: Store, password: str, key: str, access: str) -> list[Json]:
    root = UserRow(
        id=ROOT_ID,
        username="root",
        display_name="Root User",
        password=hash_password(password),
        role=Role.ROOT,
        quota=ROOT_QUOTA,
        access_hash=hash_key(access) if access else "",
        created_time=store.clock.now(),
    )
    gift = Movement(
        user_id=ROOT_ID, username="root", delta=ROOT_QUOTA, type=EntryType.SYSTEM, content=f"初始额度 {ROOT_QUOTA}"
    )
    actions = [
        *users.create_actions(store.tables, root),
        sequence.begun(store.tables, "user"),
        entry_action(store.tables, store.clock, gift),
        first_month_action(store),
    ]
    if key:
        token = TokenRow(
            id=1, user_id=ROOT_ID, name="Initial Root Token", remain_quota=ROOT_QUOTA, unlimited_quota=True
        )
        actions += tokens.create_actions(store.tables, tokens.made(store, token, key)[0])
        actions.append(sequence.begun(store.tables, "token"))
    return actions


def _usable_password(password: str) -> str:
    if len(password) < 8:
        raise ValueError("INITIAL_ROOT_PASSWORD must have at least 8 characters")
    return password


def _usable_access_token(token: str) -> str:
    if len(token) < 8 or not token.isascii() or any(character.isspace() for character in token):
        raise ValueError("INITIAL_ROOT_ACCESS_TOKEN must be at least 8 ASCII characters without spaces")
    return token
