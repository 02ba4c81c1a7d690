"""Limits of tokens, accounts, groups, models and channels, as callers meet them; and what they cost who has none."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from gateway.store.client.expressions import Change, change_existing
from gateway.store.schema.tables import token_owner
from relay.app import create_app
from tests.e2e.support import CHAT, MODEL, TABLES, Account, Channel, asking, error_of
from tests.relay.callers import CALLERS, post
from tests.support.memory_gateway import MemoryOperator
from tests.support.memory_http import Exchange

Json = dict[str, Any]
Option = Callable[[str, str], None]


@pytest.fixture(autouse=True)
def at_the_beginning_of_a_minute(operator: MemoryOperator) -> None:
    operator.sleep(60 - operator.memory.clock.now() % 60)


def limit(operator: MemoryOperator, account: Account, **rules: list[Json]) -> None:
    """Limits on the rows of a token, its account, and a channel's by its number."""
    for whose, given in rules.items():
        text = json.dumps(given)
        if whose == "token":
            key = {"pk": token_owner(account.id), "id": account.token_id}
            change = change_existing(TABLES.tokens, key, Change(sets={"limits": text}))
            operator.memory.store.transactor.transact({"TransactItems": [change]})
        else:
            operator.change_user(account.id, {"limits": text})


def counted(operator: MemoryOperator, subject: str) -> Json:
    return operator.item("counters", {"name": {"S": f"limit#{subject}"}, "shard": {"N": "0"}})


def sums(operator: MemoryOperator, subject: str) -> Json:
    found = counted(operator, subject)
    assert not [name for name in found if name.startswith("h:")], "a hold stayed"
    return {name[2:]: value for name, value in found.items() if name.startswith("s:")}


def requests(most: int, **more: Any) -> Json:
    return {"what": "requests", "window": "day", "most": most, **more}


