"""A one-api comes along whole: accounts, keys, channels, codes and options, with the books in order."""

from pathlib import Path

import pytest

from gateway.security.credentials import hash_key
from gateway.security.passwords import verify_password
from gateway.store.accounts import balances, names, users
from gateway.store.accounts.bootstrap import first_start
from gateway.store.accounts.users import marker
from gateway.store.channels import abilities, channels
from gateway.store.client.expressions import Change, update
from gateway.store.client.lookup import item_at
from gateway.store.client.pages import Part
from gateway.store.context import Store
from gateway.store.money import redemptions
from gateway.store.money.logs import LogFilter, page
from gateway.store.schema.items import OptionItem, TokenItem, UserItem
from gateway.store.schema.tables import token_marker, user_key
from gateway.store.settings import options
from tests.support.tables import Stack
from tests.tools.migrate.conftest import audited, bring
from tests.tools.migrate.old_database import sqlite_file
from tests.tools.migrate.old_tables import ONE_API_03, ONE_API_05, Schema
from tests.tools.migrate.one_api_world import PASSWORDS, SECRET, code_of, key_of, rows
from tools.migrate.findings import Report


def told(report: Report, sort: str, kind: str) -> dict[int | str, str]:
    """What a report says of one sort about one kind, by number."""
    return {found.id: found.what for found in report.findings if (found.sort, found.kind) == (sort, kind)}


def test_a_plan_writes_nothing_and_says_what_would_happen(store: Store, tables: Stack, old_file: Path) -> None:
    first_start(tables.settings(), root_password="correct horse")
    before = len(list(UserItem.by_id.query("user")))
    report = bring(store, old_file, applying=False)
    assert len(list(UserItem.by_id.query("user"))) == before
    assert not list(OptionItem.query("moved#one-api"))
    assert (report.moved["user"], report.moved["token"], report.moved["channel"]) == (9, 15, 7)
    assert report.money["balance"] == sum(user["quota"] for user in rows()["users"])
    assert "type 777" in told(report, "left out", "channel")[6]


def test_balances_keys_and_counts_are_what_they_were_and_the_books_agree(
    store: Store, tables: Stack, old_file: Path
) -> None:
    report = bring(store, old_file)
    assert report.of("differs") == []
    for old in rows()["users"]:
        user = users.get(store, old["id"])
        assert user is not None
        shown = balances.of_account(user)
        assert (shown.quota - shown.debt, user.used_quota, user.request_count) == (
            old["quota"],
            old["used_quota"],
            old["request_count"],
        )
    marker_item = item_at(TokenItem, token_marker(hash_key(key_of(3))), 0)
    assert marker_item is not None
    assert (marker_item.user_id, marker_item.token_id) == (2, 3)
    audit = audited(tables)
    assert audit.differences == []
    assert (audit.users, audit.debtors, audit.debt) == (9, 1, 50)
    assert channels.used_quota(store, 1) == 1_000


def test_passwords_still_open_and_names_that_read_alike_stay_two(store: Store, old_file: Path) -> None:
    report = bring(store, old_file)
    for name, password in PASSWORDS.items():
        user = users.named(store, name)
        assert user is not None
        assert user.username == name
        assert verify_password(user.password, password)
    assert "reads like another's" in told(report, "changed", "user")[6]
    assert users.by_access_token(store, f"{2:032d}") == users.named(store, "alice")
    assert names.owner("CAROL") == 5


def test_what_two_accounts_share_the_first_one_keeps(store: Store, old_file: Path) -> None:
    report = bring(store, old_file)
    assert [finding.id for finding in report.of("conflict")] == [6, 7]
    alice = users.find(store, "email", "alice@example.com")
    assert alice is not None
    assert alice.id == 2
    assert users.find(store, "email", "gone@example.com") is None  # of a deleted account


def test_what_cannot_come_along_is_named_with_its_reason(store: Store, old_file: Path) -> None:
    report = bring(store, old_file)
    left = told(report, "left out", "token")
    assert set(left) == {14, 15}
    assert "account 99" in left[14]
    assert "hyphen" in left[15]
    assert "GitHub" in told(report, "left out", "user")[9]
    assert told(report, "changed", "user")[9].startswith("it had no name")
    assert set(told(report, "left out", "option")) == {"SMTPPort", "LogConsumeEnabled", "Unheard"}
    assert "no JSON object" in told(report, "changed", "channel")[5]


def test_who_invited_whom_is_known(store: Store, old_file: Path) -> None:
    bring(store, old_file)
    bob = users.get(store, 3)
    assert bob is not None
    assert bob.inviter_id == 2
    assert item_at(UserItem, marker("aff_code", "af02")) is not None


