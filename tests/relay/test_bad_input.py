"""Whatever comes in, the caller is told what was wrong with it, and the next request is answered."""

import gzip
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.conftest import NewAccount
from tests.e2e.support import CHAT, MODEL, Account, Channel, Operator, asking, error_of, until

NESTED = b'{"model":"gpt-4o-mini","messages":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
GOOD = json.dumps(asking()).encode()

BODIES: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "not JSON": (b"hello", 400),
    "half of it": (GOOD[:-3], 400),
    "two of it": (GOOD + GOOD, 400),
    "a list": (b"[]", 400),
    "a number": (b"7", 400),
    "null": (b"null", 400),
    "invalid UTF-8": (b'{"model":"gpt-4o-mini","messages":[{"role":"user","content":"\xff\xfe"}]}', 400),
    "a lone surrogate": (b'{"model":"gpt-4o-mini","messages":[{"role":"user","content":"\\ud800"}]}', 400),
    "NaN": (b'{"model":"gpt-4o-mini","messages":[{"role":"user","content":"x"}],"temperature":NaN}', 400),
    "a hundred thousand brackets": (NESTED, 400),
    "20 MB": (b'{"model":"gpt-4o-mini","x":"' + b"x" * 20_000_000 + b'"}', 413),
}


@pytest.mark.parametrize("case", BODIES)
def test_a_body_that_is_no_request_is_refused(account: Account, channel: Channel, case: str) -> None:
    body, status = BODIES[case]
    answer = account.post(body)
    assert answer.status_code == status, answer.text
    assert error_of(answer)["type"] == "invalid_request_error"
    check_nothing_happened(account, channel)


HELLO = [{"role": "user", "content": "hi"}]
FIELDS: dict[str, tuple[dict[str, Any], int, str | None]] = {
    "no model": ({"messages": HELLO}, 400, "model"),
    "an empty model": ({"model": "", "messages": HELLO}, 400, "model"),
    "a model that is a number": ({"model": 4, "messages": HELLO}, 400, "model"),
    "a model that is a list": ({"model": [MODEL], "messages": HELLO}, 400, "model"),
    "an endless model": ({"model": "m" * 5_000, "messages": HELLO}, 400, "model"),
    "a model with a separator": ({"model": "a\x1fb", "messages": HELLO}, 404, "model"),
    "no messages": ({"model": MODEL}, 400, "messages"),
    "empty messages": ({"model": MODEL, "messages": []}, 400, "messages"),
    "messages that are text": ({"model": MODEL, "messages": "hi"}, 400, "messages"),
    "messages that are an object": ({"model": MODEL, "messages": {}}, 400, "messages"),
    "a message that is text": ({"model": MODEL, "messages": ["hi"]}, 400, "messages"),
    "a message that is null": ({"model": MODEL, "messages": [None]}, 400, "messages"),
    "a message without a role": ({"model": MODEL, "messages": [{"content": "hi"}]}, 400, "messages"),
    "a role that is a number": ({"model": MODEL, "messages": [{"role": 1, "content": "x"}]}, 400, "messages"),
    "content that is a number": ({"model": MODEL, "messages": [{"role": "user", "content": 5}]}, 400, "messages"),
    "a part that is text": ({"model": MODEL, "messages": [{"role": "user", "content": ["x"]}]}, 400, "messages"),
    "negative max_tokens": (asking(max_tokens=-1), 400, "max_tokens"),
    "max_tokens in words": (asking(max_tokens="many"), 400, "max_tokens"),
    "a max_tokens that is true": (asking(max_tokens=True), 400, "max_tokens"),
    "endless max_tokens": (asking(max_tokens=10**12), 400, "max_tokens"),
    "endless max_completion_tokens": (asking(max_completion_tokens=10**30), 400, "max_completion_tokens"),
    "a stream in words": (asking(stream="yes"), 400, "stream"),
    "tools that are text": (asking(tools="x"), 400, "tools"),
    "stream_options that are a list": (asking(stream=True, stream_options=[]), 400, "stream_options"),
    "endless n": (asking(n=10**15), 400, "n"),
    "n in words": (asking(n="two"), 400, "n"),
    "negative n": (asking(n=-1), 400, "n"),
    "an unknown model": ({"model": "no-such-model", "messages": HELLO}, 404, "model"),
}


@pytest.mark.parametrize("case", FIELDS)
def test_a_field_that_cannot_be_meant_is_named(account: Account, channel: Channel, case: str) -> None:
    body, status, param = FIELDS[case]
    answer = account.post(body)
    assert answer.status_code == status, answer.text
    assert error_of(answer)["param"] == param
    check_nothing_happened(account, channel)


