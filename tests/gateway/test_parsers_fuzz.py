"""Whatever bytes come, a parser answers, or raises what it says it raises."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.billing import frames
from gateway.billing.audio_duration import milliseconds
from gateway.wire import json
from gateway.wire.eventstream import BrokenFrame, EventStreamDecoder
from gateway.wire.jsonlines import JsonStreamDecoder
from gateway.wire.lines import WholeLines
from gateway.wire.sse import SseDecoder
from relay.attempt.reply_streams import WholeEvents

WORDS = [
    b"data:",
    b"data: ",
    b"event:",
    b"id:",
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"\xef\xbb\xbf",
    b"{",
    b"}",
    b"[",
    b"]",
]
WORDS += [b'"', b"\\", b",", b"[DONE]", b'{"a":1}', b"\x00\x00\x00\x10", b": ping\n\n"]
PIECES = st.lists(st.one_of(st.binary(max_size=12), st.sampled_from(WORDS)), max_size=40)


def _sse(pieces: list[bytes]) -> Any:
    decoder = SseDecoder()
    return [event for piece in pieces for event in decoder.decode(piece)] + decoder.flush()


def _values(pieces: list[bytes]) -> Any:
    decoder = JsonStreamDecoder()
    return [value for piece in pieces for value in decoder.decode(piece)]


def _lines(pieces: list[bytes]) -> Any:
    lines = WholeLines()
    return b"".join(map(lines.feed, pieces)) + lines.flush()


def _messages(pieces: list[bytes]) -> Any:
    decoder = EventStreamDecoder()
    return [message for piece in pieces for message in decoder.decode(piece)]


def _events(pieces: list[bytes]) -> Any:
    events = WholeEvents()
    return _sse([*map(events.feed, pieces), events.finish()])


DECODERS: dict[str, tuple[Callable[[list[bytes]], Any], tuple[type[Exception], ...]]] = {
    "server-sent events": (_sse, ()),
    "whole events": (_events, ()),
    "lines": (_lines, ()),
    "values": (_values, (ValueError,)),
    "event stream": (_messages, (BrokenFrame,)),
}


@pytest.mark.parametrize("name", DECODERS)
@given(pieces=PIECES)
def test_no_bytes_make_a_decoder_fail_otherwise_than_it_says(name: str, pieces: list[bytes]) -> None:
    decode, raises = DECODERS[name]
    with suppress(*raises):
        decode(pieces)


@given(PIECES, st.lists(st.integers(1, 9), min_size=1))
def test_events_do_not_depend_on_where_the_bytes_are_cut(pieces: list[bytes], sizes: list[int]) -> None:
    data, cut, at = b"".join(pieces), list[bytes](), 0
    while at < len(data):
        size = sizes[len(cut) % len(sizes)]
        cut.append(data[at : at + size])
        at += size
    assert _sse(cut) == _sse([data])


@given(PIECES)
def test_json_of_others_is_read_or_it_is_none(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    json.parse(data)
    assert not json.overgrown(data, 10_000, 10_000)


FORMATS = [
    b"OggS",
    b"OpusHead",
    b"\x01vorbis",
    b"fLaC",
    b"ftyp",
    b"mp4a",
    b"esds",
    b"stts",
    b"stsz",
    b"mdhd",
    b"\xff\xfb",
    b"\xff\xf8",
]


@given(st.lists(st.one_of(st.binary(max_size=40), st.sampled_from(FORMATS)), max_size=20))
def test_no_sound_is_longer_than_its_size_allows(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    assert 0 <= milliseconds(data) <= len(data)
    for read in (frames.mp3, frames.flac, frames.ogg, frames.mp4):
        read(data)
