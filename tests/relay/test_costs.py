"""What a request cost the operator stands beside what it was charged, and takes no more of the tables."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.conftest import NewAccount
from tests.e2e.support import MODEL, Operator, asking

TOKENS = "@@fake prompt_tokens=1000 completion_tokens=100@@"  # (1000 + 100 x 4) x 0.075 = 105


@pytest.mark.parametrize(
    ("bought", "beside", "cost"),
    [
        ({}, "0", 105),
        ({"factor": 0.4}, "0", 42),
        ({"factor": 0.4}, "2.5", 45),
        ({"models": {MODEL: {"input": 0.01, "output": 0.02}}}, "0", 12),
        ({"models": {MODEL: None}}, "2.5", None),
    ],
)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_an_entry_knows_what_it_cost(
    operator: Operator,
    new_account: NewAccount,
    option: Callable[[str, str], None],
    bought: Any,
    beside: str,
    cost: int | None,
    stream: bool,
) -> None:
    account = new_account()
    channel = operator.channel(account.group)
    option("PurchasePrice", json.dumps({str(channel.id): bought}))
    option("InfrastructureCost", beside)
    option("ModelRatio", json.dumps({MODEL: 0.75}))  # what it is sold at changes nothing
    assert account.post(asking(TOKENS, stream=stream)).status_code == 200
    (entry,) = account.settled(1)
    assert (entry["quota"], entry["cost"]) == (1050, cost)


def test_pictures_bought_by_the_piece_and_sold_by_the_request_cost_the_pieces(
    operator: Operator, new_account: NewAccount, option: Callable[[str, str], None]
) -> None:
    account = new_account(quota=10**9)
    operator.channel(account.group, models="dall-e-2")
    option("ModelPrice", '{"dall-e-2": {"request": 7}}')
    body = {"prompt": "x", "n": 3, "size": "256x256"}
    assert account.post(body, path="/v1/images/generations").status_code == 200
    (entry,) = account.settled(1)
    assert (entry["quota"], entry["cost"]) == (7, 30_000)


def test_usage_that_cannot_be_has_no_cost(operator: Operator, new_account: NewAccount) -> None:
    account = new_account(quota=10**9)
    operator.channel(account.group)
    assert account.post(asking("@@fake prompt_tokens=100 cached_tokens=900 completion_tokens=1@@")).status_code == 200
    (entry,) = account.settled(1)
    assert entry["cost"] is None
