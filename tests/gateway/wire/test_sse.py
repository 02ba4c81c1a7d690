"""The event decoder against what providers really send."""

import pytest

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
