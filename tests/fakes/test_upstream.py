"""The fake upstream does what it is told: everything else in the tests rests on that."""

import asyncio
import base64
import itertools
import json
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes.upstream import FakeUpstream, UpstreamError, UpstreamProcess

CHAT = "/v1/chat/completions"


@pytest.fixture
async def up() -> AsyncIterator[FakeUpstream]:
    async with FakeUpstream() as upstream:
        yield upstream


@pytest.fixture
async def client(up: FakeUpstream) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=up.url, timeout=5) as session:
        yield session


def ask(directives: str = "", **more: Any) -> dict[str, Any]:
    prompt = f"@@fake {directives}@@ hello" if directives else "hello"
    return {"model": "m", "messages": [{"role": "user", "content": prompt}], **more}


def events(text: str) -> list[Any]:
    data = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
    return [json.loads(item) if item[:1] in "{[" and item != "[DONE]" else item for item in data]


def text_of(chunks: list[Any]) -> str:
    return "".join(c["choices"][0]["delta"].get("content", "") for c in chunks if c != "[DONE]" and c["choices"])


async def raw(up: FakeUpstream, body: dict[str, Any], path: str = CHAT) -> bytes | ConnectionError:
    """Everything the server wrote until it closed, or how the connection broke."""
    payload = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {len(payload)}\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", up.port)
    writer.write(head.encode() + payload)
    try:
        return await reader.read()
    except ConnectionError as error:
        return error
    finally:
        writer.close()


async def test_a_plain_chat_and_a_stream_bring_the_same_text_and_usage(client: httpx.AsyncClient) -> None:
    plain = (await client.post(CHAT, json=ask("chunks=3 prompt_tokens=7"))).json()
    asked = ask("chunks=3 prompt_tokens=7", stream=True, stream_options={"include_usage": True})
    streamed = await client.post(CHAT, json=asked)
    chunks = events(streamed.text)
    assert streamed.headers["content-type"].startswith("text/event-stream")
    assert chunks[-1] == "[DONE]"
    assert text_of(chunks) == plain["choices"][0]["message"]["content"] == "word0 word1 word2 "
    assert chunks[-2]["usage"] == plain["usage"]
    assert (plain["usage"]["prompt_tokens"], plain["usage"]["completion_tokens"]) == (7, 3)


@pytest.mark.parametrize(
    ("choice", "asked", "comes"),
    [("asked", False, False), ("asked", True, True), ("always", False, True), ("never", True, False)],
)
async def test_the_usage_chunk_comes_when_asked_for_or_forced(
    client: httpx.AsyncClient, choice: str, asked: bool, comes: bool
) -> None:
    options = {"stream_options": {"include_usage": True}} if asked else {}
    reply = await client.post(CHAT, json=ask(f"usage_chunk={choice}", stream=True, **options))
    assert any(c != "[DONE]" and c.get("usage") for c in events(reply.text)) is comes


@pytest.mark.parametrize(
    ("odd", "expected"),
    [("-5", -5), ("huge", 2**62), ("string", "12"), ("zero_point_five", None)],
)
async def test_usage_can_be_nonsense(client: httpx.AsyncClient, odd: str, expected: Any) -> None:
    usage = (await client.post(CHAT, json=ask(f"usage={odd}"))).json()["usage"]
    assert usage == odd if expected is None else usage["prompt_tokens"] == expected


async def test_usage_can_be_null_or_missing(client: httpx.AsyncClient) -> None:
    assert (await client.post(CHAT, json=ask("usage=null"))).json()["usage"] is None
    assert "usage" not in (await client.post(CHAT, json=ask("usage=missing"))).json()
    stream = await client.post(CHAT, json=ask("usage=missing usage_chunk=always", stream=True))
    assert not any("usage" in c for c in events(stream.text) if c != "[DONE]")


