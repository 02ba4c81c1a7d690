"""Whatever a provider says about usage: the caller gets the answer, nobody gets a credit, and nothing is a 500."""

import json
from typing import Any

import pytest

from gateway.billing.receipts import RESERVED, receipt
from tests.e2e.conftest import NewAccount
from tests.e2e.support import Account, Channel, Operator, asking

STARTED = 10**9
OPENAI, ANTHROPIC, GEMINI = 1, 14, 24
MODELS = {OPENAI: "gpt-4o-mini", ANTHROPIC: "claude-3-5-haiku-20241022", GEMINI: "gemini-2.0-flash"}

# What no request can have used: the entry is marked and costs the reservation.
QUARANTINED: dict[str, Any] = {
    "minus five": -5,
    "10^18": 10**18,
    "2^63 - 1": 2**63 - 1,
}
# What says nothing: we count ourselves.
COUNTED: dict[str, Any] = {
    "null": "null",
    "a string": "string",
    "a list": "list",
    "missing": "missing",
    "an empty object": {},
    "objects for figures": {"prompt_tokens": {}, "completion_tokens": [], "input_tokens": {}, "output_tokens": []},
}
# What only one dialect can say wrong.
OF_OPENAI: dict[str, tuple[Any, bool]] = {
    "more cached than prompt": (
        {"prompt_tokens": 10, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 11}},
        True,
    ),
    "fewer cached than none": (
        {"prompt_tokens": 10, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": -11}},
        True,
    ),
    "more reasoning than output": (
        {"prompt_tokens": 10, "completion_tokens": 2, "completion_tokens_details": {"reasoning_tokens": 3}},
        True,
    ),
    "details that are none": (
        {"prompt_tokens": 10, "completion_tokens": 2, "prompt_tokens_details": "none", "completion_tokens_details": 7},
        False,
    ),
}


@pytest.fixture(params=MODELS, ids={OPENAI: "openai", ANTHROPIC: "anthropic", GEMINI: "gemini"}.get)
def line(request: pytest.FixtureRequest, new_account: NewAccount, operator: Operator) -> tuple[Account, Channel, str]:
    """An account, the channel that serves it, and the channel's model."""
    model = MODELS[request.param]
    account = new_account(quota=STARTED, remain_quota=STARTED)
    return account, operator.channel(account.group, type=request.param, models=model), model


def charged(account: Account, channel: Channel, model: str, usage: Any, stream: bool) -> tuple[int, dict[str, Any]]:
    """What one request with this usage cost, and the details of its entry."""
    channel.behaves(usage=usage, usage_chunk="always")
    answer = account.post({**asking("how much is it?", stream=stream, max_tokens=50), "model": model})
    assert answer.status_code == 200, answer.text
    assert b"word1" in answer.content
    (entry,) = account.settled(1)
    (details,) = account.details()
    assert 0 <= entry["quota"] < 10**6
    assert account.balances() == (STARTED - entry["quota"], STARTED - entry["quota"])
    assert receipt(entry["quota"], details).agrees
    return entry["quota"], details


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("usage", QUARANTINED)
def test_usage_that_cannot_be_is_marked_and_costs_the_reservation(
    line: tuple[Account, Channel, str], usage: str, stream: bool
) -> None:
    quota, details = charged(*line, QUARANTINED[usage], stream)
    assert details["quarantined"].startswith("no request uses ")
    assert json.loads(details["terms"]) == [[RESERVED, 1, str(quota)]]
    assert quota > 0


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("usage", COUNTED)
def test_usage_that_says_nothing_is_counted(line: tuple[Account, Channel, str], usage: str, stream: bool) -> None:
    quota, details = charged(*line, COUNTED[usage], stream)
    assert quota > 0
    assert "quarantined" not in details
    assert int(details["usage"]["prompt"]) > 5
    assert int(details["usage"]["completion"]) >= 5


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("usage", OF_OPENAI)
def test_parts_larger_than_their_whole_are_marked(account: Account, channel: Channel, usage: str, stream: bool) -> None:
    said, marked = OF_OPENAI[usage]
    channel.behaves(usage=said, usage_chunk="always")
    answer = account.post(asking(stream=stream, max_tokens=50))
    assert answer.status_code == 200
    (entry,) = account.settled(1)
    (details,) = account.details()
    assert ("quarantined" in details) == marked
    assert account.quota() == STARTED - entry["quota"] < STARTED


CALLERS: dict[str, tuple[str, dict[str, Any]]] = {
    "anthropic": ("/v1/messages", {"model": "{model}", "max_tokens": 50, "messages": asking()["messages"]}),
    "gemini": ("/v1beta/models/{model}:{verb}", {"contents": [{"role": "user", "parts": [{"text": "how much?"}]}]}),
    "responses": ("/v1/responses", {"model": "{model}", "input": "how much?"}),
}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("usage", [-5, 2**63 - 1, "null", "string"], ids=str)
@pytest.mark.parametrize("caller", CALLERS)
def test_callers_of_other_dialects_get_their_answer_too(
    line: tuple[Account, Channel, str], caller: str, usage: Any, stream: bool
) -> None:
    account, channel, model = line
    channel.behaves(usage=usage, usage_chunk="always")
    path, body = CALLERS[caller]
    verb = "streamGenerateContent?alt=sse" if stream else "generateContent"
    filled = json.loads(json.dumps(body).replace("{model}", model)) | ({} if caller == "gemini" else {"stream": stream})
    answer = account.post(filled, path=path.format(model=model, verb=verb))
    assert answer.status_code == 200, answer.text
    assert b"word1" in answer.content
    (entry,) = account.settled(1)
    assert entry["quota"] > 0
    assert account.balances() == (STARTED - entry["quota"], STARTED - entry["quota"])
