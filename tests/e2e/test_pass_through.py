"""Nothing of a request or a reply is lost or touched where caller and provider speak the same dialect."""

import gzip
import re
from typing import Any

import pytest

from tests.e2e.support import CHAT, MODEL, Account, Channel, Operator, error_of

STREAM_HEAD = {"content-type": "text/event-stream; charset=utf-8"}
HEAD = b'{"id":"chatcmpl-B9","object":"chat.completion.chunk","created":1741570283,"model":"gpt-4o-mini-2024-07-18",'
# As a provider might write it: odd blanks, escapes, big and long numbers, fields nobody knows, a comment, two lines
# of data in one event, an event with a name, text in several scripts.
EVENTS = [
    b"data: " + HEAD + b'"service_tier":"default","system_fingerprint":"fp_06","choices":[{"index":0,"delta":'
    b'{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null}\n\n',
    b": OPENROUTER PROCESSING\n\n",
    b"data: " + HEAD + b'"choices":[{"index":0,"delta":{"content":"\\u4f60\\ud83d\\ude00 \xe5\xa5\xbd"},"x_new":'
    b'12345678901234567890123456789,"y":1.10000000000000000000001,"z":1E400,"finish_reason":null}],"usage":null}\n\n',
    b"event: message\nid: 7\ndata:" + HEAD + b'"choices"  : [ {"index":0,"delta":{"content":"a \\"usage\\": {} b"},\n'
    b'data: "finish_reason":null} ],"usage":null }\n\n',
    b"data: " + HEAD + b'"choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null}\n\n',
]
USAGE = (
    b"data: " + HEAD + b'"choices":[],"usage":{"prompt_tokens":21,"completion_tokens":9,"total_tokens":30,'
    b'"prompt_tokens_details":{"cached_tokens":8,"new_kind":3},"completion_tokens_details":{"reasoning_tokens":2}},'
    b'"obfuscation":"h7"}\n\n'
)
DONE = b"data: [DONE]\n\n"
STREAM = b"".join(EVENTS) + USAGE + DONE


@pytest.mark.parametrize("split", ["whole", "event", "byte", 7, 1000])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_a_stream_passes_byte_for_byte(account: Account, channel: Channel, split: str | int, newline: bytes) -> None:
    body = STREAM.replace(b"\n", newline)
    account.operator.upstream.replay(body, headers=STREAM_HEAD, split=split, when={"key": channel.key})
    with account.streaming(stream_options={"include_usage": True}) as answer:
        assert answer.read() == body
    (entry,) = account.settled(1)
    assert (entry["prompt_tokens"], entry["completion_tokens"]) == (21, 9)


@pytest.mark.parametrize("split", ["whole", "event", "byte", 7, 1000])
def test_only_the_usage_event_is_missing_where_nobody_asked_for_it(
    account: Account, channel: Channel, split: str | int
) -> None:
    account.operator.upstream.replay(STREAM, headers=STREAM_HEAD, split=split, when={"key": channel.key})
    with account.streaming() as answer:
        assert answer.read() == b"".join(EVENTS) + DONE
    (entry,) = account.settled(1)
    assert (entry["prompt_tokens"], entry["completion_tokens"]) == (21, 9)


@pytest.mark.parametrize("ending", [b"", b"data: [DONE]", b"data: [DONE]\n"], ids=["none", "no newline", "one newline"])
def test_a_stream_without_its_last_blank_line_passes_and_gets_it(
    account: Account, channel: Channel, ending: bytes
) -> None:
    body = b"".join(EVENTS) + USAGE + ending
    account.operator.upstream.replay(body, headers=STREAM_HEAD, when={"key": channel.key})
    with account.streaming(stream_options={"include_usage": True}) as answer:
        got = answer.read()
    assert got.rstrip(b"\n") == body.rstrip(b"\n")
    assert got.endswith(b"\n\n")  # without it the last event would be none to clients


def test_events_leave_one_by_one_as_they_come(account: Account, channel: Channel) -> None:
    channel.behaves(chunks=3, gate="one", gate_after=1)
    with account.streaming() as answer:
        pieces = answer.iter_raw()
        seen = b""
        while b"word0" not in seen:
            seen += next(pieces)
        assert b"word1" not in seen
        account.operator.upstream.release("one", 1)
        assert b"[DONE]" in b"".join(pieces)


REPLY = (
    b'{ "id":"chatcmpl-9" ,"choices":[{"index":0,"message":{"role":"assistant","content":"\\u00e9\\ud83d\\ude00",'
    b'"annotations":[],"new":{"a":[1,2.50,1e99,123456789012345678901234567890]}},"finish_reason":"stop"}],\n\t'
    b'"usage":{"prompt_tokens":21,"completion_tokens":9,"total_tokens":30},"service_tier":"default","unheard_of":[[]]}'
)


