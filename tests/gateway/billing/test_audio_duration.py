import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.billing.audio_duration import milliseconds


def wav(seconds, *, rate=16000, claimed=None):
    size = seconds * rate * 2
    fmt = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, rate, 10**9, 2, 16)  # its byte rate is never believed
    odd = b"LIST" + struct.pack("<I", 3) + b"abc\x00"
    return (
        b"RIFF"
        + bytes(4)
        + b"WAVE"
        + fmt
        + odd
        + b"data"
        + struct.pack("<I", size if claimed is None else claimed)
        + bytes(size)
    )


def flac(seconds, rate=16000, body=100_000):
    packed = rate << 44 | 15 << 36 | seconds * rate
    return b"fLaC" + bytes(4) + bytes(10) + struct.pack(">Q", packed) + bytes(body)


def ogg(seconds, codec=b"OpusHead", rate=48000, body=20_000):
    first = b"OggS" + bytes(24) + codec + (bytes(5) + struct.pack("<I", rate) if codec != b"OpusHead" else bytes(11))
    return first + bytes(body) + b"OggS\x00\x04" + struct.pack("<Q", seconds * rate) + bytes(10)


def mp4(seconds, *, long=False, body=50_000):
    times = (
        struct.pack(">QQIQ", 0, 0, 1000, seconds * 1000) if long else struct.pack(">IIII", 0, 0, 1000, seconds * 1000)
    )
    return (
        struct.pack(">I", 20)
        + b"ftypM4A "
        + bytes(8)
        + struct.pack(">I", 108)
        + b"moov....mvhd"
        + bytes([long, 0, 0, 0])
        + times
        + bytes(body)
    )


def mp3(frames=None, *, kbits_at=9, body=160_000, tag=b""):
    head = struct.pack(">I", 0x7FF << 21 | 3 << 19 | 1 << 17 | 1 << 16 | kbits_at << 12)
    info = bytes(32) + b"Xing" + struct.pack(">II", 1, frames) if frames is not None else b""
    return tag + head + info + bytes(body)


ID3 = b"ID3\x04\x00\x00" + bytes([0, 0, 1, 2]) + bytes(130)


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (wav(3), 3000),
        (wav(3, claimed=4), 3000),
        (flac(60), 60_000),
        (ogg(20), 20_000),
        (ogg(20, b"\x01vorbis", 44100), 20_000),
        (mp4(30), 30_000),
        (mp4(30, long=True), 30_000),
        (mp3(), 10_000),
        (mp3(tag=ID3), 10_000),
        (mp3(1000), 26_122),
    ],
)
def test_the_length_is_read_from_the_header(data, wanted):
    assert milliseconds(data) == pytest.approx(wanted, abs=3)


def test_a_header_cannot_claim_less_than_the_size_needs_or_more_than_it_allows():
    assert milliseconds(mp4(0, body=1_920_000)) >= 10_000
    assert milliseconds(mp4(10**6, body=1000)) < 2000


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        b"\x1aE\xdf\xa3" + bytes(5000),
        b"ID3",
        b"fLaC",
        b"OggS",
        b"RIFF....WAVE",
        b"\xff\xff\xff\xff",
        mp3(kbits_at=15),
        flac(0),
    ],
)
def test_what_no_header_tells_is_as_long_as_its_size_allows(data):
    assert milliseconds(data) == len(data)


@given(st.sampled_from([wav(1), flac(60), ogg(20), mp4(30), mp3(1000), mp3(tag=ID3)]), st.integers(0, 300))
def test_a_file_cut_anywhere_has_a_length_and_no_error(data, end):
    assert 0 <= milliseconds(data[:end]) <= end


@given(st.binary(max_size=300), st.sampled_from([b"RIFF....WAVE", b"fLaC", b"OggS", b"....ftyp", b"ID3", b"\xff\xfb"]))
def test_noise_has_a_length_and_no_error(noise, start):
    assert 0 <= milliseconds(start + noise) <= len(start + noise)
