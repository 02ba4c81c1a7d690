"""kill -9 at random moments of whole and streamed answers: whoever saw an answer complete has paid for it."""

import random
import threading
import time
from collections.abc import Generator
from contextlib import suppress

import httpx
import pytest

from gateway.domain.money import EntryType
from tests.e2e.conftest import NewAccount, operating
from tests.e2e.support import CHAT, Account, Operator, asking, until
from tests.fakes.upstream import UpstreamProcess

pytestmark = pytest.mark.e2e

STARTED = 10**9
CALLERS = 6
LONGEST = 0.2  # seconds from the first answer to the kill


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory, upstream: UpstreamProcess) -> Generator[Operator]:
    yield from operating(tmp_path_factory.mktemp("kills"), upstream, {"HOLD_TTL": "2"})


class Caller(threading.Thread):
    """Asks one thing after the other until its gateway is gone; every second caller for streams."""

    def __init__(self, account: Account, number: int, complete: set[str]) -> None:
        super().__init__()
        self._account, self._streams, self._complete = account, number % 2 == 0, complete
        self.start()

    def run(self) -> None:
        url = self._account.operator.gateway.url + CHAT
        headers = {"authorization": f"Bearer {self._account.key}"}
        with httpx.Client(trust_env=False, timeout=30) as http:
            try:
                while True:
                    self._ask(http, url, headers)
            except httpx.HTTPError:
                return  # the gateway was killed

    def _ask(self, http: httpx.Client, url: str, headers: dict[str, str]) -> None:
        body = asking("@@fake chunks=3 delay_ms=5@@", stream=self._streams, max_tokens=50)
        with http.stream("POST", url, json=body, headers=headers) as answer:
            received = answer.read()
            if answer.status_code == 200 and (not self._streams or received.endswith(b"data: [DONE]\n\n")):
                self._complete.add(answer.headers["x-oneapi-request-id"])


def swept(operator: Operator) -> bool:
    """Whether the sweep came to its end while somebody waited for it: after very many kills it takes longer."""
    with suppress(httpx.ReadTimeout):
        operator.call("POST", "/api/job/release_holds")
        return True
    return False


def check_kills(operator: Operator, account: Account, kills: int) -> None:
    operator.channel(account.group)
    chance, complete = random.Random(3), set[str]()
    for _ in range(kills):
        callers = [Caller(account, number, complete) for number in range(CALLERS)]
        before = len(complete)
        until(lambda before=before: len(complete) > before, 20)  # a gateway that just began is slow
        time.sleep(chance.random() * LONGEST)
        operator.gateway.kill9()
        for caller in callers:
            caller.join()
        operator.gateway.restart()
    until(lambda: swept(operator) and not account.holds(), 20 + kills)
    logs = operator.table("logs")  # a list would end after a hundred
    entries = [row for row in logs if row.get("user_id") == account.id and row["type"] == EntryType.CONSUME]
    paid = {entry["request_id"] for entry in entries}
    assert complete
    assert complete <= paid
    assert not account.token_holds()
    spent = sum(entry["quota"] for entry in entries)
    assert account.balances() == (STARTED - spent, STARTED - spent)
    assert (account.row()["used_quota"], account.row()["request_count"]) == (spent, len(paid))


def test_who_saw_an_answer_complete_has_paid_for_it(operator: Operator, new_account: NewAccount) -> None:
    check_kills(operator, new_account(quota=STARTED, remain_quota=STARTED), 6)


@pytest.mark.money
@pytest.mark.timeout(3600)
def test_who_saw_an_answer_complete_has_paid_for_it_after_two_hundred_kills(
    operator: Operator, new_account: NewAccount
) -> None:
    check_kills(operator, new_account(quota=STARTED, remain_quota=STARTED), 200)