async def test_anthropic_and_gemini_are_spoken_too(client: httpx.AsyncClient) -> None:
    message = (await client.post("/v1/messages", json=ask("chunks=2"))).json()
    assert message["content"] == [{"type": "text", "text": "word0 word1 "}]
    stream = events((await client.post("/v1/messages", json=ask("chunks=2", stream=True))).text)
    deltas = [item for item in stream if item["type"] == "content_block_delta"]
    assert [item["delta"]["text"] for item in deltas] == ["word0 ", "word1 "]
    assert stream[0]["type"] == "message_start"
    assert stream[-2]["usage"] == {"output_tokens": 2}
    assert stream[-1] == {"type": "message_stop"}
    base = "/v1beta/models/gem"
    whole = (await client.post(f"{base}:generateContent", json={})).json()
    assert whole["usageMetadata"]["totalTokenCount"] == 17
    sse = events((await client.post(f"{base}:streamGenerateContent?alt=sse", json={})).text)
    array = (await client.post(f"{base}:streamGenerateContent", json={})).json()
    join = lambda rows: "".join(row["candidates"][0]["content"]["parts"][0]["text"] for row in rows)  # noqa: E731
    assert join(sse) == join(array) == join([whole])
    assert sse[-1]["candidates"][0]["finishReason"] == "STOP"


@pytest.mark.parametrize(
    ("path", "body", "key"),
    [
        ("/v1/completions", {"prompt": "x"}, "choices"),
        ("/v1/responses", {"input": "x"}, "output"),
        ("/v1/moderations", {"input": "x"}, "results"),
        ("/v1/images/generations", {"prompt": "x", "n": 2}, "data"),
        ("/v1/rerank", {"query": "x", "documents": ["a", "b"]}, "results"),
        ("/v1beta/models/g:embedContent", {}, "embedding"),
        ("/v1/messages/count_tokens", {}, "input_tokens"),
        ("/some/unknown/thing", {}, "path"),
    ],
)
async def test_every_path_is_served(client: httpx.AsyncClient, path: str, body: dict[str, Any], key: str) -> None:
    reply = await client.post(path, json={"model": "m", **body})
    assert reply.status_code == 200
    assert key in reply.json()


async def test_models_speech_and_transcripts_have_their_own_shapes(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/models")).json()["data"][0]["id"] == "fake"
    speech = await client.post("/v1/audio/speech", json={"model": "tts", "input": "x"})
    assert speech.headers["content-type"] == "audio/mpeg"
    assert speech.content.startswith(b"ID3")
    form = {"model": "whisper", "response_format": "text"}
    heard = await client.post("/v1/audio/transcriptions", data=form, files={"file": b"x"})
    assert heard.text.startswith("word0 word1")


async def test_embeddings_answer_each_input_as_floats_or_base64(client: httpx.AsyncClient) -> None:
    asked = {"model": "e", "input": ["a", "b"], "x": "@@fake dimensions=4@@"}
    floats = (await client.post("/v1/embeddings", json=asked)).json()["data"]
    packed = (await client.post("/v1/embeddings", json={**asked, "encoding_format": "base64"})).json()["data"]
    assert [row["index"] for row in floats] == [0, 1]
    assert struct.unpack("<4f", base64.b64decode(packed[1]["embedding"])) == pytest.approx(floats[1]["embedding"])


async def test_an_error_has_the_dialects_shape_and_the_asked_headers(
    up: FakeUpstream, client: httpx.AsyncClient
) -> None:
    reply = await client.post(CHAT, json=ask("status=429 retry_after=7"))
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "7")
    assert reply.json()["error"]["type"] == "rate_limit_error"
    anthropic = await client.post("/v1/messages", json=ask("status=529"))
    assert anthropic.json()["error"]["type"] == "overloaded_error"
    up.control(status=400, body={"error": {"message": "own"}}, headers={"x-own": "1"})
    reply = await client.post(CHAT, json=ask())
    assert (reply.json(), reply.headers["x-own"]) == ({"error": {"message": "own"}}, "1")