def test_channels_have_their_keys_settings_and_abilities(store: Store, old_file: Path) -> None:
    bring(store, old_file)
    found = {row.id: row for row in channels.every(store)}
    assert set(found) == {1, 2, 3, 4, 5, 7, 8}
    assert channels.keys(store, found[4]) == ["k-1", "k-2"]
    assert "secret-sk" not in found[3].config
    assert (found[7].status, found[3].status, found[2].other) == (2, 3, "2024-03-01-preview")
    assert len(abilities.indexed(store, 5)) == 120
    assert found[1].balance == "12.345679"


def test_codes_redeem_once_and_worthless_ones_never(store: Store, old_file: Path) -> None:
    bring(store, old_file)
    states = {number: redemptions.find(store, code_of(number)) for number in (1, 2, 3, 4)}
    assert {number: row and row.status for number, row in states.items()} == {1: 1, 2: 3, 3: 2, 4: 2}
    alice, code = users.get(store, 2), states[1]
    assert alice is not None
    assert code is not None
    assert redemptions.redeem(store, code, alice, "redeemed")
    assert not redemptions.redeem(store, code, alice, "redeemed")


def test_options_come_checked_and_secrets_sealed(store: Store, old_file: Path) -> None:
    bring(store, old_file)
    current = options.current(store)
    assert (current["SystemName"], current["SMTPToken"]) == ("The old one", SECRET)
    assert current["PasswordRegisterEnabled"] == "false"  # there, too: only true is
    assert current["UnknownModelPrice"] == "30"
    assert all(SECRET not in (item.value or "") for item in OptionItem.query("option"))


def test_the_owner_sees_where_the_balance_came_from(store: Store, old_file: Path) -> None:
    bring(store, old_file)
    found = page(store, LogFilter(user_id=2), Part(count=10))
    assert [row.content for row in found.rows] == ["迁入的余额（one-api）/ balance brought over from one-api: 2000000"]


def test_a_second_run_changes_nothing_whatever_happened_here_since(store: Store, tables: Stack, old_file: Path) -> None:
    bring(store, old_file)
    alice = users.get(store, 2)
    assert alice is not None
    users.change(store, alice, {"username": "alicia"})
    bob = users.get(store, 3)
    assert bob is not None
    users.delete_account(store, bob)
    before = [dict(item.attribute_values) for item in UserItem.by_id.query("user")]
    report = bring(store, old_file)
    assert sum(report.moved.values()) == 0
    assert report.before["user"] == 9
    assert [dict(item.attribute_values) for item in UserItem.by_id.query("user")] == before
    assert audited(tables).differences == []


def test_the_root_of_the_first_start_gives_way_and_its_books_stay_in_order(
    store: Store, tables: Stack, old_file: Path
) -> None:
    first_start(tables.settings(), root_password="correct horse", root_token="SeededRootKey1234")
    report = bring(store, old_file)
    assert report.of("differs") == []
    root = users.get(store, 1)
    assert root is not None
    assert verify_password(root.password, PASSWORDS["root"])
    assert (root.quota, root.used_quota) == (500_000_000_000_000, 1_000)
    moved = item_at(TokenItem, token_marker(hash_key(key_of(1))), 0)
    assert moved is not None
    assert moved.token_id == 18  # 1 was taken
    assert audited(tables).differences == []


def test_names_and_numbers_that_are_taken_here_are_told(store: Store, tables: Stack, old_file: Path) -> None:
    first_start(tables.settings(), root_password="correct horse")
    users.create(store, users.UserRow(id=0, username="alice", email="carol@example.com"))
    report = bring(store, old_file)
    renamed = users.named(store, "alice-2")
    assert renamed is not None
    assert renamed.id == 10
    assert "alice-2" in told(report, "conflict", "user")[2]
    assert report.of("differs") == []
    assert audited(tables).differences == []


@pytest.mark.parametrize("schema", [ONE_API_05, ONE_API_03], ids=["0.5", "0.3"])
def test_older_databases_come_along_with_what_they_have(
    store: Store, tables: Stack, tmp_path: Path, schema: Schema
) -> None:
    report = bring(store, sqlite_file(tmp_path / "older.db", schema, rows()))
    assert report.of("differs") == []
    assert report.moved["user"] == 9
    assert audited(tables).differences == []


def test_a_difference_is_found(store: Store, old_file: Path) -> None:
    bring(store, old_file)
    alice = users.get(store, 2)
    assert alice is not None
    users.change(
        store, alice, {"group": "other"}, correction=users.Correction(1, lambda before, after: "by an administrator")
    )
    debtor = {"pk": user_key(8)}
    store.transactor.update(update(store.tables.users, debtor, Change(adds={"quota": 7})))  # without an entry
    channels.change(store, 1, {"priority": 99}, key="another")
    options.put(store, "GroupRatio", '{"vip": 3}', "moved from one-api")
    report = bring(store, old_file, only_verify=True)
    assert {(found.kind, found.id) for found in report.of("differs")} >= {
        ("user", 2),
        ("user", 8),
        ("channel", 1),
        ("option", "GroupRatio"),
    }
