"""A balance falls, its owner is told once, tops up, and is told again when it falls again."""

from collections.abc import Callable, Generator
from typing import Any

import pytest

from tests.e2e.conftest import NewAccount
from tests.e2e.support import Account, Channel, Json, Operator
from tests.support.mailbox import Mailbox, open_mailbox

pytestmark = pytest.mark.e2e

THRESHOLD = 100_000
COST = 3000  # 10 000 produced tokens at 0.3


@pytest.fixture
def mailbox(option: Callable[[str, str], None]) -> Generator[Mailbox]:
    """A mail server that the gateway knows, and a threshold."""
    with open_mailbox() as box:
        option("QuotaRemindThreshold", str(THRESHOLD))
        for key, value in {"SMTPServer": "127.0.0.1", "SMTPPort": str(box.port), "SMTPFrom": "g@gate.example"}.items():
            option(key, value)
        yield box


def remind(operator: Operator) -> Json:
    return operator.call("POST", "/api/job/remind")


def rows(account: Account) -> list[Json]:
    keys = (f"user#{account.id}", f"token#{account.id}#{account.token_id}")
    found = account.operator.table("options")
    return [row for row in found if row["scope"] == "reminder" and row["key"] in keys]


def with_mail(operator: Operator, new_account: NewAccount, quota: int, **token: Any) -> tuple[Account, Channel]:
    account = new_account(quota=quota, **token)
    operator._tables().update_item(
        TableName="one-api-users",
        Key={"pk": {"S": f"user#{account.id}"}},
        UpdateExpression="SET email = :address",
        ExpressionAttributeValues={":address": {"S": f"{account.name}@example.com"}},
    )
    channel = operator.channel(account.group)
    channel.behaves(prompt_tokens=0, completion_tokens=10_000)
    return account, channel


def spend(account: Account) -> None:
    before = account.quota()
    assert account.chat(max_tokens=10_000).status_code == 200
    account.settled(len(account.entries()) or 1)
    assert account.quota() == before - COST


def mine(mailbox: Mailbox, account: Account) -> int:
    """Mails that this account got."""
    return mailbox.receivers.count([f"{account.name}@example.com"])


def test_a_fall_is_told_once(operator: Operator, new_account: NewAccount, mailbox: Mailbox) -> None:
    account, _ = with_mail(operator, new_account, THRESHOLD + COST)
    spend(account)
    assert (rows(account), account.quota()) == ([], THRESHOLD)
    for _ in range(3):
        spend(account)
    (row,) = rows(account)
    assert row["state"] == "pending"
    remind(operator)
    assert mine(mailbox, account) == 1
    assert "＄0.182000 额度" in mailbox.body()
    remind(operator)
    spend(account)
    remind(operator)
    assert mine(mailbox, account) == 1


def test_after_a_top_up_the_next_fall_is_told_again(
    operator: Operator, new_account: NewAccount, mailbox: Mailbox
) -> None:
    account, _ = with_mail(operator, new_account, THRESHOLD)
    spend(account)
    remind(operator)
    operator.call("POST", "/api/topup", {"user_id": account.id, "quota": 2 * COST})
    assert remind(operator)["recovered"] >= 1
    assert rows(account) == []
    assert mine(mailbox, account) == 1


def test_a_limited_token_is_told_of_by_its_name(operator: Operator, new_account: NewAccount, mailbox: Mailbox) -> None:
    account, _ = with_mail(operator, new_account, 10**9, remain_quota=THRESHOLD + 1)
    spend(account)
    (row,) = rows(account)
    assert row["key"] == f"token#{account.id}#{account.token_id}"
    remind(operator)
    assert mine(mailbox, account) == 1
    assert account.token_row()["name"] in mailbox.body()


def test_nobody_is_told_of_what_recovered_before_the_mail_went_out(
    operator: Operator, new_account: NewAccount, mailbox: Mailbox
) -> None:
    account, _ = with_mail(operator, new_account, THRESHOLD)
    spend(account)
    operator.call("POST", "/api/topup", {"user_id": account.id, "quota": 10 * COST})
    remind(operator)
    assert (mine(mailbox, account), rows(account)) == (0, [])


def test_a_mail_server_that_refuses_is_asked_again_later(
    operator: Operator, new_account: NewAccount, mailbox: Mailbox
) -> None:
    account, _ = with_mail(operator, new_account, THRESHOLD)
    spend(account)
    operator.option("SMTPPort", "1")
    assert remind(operator)["failed"] >= 1
    assert rows(account)[0]["state"] == "pending"
    operator.option("SMTPPort", str(mailbox.port))
    remind(operator)
    assert mine(mailbox, account) == 1
