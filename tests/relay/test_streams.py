"""Streams as providers really send them, through the running gateway; and errors dressed as success."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.support import MODEL, Account, Channel, Operator, asking, error_of, events, text_of

Json = dict[str, Any]

EVENT = {"content-type": "text/event-stream"}
USAGE = {"prompt_tokens": 1000, "completion_tokens": 10, "total_tokens": 1010}


def chunk(text: str = "", finish: str | None = None, **extra: Any) -> bytes:
    choices = [{"index": 0, "delta": {"content": text} if text else {}, "finish_reason": finish}]
    value = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": MODEL, "choices": choices} | extra
    return json.dumps(value).encode()


def events_of(*payloads: bytes, before: bytes = b"data: ", end: bytes = b"\n\n") -> bytes:
    return b"".join(before + payload + end for payload in payloads)


LAST = chunk(choices=[], usage=USAGE)
SAID = (chunk("Hello"), chunk(" world"), chunk(finish="stop"), LAST)
LARGE = "x" * 1_200_000
STREAMS: dict[str, bytes] = {
    "as documented": events_of(*SAID, b"[DONE]"),
    "no space after data": events_of(*SAID, b"[DONE]", before=b"data:"),
    "CRLF": events_of(*SAID, b"[DONE]", end=b"\r\n\r\n"),
    "comments and other fields": b": PROCESSING\n\n"
    + events_of(*SAID, b"[DONE]", before=b": ping\nid: 7\nretry: 5\ndata: "),
    "numbered events and a comment": events_of(*SAID, before=b"id: 7\ndata: ")
    + b": ping\n\nid: 8\nretry: 5\n\n"
    + events_of(b"[DONE]"),
    "a byte order mark": b"\xef\xbb\xbf" + events_of(*SAID, b"[DONE]"),
    "no DONE": events_of(*SAID),
    "no DONE and no last blank line": events_of(*SAID)[:-2],
    "usage again and again": events_of(
        chunk("Hello", usage=USAGE | {"completion_tokens": 1}),
        chunk(" world", usage=USAGE | {"completion_tokens": 2}),
        chunk(finish="stop", usage=USAGE),
        LAST,
        b"[DONE]",
    ),
}


@pytest.mark.parametrize("split", ["whole", "byte", "event", 7])
@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("type", [1, 26])  # passed through, and translated
def test_a_stream_is_understood_however_it_comes(
    operator: Operator, account: Account, name: str, split: str | int, type: int
) -> None:
    channel = operator.channel(account.group, type=type)
    operator.upstream.replay(STREAMS[name], headers=EVENT, split=split, when={"key": channel.key})
    with account.openai() as client:
        stream = client.chat.completions.create(**asking(), stream=True, stream_options={"include_usage": True})
        chunks = list(stream)
    assert "".join(piece.choices[0].delta.content or "" for piece in chunks if piece.choices) == "Hello world"
    assert [piece.usage.total_tokens for piece in chunks if piece.usage][-1] == 1010
    (entry,) = account.settled(1)
    assert (entry["prompt_tokens"], entry["completion_tokens"]) == (1000, 10)


@pytest.mark.parametrize("type", [1, 26])
def test_an_event_of_more_than_a_megabyte_arrives(operator: Operator, account: Account, type: int) -> None:
    channel = operator.channel(account.group, type=type)
    body = events_of(chunk(LARGE), chunk(finish="stop"), LAST, b"[DONE]")
    operator.upstream.replay(body, headers=EVENT, split=65_536, when={"key": channel.key})
    assert text_of(account.chat(stream=True).content) == LARGE


@pytest.mark.parametrize("type", [1, 26])
def test_events_that_are_called_json_are_events_all_the_same(operator: Operator, account: Account, type: int) -> None:
    channel = operator.channel(account.group, type=type)
    operator.upstream.replay(STREAMS["as documented"], headers=JSON, when={"key": channel.key})
    answer = account.chat(stream=True)
    assert (answer.status_code, text_of(answer.content)) == (200, "Hello world")
    assert [entry["prompt_tokens"] for entry in account.settled(1)] == [1000]


def test_text_that_grows_is_sent_once(operator: Operator, account: Account) -> None:
    """DashScope sends everything said so far in each event, unless it heeds what it was asked."""
    channel = operator.channel(account.group, type=17, models="qwen-turbo")
    said = ["Hel", "Hello", "Hello wor", "Hello world"]
    frames = [
        json.dumps(
            {
                "output": {
                    "choices": [
                        {
                            "message": {"role": "assistant", "content": text},
                            "finish_reason": "stop" if text == said[-1] else "null",
                        }
                    ]
                },
                "usage": {"input_tokens": 3, "output_tokens": 4},
                "request_id": "r",
            }
        ).encode()
        for text in said
    ]
    operator.upstream.replay(events_of(*frames), headers=EVENT, split="event", when={"key": channel.key})
    assert text_of(account.chat(model="qwen-turbo", stream=True).content) == "Hello world"


def test_a_silent_provider_does_not_lose_its_caller(operator: Operator, account: Account) -> None:
    channel = operator.channel(account.group)
    channel.behaves(chunks=3, silence_after=1, silence_ms=2500)
    began = operator.time()
    with account.streaming() as answer:
        raw = b"".join(answer.iter_raw())
    assert operator.time() - began >= 2.4
    assert b": keep-alive\n\n" in raw
    assert text_of(raw).split() == ["word0", "word1", "word2"]


def test_what_a_stream_lacks_at_its_end_is_an_error_not_an_answer(operator: Operator, account: Account) -> None:
    channel = operator.channel(account.group)
    operator.upstream.replay(events_of(*SAID[:2]), headers=EVENT, when={"key": channel.key})
    *_, error, done = events(account.chat(stream=True).content)
    assert (error["error"]["code"], done) == ("upstream_truncated", "[DONE]")


JSON = {"content-type": "application/json"}
# Type, key, model, content type, body: an error although the status says 200.
DRESSED: dict[str, tuple[int, str, str, dict[str, str], bytes]] = {
    "Hunyuan": (
        23, "1|id|key", "hunyuan-lite", JSON,
        b'{"Response": {"Error": {"Code": "RequestLimitExceeded", "Message": "slow down"}, "RequestId": "r"}}',
    ),
    "MiniMax": (
        27, "k", "abab6.5s-chat", JSON,
        b'{"choices": null, "base_resp": {"status_code": 1002, "status_msg": "rate limit"}}',
    ),
    "OpenRouter": (
        20, "k", MODEL, EVENT,
        b': OPENROUTER PROCESSING\n\ndata: {"error": {"code": 502, "message": "Provider returned error"}}\n\n',
    ),
    "Groq": (
        29, "k", MODEL, EVENT,
        b'event: error\ndata: {"error": {"message": "over capacity", "type": "internal_server_error"}}\n\n',
    ),
    "OpenAI in JSON": (1, "k", MODEL, JSON, b'{"error": {"message": "engine is down", "type": "server_error"}}'),
    "Anthropic": (
        14, "k", "claude-3-haiku-20240307", EVENT,
        b'event: error\ndata: {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}\n\n',
    ),
}  # fmt: skip


@pytest.mark.parametrize("split", ["whole", "byte"])
@pytest.mark.parametrize("name", DRESSED)
def test_an_error_inside_a_success_is_failed_over_before_the_first_byte(
    operator: Operator, account: Account, option: Callable[[str, str], None], name: str, split: str
) -> None:
    option("ModelRatio", '{"hunyuan-lite": 1}')
    type, key, model, headers, body = DRESSED[name]
    base = f"{operator.upstream.url}/{account.group}"
    bad = operator.channel(account.group, type=type, key=key, models=model, priority=10, base_url=base)
    operator.channel(account.group, models=model)
    operator.upstream.replay(body, headers=headers, split=split, when={"path": _path(account, type)})
    answer = account.chat(model=model, stream=True)
    assert answer.status_code == 200, answer.text
    assert text_of(answer.content).split()
    assert [event for event in events(answer.content) if isinstance(event, dict) and event.get("error")] == []
    (entry,) = account.settled(1)
    assert entry["channel"] != bad.id


def _path(account: Account, type: int) -> str:
    ends = {23: "/", 27: "/v1/text/chatcompletion_v2", 14: "/v1/messages"}
    return f"/{account.group}{ends.get(type, '/v1/chat/completions')}"


def test_qianfans_error_in_a_success_is_failed_over_too(operator: Operator, account: Account) -> None:
    base = f"{operator.upstream.url}/{account.group}"
    bad = operator.channel(account.group, type=15, key="a|b", models="ERNIE-4.0-8K", priority=10, base_url=base)
    operator.channel(account.group, models="ERNIE-4.0-8K")
    token = b'{"access_token": "t", "expires_in": 2592000}'
    operator.upstream.replay(token, headers=JSON, when={"path": f"/{account.group}/oauth/2.0/token"})
    chat = f"/{account.group}/rpc/2.0/ai_custom/v1/wenxinworkshop/chat/completions_pro"
    refused = b'{"error_code": 336100, "error_msg": "try again"}'
    operator.upstream.replay(refused, headers=JSON, when={"path": chat})
    for stream in (True, False):
        assert account.chat(model="ERNIE-4.0-8K", stream=stream).status_code == 200
    assert {entry["channel"] for entry in account.settled(2)} != {bad.id}
    assert len([seen for seen in operator.upstream.requests() if seen.path == chat]) >= 1


def test_nobody_left_to_ask_is_the_last_ones_error(operator: Operator, account: Account) -> None:
    channel: Channel = operator.channel(account.group)
    operator.upstream.replay(DRESSED["OpenAI in JSON"][4], headers=JSON, when={"key": channel.key})
    answer = account.post(asking(stream=True))
    assert answer.status_code >= 500
    assert "engine is down" in error_of(answer)["message"]
