"""Tables with an operator, a channel to a fake provider, and API keys: what a relay needs to answer."""

from dataclasses import dataclass
from typing import Any

from gateway.store.accounts import tokens
from gateway.store.accounts.bootstrap import ROOT_ID, first_start
from gateway.store.channels import channels
from gateway.store.context import Store, open_store
from gateway.store.schema.channels import ChannelRow
from gateway.store.schema.tokens import TokenRow
from gateway.store.settings import options
from tests.support.tables import Stack

MODEL = "gpt-4o-mini"
ROOT_PASSWORD = "correct horse battery"
ROOT_ACCESS_TOKEN = "rootaccesstokenfortests0123456789"


@dataclass(frozen=True, slots=True)
class Furnished:
    """The tables, seen past the functions. ``key`` is an unlimited API key of root, with ``sk-``."""

    tables: Stack
    store: Store
    key: str

    def token(self, **fields: Any) -> str:
        """Another key of root's."""
        _, key = tokens.create(self.store, TokenRow(id=0, user_id=ROOT_ID, **{"name": "extra"} | fields))
        return f"sk-{key}"

    def channel(self, base_url: str, key: str = "key-of-fake", **fields: Any) -> ChannelRow:
        """Another channel that serves MODEL."""
        given: dict[str, Any] = {"type": 1, "name": "fake", "models": MODEL, "base_url": base_url}
        (row,) = channels.create(self.store, ChannelRow(id=0, **given | fields), [key])
        return row

    def option(self, key: str, value: str) -> None:
        options.put(self.store, key, value)


def furnished(tables: Stack, upstream_url: str) -> Furnished:
    """The tables, filled."""
    first_start(tables.settings(), root_password=ROOT_PASSWORD, root_access_token=ROOT_ACCESS_TOKEN)
    store = open_store(tables.settings())
    made = Furnished(tables, store, "")
    made.channel(upstream_url)
    return Furnished(tables, store, made.token(name="unlimited", unlimited_quota=True))


def environment(tables: Stack) -> dict[str, str]:
    """What tells a function in a process of its own where these tables are."""
    return {
        "TABLE_PREFIX": tables.prefix,
        "AWS_ENDPOINT_URL_DYNAMODB": tables.endpoint_url,
        "ENCRYPTION_KEY": tables.encryption_key,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "SYNC_FREQUENCY": "0",
    }