ODD: dict[str, dict[str, Any]] = {
    "odd numbers elsewhere": asking(temperature="hot", top_p={}, seed=[], stop=7),
    "odd tools": asking(tools=[None, 7, "x", {}, {"function": 3}], functions={"a": 1}),
    "odd parts": {
        "model": MODEL,
        "messages": [
            {"role": "user", "content": [{"type": 7}, {"type": "image_url", "image_url": 9}, {"type": ["x"]}]},
            {"role": "assistant", "content": None, "tool_calls": "x"},
        ],
    },
    "odd options": asking(stream_options={"include_usage": "perhaps"}, modalities="text", logit_bias=[], user={}),
    "odd audio": asking(modalities=[{}, 1], audio=7, service_tier=[1], prompt_cache_retention={"a": 1}),
    "null everywhere": asking(max_tokens=None, stream=None, tools=None, stream_options=None, n=None),
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("case", ODD)
def test_what_only_the_provider_can_judge_is_passed_on(
    account: Account, channel: Channel, case: str, stream: bool
) -> None:
    body = ODD[case] | ({"stream": True} if stream else {})
    assert account.post(body).status_code == 200
    account.settled(1)


def deep(before: bytes, levels: int = 1000) -> bytes:
    """A body with a field of so many levels."""
    return b'{"x":' + b"[" * levels + b"]" * levels + b"," + before[1:]


MESSAGES = json.dumps({"model": MODEL, "max_tokens": 9, "messages": HELLO}).encode()
DEEP: dict[str, tuple[int, str, bytes, dict[str, str], int]] = {
    "as it is": (1, CHAT, deep(GOOD), {}, 200),
    "remembered by its key": (1, CHAT, deep(GOOD), {"idempotency-key": "deep"}, 400),
    "written anew": (1, "/v1/messages", deep(MESSAGES), {}, 400),
    "written for another vendor": (26, "/v1/messages", deep(MESSAGES), {}, 400),
}


@pytest.mark.parametrize("case", DEEP)
def test_what_is_nested_too_deeply_to_be_written_is_refused(operator: Operator, account: Account, case: str) -> None:
    type, path, body, headers, status = DEEP[case]
    operator.channel(account.group, type=type)
    answer = account.post(body, path, headers=headers)
    assert answer.status_code == status, answer.text
    assert status == 200 or "nested too deeply" in answer.json()["error"]["message"]
    until(lambda: not account.holds())
    assert (account.quota() == 10**9) is (status == 400)


@pytest.mark.parametrize("path", ["/v1/completions", "/v1/embeddings", "/v1/rerank", "/v1/images/generations"])
def test_messages_where_none_belong_do_no_harm(operator: Operator, account: Account, path: str) -> None:
    operator.channel(account.group, system_prompt="be brief", models=f"{MODEL},dall-e-2")
    body = {"model": MODEL, "prompt": "x", "input": "x", "query": "q", "documents": ["d"], "messages": ["x", 7]}
    assert account.post(body, path).status_code < 500


def check_nothing_happened(account: Account, channel: Channel) -> None:
    assert account.chat().status_code == 200
    assert len(channel.asked()) == 1
    account.settled(1)


GZIP = {"content-encoding": "gzip"}


def test_a_compressed_body_is_read(account: Account, channel: Channel) -> None:
    assert account.post(gzip.compress(GOOD), headers=GZIP).status_code == 200
    assert channel.asked()[0].body == GOOD
    assert channel.asked()[0].header("content-encoding") is None


def test_a_body_that_was_unpacked_on_its_way_is_read_as_it_came(account: Account, channel: Channel) -> None:
    """API Gateway unpacks, and may leave the header as it was."""
    assert account.post(GOOD, headers=GZIP).status_code == 200
    assert channel.asked()[0].body == GOOD


COMPRESSED: dict[str, tuple[bytes, str, int]] = {
    "a bomb": (gzip.compress(b" " * 200_000_000), "gzip", 413),
    "cut short": (gzip.compress(GOOD)[:-6], "gzip", 400),
    "neither compressed nor JSON": (GOOD[1:], "gzip", 400),
    "with something behind it": (gzip.compress(GOOD) + b"garbage", "gzip", 400),
    "in a way nobody knows": (GOOD, "zstd", 400),
}


@pytest.mark.parametrize("case", COMPRESSED)
def test_a_compressed_body_that_is_wrong_is_refused(account: Account, channel: Channel, case: str) -> None:
    body, coding, status = COMPRESSED[case]
    begun = time.monotonic()
    answer = account.post(body, headers={"content-encoding": coding})
    assert answer.status_code == status, answer.text
    assert time.monotonic() - begun < 5
    error_of(answer)
    check_nothing_happened(account, channel)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", CHAT, 404),
        ("PUT", CHAT, 404),
        ("DELETE", CHAT, 404),
        ("PATCH", CHAT, 404),
        ("POST", "/v1/models", 404),
        ("POST", "/v1/nothing", 404),
        ("GET", "/v1", 404),
        ("POST", "/v1//chat/completions", 404),
        ("GET", "/v1/models/no-such-model", 404),
        ("GET", "/v1/%ff%00", 404),
    ],
)
def test_a_wrong_address_or_method_is_not_found(account: Account, method: str, path: str, status: int) -> None:
    answer = account.http.request(method, path, headers={"authorization": f"Bearer {account.key}"})
    assert answer.status_code == status, answer.text
    error_of(answer)


