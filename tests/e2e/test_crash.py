"""Kill -9 in the middle of everything: afterwards every request is paid for or given back, and the sums agree."""

import threading
import time
from collections.abc import Generator
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import NewAccount, operating
from tests.e2e.support import CHAT, Account, Operator, asking, until
from tests.fakes.upstream import UpstreamProcess

STARTED = 10_000_000


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory, upstream: UpstreamProcess) -> Generator[Operator]:
    yield from operating(tmp_path_factory.mktemp("crash"), upstream, {"HOLD_TTL": "1"})


def sweep(operator: Operator) -> Any:
    return operator.call("POST", "/api/job/release_holds")


class Stream(threading.Thread):
    """One streamed request read to whatever end it has."""

    def __init__(self, account: Account, text: str) -> None:
        super().__init__()
        self._account, self._text = account, text
        self.received = b""
        self.request_id = ""
        self.start()

    def run(self) -> None:
        url = self._account.operator.gateway.url + CHAT
        body = asking(self._text, stream=True, max_tokens=100)
        headers = {"authorization": f"Bearer {self._account.key}"}
        try:
            with (
                httpx.Client(trust_env=False, timeout=30) as http,
                http.stream("POST", url, json=body, headers=headers) as answer,
            ):
                self.request_id = answer.headers["x-oneapi-request-id"]
                for piece in answer.iter_raw():
                    self.received += piece
        except httpx.HTTPError:
            pass  # the gateway was killed


def test_after_a_kill_in_twenty_streams_each_request_is_one_entry_or_one_released_hold(
    operator: Operator, new_account: NewAccount, upstream: UpstreamProcess
) -> None:
    account = new_account(quota=STARTED, remain_quota=STARTED)
    operator.channel(account.group)
    complete = [Stream(account, "@@fake chunks=3@@") for _ in range(4)]
    for stream in complete:
        stream.join()
    account.settled(4)
    mid_stream = [Stream(account, "@@fake chunks=6 gate=middle gate_after=2@@") for _ in range(10)]
    silent = [Stream(account, "@@fake gate=silent@@") for _ in range(6)]
    upstream.wait(gate="middle", count=10, timeout=20)
    upstream.wait(gate="silent", count=6, timeout=20)
    until(lambda: all(b"word1" in stream.received for stream in mid_stream))
    assert len(account.holds()) == len(account.token_holds()) == 16

    operator.gateway.kill9()
    upstream.release("middle")
    upstream.release("silent")
    for stream in mid_stream + silent:
        stream.join()
    operator.gateway.restart()

    until(lambda: sweep(operator) and not account.holds() and not account.token_holds())
    assert not any(sweep(operator).values())
    entries, given_up = account.entries(), account.tombstones()
    paid = {entry["request_id"] for entry in entries}
    begun = {stream.request_id for stream in complete + mid_stream}
    assert {stream.request_id for stream in complete} <= paid
    assert paid <= begun  # of a stream that was killed what had been noted as due is paid, else nothing
    assert begun <= paid | given_up
    assert (len(paid) + len(given_up), paid & given_up) == (20, set())
    spent = sum(entry["quota"] for entry in entries)
    assert account.balances() == (STARTED - spent, STARTED - spent)
    assert account.chat().status_code == 200


def test_who_was_given_part_of_an_answer_for_a_while_pays_what_was_due_when_the_gateway_died(
    operator: Operator, new_account: NewAccount, upstream: UpstreamProcess
) -> None:
    account = new_account(quota=STARTED)
    operator.channel(account.group)
    stream = Stream(account, "@@fake chunks=9 gate=due gate_after=5@@")
    upstream.wait(gate="due")
    until(lambda: [hold for hold in account.holds() if hold.due])
    (hold,) = account.holds()
    operator.gateway.kill9()
    upstream.release("due")
    stream.join()
    operator.gateway.restart()
    until(lambda: sweep(operator) and not account.holds())
    (entry,) = account.entries()
    assert hold.due is not None
    assert entry["quota"] == hold.due.quota > 0
    assert account.balances()[0] == STARTED - entry["quota"]
    (details,) = account.details()
    assert details["result"] == "partial"


def test_a_request_that_outlives_its_hold_renews_it(
    operator: Operator, new_account: NewAccount, upstream: UpstreamProcess
) -> None:
    account = new_account(quota=STARTED)
    operator.channel(account.group)
    stream = Stream(account, "@@fake chunks=4 gate=long gate_after=1@@")
    upstream.wait(gate="long")
    (hold,) = account.holds()
    until(lambda: account.holds()[0].until >= hold.until + 2)
    assert sweep(operator)["released"] == 0
    upstream.release("long")
    stream.join()
    (entry,) = account.settled(1)
    assert entry["completion_tokens"] == 4
    assert account.quota() == STARTED - entry["quota"]


def test_two_sweeps_at_once_give_a_hold_back_once(
    operator: Operator, new_account: NewAccount, upstream: UpstreamProcess
) -> None:
    account = new_account(quota=STARTED)
    operator.channel(account.group)
    streams = [Stream(account, "@@fake gate=twice@@") for _ in range(3)]
    upstream.wait(gate="twice", count=3)
    operator.gateway.kill9()
    upstream.release("twice")
    for stream in streams:
        stream.join()
    operator.gateway.restart()
    released: list[int] = []

    def sweeping() -> None:
        with httpx.Client(base_url=operator.gateway.url, headers=operator.http.headers, trust_env=False) as http:
            for _ in range(15):
                released.append(http.post("/api/job/release_holds", timeout=30).json()["data"]["released"])

    until(lambda: min((hold.until for hold in account.holds()), default=0) + 1 < time.time())
    sweepers = [threading.Thread(target=sweeping) for _ in range(3)]
    for sweeper in sweepers:
        sweeper.start()
    for sweeper in sweepers:
        sweeper.join()
    assert account.holds() == []
    assert sum(released) <= 3  # the schedule may have been there first
    assert account.quota() == STARTED


def test_an_unknown_job_is_not_found(operator: Operator) -> None:
    answer = operator.http.post("/api/job/nonsense")
    assert (answer.status_code, answer.json()["success"]) == (404, False)
