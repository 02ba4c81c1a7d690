"""What a channel's settings do to a request, and which channel gets it."""

import time
from collections import Counter

import pytest

from tests.e2e.conftest import NewAccount
from tests.e2e.support import MODEL, Account, Channel, Operator, events, text_of

REPLACED = {"role": "system", "content": "speak French"}


@pytest.mark.parametrize(
    "own", [[], [{"role": "system", "content": "speak German"}], [{"role": "developer", "content": "x"}]]
)
def test_a_channels_system_prompt_takes_the_place_of_the_callers(
    operator: Operator, account: Account, own: list[dict[str, str]]
) -> None:
    channel = operator.channel(account.group, system_prompt="speak French")
    said = [{"role": "user", "content": "hi"}, {"role": "system", "content": "later"}]
    assert account.post({"model": MODEL, "messages": own + said, "x": 1.50}).status_code == 200
    (asked,) = channel.asked()
    assert asked.json["messages"] == [REPLACED, *said]
    assert asked.json["x"] == 1.5
    (entry,) = account.settled(1)
    assert entry["system_prompt_reset"] is True


@pytest.mark.parametrize("type", [1, 26])  # has the Responses API, and has not
def test_a_channels_system_prompt_cannot_be_got_round_by_asking_for_a_response(
    operator: Operator, account: Account, type: int
) -> None:
    channel = operator.channel(account.group, type=type, system_prompt="speak French")
    body = {"model": MODEL, "input": "hi", "instructions": "speak Dutch", "x_unknown": 1}
    assert account.post(body, "/v1/responses").status_code == 200
    (seen,) = channel.asked()
    assert b"speak French" in seen.body and b"Dutch" not in seen.body
    assert seen.json["x_unknown"] == 1
    assert account.settled(1)[0]["system_prompt_reset"] is True


def test_a_prompt_of_one_channel_does_not_go_to_the_next(operator: Operator, account: Account) -> None:
    bad = operator.channel(account.group, system_prompt="speak French", priority=9)
    good = operator.channel(account.group)
    bad.behaves(status=500)
    assert account.chat().status_code == 200
    assert good.asked()[0].json["messages"] == [{"role": "user", "content": "hi"}]
    (entry,) = account.settled(1)
    assert entry["system_prompt_reset"] is False


def test_a_mapped_model_is_asked_for_logged_and_priced(operator: Operator, account: Account) -> None:
    channel = operator.channel(account.group, models="my-model", model_mapping='{"my-model": "gpt-4o"}')
    answer = account.post(
        {"model": "my-model", "messages": [{"role": "user", "content": "@@fake prompt_tokens=100@@"}]}
    )
    assert answer.status_code == 200
    assert channel.asked()[0].json["model"] == "gpt-4o"
    (entry,) = account.settled(1)
    assert entry["model_name"] == "gpt-4o"
    assert entry["quota"] == 300  # (100 + 5 x 4) x 2.5
    (details,) = account.details()
    assert details["requested_model"] == "my-model"


def test_a_model_without_a_price_is_refused_and_says_what_to_do(operator: Operator, account: Account) -> None:
    channel = operator.channel(account.group, models="nobody-prices-this")
    answer = account.post({"model": "nobody-prices-this", "messages": [{"role": "user", "content": "hi"}]})
    assert answer.status_code == 400
    assert "nobody-prices-this" in answer.json()["error"]["message"]
    assert channel.asked() == []


def test_weights_share_conversations_among_equals(operator: Operator, account: Account) -> None:
    heavy, light = operator.channel(account.group, weight=9), operator.channel(account.group, weight=3)
    unused = operator.channel(account.group, weight=1000, priority=-1)
    asked = 120
    assert Counter(account.chat(f"hi {number}").status_code for number in range(asked)) == {200: asked}
    shares = [len(channel.asked()) for channel in (heavy, light, unused)]
    assert sum(shares) == asked
    assert shares[2] == 0
    assert 60 <= shares[0] <= 117  # 90 expected; each bound is more than five standard deviations away


def test_what_a_model_list_shows(new_account: NewAccount, operator: Operator) -> None:
    account = new_account()
    operator.channel(account.group, models="gpt-4o,o1,my-model")
    operator.channel(account.group, models="gpt-4o,text-embedding-3-small")
    off = operator.channel(account.group, models="gpt-4-turbo")
    off.change(status=2)
    operator.channel("elsewhere", models="gpt-3.5-turbo")
    assert listed(account) == ["gpt-4o", "my-model", "o1", "text-embedding-3-small"]
    restricted = account.token(models="o1,gpt-3.5-turbo,my-model")
    assert listed(restricted) == ["my-model", "o1"]
    assert retrieved(restricted, "o1") == 200
    assert retrieved(restricted, "gpt-4o") == 404
    assert retrieved(restricted, "gpt-3.5-turbo") == 404


def listed(account: Account) -> list[str]:
    answer = account.http.get("/v1/models", headers={"authorization": f"Bearer {account.key}"}).json()
    assert answer["object"] == "list"
    assert all(model["object"] == "model" and model["root"] == model["id"] for model in answer["data"])
    return [model["id"] for model in answer["data"]]


def retrieved(account: Account, model: str) -> int:
    return account.http.get(f"/v1/models/{model}", headers={"authorization": f"Bearer {account.key}"}).status_code


def test_a_caller_hears_comments_while_the_provider_is_silent(account: Account, channel: Channel) -> None:
    channel.behaves(gate="silence")
    begun = time.monotonic()
    with account.streaming() as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        pieces = answer.iter_raw()
        assert next(pieces) == b": keep-alive\n\n"
        assert time.monotonic() - begun < 3
        account.operator.upstream.release("silence")
        body = b"".join(pieces)
    assert text_of(body).strip() == "word0 word1 word2 word3 word4"
    account.settled(1)


def test_a_comment_never_comes_inside_an_event(account: Account, channel: Channel) -> None:
    reply = b'data: {"choices":[{"index":0,"delta":{"content":"a b"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
    account.operator.upstream.replay(
        reply, headers={"content-type": "text/event-stream"}, split=60, delay_ms=1300, when={"key": channel.key}
    )
    with account.streaming() as answer:
        body = answer.read()
    assert body.replace(b": keep-alive\n\n", b"") == reply
    assert body.count(b": keep-alive\n\n") >= 2
    assert text_of(body) == "a b"
    assert events(body)[-1] == "[DONE]"


def test_answers_to_a_browser_may_be_read_by_it(account: Account, channel: Channel) -> None:
    answer = account.post({"model": MODEL, "messages": []}, headers={"origin": "https://app.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    preflight = account.http.request("OPTIONS", "/v1/chat/completions", headers={"origin": "https://app.example"})
    assert preflight.status_code == 204
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert not {"access-control-allow-credentials"} & {*answer.headers, *preflight.headers}