NOW = int(time.time())

# status, one-api's text before the request id, how the account and its request come about
KEYS: dict[str, tuple[int, str, dict[str, Any], Callable[[Account], str]]] = {
    "missing": (401, "未提供令牌", {}, lambda account: ""),
    "only a prefix": (401, "未提供令牌", {}, lambda account: "sk-"),
    "unknown": (401, "无效的令牌", {}, lambda account: "sk-nobody"),
    "in other letters": (401, "无效的令牌", {}, lambda account: account.key.swapcase() + "x"),
    "endless": (401, "无效的令牌", {}, lambda account: "k" * 20_000),
    "disabled": (401, "该令牌状态不可用", {"status": 2}, lambda account: account.key),
    "expired": (401, "该令牌已过期", {"expired_time": NOW - 10}, lambda account: account.key),
    "marked as expired": (401, "该令牌已过期", {"status": 3}, lambda account: account.key),
    "marked as used up": (
        401,
        "令牌 {name}（#{id}）额度已用尽",
        {"status": 4, "name": "T"},
        lambda account: account.key,
    ),
    "used up": (401, "该令牌额度已用尽", {"remain_quota": 0}, lambda account: account.key),
    "elsewhere": (
        403,
        "该令牌只能在指定网段使用：10.1.0.0/16, fd00::/8，当前 ip：127.0.0.1",
        {"subnet": "10.1.0.0/16, fd00::/8"},
        lambda account: account.key,
    ),
    "for other models": (
        403,
        f"该令牌无权使用模型：{MODEL}",
        {"models": "gpt-4o,o1"},
        lambda account: account.key,
    ),
    "pinning a channel": (403, "普通用户不支持指定渠道", {}, lambda account: f"{account.key}-1"),
}


@pytest.mark.parametrize("case", KEYS)
def test_a_key_that_will_not_do(new_account: NewAccount, operator: Operator, case: str) -> None:
    status, text, token, key = KEYS[case]
    account = new_account(**token)
    channel = operator.channel(account.group)
    presented = key(account)
    headers = {"authorization": f"Bearer {presented}"} if presented else {"authorization": ""}
    answer = account.post(asking(), headers=headers)
    assert answer.status_code == status, answer.text
    message = error_of(answer)["message"]
    shown = text.format(name=token.get("name"), id=account.token_id) if "{" in text else text
    assert message.startswith(f"{shown} (request id: ")
    assert answer.headers["x-oneapi-request-id"] in message
    assert error_of(answer)["type"] == "one_api_error"
    assert channel.asked() == []


def test_an_expired_token_is_marked_so(new_account: NewAccount) -> None:
    account = new_account(expired_time=NOW - 10)
    assert account.chat().status_code == 401
    until(lambda: account.token_row()["status"] == 3)


def test_a_banned_user_is_refused(new_account: NewAccount, operator: Operator) -> None:
    account = new_account(user_status=2)
    operator.channel(account.group)
    answer = account.chat()
    assert (answer.status_code, error_of(answer)["message"][:6]) == (403, "用户已被封禁")


@pytest.mark.parametrize(
    ("pin", "status", "text"),
    [
        ("{channel}", 200, ""),
        ("999999", 400, "无效的渠道 Id"),
        ("x", 400, "无效的渠道 Id"),
        ("{off}", 403, "该渠道已被禁用"),
    ],
)
def test_administrators_pin_a_channel(
    new_account: NewAccount, operator: Operator, pin: str, status: int, text: str
) -> None:
    account = new_account(role=10)
    operator.channel(account.group, priority=10)
    channel = operator.channel("another group")
    off = operator.channel(account.group)
    off.change(status=2)
    key = f"sk-{account.key}-{pin.format(channel=channel.id, off=off.id)}"
    answer = account.post(asking(), headers={"authorization": f"Bearer {key}"})
    assert answer.status_code == status, answer.text
    assert len(channel.asked()) == (1 if status == 200 else 0)
    if status != 200:
        assert error_of(answer)["message"].startswith(text)


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer sk-{key}"},
        {"authorization": "Bearer {key}"},
        {"authorization": "bearer sk-{key}"},
        {"authorization": "{key}"},
        {"authorization": "", "x-api-key": "sk-{key}"},
        {"authorization": "Bearer sk-{key}", "x-forwarded-for": "10.1.2.3"},
    ],
)
def test_a_key_is_found_however_it_is_presented(account: Account, channel: Channel, headers: dict[str, str]) -> None:
    given = {name: value.format(key=account.key) for name, value in headers.items()}
    assert account.post(asking(), headers=given).status_code == 200
    assert len(channel.asked()) == 1


def test_a_token_for_a_network_works_there(new_account: NewAccount, operator: Operator) -> None:
    account = new_account(subnet="192.0.2.0/24, 127.0.0.0/8")
    operator.channel(account.group)
    assert account.chat().status_code == 200