async def test_an_unknown_directive_is_answered_with_400(up: FakeUpstream, client: httpx.AsyncClient) -> None:
    reply = await client.post(CHAT, json=ask("chunkz=3"))
    assert reply.status_code == 400
    assert "chunkz" in reply.json()["error"]["message"]
    with pytest.raises(UpstreamError, match="chunkz"):
        up.control(chunkz=3)
    with pytest.raises(UpstreamError, match="modell"):
        up.control(when={"modell": "m"}, status=500)


async def test_the_first_requests_fail_then_they_succeed(client: httpx.AsyncClient) -> None:
    statuses = [(await client.post(CHAT, json=ask("status=503 first=2"))).status_code for _ in range(4)]
    assert statuses == [503, 503, 200, 200]
    every = [(await client.post(CHAT, json=ask("status=500 every=3"))).status_code for _ in range(6)]
    assert every == [200, 200, 500, 200, 200, 500]


async def test_rules_pick_by_key_and_model_and_run_out(up: FakeUpstream, client: httpx.AsyncClient) -> None:
    async def status(key: str, model: str = "m") -> int:
        headers = {"authorization": f"Bearer {key}"}
        return (await client.post(CHAT, headers=headers, json={"model": model, "messages": []})).status_code

    up.control(when={"key": "sk-a"}, status=500)
    assert [await status("sk-a"), await status("sk-b")] == [500, 200]
    up.control(when={"key": "sk-a", "model": "other"}, times=1, status=401)
    up.control(when={"key": "sk-a", "model": "other"}, times=1, status=402)
    assert [await status("sk-a", "other") for _ in range(3)] == [401, 402, 500]
    up.forget_rules()
    assert await status("sk-a") == 200


async def test_the_prompt_outranks_the_header_which_outranks_the_rule(
    up: FakeUpstream, client: httpx.AsyncClient
) -> None:
    up.control(text="rule", chunks=1, finish="length")
    headers = {"x-fake": "text=header"}
    seen = [
        (await client.post(CHAT, json=ask())).json()["choices"][0],
        (await client.post(CHAT, json=ask(), headers=headers)).json()["choices"][0],
        (await client.post(CHAT, json=ask('text="the prompt"'), headers=headers)).json()["choices"][0],
    ]
    assert [choice["message"]["content"] for choice in seen] == ["rule", "header", "the prompt"]
    assert {choice["finish_reason"] for choice in seen} == {"length"}


@pytest.mark.parametrize("size", [0, 1, 20, 150, 300])
async def test_a_connection_is_cut_at_the_exact_byte(up: FakeUpstream, size: int) -> None:
    for stream in (False, True):
        full = await raw(up, ask(stream=stream))
        cut = await raw(up, ask(f"disconnect_at_byte={size}", stream=stream))
        assert isinstance(full, bytes) and isinstance(cut, bytes)
        assert len(cut) == size
        assert full[: min(size, 40)] == cut[:40]


async def test_a_reset_is_no_orderly_close(up: FakeUpstream) -> None:
    assert isinstance(await raw(up, ask("disconnect=1 reset=1")), ConnectionError)
    assert await raw(up, ask("disconnect=1")) == b""
    partial = await raw(up, ask("disconnect_after=2 delay_ms=1", stream=True))
    assert isinstance(partial, bytes)
    assert text_of(events(partial.decode())) == "word0 word1 "
    assert isinstance(await raw(up, ask("disconnect_after=2 reset=1", stream=True)), ConnectionError)


@pytest.mark.parametrize(
    ("directives", "chunks", "ends_well", "marker"),
    [
        ("truncated=1", 5, True, False),
        ("done=0", 5, True, False),
        ("cut_before_done=1", 5, False, False),
        ("error_after=2", 2, True, False),
        ("garbage_after=2", 5, True, True),
        ("framing=close", 5, True, True),
    ],
)
async def test_streams_break_in_the_scripted_way(
    up: FakeUpstream, directives: str, chunks: int, ends_well: bool, marker: bool
) -> None:
    reply = await raw(up, ask(directives, stream=True))
    assert isinstance(reply, bytes)
    assert reply.count(b'"content":"word') == chunks
    assert reply.endswith(b"0\r\n\r\n") is (ends_well and "framing" not in directives)
    assert (b"[DONE]" in reply) is marker
    assert (b'"finish_reason":"stop"' in reply) is (not directives.startswith(("truncated", "error_after")))
    assert (b"{not json" in reply) is directives.startswith("garbage")
    assert (b'"server_error"' in reply) is directives.startswith("error")


