"""Whatever bytes come, a parser answers, or raises what it says it raises.

A hundred examples each in every run; ``FUZZ_SECONDS=600`` goes on with others for so long.
"""

import os
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.billing import frames
from gateway.billing.audio_duration import milliseconds
from gateway.wire import json
from tests.support.parsers import PARSERS, events

SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))
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
WORDS += [b"--X", b"--X--", b'Content-Disposition: form-data; name="a"', b"HTTP/1.1 200 OK", b"content-length: 3"]
WORDS += [b"transfer-encoding: chunked", b"0\r\n", b"1/", b"1e9", b"-1", b";base64,", b"AAAA", b"::ffff:", b"127.0.0.1"]
WORDS += [
    b'"choices":',
    b'"delta":',
    b'"usage":',
    b'"type":',
    b'"message_delta"',
    b'"candidates":',
    b'"output":',
    b"null",
]
WORDS += [b'"content":', b'"role":', b'"user"', b'"tool_calls":', b'"message":', b'"error":', b'"response.completed"']
WORDS += [
    b'"groundingMetadata":',
    b'"server_tool_use"',
    b'"parts":',
    b'"text":',
    b'"index":',
    b"null",
    b"1",
    b":",
    b"true",
]
WORDS += [b'"', b"\\", b",", b"[DONE]", b'{"a":1}', b"\x00\x00\x00\x10", b": ping\n\n"]
PIECES = st.lists(st.one_of(st.binary(max_size=12), st.sampled_from(WORDS)), max_size=40)


QUICK = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def fed(name: str) -> Callable[[list[bytes]], None]:
    """Bytes to this parser; fails where it raises what it does not document."""
    parse, raises = PARSERS[name]

    def feed(pieces: list[bytes]) -> None:
        with suppress(*raises):
            parse(pieces)

    return feed


@pytest.mark.parametrize("name", PARSERS)
@QUICK
@given(pieces=PIECES)
def test_no_bytes_make_a_decoder_fail_otherwise_than_it_says(name: str, pieces: list[bytes]) -> None:
    fed(name)(pieces)


@pytest.mark.timeout(0)
@pytest.mark.skipif(not SECONDS, reason="FUZZ_SECONDS says for how long")
def test_no_bytes_make_a_decoder_fail_for_as_long_as_asked() -> None:
    until = time.monotonic() + SECONDS
    others = settings(QUICK, max_examples=200, derandomize=False, database=None)
    while time.monotonic() < until:
        for name in PARSERS:
            others(given(PIECES)(fed(name)))()


@given(PIECES, st.lists(st.integers(1, 9), min_size=1))
def test_events_do_not_depend_on_where_the_bytes_are_cut(pieces: list[bytes], sizes: list[int]) -> None:
    data, cut, at = b"".join(pieces), list[bytes](), 0
    while at < len(data):
        size = sizes[len(cut) % len(sizes)]
        cut.append(data[at : at + size])
        at += size
    assert events(cut) == events([data])


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
