"""Requests compared with another gateway's prices: charged as ever, and the difference is in the sums."""

import json
from collections.abc import Callable

import pytest

from tests.e2e.conftest import NewAccount
from tests.e2e.support import MODEL, Operator, asking

TOKENS = "@@fake prompt_tokens=1000 completion_tokens=100@@"  # (1000 + 100 x 4) x 0.075 = 105


@pytest.mark.parametrize(
    ("prices", "shadow"),
    [
        ({"ModelRatio": {MODEL: 0.15}, "CompletionRatio": {MODEL: 2}}, "180"),
        ({"ModelRatio": {MODEL: 0.15}, "GroupRatio": {"GROUP": 0.5}}, "105"),
        ({}, None),
    ],
)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_an_entry_knows_what_it_would_have_cost(
    operator: Operator,
    new_account: NewAccount,
    option: Callable[[str, str], None],
    prices: dict[str, dict[str, float]],
    shadow: str | None,
    stream: bool,
) -> None:
    account = new_account()
    operator.channel(account.group)
    option("ShadowPrices", json.dumps(prices).replace("GROUP", account.group))
    assert account.post(asking(TOKENS, stream=stream)).status_code == 200
    (entry,) = account.settled(1)
    assert entry["quota"] == 105
    item = operator.item("logs", {"owner": {"S": f"user#{account.id}"}, "request_id": {"S": entry["request_id"]}})
    assert item["details"].get("shadow") == shadow


def test_none_of_a_share_of_nothing_is_compared(
    operator: Operator, new_account: NewAccount, option: Callable[[str, str], None]
) -> None:
    account = new_account()
    operator.channel(account.group)
    option("ShadowPrices", json.dumps({"ModelRatio": {MODEL: 1}}))
    option("ShadowShare", "0")
    assert account.post(asking(TOKENS)).status_code == 200
    (entry,) = account.settled(1)
    item = operator.item("logs", {"owner": {"S": f"user#{account.id}"}, "request_id": {"S": entry["request_id"]}})
    assert "shadow" not in item["details"]
