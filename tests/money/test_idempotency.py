"""``Idempotency-Key`` at the running gateway: what is sent again is answered again, and charged once."""

import gzip
import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from gateway.store.money.idempotency import code_of
from tests.e2e.conftest import NewAccount
from tests.e2e.support import Account, Channel, Operator, asking, error_of, until
from tests.fakes.upstream import UpstreamProcess

pytestmark = pytest.mark.e2e

Option = Callable[[str, str], None]


def keyed(account: Account, key: str = "order-7", text: str = "hi", **fields: Any) -> httpx.Response:
    return account.post(asking(text, **fields), headers={"idempotency-key": key})


def record(account: Account, key: str = "order-7") -> Any:
    code = code_of(account.token_id, key)
    found = [item for item in account.operator.table("codes") if item["code"] == code]
    return found[0] if found else None


def test_a_request_sent_again_gets_the_same_answer_and_costs_nothing(account: Account, channel: Channel) -> None:
    first = keyed(account)
    (entry,) = account.settled(1)
    again = keyed(account)
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["x-oneapi-original-request-id"] == first.headers["x-oneapi-request-id"] == entry["request_id"]
    assert again.headers["x-oneapi-request-id"] != entry["request_id"]
    assert "idempotent-replayed" not in first.headers
    assert len(channel.asked()) == 1
    assert account.settled(1) == [entry]
    assert account.quota() == 10**9 - entry["quota"]


def test_the_kept_answer_is_unreadable_and_ends_after_a_day(account: Account, channel: Channel) -> None:
    said = keyed(account).json()["choices"][0]["message"]["content"]
    account.settled(1)
    kept = record(account)
    assert said not in json.dumps(kept)
    assert kept["sealed"].startswith("v1.")
    assert abs(kept["expires_at"] - time.time() - 86_400) < 60
    assert kept["ttl"] == kept["expires_at"]
    assert "order-7" not in json.dumps(kept)


def test_layout_and_coding_of_the_body_do_not_make_another_request(account: Account, channel: Channel) -> None:
    keyed(account)
    account.settled(1)
    body = json.dumps(dict(reversed(asking().items())), indent=2).encode()
    headers = {"idempotency-key": "order-7", "content-encoding": "gzip"}
    assert account.post(gzip.compress(body), headers=headers).headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize(
    "other",
    [{"text": "something else"}, {"temperature": 0.5}],
)
def test_another_request_with_the_same_key_is_refused(
    account: Account, channel: Channel, other: dict[str, Any]
) -> None:
    keyed(account)
    account.settled(1)
    refused = keyed(account, **other)
    assert (refused.status_code, error_of(refused)["code"]) == (422, "idempotency_key_reused")
    assert len(channel.asked()) == 1


def test_keys_of_different_tokens_have_nothing_to_do_with_each_other(account: Account, channel: Channel) -> None:
    keyed(account)
    account.token()
    assert "idempotent-replayed" not in keyed(account, text="other").headers
    account.settled(2)


def test_while_the_first_is_answered_the_second_is_asked_to_wait(
    account: Account, channel: Channel, upstream: UpstreamProcess
) -> None:
    gate = f"running{channel.id}"
    channel.behaves(gate=gate)
    first = threading.Thread(target=keyed, args=[account])
    first.start()
    upstream.wait(gate=gate)
    waiting = keyed(account)
    assert (waiting.status_code, error_of(waiting)["code"]) == (409, "idempotency_key_in_use")
    assert int(waiting.headers["retry-after"]) > 0
    other = keyed(account, text="something else")
    assert error_of(other)["code"] == "idempotency_key_reused"
    upstream.release(gate)
    first.join()
    account.settled(1)
    assert keyed(account).headers["idempotent-replayed"] == "true"


def test_twenty_at_the_same_moment_are_one_request(
    account: Account, channel: Channel, upstream: UpstreamProcess
) -> None:
    channel.behaves(wait_ms=300)

    def send(_: int) -> int:
        with httpx.Client(base_url=account.operator.gateway.url, trust_env=False, timeout=30) as http:
            headers = {"authorization": f"Bearer {account.key}", "idempotency-key": "order-7"}
            return http.post("/v1/chat/completions", json=asking(), headers=headers).status_code

    with ThreadPoolExecutor(20) as pool:
        statuses = Counter(pool.map(send, range(20)))
    assert set(statuses) <= {200, 409}
    assert len(channel.asked()) == 1
    account.settled(1)


def test_a_caller_who_lost_the_answer_asks_again_and_gets_it(
    account: Account, channel: Channel, upstream: UpstreamProcess
) -> None:
    gate = f"lost{channel.id}"
    channel.behaves(gate=gate)
    with pytest.raises(httpx.ReadTimeout):
        account.post(asking(), headers={"idempotency-key": "order-7"}, timeout=0.5)
    upstream.release(gate)
    (entry,) = account.settled(1)
    answer = keyed(account)
    assert answer.json()["choices"][0]["message"]["content"]
    assert answer.headers["x-oneapi-original-request-id"] == entry["request_id"]
    assert account.settled(1) == [entry]


def test_a_request_that_failed_frees_its_key(account: Account, channel: Channel) -> None:
    channel.behaves(times=1, status=400, body={"error": {"message": "no", "type": "invalid_request_error"}})
    assert keyed(account).status_code == 400
    until(lambda: not account.holds())
    assert record(account) is None
    assert keyed(account).status_code == 200
    account.settled(1)


def test_a_claim_that_nobody_finished_ends_with_its_hold(
    account: Account, channel: Channel, operator: Operator
) -> None:
    keyed(account)
    account.settled(1)
    kept = record(account)
    operator._tables().update_item(
        TableName="one-api-codes",
        Key={"code": {"S": kept["code"]}},
        UpdateExpression="SET done = :no, expires_at = :past",
        ExpressionAttributeValues={":no": {"BOOL": False}, ":past": {"N": str(int(time.time()) - 1)}},
    )
    assert "idempotent-replayed" not in keyed(account, text="another request").headers
    account.settled(2)


def test_an_answer_too_large_to_keep_is_not_paid_twice(account: Account, channel: Channel) -> None:
    noise = secrets.token_hex(300_000)  # half a byte of chance in each character
    body = {
        "id": "large",
        "object": "chat.completion",
        "model": "gpt-4o-mini",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": noise}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8},
    }
    account.operator.upstream.replay(
        json.dumps(body).encode(), headers={"content-type": "application/json"}, when={"key": channel.key}
    )
    assert keyed(account).json()["id"] == "large"
    (entry,) = account.settled(1)
    refused = keyed(account)
    assert (refused.status_code, error_of(refused)["code"]) == (409, "idempotency_reply_not_kept")
    assert entry["request_id"] in error_of(refused)["message"]
    assert account.settled(1) == [entry]


def test_a_stream_does_not_know_the_key(account: Account, channel: Channel) -> None:
    for _ in range(2):
        answer = keyed(account, stream=True)
        assert answer.status_code == 200
        assert answer.content.endswith(b"data: [DONE]\n\n")
    account.settled(2)
    assert record(account) is None


def test_a_key_that_is_too_long_is_refused(account: Account, channel: Channel) -> None:
    refused = keyed(account, key="k" * 256)
    assert refused.status_code == 400
    assert "255" in error_of(refused)["message"]


def test_the_answer_is_given_again_although_nothing_is_left(new_account: NewAccount, operator: Operator) -> None:
    account = new_account(quota=10_000)
    operator.channel(account.group)
    first = keyed(account)
    account.settled(1)
    account.change(quota=0)
    assert keyed(account).content == first.content
    assert account.chat().status_code == 403
