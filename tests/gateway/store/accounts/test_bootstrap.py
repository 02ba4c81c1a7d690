"""The first start: root, once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.security.credentials import hash_key
from gateway.security.passwords import verify_password
from gateway.store.accounts import tokens, users
from gateway.store.accounts.bootstrap import ROOT_QUOTA, first_start
from gateway.store.client.pages import Part
from gateway.store.context import open_store
from gateway.store.money import logs
from gateway.store.money.logs import LogFilter
from gateway.store.schema.items import TokenItem
from gateway.store.settings import sequence
from tests.support.tables import Stack

KEY = "abcdefghijklmnop0123"


def test_root_is_user_one_with_its_quota_and_an_entry_that_explains_it(tables: Stack) -> None:
    assert first_start(tables.settings()) is not None
    store = open_store(tables.settings())
    root = users.get(store, 1)
    assert root is not None
    assert (root.username, root.role, root.status, root.group, root.quota) == ("root", 100, 1, "default", ROOT_QUOTA)
    assert users.find(store, "username", "root") == root
    (entry,) = logs.page(store, LogFilter(user_id=1), Part(count=10)).rows
    assert (entry.type, entry.delta) == (4, ROOT_QUOTA)
    assert sequence.next_id(store, "user") == 2


def test_the_password_is_random_and_fits(tables: Stack) -> None:
    made = first_start(tables.settings())
    assert made is not None
    assert len(made.password) == 20
    root = users.get(open_store(tables.settings()), 1)
    assert root is not None
    assert verify_password(root.password, made.password)
    assert not verify_password(root.password, "123456")
    assert made.password not in repr(root)


def test_the_second_start_changes_nothing(tables: Stack) -> None:
    first_start(tables.settings(), root_password="the first one")
    assert first_start(tables.settings(), root_password="the second") is None
    root = users.get(open_store(tables.settings()), 1)
    assert root is not None
    assert verify_password(root.password, "the first one")


def test_of_many_that_start_at_once_one_wins(tables: Stack) -> None:
    settings = tables.settings()
    open_store(settings)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: first_start(settings, root_token=KEY), range(8)))
    assert sum(credentials is not None for credentials in made) == 1
    assert len(tokens.page(open_store(settings), 1, Part(count=10)).rows) == 1


@pytest.mark.parametrize("given", [KEY, f"sk-{KEY}"])
def test_a_given_token_is_token_one_without_limits(tables: Stack, given: str) -> None:
    made = first_start(tables.settings(), root_token=given)
    assert made is not None
    assert made.api_token == f"sk-{KEY}"
    (token,) = tokens.page(open_store(tables.settings()), 1, Part(count=10)).rows
    assert (token.id, token.unlimited_quota, token.expired_time) == (1, True, -1)
    marker = TokenItem.get(f"key#{hash_key(KEY)}", 0)
    assert (marker.user_id, marker.token_id) == (1, 1)


def test_a_given_access_token_finds_root(tables: Stack) -> None:
    first_start(tables.settings(), root_access_token="a" * 32)
    root = users.by_access_token(open_store(tables.settings()), "a" * 32)
    assert root is not None
    assert root.id == 1


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"root_token": f"sk-{KEY}-7"}, "INITIAL_ROOT_TOKEN"),
        ({"root_token": "sk-short"}, "INITIAL_ROOT_TOKEN"),
        ({"root_password": "short"}, "INITIAL_ROOT_PASSWORD"),
        ({"root_access_token": "has a blank in it"}, "INITIAL_ROOT_ACCESS_TOKEN"),
        ({"root_access_token": "short"}, "INITIAL_ROOT_ACCESS_TOKEN"),
    ],
)
def test_a_secret_that_cannot_be_used_is_named_and_nothing_is_made(
    tables: Stack, given: dict[str, str], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        first_start(tables.settings(), **given)
    assert users.get(open_store(tables.settings()), 1) is None