@pytest.mark.parametrize("whose", ["token", "user", "group", "model"])
def test_whoever_is_limited_is_let_in_so_often_and_then_told_when_it_opens(
    operator: MemoryOperator, account: Account, channel: Channel, option: Option, whose: str
) -> None:
    if whose in ("token", "user"):
        limit(operator, account, **{whose: [requests(2)]})
    else:
        name = account.group if whose == "group" else MODEL
        option(f"{whose.capitalize()}Limits", json.dumps({name: [requests(2)]}))
    answers = [account.chat() for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    left = 86_400 - operator.memory.clock.now() % 86_400
    refused = answers[2]
    assert left <= int(refused.headers["retry-after"]) <= left + 1
    assert refused.headers["x-oneapi-limit"] == f"whose={whose}; what=requests; window=day"
    assert refused.headers["x-ratelimit-remaining-requests"] == "0"
    assert f"this {whose} may use 2 requests per day" in error_of(refused)["message"]
    assert [answer.headers["x-ratelimit-remaining-requests"] for answer in answers[:2]] == ["1", "0"]
    assert len(channel.asked()) == 2 and account.holds() == []


@pytest.mark.parametrize("caller", CALLERS)
def test_a_refusal_speaks_the_callers_dialect(
    operator: MemoryOperator, account: Account, channel: Channel, caller: str
) -> None:
    limit(operator, account, token=[requests(0)])
    for how in ("whole", "streamed"):
        answer = post(account, caller, how)
        assert answer.status_code == 429
        assert "may use 0 requests per day" in answer.json()["error"]["message"]
    assert channel.asked() == []


def test_each_user_of_a_group_has_the_whole_of_its_limit(
    operator: MemoryOperator, account: Account, channel: Channel, option: Option
) -> None:
    option("GroupLimits", json.dumps({account.group: [requests(1, each=True), requests(3)]}))
    other = operator.account(group=account.group)
    assert [who.chat().status_code for who in (account, account, other, other)] == [200, 429, 200, 429]
    assert sums(operator, f"each#{other.id}#group#{account.group}") == {"requests/day": 1}
    assert sums(operator, f"group#{account.group}") == {"requests/day": 2}


def test_what_is_charged_counts_in_a_budget_and_the_last_of_it_can_be_spent(
    operator: MemoryOperator, account: Account, channel: Channel
) -> None:
    limit(operator, account, token=[{"what": "quota", "window": "5h", "rolling": True, "most": 100}])
    answers = [account.chat() for _ in range(40)]
    statuses = Counter(answer.status_code for answer in answers)
    assert statuses[200] >= 3 and statuses[429] >= 1 and answers[-1].status_code == 429
    spent = sum(entry["quota"] for entry in account.entries())
    assert sums(operator, f"token#{account.token_id}") == {"quota/5h~": spent}
    assert 90 <= spent <= 100
    assert operator.memory.clock.now() + int(answers[-1].headers["retry-after"]) > 5 * 3600


def test_tokens_of_a_window_are_held_before_and_the_answer_is_cut_to_what_is_left(
    operator: MemoryOperator, account: Account, channel: Channel
) -> None:
    limit(operator, account, token=[{"what": "tokens", "window": "day", "most": 400}])
    channel.behaves(completion_tokens=150)
    answers = [account.chat(max_tokens=300) for _ in range(3)]
    assert [answer.status_code for answer in answers][:2] == [200, 200]
    asked = [seen.json["max_tokens"] for seen in channel.asked()]
    assert asked[0] == 300 and asked[1] < 250
    used = sum(entry["prompt_tokens"] + entry["completion_tokens"] for entry in account.entries())
    assert sums(operator, f"token#{account.token_id}") == {"tokens/day": used}


def test_requests_at_once_are_counted_while_they_are_answered(
    operator: MemoryOperator, account: Account, channel: Channel
) -> None:
    limit(operator, account, user=[{"what": "concurrent", "most": 2}])
    channel.behaves(delay_ms=500)
    answers = together(operator, account, 5)
    assert Counter(answers) == {200: 2, 429: 3}
    assert [account.chat().status_code for _ in range(3)] == [200] * 3
    assert sums(operator, f"user#{account.id}") == {"concurrent": 0}


def test_what_is_refused_by_one_limit_is_given_back_by_the_others(
    operator: MemoryOperator, account: Account, channel: Channel
) -> None:
    limit(operator, account, token=[requests(10)], user=[requests(1)])
    assert [account.chat().status_code for _ in range(3)] == [200, 429, 429]
    assert sums(operator, f"token#{account.token_id}") == {"requests/day": 1}


def test_who_cannot_pay_takes_nothing_of_a_limit(operator: MemoryOperator) -> None:
    poor = operator.account(quota=1)
    operator.channel(poor.group)
    limit(operator, poor, user=[requests(5)])
    assert poor.chat().status_code == 403
    assert sums(operator, f"user#{poor.id}") == {"requests/day": 0}


def test_a_request_that_came_to_nothing_was_made_and_used_nothing(
    operator: MemoryOperator, account: Account, channel: Channel
) -> None:
    rules = [requests(5), {"what": "quota", "window": "day", "most": 10**6}, {"what": "concurrent", "most": 1}]
    limit(operator, account, user=rules)
    channel.behaves(status=400)
    assert [account.chat().status_code for _ in range(2)] == [400, 400]
    assert sums(operator, f"user#{account.id}") == {"requests/day": 2, "quota/day": 0, "concurrent": 0}


def test_what_is_only_watched_refuses_nobody_and_is_no_header(
    operator: MemoryOperator, account: Account, channel: Channel
) -> None:
    limit(operator, account, user=[requests(1, watched=True)])
    answers = [account.chat() for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert not [name for name in answers[2].headers if name.startswith("x-ratelimit")]
    assert sums(operator, f"user#{account.id}") == {"requests/day": 3}


def test_another_channel_is_asked_where_one_is_at_its_limit(operator: MemoryOperator, account: Account) -> None:
    first, second = (operator.channel(account.group, priority=5 - number) for number in range(2))
    first.change(limits=json.dumps([requests(1)]))
    second.change(limits=json.dumps([requests(2)]))
    answers = [account.chat() for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert (len(first.asked()), len(second.asked())) == (1, 2)
    assert "at their limits" in error_of(answers[3])["message"]
    assert int(answers[3].headers["retry-after"]) > 0
    assert account.holds() == []
    assert sums(operator, f"channel#{second.id}") == {"requests/day": 2}


def test_a_channel_that_fails_gives_back_what_it_was_to_have(operator: MemoryOperator, account: Account) -> None:
    first, second = (operator.channel(account.group, priority=5 - number) for number in range(2))
    rules = json.dumps(
        [requests(9), {"what": "quota", "window": "day", "most": 10**9}, {"what": "concurrent", "most": 1}]
    )
    first.change(limits=rules)
    second.change(limits=rules)
    first.behaves(status=500)
    assert account.chat().status_code == 200
    spent = account.entries()[0]["quota"]
    assert sums(operator, f"channel#{first.id}") == {"requests/day": 1, "quota/day": 0, "concurrent": 0}
    assert sums(operator, f"channel#{second.id}") == {"requests/day": 1, "quota/day": spent, "concurrent": 0}


def test_an_accounts_own_limit_takes_the_place_of_the_options_and_a_tokens_own_does_not(
    operator: MemoryOperator, account: Account, channel: Channel, option: Option
) -> None:
    more = [{"what": "requests", "window": "minute", "most": 5}]
    option("UserRequestsPerMinute", "1")
    limit(operator, account, user=more)
    assert [account.chat().status_code for _ in range(3)] == [200] * 3
    option("TokenRequestsPerMinute", "1")
    limit(operator, account, token=more)
    assert [account.chat().status_code for _ in range(2)] == [200, 429]


def test_counting_tokens_is_a_request_of_every_limit_and_uses_none(
    operator: MemoryOperator, account: Account, channel: Channel
) -> None:
    limit(operator, account, user=[requests(1), {"what": "concurrent", "most": 1}])
    body = {"model": MODEL, "messages": [{"role": "user", "content": "hi"}]}
    answers = [account.post(body, path="/v1/messages/count_tokens") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert sums(operator, f"user#{account.id}") == {"requests/day": 1}


def test_limits_add_one_round_trip_before_and_none_after_and_nothing_where_there_are_none(
    operator: MemoryOperator, account: Account, channel: Channel
) -> None:
    def calls() -> Counter[str]:
        meter = operator.memory.tables.engine.meter
        meter.reset()
        assert account.chat().status_code == 200
        return meter.since().calls

    without = calls()
    assert (without["UpdateItem"], without["PutItem"]) == (2, 1)
    limit(
        operator, account, user=[requests(99)], token=[requests(99), {"what": "quota", "window": "day", "most": 10**9}]
    )
    calls()
    assert calls() - without == {"UpdateItem": 2 * 2}


def together(operator: MemoryOperator, account: Account, many: int) -> list[int]:
    """The statuses of so many requests at once."""
    headers = {"authorization": f"Bearer {account.key}"}
    app, loop = create_app(operator.memory.deps), operator.memory.loop
    sent = [httpx.Request("POST", f"{operator.memory.url}{CHAT}", json=asking(), headers=headers) for _ in range(many)]
    exchanges = [Exchange(loop, app, request) for request in sent]
    statuses = [exchange.message()["status"] for exchange in exchanges]
    for exchange in exchanges:
        assert b"".join(exchange)
    return statuses
