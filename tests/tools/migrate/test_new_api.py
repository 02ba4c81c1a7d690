"""A new-api comes along by the same steps; its numbers of providers and its prices become ours."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from gateway.store.accounts import balances, tokens, users
from gateway.store.channels import channels
from gateway.store.context import Store
from gateway.store.money import redemptions
from gateway.store.settings import options
from tests.support.tables import Stack
from tests.tools.migrate import new_api_world
from tests.tools.migrate.conftest import audited
from tests.tools.migrate.old_database import sqlite_file
from tests.tools.migrate.old_tables import NEW_API
from tests.tools.migrate.one_api_world import MODEL, code_of
from tools.migrate.databases.sqlite import SqliteDatabase
from tools.migrate.findings import Report
from tools.migrate.run import prepare, run
from tools.migrate.sources.new_api import NewApi


@pytest.fixture
def moved(store: Store, tmp_path: Path) -> Report:
    file = sqlite_file(tmp_path / "new-api.db", NEW_API, new_api_world.rows())
    with closing(NewApi(SqliteDatabase(file))) as source:
        move = prepare(source, store, "new-api", applying=True)
        move.quiet = True
        return run(move)


def words(report: Report, kind: str, number: int) -> str:
    return "; ".join(found.what for found in report.findings if (found.kind, found.id) == (kind, number))


def test_everything_is_equal_and_the_books_agree(moved: Report, tables: Stack) -> None:
    assert moved.of("differs") == []
    assert audited(tables).differences == []


def test_rewards_that_nobody_has_claimed_are_in_the_balance(moved: Report, store: Store) -> None:
    alice = users.get(store, 2)
    assert alice is not None
    assert balances.of_account(alice).quota == 2_002_500
    assert (alice.aff_count, alice.aff_quota, alice.note, alice.remind_threshold) == (3, 7_500, "pays late", 9_000)
    assert moved.money["rewards"] == 2_500


def test_sign_ins_that_are_not_here_are_named(moved: Report, store: Store) -> None:
    told = words(moved, "user", 2)
    assert "GitHub" in told
    assert "Discord" in told
    assert "second factor" in told
    bob = users.get(store, 3)
    assert bob is not None
    assert bob.status == 3


def test_keys_have_their_models_and_networks_and_lose_a_group_of_their_own(moved: Report, store: Store) -> None:
    second, third = tokens.get(store, 2, 2), tokens.get(store, 2, 3)
    assert second is not None
    assert third is not None
    assert (second.models, second.subnet) == ("o3", "10.0.0.1/32,2001:db8::/32")
    assert third.status == 2
    assert "group 'vip'" in words(moved, "token", 3)
    assert tokens.get(store, 2, 4) is None


def test_channels_are_those_of_our_providers(moved: Report, store: Store) -> None:
    rows = {row.id: row for row in channels.every(store)}
    assert {number: row.type for number, row in rows.items()} == {
        1: 1,
        2: 40,
        3: 42,
        5: 33,
        6: 1,
        7: 50,
        8: 14,
        9: 37,
        10: 50,
    }
    assert "Suno" in words(moved, "channel", 4)
    vertex = json.loads(rows[3].config)
    assert vertex["region"] == "europe-west1"
    assert "BEGIN" not in vertex["vertex_ai_adc"]
    assert channels.keys(store, rows[6]) == ["k-a", "k-c"]
    assert channels.opened(store, rows[5]) == "bedrock-key"
    assert rows[7].base_url == "https://gate.example.com/api/v3"
    assert (rows[8].system_prompt, rows[1].tag) == ("be kind", "main")
    assert "proxy" in words(moved, "channel", 8)
    assert json.loads(rows[9].config) == {"user_id": "account-id"}
    assert rows[10].base_url.endswith("/v4")


def test_prices_are_the_same_in_our_form(moved: Report, store: Store) -> None:
    current = options.current(store)
    assert json.loads(current["ModelPrice"]) == {
        "suno_music": {"request": 50_000},
        "mj": {"request": 20_000},
        MODEL: {"cached": 0.0375},
        "o3": {"audio_in": 16, "audio_out": 32},
    }
    assert current["UserRequestsPerMinute"] == "30"
    assert "one group" in words(moved, "option", "GroupGroupRatio")  # type: ignore[arg-type]


def test_codes_that_ended_are_off(moved: Report, store: Store) -> None:
    found = {number: redemptions.find(store, code_of(number)) for number in (1, 2, 3, 4)}
    assert {number: row and row.status for number, row in found.items()} == {1: 3, 2: 2, 3: 1, 4: None}
    used = found[1]
    assert used is not None
    assert used.redeemed_by == 2
