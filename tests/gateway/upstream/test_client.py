"""The client to providers against a real server: what it sends, and how everything that breaks looks the same."""

import asyncio
import gzip
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import ReplyTooLarge, UpstreamBroken
from gateway.upstream import Upstream, pool
from gateway.upstream.protocol import OpenResponse, SignedRequest, Timeouts
from gateway.wire import bounds
from tests.fakes.upstream import FakeUpstream
from tests.support.gateway_process import free_port

ASKED = b'{"model":"m","messages":[{"role":"user","content":"x"}]}'
STREAMED = b'{"model":"m","stream":true,"messages":[{"role":"user","content":"x"}]}'
SHORT = Timeouts(connect=0.3, first_byte=0.3, idle=0.3)


@pytest.fixture
async def provider() -> AsyncGenerator[FakeUpstream]:
    async with FakeUpstream() as running:
        yield running


@pytest.fixture
async def upstream() -> AsyncGenerator[Upstream]:
    made = Upstream(timeouts=SHORT)
    made.warm()  # what loading takes is no part of what is measured here
    yield made
    await made.close()


def call(provider: FakeUpstream, body: bytes = ASKED, **headers: str) -> SignedRequest:
    url = f"{provider.url}/v1/chat/completions"
    sent = {"content-type": "application/json", "authorization": "Bearer k", **headers}
    return SignedRequest(method="POST", url=url, headers=sent, body=body)


async def everything(opened: OpenResponse, until: float | None = None) -> bytes:
    try:
        return b"".join([piece async for piece in opened.chunks(until)])
    finally:
        await opened.close()


async def test_a_reply_comes_whole(provider: FakeUpstream, upstream: Upstream) -> None:
    provider.control(chunks=2)
    reply = await upstream.complete(call(provider))
    assert reply.status == 200
    assert b'"word0 word1 "' in reply.body
    assert reply.headers["content-type"] == "application/json"
    assert not {"content-length", "transfer-encoding", "connection"} & reply.headers.keys()


async def test_what_is_sent_is_exactly_the_call(provider: FakeUpstream, upstream: Upstream) -> None:
    body = b' {"model":"m" ,"\\u0061":1.0}\n'
    await upstream.complete(call(provider, body, **{"x-odd": "a b"}))
    (seen,) = provider.requests()
    assert (seen.method, seen.path, seen.body) == ("POST", "/v1/chat/completions", body)
    assert seen.header("x-odd") == "a b"
    assert seen.header("authorization") == "Bearer k"
    assert seen.header("content-length") == str(len(body))
    assert seen.header("accept-encoding") == "identity"
    names = [name.lower() for name, _ in seen.headers]
    assert len(names) == len(set(names))
    assert "cookie" not in names


async def test_an_error_status_is_a_reply(provider: FakeUpstream, upstream: Upstream) -> None:
    provider.control(status=429, retry_after="7")
    reply = await upstream.complete(call(provider))
    assert (reply.status, reply.headers["retry-after"]) == (429, "7")


async def test_pieces_come_as_they_are_written(provider: FakeUpstream, upstream: Upstream) -> None:
    provider.control(chunks=2, gate="g", gate_after=1)
    opened = await upstream.open(call(provider, STREAMED))
    pieces = opened.chunks()
    seen = b""
    while b"word0" not in seen:
        seen += await anext(pieces)
    assert b"word1" not in seen
    provider.release("g")
    assert (b"".join([piece async for piece in pieces])).endswith(b"data: [DONE]\n\n")
    await opened.close()


async def test_connections_are_used_again(provider: FakeUpstream, upstream: Upstream) -> None:
    for body in (ASKED, STREAMED, ASKED):
        await everything(await upstream.open(call(provider, body)))
    assert provider.stats()["connections_opened"] == 1


async def test_a_connection_that_was_closed_meanwhile_is_not_used_again(
    provider: FakeUpstream, upstream: Upstream
) -> None:
    provider.control(close=True)
    for _ in range(3):
        assert (await upstream.complete(call(provider))).status == 200


DEAD: list[dict[str, Any]] = [{"disconnect": True}, {"disconnect": True, "reset": True}]


@pytest.mark.parametrize("dead", DEAD, ids=["closed", "reset"])
async def test_a_kept_connection_that_turns_out_dead_costs_nothing(
    provider: FakeUpstream, upstream: Upstream, dead: dict[str, Any]
) -> None:
    await upstream.complete(call(provider))
    provider.control(times=1, **dead)
    reply = await upstream.complete(call(provider))
    assert (reply.status, b"word0" in reply.body) == (200, True)
    assert provider.stats()["connections_opened"] == 2


