"""The proxy route: a provider's own words through one channel, held and charged like everything else."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import NewAccount
from tests.e2e.support import MODEL, Account, Channel, Operator, asking, error_of, events

Json = dict[str, Any]
SetOption = Callable[[str, str], None]

WHOLE = {
    "id": "c1",
    "object": "chat.completion",
    "created": 1,
    "model": MODEL,
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "all of it"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8},
}
CLAUDE = {"model": "claude-3-5-haiku-20241022", "max_tokens": 50, "messages": [{"role": "user", "content": "hi"}]}


def through(account: Account, channel: Channel, path: str, body: Any = None, **options: Any) -> httpx.Response:
    return account.post(body, path=f"/v1/oneapi/proxy/{channel.id}{path}", **options)


def test_a_chat_is_asked_as_sent_answered_as_given_and_charged_by_its_usage(
    operator: Operator, account: Account
) -> None:
    channel = operator.channel(account.group)
    body = asking("@@fake prompt_tokens=1000 completion_tokens=100@@", x_unknown=[1.50])
    raw = json.dumps(body, indent=3).encode()
    answer = through(account, channel, "/v1/chat/completions?trace=1", raw, headers={"openai-beta": "kept"})
    assert answer.status_code == 200
    assert answer.json()["usage"]["total_tokens"] == 1100
    (seen,) = channel.asked()
    assert (seen.path, seen.query, seen.body) == ("/v1/chat/completions", {"trace": ["1"]}, raw)
    assert seen.header("openai-beta") == "kept"
    (entry,) = account.settled(1)
    assert (entry["quota"], entry["model_name"], entry["channel"]) == (105, MODEL, channel.id)


def test_the_callers_credentials_and_address_stay_here(operator: Operator, account: Account) -> None:
    channel = operator.channel(account.group)
    sent = {"x-api-key": account.key, "cookie": "session=1", "x-forwarded-for": "203.0.113.9", "te": "trailers"}
    assert through(account, channel, f"/v1/chat/completions?key={account.key}", asking(), headers=sent).is_success
    (seen,) = channel.asked()
    assert account.key.removeprefix("sk-") not in repr(seen)
    assert [seen.header(name) for name in ("x-api-key", "cookie", "x-forwarded-for", "te")] == [None] * 4


def test_a_stream_is_passed_on_and_metered(operator: Operator, account: Account) -> None:
    channel = operator.channel(account.group)
    body = asking("@@fake chunks=5 prompt_tokens=1000 usage_chunk=always@@", stream=True)
    answer = through(account, channel, "/v1/chat/completions", body)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert events(answer.content)[-1] == "[DONE]"
    assert b'"usage"' in answer.content
    (entry,) = account.settled(1)
    assert (entry["prompt_tokens"], entry["completion_tokens"], entry["is_stream"]) == (1000, 5, True)


@pytest.mark.parametrize("stream", [False, True])
def test_claude_is_reached_in_its_own_words(operator: Operator, account: Account, stream: bool) -> None:
    channel = operator.channel(account.group, type=14, models=CLAUDE["model"])
    body = CLAUDE | {
        "stream": stream,
        "messages": [{"role": "user", "content": "@@fake prompt_tokens=1000 chunks=9@@"}],
    }
    answer = through(account, channel, "/v1/messages", body, headers={"anthropic-version": "2023-06-01"})
    assert answer.status_code == 200
    assert ("message_stop" in answer.text) is stream
    seen = [seen for seen in operator.upstream.requests() if seen.header("x-api-key") == channel.key]
    assert [(one.path, one.header("anthropic-version"), one.header("authorization")) for one in seen] == [
        ("/v1/messages", "2023-06-01", None)
    ]
    (entry,) = account.settled(1)
    assert (entry["prompt_tokens"], entry["completion_tokens"]) == (1000, 9)


def test_gemini_is_reached_in_its_own_words(operator: Operator, account: Account) -> None:
    channel = operator.channel(account.group, type=24, models="gemini-2.5-flash")
    body = {"contents": [{"role": "user", "parts": [{"text": "@@fake prompt_tokens=1000 chunks=9@@"}]}]}
    path = "/v1beta/models/gemini-2.5-flash"
    assert through(account, channel, f"{path}:generateContent", body).status_code == 200
    streamed = through(account, channel, f"{path}:streamGenerateContent?alt=sse", body)
    assert b"usageMetadata" in streamed.content
    refused = through(account, channel, f"{path}:streamGenerateContent", body)
    assert (refused.status_code, "alt=sse" in refused.json()["error"]["message"]) == (400, True)
    entries = account.settled(2)
    assert [(entry["prompt_tokens"], entry["completion_tokens"]) for entry in entries] == [(1000, 9)] * 2


AFTER_SILENCE: dict[str, tuple[Json, str, int]] = {
    "a stream": ({"chunks": 3}, "word2", 1),
    "a refusal": ({"status": 503}, "fake upstream says 503", 0),
    "a whole answer": ({"headers": {"content-type": "application/json"}, "body": WHOLE, "status": 200}, "all of it", 1),
}


@pytest.mark.parametrize("case", AFTER_SILENCE)
def test_what_comes_after_a_comment_kept_the_stream_alive_comes_as_events(
    operator: Operator, account: Account, case: str
) -> None:
    behaviour, expected, charges = AFTER_SILENCE[case]
    channel = operator.channel(account.group)
    channel.behaves(gate=account.name, **behaviour)
    headers = {"authorization": f"Bearer {account.key}"}
    path = f"/v1/oneapi/proxy/{channel.id}/v1/chat/completions"
    with account.http.stream("POST", path, json=asking(stream=True), headers=headers) as answer:
        pieces = answer.iter_raw()
        assert next(pieces) == b": keep-alive\n\n"
        operator.upstream.release(account.name)
        said = events(b"".join(pieces))
    assert said[-1] == "[DONE]"
    assert expected in json.dumps(said)
    assert len(account.settled(charges)) == charges


def test_a_refusal_comes_back_as_it_is_and_costs_nothing(operator: Operator, account: Account) -> None:
    channel = operator.channel(account.group)
    channel.behaves(status=418, body={"odd": "shape"}, headers={"x-request-id": "theirs"})
    answer = through(account, channel, "/v1/chat/completions", asking())
    assert (answer.status_code, answer.json(), answer.headers["x-request-id"]) == (418, {"odd": "shape"}, "theirs")
    assert account.quota() == 10**9
    assert not account.holds()


def test_what_nobody_can_meter_is_refused_until_it_has_a_price(
    operator: Operator, account: Account, option: SetOption
) -> None:
    channel = operator.channel(account.group)
    headers = {"content-type": "text/plain", "etag": "b"}
    operator.upstream.replay(b"ok", status=201, headers=headers, when={"key": channel.key})
    refused = through(account, channel, "/v1/unheard/of", b"anything")
    assert (refused.status_code, error_of(refused)["code"]) == (400, "model_price_not_configured")
    assert "ModelPrice" in error_of(refused)["message"]
    option("UnknownModelPrice", "30")  # a ratio for tokens is no price for what has none
    assert through(account, channel, "/v1/unheard/of", b"anything").status_code == 400
    option("ModelPrice", '{"proxy": {"request": 1234}}')
    answer = through(account, channel, "/v1/unheard/of?x=1", b"anything", headers={"content-type": "text/x-odd"})
    assert (answer.status_code, answer.text, answer.headers["etag"]) == (201, "ok", "b")
    got = account.http.get(
        f"/v1/oneapi/proxy/{channel.id}/v1/things", headers={"authorization": f"Bearer {account.key}"}
    )
    assert got.status_code == 201
    assert [entry["quota"] for entry in account.settled(2)] == [1234, 1234]
    post, get = channel.asked()
    assert (post.method, post.path, post.query, post.body) == ("POST", "/v1/unheard/of", {"x": ["1"]}, b"anything")
    assert (post.header("content-type"), get.method, get.path) == ("text/x-odd", "GET", "/v1/things")


def test_the_free_ride_is_over(operator: Operator, new_account: NewAccount) -> None:
    poor = new_account(quota=0)
    channel = operator.channel(poor.group)
    answer = through(poor, channel, "/v1/chat/completions", asking())
    assert (answer.status_code, channel.asked()) == (403, [])


def test_only_channels_of_the_callers_group_can_be_reached(
    operator: Operator, account: Account, new_account: NewAccount
) -> None:
    channel = operator.channel(new_account().group)
    answer = through(account, channel, "/v1/chat/completions", asking())
    assert (answer.status_code, error_of(answer)["code"]) == (403, "channel_not_allowed")
    assert channel.asked() == []
    root = {"authorization": f"Bearer {operator.gateway.root_key}"}
    assert through(account, channel, "/v1/chat/completions", asking(), headers=root).status_code == 200


def test_a_token_for_some_models_reaches_no_other(operator: Operator, new_account: NewAccount) -> None:
    account = new_account(models="gpt-4o")
    channel = operator.channel(account.group)
    answer = through(account, channel, "/v1/chat/completions", asking())
    assert (answer.status_code, error_of(answer)["code"]) == (403, "model_not_allowed")


def test_a_channel_that_is_off_or_missing_is_said_to_be(operator: Operator, account: Account) -> None:
    channel = operator.channel(account.group)
    channel.change(status=2)
    assert error_of(through(account, channel, "/v1/chat/completions", asking()))["code"] == "channel_disabled"
    for name in ("999999", "x", "1" * 40):
        answer = account.post(asking(), path=f"/v1/oneapi/proxy/{name}/v1/chat/completions")
        assert (answer.status_code, error_of(answer)["code"]) == (400, "invalid_channel")


def test_a_plain_proxy_channel_sends_its_key_as_the_whole_authorization(operator: Operator, account: Account) -> None:
    channel = operator.channel(account.group, type=43, key="Basic abc", base_url=f"{operator.upstream.url}/deep/v1")
    assert through(account, channel, "/v1/chat/completions", asking()).status_code == 200
    (seen,) = [one for one in operator.upstream.requests() if one.header("authorization") == "Basic abc"]
    assert seen.path == "/deep/v1/chat/completions"
    assert through(account, channel, "/v1/%2e%2e/chat/completions", asking()).status_code == 400


def test_a_signed_provider_is_asked_with_a_signature(operator: Operator, account: Account, option: SetOption) -> None:
    option("ModelPrice", '{"proxy": {"request": 10}}')
    base = f"{operator.upstream.url}/{account.group}"
    channel = operator.channel(account.group, type=33, key="AK|SK|us-east-1", base_url=base)
    path = f"/{account.group}/model/m:0/converse"
    operator.upstream.replay(b'{"ok": true}', when={"path": path})
    answer = through(account, channel, "/model/m:0/converse", {"messages": []})
    assert answer.json() == {"ok": True}
    (seen,) = [one for one in operator.upstream.requests() if one.path == path]
    assert (seen.header("authorization") or "").startswith("AWS4-HMAC-SHA256 Credential=AK/")
    assert [entry["quota"] for entry in account.settled(1)] == [10]


@pytest.mark.parametrize(("key", "status"), [("a|b", 401), ("half", 503)])
def test_a_channel_without_usable_credentials_says_so(
    operator: Operator, account: Account, option: SetOption, key: str, status: int
) -> None:
    option("ModelPrice", '{"proxy": {"request": 10}}')
    base = f"{operator.upstream.url}/{account.group}"
    channel = operator.channel(account.group, type=15, key=key, base_url=base)
    refused = b'{"error": "invalid_client", "error_description": "unknown client id"}'
    operator.upstream.replay(refused, status=401, when={"path": f"/{account.group}/oauth/2.0/token"})
    answer = through(account, channel, "/rpc/2.0/x", {})
    assert (answer.status_code, bool(error_of(answer)["message"])) == (status, True)
    assert account.quota() == 10**9
