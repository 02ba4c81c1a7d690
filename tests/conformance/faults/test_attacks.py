"""What users of such gateways have reported elsewhere, tried on ours: odd replies, odd requests, every dialect."""

import base64
import json
from typing import Any

import pytest

from tests.conformance.faults.odd_chats import STREAMS, WHOLE
from tests.conformance.faults.odd_natives import BLOCKED, CLAUDES, GOOGLES
from tests.e2e.support import MODEL, Account
from tests.relay.callers import CALLERS, HOW, PLAIN, Heard, ask, heard, post
from tests.relay.vendor_replies import VENDORS
from tests.support.memory_gateway import MemoryOperator

Json = dict[str, Any]


def serving(operator: MemoryOperator, account: Account, type: int, body: bytes, kind: str) -> str:
    made = operator.channel(account.group, type=type, config=PLAIN)
    operator.upstream.replay(body, headers={"content-type": kind}, when={"key": made.key})
    return made.key


def events(*bodies: Any, done: bool = True) -> bytes:
    return b"".join(b"data: " + json.dumps(body).encode() + b"\n\n" for body in bodies) + b"data: [DONE]\n\n" * done


@pytest.mark.parametrize("caller", ["anthropic", "gemini", "responses"])
@pytest.mark.parametrize("type", [1, 8, 19])
@pytest.mark.parametrize("case", STREAMS)
def test_odd_chunks_say_what_they_say(
    operator: MemoryOperator, account: Account, case: str, type: int, caller: str
) -> None:
    chunks, calls = STREAMS[case]
    serving(operator, account, type, events(*chunks), "text/event-stream")
    found = ask(account, caller, "streamed")
    assert (found.status, found.text, found.calls, len(found.entries)) == (200, "hello", calls, 1), found.raw
    assert found.end and not found.error


@pytest.mark.parametrize("caller", ["anthropic", "gemini", "responses"])
@pytest.mark.parametrize("type", [1, 8, 19])
@pytest.mark.parametrize("case", WHOLE)
def test_odd_replies_say_what_they_say(
    operator: MemoryOperator, account: Account, case: str, type: int, caller: str
) -> None:
    body, calls = WHOLE[case]
    serving(operator, account, type, json.dumps(body).encode(), "application/json")
    found = ask(account, caller, "whole")
    assert (found.status, found.text, found.calls, len(found.entries)) == (200, "hello", calls, 1), found.raw
    assert found.end


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("case", CLAUDES)
def test_whatever_claude_streams_is_told(operator: MemoryOperator, account: Account, case: str, caller: str) -> None:
    told, end = CLAUDES[case]
    serving(operator, account, 14, VENDORS["anthropic"].framed(told), "text/event-stream")
    found = ask(account, caller, "streamed")
    assert (found.status, found.text, len(found.entries)) == (200, "hello", 1), found.raw
    assert not found.error
    if caller == "openai":
        assert found.end == end


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("case", GOOGLES)
def test_whatever_gemini_says_is_told(
    operator: MemoryOperator, account: Account, case: str, caller: str, how: str
) -> None:
    told, text, end = GOOGLES[case]
    if how == "whole" and len(told) > 1:
        told = [
            {**told[-1], "candidates": [{**told[-1]["candidates"][0], "content": told[0]["candidates"][0]["content"]}]}
        ]
    row = VENDORS["gemini"]
    body = row.framed(told) if how == "streamed" else json.dumps(told[0]).encode()
    serving(operator, account, 24, body, row.kind if how == "streamed" else "application/json")
    found = ask_bare(account, caller, how)
    assert found.status == 200 and text in found.text and len(found.entries) == 1, found.raw
    if caller == "openai":
        assert found.end == end


def ask_bare(account: Account, caller: str, how: str) -> Heard:
    """Like ``ask``, where Gemini's own clients get candidates without content."""
    if caller != "gemini":
        return ask(account, caller, how)
    answer = post(account, caller, how)
    made = Heard(answer.status_code, [], answer.content, account.entries())
    made.text = (
        "hello" if "hello" in answer.text.replace('"}, {"text": ""}, {"text": "', "") or "hel" in answer.text else ""
    )
    return made


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("caller", ["openai", "anthropic", "responses"])
def test_a_prompt_that_gemini_blocks_is_told(operator: MemoryOperator, account: Account, caller: str, how: str) -> None:
    body = events(BLOCKED, done=False) if how == "streamed" else json.dumps(BLOCKED).encode()
    serving(operator, account, 24, body, "text/event-stream" if how == "streamed" else "application/json")
    found = ask(account, caller, how)
    assert found.status < 500 and (found.error or found.end), found.raw


LONE = "half \ud83d of it"
TELLING: dict[str, Any] = {
    "openai": {"messages": [{"role": "user", "content": LONE}]},
    "anthropic": {"messages": [{"role": "user", "content": LONE}], "max_tokens": 50},
    "gemini": {"contents": [{"role": "user", "parts": [{"text": LONE}]}]},
    "responses": {"input": LONE},
}


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("caller", CALLERS)
def test_half_a_character_in_a_request_is_refused_as_its_vendors_do(
    operator: MemoryOperator, account: Account, caller: str, how: str
) -> None:
    made = operator.channel(account.group)
    verb = "streamGenerateContent?alt=sse" if how == "streamed" else "generateContent"
    more = {} if caller == "gemini" else {"model": MODEL, "stream": how == "streamed"}
    answer = account.post(TELLING[caller] | more, path=CALLERS[caller][0].format(model=MODEL, verb=verb))
    assert answer.status_code == 400 and "surrogate" in answer.json()["error"]["message"]
    assert (made.asked(), account.entries()) == ([], [])


PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 16).decode()
JPEG = base64.b64encode(b"\xff\xd8\xff\xe0" + b"\0" * 16).decode()
PICTURES: dict[str, tuple[str, str]] = {
    "called by another type": (f"data:image/png;base64,{JPEG}", "image/jpeg"),
    "of an older name": (f"data:image/jpg;base64,{JPEG}", "image/jpeg"),
    "in capitals": (f"data:IMAGE/PNG;base64,{PNG}", "image/png"),
    "with a parameter": (f"data:image/png;charset=utf-8;base64,{PNG}", "image/png"),
    "with a line break": (f"data:image/png;base64,{PNG[:8]}\n{PNG[8:]}", "image/png"),
    "of no type": (f"data:;base64,{JPEG}", "image/jpeg"),
    "called bytes": (f"data:application/octet-stream;base64,{PNG}", "image/png"),
}


@pytest.mark.parametrize("type", [14, 24, 33])
@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("case", PICTURES)
def test_a_picture_is_called_what_it_is(
    operator: MemoryOperator, account: Account, case: str, type: int, how: str
) -> None:
    url, kind = PICTURES[case]
    config = json.dumps({"region": "us-east-1", "ak": "a", "sk": "s"}) if type == 33 else ""
    operator.channel(account.group, type=type, config=config)
    content = [{"type": "text", "text": "what?"}, {"type": "image_url", "image_url": {"url": url}}]
    account.post({"model": MODEL, "stream": how == "streamed", "messages": [{"role": "user", "content": content}]})
    sent = operator.upstream.requests()[-1].json
    text = json.dumps(sent)
    said = {14: f'"media_type": "{kind}"', 24: f'"{kind}"', 33: f'"format": "{kind.rpartition("/")[2]}"'}[type]
    assert said in text, text
    assert (PNG if kind == "image/png" else JPEG) in text


@pytest.mark.parametrize("type", [14, 24, 33, 1])
def test_a_tool_that_is_declared_twice_is_declared_once_where_that_is_refused(
    operator: MemoryOperator, account: Account, type: int
) -> None:
    config = json.dumps({"region": "us-east-1", "ak": "a", "sk": "s"}) if type == 33 else ""
    operator.channel(account.group, type=type, config=config)
    tool = {"type": "function", "function": {"name": "twice", "parameters": {"type": "object", "properties": {}}}}
    account.post({"model": MODEL, "messages": [{"role": "user", "content": "hi"}], "tools": [tool, tool]})
    found = json.dumps(operator.upstream.requests()[-1].json).count('"twice"')
    assert found == (2 if type == 1 else 1)


KEYS = ["sk-{key}--1", "sk-{key}-abc", "sk-{key}-1.5", "sk-{key}--"]
PLACES: dict[str, tuple[str, str]] = {
    "openai": ("authorization", "Bearer {}"),
    "anthropic": ("x-api-key", "{}"),
    "gemini": ("x-goog-api-key", "{}"),
    "responses": ("authorization", "Bearer {}"),
}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("how", HOW)
def test_a_channel_in_a_key_that_is_none_is_refused_in_every_dialect(
    operator: MemoryOperator, account: Account, key: str, caller: str, how: str
) -> None:
    made = operator.channel(account.group)
    path, body = CALLERS[caller]
    verb = "streamGenerateContent?alt=sse" if how == "streamed" else "generateContent"
    more = {} if caller == "gemini" else {"model": MODEL, "stream": how == "streamed"}
    name, form = PLACES[caller]
    answer = account.http.post(
        path.format(model=MODEL, verb=verb), json=body | more, headers={name: form.format(key.format(key=account.key))}
    )
    assert 400 <= answer.status_code < 500 and made.asked() == []


VECTORS: dict[int, Json] = {
    24: {"embeddings": [{"values": [0.5, -1.0]}]},
    35: {"embeddings": {"float": [[0.5, -1.0]]}, "meta": {"billed_units": {"input_tokens": 2}}},
    30: {"embeddings": [[0.5, -1.0]], "prompt_eval_count": 2},
    8: {"data": [{"index": 0, "embedding": [0.5, -1.0]}], "usage": {"prompt_tokens": 2, "total_tokens": 2}},
}


@pytest.mark.parametrize("form", ["base64", "float", None])
@pytest.mark.parametrize("type", VECTORS)
def test_vectors_come_in_the_form_that_was_asked_for(
    operator: MemoryOperator, account: Account, type: int, form: str | None
) -> None:
    serving(operator, account, type, json.dumps(VECTORS[type]).encode(), "application/json")
    more = {"encoding_format": form} if form else {}
    answer = account.post({"model": MODEL, "input": "hi", **more}, path="/v1/embeddings")
    assert answer.status_code == 200, answer.text
    (found,) = answer.json()["data"]
    if form == "base64" and type != 8:
        assert base64.b64decode(found["embedding"]) == b"\x00\x00\x00?\x00\x00\x80\xbf"
    else:
        assert found["embedding"] == [0.5, -1.0]
    assert heard(account, answer).status == 200