async def test_the_second_try_takes_none_of_those_kept(provider: FakeUpstream, upstream: Upstream) -> None:
    provider.control(gate="g")
    several = [asyncio.create_task(upstream.complete(call(provider))) for _ in range(3)]
    await provider.wait(gate="g", count=3)
    provider.release("g")
    await asyncio.gather(*several)
    provider.forget_rules()
    provider.control(times=1, disconnect=True)
    assert (await upstream.complete(call(provider))).status == 200
    assert provider.stats()["connections_opened"] == 4


@pytest.mark.parametrize("dead", DEAD, ids=["closed", "reset"])
async def test_a_fresh_connection_that_is_lost_is_not_tried_again(
    provider: FakeUpstream, upstream: Upstream, dead: dict[str, Any]
) -> None:
    provider.control(**dead)
    with pytest.raises(UpstreamBroken):
        await upstream.open(call(provider))
    assert len(provider.requests()) == 1
    provider.forget_rules()
    await upstream.complete(call(provider))
    provider.control(**dead)
    with pytest.raises(UpstreamBroken):
        await upstream.open(call(provider))
    assert len(provider.requests()) == 4  # on the kept one, and on a fresh one


@pytest.mark.parametrize(
    "fault", [{"disconnect_at_byte": 1}, {"disconnect_at_byte": 1, "reset": True}, {"garbage": True}]
)
async def test_nothing_is_sent_again_after_a_byte_of_the_answer(
    provider: FakeUpstream, upstream: Upstream, fault: dict[str, Any]
) -> None:
    await upstream.complete(call(provider))
    provider.control(times=1, **fault)
    with pytest.raises(UpstreamBroken):
        await upstream.open(call(provider))
    assert len(provider.requests()) == 2


async def test_nothing_is_sent_again_that_was_thought_about(
    provider: FakeUpstream, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "NEWS", 0.05)
    await upstream.complete(call(provider))
    provider.control(times=1, disconnect=True, wait_ms=100)
    with pytest.raises(UpstreamBroken) as broken:
        await upstream.open(call(provider))
    assert (broken.value.kind, len(provider.requests())) == ("closed", 2)


async def test_a_provider_that_is_slow_is_not_asked_again(provider: FakeUpstream, upstream: Upstream) -> None:
    await upstream.complete(call(provider))
    provider.control(hang=True)
    with pytest.raises(UpstreamBroken) as broken:
        await upstream.open(call(provider))
    assert (broken.value.kind, len(provider.requests())) == ("timeout", 2)


async def test_connections_can_be_dropped_between_requests(provider: FakeUpstream, upstream: Upstream) -> None:
    upstream.drop_idle()
    for _ in range(2):
        await upstream.complete(call(provider))
        upstream.drop_idle()
    assert provider.stats()["connections_opened"] == 2


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "identity, gzip", "GZIP"])
async def test_a_compressed_reply_is_refused_since_none_was_asked_for(
    provider: FakeUpstream, upstream: Upstream, coding: str
) -> None:
    provider.replay(gzip.compress(b"hello" * 1000), headers={"content-encoding": coding})
    with pytest.raises(UpstreamBroken) as broken:
        await upstream.open(call(provider))
    assert broken.value.kind == "encoded"


async def test_a_reply_that_says_it_is_not_compressed_is_read(provider: FakeUpstream, upstream: Upstream) -> None:
    provider.replay(b"hello", headers={"content-encoding": "Identity"})
    assert (await upstream.complete(call(provider))).body == b"hello"


async def test_a_reply_larger_than_is_kept_is_given_up(
    provider: FakeUpstream, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "MOST_REPLY", 4999)
    provider.replay(b"x" * 5000)
    with pytest.raises(ReplyTooLarge):
        await upstream.complete(call(provider))


async def test_a_call_that_is_nobodys_request_ends_however_slowly_it_drips(provider: FakeUpstream) -> None:
    upstream = Upstream(timeouts=Timeouts(first_byte=1, idle=1, whole=0.3))
    provider.control(chunks=50, delay_ms=50)
    with pytest.raises(UpstreamBroken) as broken:
        await upstream.complete(call(provider, STREAMED))
    assert broken.value.kind == "timeout"
    await upstream.close()


BROKEN: list[tuple[str, dict[str, Any]]] = [
    ("timeout", {"hang": True}),
    ("timeout", {"wait_ms": 2000}),
    ("closed", {"disconnect": True}),
    ("closed", {"disconnect": True, "reset": True}),
    ("closed", {"garbage": True}),
    ("closed", {"truncated": True}),
    ("closed", {"disconnect_at_byte": 30}),
]


@pytest.mark.parametrize(("kind", "behaviour"), BROKEN)
async def test_a_reply_that_does_not_come_is_broken(
    provider: FakeUpstream, upstream: Upstream, kind: str, behaviour: dict[str, Any]
) -> None:
    provider.control(**behaviour)
    with pytest.raises(UpstreamBroken) as broken:
        await upstream.complete(call(provider))
    assert broken.value.kind == kind
    assert provider.url not in broken.value.message and "127.0.0.1" not in broken.value.message


