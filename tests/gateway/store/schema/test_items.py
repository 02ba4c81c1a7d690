"""The models and rows that are made of the entities."""

import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from gateway.security.credentials import Vault
from gateway.store.schema.channels import CHANNELS, ChannelRow, channel_from
from gateway.store.schema.entity import Entity
from gateway.store.schema.items import MODELS, LogItem, UserItem, row_from, row_of, values_of
from gateway.store.schema.tokens import TOKENS, TokenRow, token_from
from gateway.store.schema.users import USERS, UserRow, user_from


class Recorded(Mapping[str, Any]):
    """An item that notes which of its columns are read."""

    def __init__(self, **values: Any) -> None:
        self._values, self.read = values, set[str]()

    def __getitem__(self, name: str) -> Any:
        self.read.add(name)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


PROJECTIONS: list[tuple[Entity, Callable[[Recorded], Any]]] = [
    (USERS, user_from),
    (TOKENS, token_from),
    (CHANNELS, lambda item: channel_from(item, Vault.from_setting(b64encode(bytes(32)).decode()))),
]


@pytest.mark.parametrize(("entity", "project"), PROJECTIONS, ids=["users", "tokens", "channels"])
def test_what_the_relay_reads_of_an_item_are_columns_of_its_table(
    entity: Entity, project: Callable[[Recorded], Any]
) -> None:
    item = Recorded(id=1, user_id=1, type=3, other="2024")
    project(item)
    assert item.read
    assert item.read <= entity.columns.keys()


def test_an_attribute_has_the_kind_of_its_column() -> None:
    assert UserItem.username.attr_type == "S"
    assert UserItem.quota.attr_type == "N"
    assert MODELS["tokens"].unlimited_quota.attr_type == "BOOL"
    assert LogItem.details.attr_type == "M"


def test_an_empty_text_is_not_stored_and_comes_back_empty() -> None:
    row = UserRow(id=7, username="ann", email="")
    stored = values_of(row)
    assert "email" not in stored
    assert stored["quota"] == 0
    assert row_from(UserRow, stored) == row


def test_what_an_item_lacks_gets_the_default_of_the_row() -> None:
    assert row_of(TokenRow, MODELS["tokens"](pk="user#1", id=2, user_id=1)) == TokenRow(id=2, user_id=1)
    assert row_of(ChannelRow, MODELS["channels"](id=3)) == ChannelRow(id=3)


def test_columns_that_no_row_has_stay_out_of_it() -> None:
    assert row_from(UserRow, {"pk": "user#7", "kind": "user", "id": 7, "username": "ann"}) == UserRow(
        id=7, username="ann"
    )


def test_the_relay_reads_what_lies_in_tables_without_pynamodb() -> None:
    code = "import sys, gateway.store.reader; sys.exit('pynamodb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": "shared"}, check=False).returncode == 0
