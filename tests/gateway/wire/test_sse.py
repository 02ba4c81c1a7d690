"""The event decoder against what providers really send."""

import pytest

from gateway.errors import ReplyTooLarge
from gateway.wire import bounds
from gateway.wire.sse import Event, SseDecoder, comment, encode

STREAMS = {
    "plain": (b"data: a\n\ndata: b\n\n", [Event("", b"a"), Event("", b"b")]),
    "no space": (b"data:a\n\n", [Event("", b"a")]),
    "crlf": (b"data: a\r\n\r\nevent: x\r\ndata: b\r\n\r\n", [Event("", b"a"), Event("x", b"b")]),
    "comments": (b": ping\n\ndata: a\n: more\n\n", [Event("", b"a")]),
    "bom": (b"\xef\xbb\xbfdata: a\n\n", [Event("", b"a")]),
    "lines": (b"data: a\ndata: b\n\n", [Event("", b"a\nb")]),
    "unfinished": (b"data: a\n\ndata: b", [Event("", b"a"), Event("", b"b")]),
    "large": (b"data: " + b"x" * 1_200_000 + b"\n\n", [Event("", b"x" * 1_200_000)]),
    "empty": (b"", []),
    "cr": (b"data: a\r\revent: x\rdata: b\r\r", [Event("", b"a"), Event("x", b"b")]),
    "all three": (b"data: a\rdata: b\ndata: c\r\n\n\r\ndata: d\n\r", [Event("", b"a\nb\nc"), Event("", b"d")]),
    "late bom": (b"\n\xef\xbb\xbfdata: a\n\ndata: b\n\n", [Event("", b"b")]),
    "name only": (b"event: ping\n\n", [Event("ping", b"")]),
}


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("size", [1, 3, 1 << 30])
def test_events_come_out_whole_however_the_bytes_are_cut(name: str, size: int) -> None:
    data, expected = STREAMS[name]
    if len(data) > 10_000 and size < 4096:
        size = 65_521
    decoder = SseDecoder()
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    events = [event for piece in pieces for event in decoder.decode(piece)] + decoder.flush()
    assert events == expected


def test_what_is_encoded_decodes_to_itself() -> None:
    assert SseDecoder().decode(encode(b"one\ntwo", "note")) == [Event("note", b"one\ntwo")]


def test_a_comment_is_no_event() -> None:
    assert SseDecoder().decode(comment("keep-alive")) == []


@pytest.mark.parametrize("endless", [b"data: " + b"x" * 1000, b"data: x\n", b": x\n", b"event: x\n", b"x" * 1000])
def test_an_event_that_does_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch, endless: bytes) -> None:
    monkeypatch.setattr(bounds, "MOST_EVENT", 10_000)
    decoder = SseDecoder()
    with pytest.raises(ReplyTooLarge):
        for _ in range(5000):
            decoder.decode(endless)


def test_events_that_end_may_be_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_EVENT", 100)
    assert len(SseDecoder().decode(b"data: 12345\n\n" * 1000)) == 1000