@pytest.mark.parametrize(
    ("kind", "behaviour"),
    [
        ("timeout", {"hang_after": 1}),
        ("timeout", {"silence_after": 1, "silence_ms": 3000}),
        ("closed", {"disconnect_after": 1}),
        ("closed", {"disconnect_after": 1, "reset": True}),
    ],
)
async def test_a_stream_that_breaks_off_is_broken_after_what_came(
    provider: FakeUpstream, upstream: Upstream, kind: str, behaviour: dict[str, Any]
) -> None:
    provider.control(delay_ms=5, **behaviour)
    opened = await upstream.open(call(provider, STREAMED))
    seen = b""
    with pytest.raises(UpstreamBroken) as broken:
        async for piece in opened.chunks():
            seen += piece
    await opened.close()
    assert broken.value.kind == kind
    assert b"word0" in seen


async def test_a_stream_is_given_up_at_a_set_time(provider: FakeUpstream, upstream: Upstream) -> None:
    provider.control(chunks=1000, delay_ms=10)
    opened = await upstream.open(call(provider, STREAMED))
    begun = time.monotonic()
    with pytest.raises(UpstreamBroken) as broken:
        await everything(opened, asyncio.get_running_loop().time() + 0.2)
    assert broken.value.kind == "timeout"
    assert 0.1 < time.monotonic() - begun < 2


async def test_a_provider_hears_that_it_was_left(provider: FakeUpstream, upstream: Upstream) -> None:
    provider.control(hang_after=1)
    opened = await upstream.open(call(provider, STREAMED))
    await anext(opened.chunks())
    await opened.close()
    await provider.wait(aborted=1)


@pytest.mark.parametrize(
    ("url", "kind"),
    [("http://127.0.0.1:{port}/", "connect"), ("http://no-such-host.invalid/", "connect"), ("nonsense", "closed")],
)
async def test_nobody_there_is_told_from_somebody_who_fails(upstream: Upstream, url: str, kind: str) -> None:
    with pytest.raises(UpstreamBroken) as broken:
        outgoing = SignedRequest(method="POST", url=url.format(port=free_port()), headers={}, body=b"")
        await upstream.open(outgoing)
    assert broken.value.kind == kind


async def test_a_proxy_is_asked_for_the_whole_address(provider: FakeUpstream) -> None:
    upstream = Upstream(timeouts=SHORT, proxy=provider.url)
    outgoing = SignedRequest(
        method="POST", url="http://far.invalid/v1/chat/completions", headers={"x-a": "b"}, body=ASKED
    )
    assert (await upstream.complete(outgoing)).status == 200
    await upstream.close()
    (seen,) = provider.requests()
    assert seen.header("host") == "far.invalid"


async def test_what_the_machine_has_for_other_programs_touches_no_call(
    provider: FakeUpstream, upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("NO_PROXY", "")
    assert (await upstream.complete(call(provider))).status == 200
    (seen,) = provider.requests()
    assert seen.header("authorization") == "Bearer k"


async def test_closing_twice_and_opening_again_is_fine(provider: FakeUpstream, upstream: Upstream) -> None:
    await upstream.close()
    await upstream.complete(call(provider))
    await upstream.close()
    await upstream.close()
    assert (await upstream.complete(call(provider))).status == 200


@pytest.mark.parametrize("host", ["169.254.169.254", "169.254.170.2", "[::ffff:169.254.169.254]", "[fd00:ec2::254]"])
@pytest.mark.parametrize("scheme", ["http", "https", "ws"])
async def test_no_channel_leads_to_where_clouds_hand_out_credentials(
    upstream: Upstream, scheme: str, host: str
) -> None:
    outgoing = SignedRequest(method="GET", url=f"{scheme}://{host}/latest/meta-data", headers={}, body=b"")
    begun = time.monotonic()
    with pytest.raises(UpstreamBroken) as broken:
        await (upstream.websocket(outgoing, []) if scheme == "ws" else upstream.open(outgoing))
    assert broken.value.kind == "connect"
    assert time.monotonic() - begun < SHORT.connect  # refused, not waited for


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "127.0.0.2", "[::ffff:127.0.0.1]"])
async def test_no_channel_leads_to_lambdas_runtime_api(
    provider: FakeUpstream, upstream: Upstream, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """Its next invocation is some other caller's request."""
    port = provider.url.rpartition(":")[2]
    await upstream.complete(call(provider))
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", f"127.0.0.1:{port}")
    fresh = Upstream(timeouts=SHORT)
    with pytest.raises(UpstreamBroken):
        await fresh.open(SignedRequest(method="GET", url=f"http://{host}:{port}/", headers={}, body=b""))
    await fresh.close()
    assert len(provider.requests()) == 1
