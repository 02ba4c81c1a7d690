"""The caller's side: one response, comments only between events, silence after the caller has gone."""

import asyncio
from typing import Any

from relay.sink import Sink
from tests.support.clock import FixedClock


class Wire:
    """A server that notes what it is given; ``broken`` is what its ``send`` raises."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.broken: Exception | None = None
        self.leaving = asyncio.Event()

    async def send(self, message: Any) -> None:
        if self.broken:
            raise self.broken
        self.sent.append(message)

    async def receive(self) -> Any:
        await self.leaving.wait()
        return {"type": "http.disconnect"}

    def sink(self, **headers: str) -> Sink:
        return Sink(self.send, self.receive, FixedClock(), headers)

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)


async def test_a_whole_answer_has_its_length_and_the_requests_headers() -> None:
    wire = Wire()
    await wire.sink(**{"x-id": "7"}).whole(200, {"content-type": "text/plain"}, b"hello")
    start, body = wire.sent
    assert start["status"] == 200
    assert dict(start["headers"]) == {b"content-type": b"text/plain", b"content-length": b"5", b"x-id": b"7"}
    assert (body["body"], body["more_body"]) == (b"hello", False)


async def test_bytes_leave_one_by_one_and_the_end_comes_once() -> None:
    wire = Wire()
    sink = wire.sink()
    await sink.start(200, {})
    await sink.write(b"a\n\n")
    await sink.write(b"")
    await sink.end(b"z")
    await sink.end(b"again")
    assert [message.get("body") for message in wire.sent[1:]] == [b"a\n\n", b"z"]
    assert wire.sent[-1]["more_body"] is False


async def test_comments_come_only_between_events_and_may_begin_the_stream() -> None:
    wire = Wire()
    sink = wire.sink()
    await sink.keep_alive()
    assert wire.sent[0]["status"] == 200
    await sink.write(b"data: half")
    await sink.keep_alive()
    await sink.write(b" of it\n\n")
    await sink.keep_alive()
    await sink.end(b"data: [DONE]\n\n")
    await sink.keep_alive()
    assert wire.body == b": keep-alive\n\ndata: half of it\n\n: keep-alive\n\ndata: [DONE]\n\n"


async def test_no_comment_comes_behind_a_number_because_openais_library_fails_on_it() -> None:
    wire = Wire()
    sink = wire.sink()
    await sink.start(200, {})
    await sink.keep_alive()
    await sink.write(b'data: {"a":"\\nid:"}\n\n')
    await sink.keep_alive()
    await sink.write(b"event: message\nid: 7\ndata: x\n\n")
    await sink.keep_alive()
    assert wire.body.count(b": keep-alive\n\n") == 2
    assert wire.body.endswith(b"data: x\n\n")


async def test_a_caller_who_leaves_is_noticed_while_nothing_is_sent() -> None:
    wire = Wire()
    sink = wire.sink()
    told: list[bool] = []
    sink.watch()
    with sink.calling(lambda: told.append(sink.gone)):
        wire.leaving.set()
        await asyncio.sleep(0.01)
        assert sink.gone
        await sink.start(200, {})
        await sink.write(b"for nobody")
        await sink.end()
    assert told == [True]
    assert wire.sent == []


async def test_a_connection_that_breaks_while_sending_is_a_caller_who_left() -> None:
    wire = Wire()
    sink = wire.sink()
    await sink.start(200, {})
    wire.broken = OSError("broken pipe")
    await sink.write(b"x")
    assert sink.gone
    wire.broken = None
    await sink.write(b"y")
    assert wire.body == b""


async def test_nobody_is_called_after_the_block_or_after_the_end() -> None:
    wire = Wire()
    sink = wire.sink()
    told: list[int] = []
    sink.watch()
    with sink.calling(lambda: told.append(1)):
        pass
    wire.leaving.set()
    await asyncio.sleep(0.01)
    assert (told, sink.gone) == ([], True)

    done = Wire()
    sink = done.sink()
    sink.watch()
    with sink.calling(lambda: told.append(2)):
        await sink.whole(200, {}, b"")
        done.leaving.set()
        await asyncio.sleep(0.01)
    assert (told, sink.gone) == ([], False)
