"""Two hundred requests of one user with one token at once: nothing is lost, and nobody hears of a conflict."""

import asyncio
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

from gateway.store.client.attributes import to_item
from tests.e2e.conftest import AT_ONCE
from tests.e2e.support import CHAT, Account, Channel, Json, Operator, asking, until
from tests.fakes.upstream import UpstreamProcess
from tests.support.contending.contention import Pace
from tests.support.contending.server import Endpoint, contending_endpoint
from tests.support.contending.values import item_size
from tests.support.gateway_process import GatewayProcess
from tools import audit

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

CROWD = 200
STARTED = 10**9
UNIT = 1024  # bytes that one write unit writes
COST = 30  # 30 prompt tokens at 0.075, 90 produced ones at 0.3: 29.25, rounded up


async def send_all(account: Account, count: int) -> list[httpx.Response]:
    """Every second one streamed."""
    headers = {"authorization": f"Bearer {account.key}"}
    limits = httpx.Limits(max_connections=count)
    url = account.operator.gateway.url
    async with httpx.AsyncClient(base_url=url, limits=limits, trust_env=False, timeout=120) as http:
        bodies = [asking(max_tokens=100, stream=number % 2 == 0) for number in range(count)]
        return await asyncio.gather(*(http.post(CHAT, json=body, headers=headers) for body in bodies))


def crowd(operator: Operator, count: int) -> tuple[Account, Channel]:
    """An account with a limited token that has had its crowd."""
    account = operator.signed_up(quota=STARTED, remain_quota=STARTED)
    channel = operator.channel(account.group)
    channel.behaves(prompt_tokens=30, completion_tokens=90, usage_chunk="always")
    answers = asyncio.run(send_all(account, count))
    assert Counter(answer.status_code for answer in answers) == {200: count}
    assert all(answer.content.endswith(b"data: [DONE]\n\n") for answer in answers[::2])
    return account, channel


def entries_of(account: Account) -> list[Json]:
    """What the account was charged for, as stored."""
    return [row for row in account.operator.table("logs") if row.get("user_id") == account.id and row["type"] == 2]


def check_books(account: Account, channel: Channel, count: int) -> None:
    """Every figure that a request changes, changed by exactly so many of them."""
    until(lambda: len(entries_of(account)) >= count and not account.holds(), 60)
    entries = entries_of(account)
    assert len(entries) == count
    assert len({entry["request_id"] for entry in entries}) == count
    assert {entry["quota"] for entry in entries} == {COST}
    assert max(item_size(to_item(entry)) for entry in entries) <= UNIT
    assert {entry["channel_id"] for entry in entries} == {channel.id}
    wallets, token = account.wallet(), account.token_row()
    sums = {name: sum(item.get(name) or 0 for item in wallets) for name in ("quota", "used_quota", "request_count")}
    assert sums == {"quota": STARTED - count * COST, "used_quota": count * COST, "request_count": count}
    assert (token["remain_quota"], token["used_quota"]) == (STARTED - count * COST, count * COST)
    assert not account.token_holds()


def test_a_crowd_of_one_user_loses_no_update(operator: Operator) -> None:
    account, channel = crowd(operator, CROWD)
    try:
        check_books(account, channel, CROWD)
    finally:
        account.close()


WRITES = frozenset({"TransactWriteItems", "UpdateItem", "PutItem"})
TROUBLES = {
    "nothing but the crowd": Pace(),
    "a fifth refused": Pace(refused=0.2, troubled=WRITES),
    "a tenth lost": Pace(refused=0.1, lost=0.1, troubled=WRITES),
}


class Contended(Operator):
    """Root at a gateway whose database loses races; looks at the tables past the trouble."""

    def __init__(self, gateway: GatewayProcess, upstream: UpstreamProcess, database: Endpoint, pace: Pace) -> None:
        super().__init__(gateway, upstream)
        self.database, self.pace = database, pace

    def _tables(self) -> Any:
        url = self.database.endpoint_url
        return self._clients.setdefault("", boto3.client("dynamodb", endpoint_url=url, region_name="us-east-1"))


@pytest.fixture(params=TROUBLES.values(), ids=TROUBLES.keys())
def contended(request: pytest.FixtureRequest, upstream: UpstreamProcess, tmp_path: Path) -> Generator[Contended]:
    with contending_endpoint(request.param) as database:
        gateway = GatewayProcess(tmp_path, environment=AT_ONCE, options=["--endpoint-url", database.endpoint_url])
        try:
            operator = Contended(gateway.start(), upstream, database, request.param)
            yield operator
            operator.close()
        finally:
            gateway.close()


def test_no_conflict_of_transactions_reaches_a_caller(contended: Contended) -> None:
    account, channel = crowd(contended, CROWD)
    try:
        check_books(account, channel, CROWD)
    finally:
        account.close()
    met = contended.database.meter.since()
    assert not contended.pace.refused or met.conflicts + met.lost > CROWD / 10
    assert audit.main(["--endpoint-url", contended.database.endpoint_url, "--stack-name", "one-api"]) == 0