async def test_whole_answers_break_too(up: FakeUpstream, client: httpx.AsyncClient) -> None:
    broken = await client.post(CHAT, json=ask("bad_json=1"))
    with pytest.raises(json.JSONDecodeError):
        broken.json()
    with pytest.raises(httpx.RemoteProtocolError):
        await client.post(CHAT, json=ask("truncated=1"))
    with pytest.raises(httpx.RemoteProtocolError):
        await client.post(CHAT, json=ask("garbage=1"))
    closed = await client.post(CHAT, json=ask("close=1"))
    assert closed.headers["connection"] == "close"


async def test_a_gate_holds_the_answer_where_it_was_asked_to(up: FakeUpstream, client: httpx.AsyncClient) -> None:
    async with client.stream("POST", CHAT, json=ask("gate=g gate_after=2 chunks=4", stream=True)) as reply:
        await up.wait(gate="g")
        assert up.stats()["answers"][-1]["chunks_sent"] == 2
        up.release("g")
        text = (await reply.aread()).decode()
    assert text_of(events(text)) == "word0 word1 word2 word3 "


async def test_a_gate_lets_as_many_pass_as_it_is_told(up: FakeUpstream, client: httpx.AsyncClient) -> None:
    tasks = [asyncio.create_task(client.post(CHAT, json=ask("gate=g"))) for _ in range(3)]
    await up.wait(gate="g", count=3)
    up.release("g", 2)
    await up.wait(finished=2)
    assert sum(task.done() for task in tasks) <= 2
    assert up.stats()["finished"] == 2
    up.reset()
    assert [(await task).status_code for task in tasks] == [200, 200, 200]


async def test_hanging_and_silence_last_until_the_client_has_enough(
    up: FakeUpstream, client: httpx.AsyncClient
) -> None:
    short = httpx.Timeout(5, read=0.05)
    for directives in ("hang=1", "hang_after=1", "silence_after=1 silence_ms=60000", "wait_ms=60000"):
        with pytest.raises(httpx.ReadTimeout):
            await client.post(CHAT, json=ask(directives, stream=True), timeout=short)
    await up.wait(aborted=4)
    assert [answer["chunks_sent"] for answer in up.stats()["answers"]] == [0, 1, 1, 0]


async def test_chunks_keep_their_pace(client: httpx.AsyncClient) -> None:
    clock = asyncio.get_running_loop()
    start = clock.time()
    reply = await client.post(CHAT, json=ask("chunks=10 delay_ms=8 stamp=1", stream=True))
    assert clock.time() - start >= 0.08
    stamps = [int(c["choices"][0]["delta"]["content"][2:21]) for c in events(reply.text)[1:-2]]
    assert len(stamps) == 10
    assert all(later > earlier for earlier, later in itertools.pairwise(stamps))


@pytest.mark.parametrize("split", ["whole", "byte", "event", 7])
async def test_a_recording_comes_back_byte_for_byte(
    up: FakeUpstream, client: httpx.AsyncClient, split: str | int
) -> None:
    body = 'event: x\r\ndata: {"é": 1}\r\n\r\ndata: [DONE]\n\nrest'.encode()
    headers = {"Content-Type": "text/event-stream", "x-kept": "1", "Content-Length": "1", "Transfer-Encoding": "x"}
    up.replay(body, status=207, headers=headers, split=split, times=1)
    reply = await client.post(CHAT, json=ask())
    assert (reply.status_code, reply.content) == (207, body)
    assert (reply.headers["content-type"], reply.headers["x-kept"]) == ("text/event-stream", "1")
    assert (await client.post(CHAT, json=ask())).status_code == 200


