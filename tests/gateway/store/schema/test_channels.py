"""A channel as the relay uses it."""

from base64 import b64encode
from typing import Any

import pytest

from gateway.security.credentials import Vault
from gateway.store.schema.channels import channel_context, channel_from

VAULT = Vault.from_setting(b64encode(bytes(32)).decode())


def channel(**values: Any) -> Any:
    return channel_from({"id": 7} | values, VAULT)


def test_a_credential_is_one_key_per_line() -> None:
    sealed = VAULT.seal(" sk-1 \n\nsk-2\n", channel_context(7))
    assert channel(sealed_key=sealed).keys == ("sk-1", "sk-2")


def test_a_channel_without_a_credential_has_one_empty_key() -> None:
    assert channel().keys == ("",)


@pytest.mark.parametrize(
    ("type", "name"), [(3, "api_version"), (18, "api_version"), (24, "api_version"), (21, "library_id"), (17, "plugin")]
)
def test_the_legacy_column_is_the_setting_it_stands_for(type: int, name: str) -> None:
    assert channel(type=type, other="x").config == {name: "x"}
    assert channel(type=type, other="x", config=f'{{"{name}": "y"}}').config == {name: "y"}
    assert channel(type=type, other="x", config=f'{{"{name}": ""}}').config == {name: "x"}


def test_the_legacy_column_of_other_channels_means_nothing() -> None:
    assert channel(type=1, other="x").config == {}


def test_a_channel_without_groups_serves_the_default_group() -> None:
    assert channel().groups == ("default",)
    assert channel(group="a, b", models="m,m").groups == ("a", "b")
