import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.billing import audio_duration
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
    return b"fLaC" + b"\x80\x00\x00\x22" + bytes(10) + struct.pack(">Q", packed) + bytes(16) + bytes(body)


def page(packet, position, kind=0):
    sizes = bytes([*[255] * (len(packet) // 255), len(packet) % 255])
    return b"OggS\x00" + bytes([kind]) + struct.pack("<q", position) + bytes(12) + bytes([len(sizes)]) + sizes + packet


def ogg(seconds, codec=b"OpusHead", rate=48000, body=20_000, end=4):
    head = codec + (bytes(5) + struct.pack("<I", rate) if codec != b"OpusHead" else bytes(11)) + bytes(14)
    return page(head, 0, 2) + page(bytes(body), 0) + page(b"end", seconds * rate, end)


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


STARTS = [
    b"RIFF....WAVEfmt ",
    b"fLaC",
    b"OggS\x00",
    b"....ftyp",
    b"ID3",
    b"\xff\xfb",
    b"FORM....AIFF",
    b"\x30\x26\xb2\x75",
    b"",
]


@given(st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([*STARTS, b"moov", b"mvhd", b"data", b"\x7fFLAC"]))))
def test_no_bytes_at_all_raise_or_are_longer_than_their_size_allows(pieces):
    data = b"".join(pieces)
    assert len(data) // audio_duration.FASTEST <= milliseconds(data) <= len(data)


@pytest.mark.parametrize(
    "start", [*STARTS, b"ID3\x04\x00\x00\x00\x00\x00\x00\xff\xfb", wav(0), flac(0), mp4(1)], ids=repr
)
@pytest.mark.parametrize("filling", [b"\x00", b"\xff", b"\x00\x00\x00\x08free", b"OggS" + bytes(23)], ids=repr)
def test_a_header_without_end_is_not_searched_to_the_end(monkeypatch, start, filling):
    reads = []
    tinytags = audio_duration._Bounded.read
    monkeypatch.setattr(audio_duration._Bounded, "read", lambda file, size=-1: reads.append(1) or tinytags(file, size))
    assert milliseconds(start + filling * (2_000_000 // len(filling))) > 0
    assert len(reads) <= audio_duration.MOST_READS + 1


def aiff(seconds, rate=8000):
    # 80 bits of sample rate: exponent and mantissa
    rate80 = struct.pack(">HQ", 16383 + rate.bit_length() - 1, rate << 64 - rate.bit_length())
    common = b"COMM" + struct.pack(">IhIh", 18, 1, seconds * rate, 16) + rate80
    return b"FORM" + bytes(4) + b"AIFF" + common + bytes(seconds * rate * 2)


def mulaw(seconds):
    fmt = b"fmt " + struct.pack("<IHHIIHH", 16, 7, 1, 8000, 8000, 1, 8)
    return b"RIFF" + bytes(4) + b"WAVE" + fmt + b"data" + bytes(4) + bytes(seconds * 8000)


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (wav(3, claimed=0), 3000),
        (wav(3, claimed=2**32 - 1), 3000),
        (mulaw(5), 5000),
        (ogg(20, end=0), 20_000),
        (ID3 + flac(60), 60_000),
        (aiff(4), 4000),
    ],
)
def test_what_writers_leave_out_or_put_in_front_does_not_change_the_length(data, wanted):
    assert milliseconds(data) == pytest.approx(wanted, abs=3)


def test_webm_says_no_length_that_is_believed():
    assert milliseconds(b"\x1aE\xdf\xa3" + b"webm" + bytes(9000)) == 9008