async def test_the_request_is_kept_as_it_came(up: FakeUpstream, client: httpx.AsyncClient) -> None:
    body = json.dumps({"model": "m", "odd": [1.0, 10**20, "é"]}, ensure_ascii=False).encode()
    await client.post("/a%20b/chat/completions?x=1&x=2", content=body, headers={"X-Odd": "yes", "api-key": "k1"})
    seen = up.requests()[-1]
    assert (seen.method, seen.path, seen.query) == ("POST", "/a b/chat/completions", {"x": ["1", "2"]})
    assert (seen.body, seen.header("x-odd"), seen.json["odd"][1]) == (body, "yes", 10**20)
    assert up.stats()["answers"][-1]["key"] == "k1"


async def test_the_books_add_up(up: FakeUpstream, client: httpx.AsyncClient) -> None:
    await client.post(CHAT, json=ask("prompt_tokens=10 completion_tokens=3"))
    await client.post(CHAT, json=ask("prompt_tokens=1 chunks=2 usage_chunk=always", stream=True))
    await client.post(CHAT, json=ask("prompt_tokens=100", stream=True))  # nobody asked for usage: nothing is billed
    await client.post(CHAT, json=ask("status=500"))
    await raw(up, ask("prompt_tokens=1000 disconnect_after=1 usage_chunk=always", stream=True))
    stats = up.stats()
    assert (stats["billed"]["prompt_tokens"], stats["billed"]["completion_tokens"]) == (11, 5)
    assert stats["by_path"] == {CHAT: {"200": 4, "500": 1}}
    assert (stats["connections_opened"], stats["connections_reused"]) == (2, 3)
    assert (stats["complete"], stats["cut"], stats["aborted"]) == (4, 1, 0)
    up.reset()
    assert (up.stats()["requests"], up.requests(), up.stats()["billed"]) == (0, [], {})


async def test_pipelined_and_chunked_requests_are_answered_in_order(up: FakeUpstream) -> None:
    first = json.dumps(ask("text=one wait_ms=5")).encode()
    second = json.dumps(ask("text=two")).encode()
    wire = b"POST %b HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n%b" % (CHAT.encode(), len(first), first)
    wire += b"POST %b HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n" % CHAT.encode()
    wire += b"%x\r\n%b\r\n0\r\n\r\n" % (len(second), second)
    reader, writer = await asyncio.open_connection("127.0.0.1", up.port)
    for byte in range(len(wire)):
        writer.write(wire[byte : byte + 1])
    answer = await reader.read()
    writer.close()
    assert answer.index(b'"content":"one"') < answer.index(b'"content":"two"')
    assert [seen.body for seen in up.requests()] == [first, second]


async def test_http_1_0_gets_a_stream_without_chunks(up: FakeUpstream) -> None:
    payload = json.dumps(ask(stream=True)).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", up.port)
    writer.write(b"POST %b HTTP/1.0\r\ncontent-length: %d\r\n\r\n%b" % (CHAT.encode(), len(payload), payload))
    answer = await reader.read()
    writer.close()
    assert b"transfer-encoding" not in answer
    assert answer.endswith(b"data: [DONE]\n\n")


def test_it_runs_as_a_process_and_logs(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with UpstreamProcess(log=log) as up:
        up.control(when={"key": "sk-a"}, status=500)
        with httpx.Client(base_url=up.url) as client:
            assert client.post(CHAT, json=ask(), headers={"authorization": "Bearer sk-a"}).status_code == 500
            assert client.post(CHAT, json=ask()).status_code == 200
        up.wait(finished=2)
        assert up.stats()["by_path"] == {CHAT: {"500": 1, "200": 1}}
        assert len(up.requests()) == 2
        with pytest.raises(TimeoutError):
            up.wait(requests=3, timeout=0.05)
        with pytest.raises(UpstreamError, match="no GET /__nothing"):
            up._get("/__nothing")
    assert [json.loads(line)["status"] for line in log.read_text().splitlines()] == [500, 200]
