"""Many requests at once on a balance that does not pay for all of them: nobody gets anything for nothing."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Generator

import httpx
import pytest

from tests.e2e.conftest import NewAccount, operating
from tests.e2e.support import CHAT, Account, Channel, Operator, asking, until
from tests.fakes.upstream import UpstreamProcess

ASKED = 60
PAID = 20
LIMIT = 500  # max_tokens: what an answer can cost at most is known beforehand
QUESTION = asking("to be weighed", max_tokens=LIMIT)
ANSWER = {"prompt_tokens": 20, "completion_tokens": LIMIT}  # the dearest that the limit permits: 152 quota
COST = 152


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory, upstream: UpstreamProcess) -> Generator[Operator]:
    """With the caches that a local run has."""
    yield from operating(tmp_path_factory.mktemp("quota"), upstream, {"SYNC_FREQUENCY": "1"})


@pytest.fixture
def price(account: Account, channel: Channel) -> int:
    """What one of the requests reserves, seen in the balance while it waits."""
    channel.behaves(gate=f"weigh{channel.id}", **ANSWER)
    before = account.quota()
    sender = threading.Thread(target=account.post, args=[QUESTION])
    sender.start()
    account.operator.upstream.wait(gate=f"weigh{channel.id}")
    held = before - account.balances()[0]
    account.operator.upstream.release(f"weigh{channel.id}")
    sender.join()
    (entry,) = account.settled(1)
    assert COST == entry["quota"] < held < 2 * COST
    return held


class Watch:
    """Samples balances while a crowd is served."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.users: list[int] = []
        self.tokens: list[int] = []
        self._task = asyncio.create_task(self._look())

    async def _look(self) -> None:
        while True:
            user, token = await asyncio.to_thread(self._account.balances)
            self.users.append(user)
            self.tokens.append(token)

    async def end(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


async def crowd(account: Account, answered: list[int] | None = None) -> tuple[list[httpx.Response], Watch]:
    """All requests at once, and the balances seen meanwhile; ``answered`` gets statuses as they come."""
    watch = Watch(account)

    async def ask(http: httpx.AsyncClient) -> httpx.Response:
        answer = await http.post(CHAT, json=QUESTION, headers=headers)
        if answered is not None:
            answered.append(answer.status_code)
        return answer

    headers = {"authorization": f"Bearer {account.key}"}
    limits = httpx.Limits(max_connections=ASKED)
    async with httpx.AsyncClient(
        base_url=account.operator.gateway.url, limits=limits, trust_env=False, timeout=60
    ) as http:
        answers = await asyncio.gather(*(ask(http) for _ in range(ASKED)))
    await watch.end()
    return answers, watch


async def held_crowd(account: Account, upstream: UpstreamProcess, gate: str) -> tuple[list[httpx.Response], Watch]:
    """The same, but nobody is answered before everybody is decided: all that were let in hold their quota at once."""
    refused: list[int] = []
    task = asyncio.create_task(crowd(account, refused))
    await asyncio.to_thread(upstream.wait, gate=gate, count=PAID, timeout=20)
    await asyncio.to_thread(until, lambda: len(refused) == ASKED - PAID, 20)  # a twenty-first would not be among them
    upstream.release(gate)
    return await task


CASES = {
    "a user": (lambda price: PAID * price, lambda price: None, "insufficient_user_quota"),
    "a token": (lambda price: 10**9, lambda price: PAID * price + 1, "pre_consume_token_quota_failed"),
    "both": (lambda price: PAID * price, lambda price: PAID * price + 1, "insufficient_user_quota"),
}


@pytest.mark.parametrize("case", CASES)
async def test_twenty_of_sixty_are_served_while_all_wait_at_once(
    case: str, price: int, new_account: NewAccount, operator: Operator, upstream: UpstreamProcess
) -> None:
    balance, remaining, code = CASES[case]
    limit = remaining(price)
    token = {} if limit is None else {"remain_quota": limit}
    account = new_account(quota=balance(price), **token)
    channel = operator.channel(account.group)
    gate = f"crowd{channel.id}"
    channel.behaves(gate=gate, **ANSWER)
    answers, watch = await held_crowd(account, upstream, gate)
    assert Counter(answer.status_code for answer in answers) == {200: PAID, 403: ASKED - PAID}
    assert {answer.json()["error"]["code"] for answer in answers if answer.status_code == 403} == {code}
    check_books(account, channel, watch, balance(price), limit)


async def test_a_balance_for_twenty_answers_never_serves_a_twenty_first_of_full_length(
    price: int, new_account: NewAccount, operator: Operator, option: Callable[[str, str], None]
) -> None:
    option("CapAnswers", "false")
    await asyncio.sleep(1.1)  # until the relay has heard of it
    account = new_account(quota=PAID * COST)
    channel = operator.channel(account.group)
    channel.behaves(wait_ms=5, **ANSWER)
    answers, watch = await crowd(account)
    served = Counter(answer.status_code for answer in answers)
    assert set(served) <= {200, 403}
    assert 0 < served[200] <= PAID
    check_books(account, channel, watch, PAID * COST, None)


async def test_of_a_balance_for_twenty_answers_the_rest_goes_to_shorter_ones(
    new_account: NewAccount, operator: Operator
) -> None:
    account = new_account(quota=PAID * COST)
    channel = operator.channel(account.group)
    channel.behaves(wait_ms=5, keeps=True, prompt_tokens=11, completion_tokens=LIMIT)  # as it is counted
    answers, watch = await crowd(account)
    spent = sum(entry["quota"] for entry in account.settled(len(channel.answers())))
    assert {answer.status_code for answer in answers} == {200, 403}
    assert account.balances()[0] == PAID * COST - spent
    assert min(watch.users) >= 0
    while (last := account.post(QUESTION)).status_code == 200:
        pass
    assert last.status_code == 403
    assert 0 <= account.balances()[0] < 12  # its prompt and sixteen tokens cost that much


def check_books(account: Account, channel: Channel, watch: Watch, balance: int, limit: int | None) -> None:
    """What was answered, was paid; nothing else was; and no balance was ever below zero."""
    answered = len(channel.answers())
    entries = account.settled(answered)
    spent = sum(entry["quota"] for entry in entries)
    assert spent == answered * COST
    assert account.quota() == balance - spent
    assert len(watch.users) > 3
    assert min(watch.users) >= 0
    row = account.row()
    assert (row["used_quota"], row["request_count"]) == (spent, answered)
    token = account.token_row()
    if limit is not None:  # what one without a limit has used is added by the roll-up
        assert token["used_quota"] == spent
        assert min(watch.tokens) >= 0
        assert token["remain_quota"] == limit - spent


async def test_a_token_that_is_only_held_empty_works_again_when_the_hold_is_given_back(
    price: int, new_account: NewAccount, operator: Operator, upstream: UpstreamProcess
) -> None:
    account = new_account(remain_quota=price)
    channel = operator.channel(account.group)
    gate = f"empty{channel.id}"
    channel.behaves(gate=gate, prompt_tokens=20, completion_tokens=1)
    first = asyncio.create_task(asyncio.to_thread(account.post, QUESTION))
    await asyncio.to_thread(upstream.wait, gate=gate)
    await asyncio.sleep(1.1)  # until the relay no longer knows the token by heart
    with httpx.Client(base_url=operator.gateway.url, trust_env=False) as http:
        refused = http.post(CHAT, json=QUESTION, headers={"authorization": f"Bearer {account.key}"})
    assert refused.status_code in (401, 403)
    upstream.release(gate)
    assert (await first).status_code == 200
    until(lambda: account.token_row()["remain_quota"] > 0)
    assert account.token_row()["status"] == 1
    small = asking("x", max_tokens=1)
    assert account.post(small).status_code == 200


def test_a_reply_dearer_than_its_hold_is_charged_whole_and_what_is_missing_is_a_debt(
    new_account: NewAccount, operator: Operator
) -> None:
    account = new_account(quota=100, remain_quota=90)
    channel = operator.channel(account.group)
    channel.behaves(prompt_tokens=20, completion_tokens=100_000)
    assert account.chat(max_tokens=10).status_code == 200
    (entry,) = account.settled(1)
    assert entry["quota"] == 30_002
    assert account.balances() == (100 - 30_002, 90 - 30_002)
    assert account.quota() == 0  # what is shown is never below nothing
    assert account.chat(max_tokens=10).status_code in (401, 403)
    assert len(channel.asked()) == 1


def test_a_user_without_quota_is_refused_before_anybody_is_asked(new_account: NewAccount, operator: Operator) -> None:
    account = new_account(quota=0)
    channel = operator.channel(account.group)
    answer = account.chat(max_tokens=10)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "insufficient_user_quota")
    assert channel.asked() == []
    assert account.holds() == []