def test_a_whole_reply_passes_byte_for_byte(account: Account, channel: Channel) -> None:
    head = {"content-type": "application/json; charset=utf-8", "x-request-id": "req_1", "openai-processing-ms": "12"}
    account.operator.upstream.replay(REPLY, headers=head | {"set-cookie": "a=b"}, when={"key": channel.key})
    answer = account.chat()
    assert answer.content == REPLY
    assert {name: answer.headers[name] for name in head} == head
    assert "set-cookie" not in answer.headers
    (entry,) = account.settled(1)
    assert (entry["prompt_tokens"], entry["completion_tokens"]) == (21, 9)


def test_a_compressed_reply_is_refused_since_nobody_asked_for_one(account: Account, channel: Channel) -> None:
    head = {"content-type": "application/json", "content-encoding": "gzip"}
    account.operator.upstream.replay(gzip.compress(REPLY), headers=head, when={"key": channel.key})
    answer = account.chat()
    assert (answer.status_code, error_of(answer)["code"]) == (502, "upstream_encoded")
    assert account.entries() == []


PARTS = (
    b'\n {"messages" : [ {"role":"user","content":"\\u4f60\\ud83d\\ude00 \xe5\xa5\xbd \\"model\\": \\"x\\"",'
    b'"cache_control":{"type":"ephemeral"}} ],\t"seed":12345678901234567890123,"temperature":0.70000000000000000001,'
    b'"metadata":{"model":"not this one","stream_options":{}},"never_heard_of":{"deep":[1E40,null,true]} ,'
)
MODEL_PART = b'"model" : "gpt-4o-mini"'


def test_a_requests_bytes_reach_the_provider_unchanged(account: Account, channel: Channel) -> None:
    raw = PARTS + MODEL_PART + b" }\n"
    assert account.post(raw).status_code == 200
    (asked,) = channel.asked()
    assert asked.body == raw
    assert asked.path == CHAT
    assert asked.header("content-type") == "application/json"
    assert asked.header("authorization") == f"Bearer {channel.key}"


def test_a_stream_that_asks_for_usage_is_sent_unchanged(account: Account, channel: Channel) -> None:
    raw = PARTS + MODEL_PART + b', "stream":true,"stream_options":{ "include_usage" :true, "x":[1.0]} }'
    assert account.post(raw).status_code == 200
    assert channel.asked()[0].body == raw


def test_asking_for_usage_is_all_that_is_added_to_a_stream(account: Account, channel: Channel) -> None:
    raw = PARTS + MODEL_PART + b', "stream":true }'
    assert account.post(raw).status_code == 200
    added = b'"stream_options":{"include_usage":true},'
    (asked,) = channel.asked()
    assert added in asked.body
    assert asked.body.replace(added, b"", 1) == raw


def test_other_stream_options_stay(account: Account, channel: Channel) -> None:
    raw = MODEL_PART + b',"messages":[{"role":"user","content":"x"}],"stream":true,"stream_options":{"a":1, "b":[]}}'
    assert account.post(b"{" + raw).status_code == 200
    assert channel.asked()[0].json["stream_options"] == {"a": 1, "b": [], "include_usage": True}


def test_only_the_model_is_replaced_where_the_channel_knows_it_by_another_name(
    operator: Operator, account: Account
) -> None:
    mapping = f'{{"{MODEL}": "gpt-4o-mini-2024-07-18"}}'
    channel = operator.channel(account.group, model_mapping=mapping)
    raw = PARTS + MODEL_PART + b" }\n"
    assert account.post(raw).status_code == 200
    (asked,) = channel.asked()
    assert asked.body == PARTS + b'"model" : "gpt-4o-mini-2024-07-18" }\n'


@pytest.mark.parametrize(
    "fields",
    [
        {"tools": [{"type": "function", "function": {"name": "f", "parameters": {}, "strict": True}, "new": 1}]},
        {"reasoning_effort": "minimal", "verbosity": "low", "service_tier": "flex"},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": {"x-y": [1]}}}},
        {"thinking": {"type": "enabled"}, "extra_body": {"google": {}}},
    ],
)
def test_fields_nobody_here_knows_reach_the_provider(
    account: Account, channel: Channel, fields: dict[str, Any]
) -> None:
    assert account.chat(**fields).status_code == 200
    sent = channel.asked()[0].json
    assert {name: sent[name] for name in fields} == fields


def test_no_header_of_the_caller_but_what_is_meant_for_the_provider_is_passed_on(
    account: Account, channel: Channel
) -> None:
    account.post(
        {"model": MODEL, "messages": [{"role": "user", "content": "x"}]}, headers={"cookie": "s=1", "x-a": "b"}
    )
    (asked,) = channel.asked()
    assert asked.header("cookie") is None
    assert asked.header("x-a") is None
    assert account.key not in str(asked.headers)
    assert re.fullmatch(r"one-api-serverless.*", asked.header("user-agent") or "")
