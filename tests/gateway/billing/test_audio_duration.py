import struct
import time

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


def crc8(data):
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 7) & 255 if crc & 128 else crc << 1
    return crc


def flac(seconds, rate=16000, claims=None, block=4000):
    packed = rate << 44 | 15 << 36 | (seconds if claims is None else claims) * rate
    frame = b"\xff\xf8\x75\x08\x07" + struct.pack(">H", block - 1)
    frames = (frame + bytes([crc8(frame)]) + bytes(700)) * (seconds * rate // block)
    return b"fLaC" + b"\x80\x00\x00\x22" + bytes(10) + struct.pack(">Q", packed) + bytes(16) + frames


def page(packet, position, kind=0):
    sizes = bytes([*[255] * (len(packet) // 255), len(packet) % 255])
    return b"OggS\x00" + bytes([kind]) + struct.pack("<q", position) + bytes(12) + bytes([len(sizes)]) + sizes + packet


def ogg(seconds, codec=b"OpusHead", rate=48000, end=4, claims=None):
    opus = codec == b"OpusHead"
    head = codec + (bytes(11) if opus else bytes(5) + struct.pack("<I", rate) + bytes(12) + b"\xb8") + bytes(14)
    packet = (b"\x78" if opus else b"\x02") + bytes(60)  # of 20 ms, or two blocks of which the longer has 2048 samples
    count = seconds * 50 if opus else seconds * rate // 1024
    pages = b"".join(page(packet, 0) for _ in range(count - 1))
    last = page(packet, (seconds if claims is None else claims) * rate, end)
    return page(head, 0, 2) + page(b"OpusTags" if opus else b"\x03vorbis", 0) + pages + last


def mp4(seconds, *, long=False, body=50_000, scale=1000, claims=None, frames=None):
    claimed = seconds if claims is None else claims
    times = struct.pack(">QQIQ", 0, 0, scale, 0) if long else struct.pack(">IIII", 0, 0, scale, 0)
    entry = b"mp4a" + bytes(24) + struct.pack(">HH", 16000, 0)
    esds = b"esds" + bytes(12) + b"\x05\x80\x80\x80\x02" + struct.pack(">H", 2 << 11 | 8 << 7)
    count = seconds * 16000 // 1024 if frames is None else frames
    return (
        struct.pack(">I", 20)
        + b"ftypM4A "
        + bytes(8)
        + b"moovmdhd"
        + bytes([long, 0, 0, 0])
        + times
        + entry
        + esds
        + (b"stts" + struct.pack(">IIII", 0, 1, claimed, scale))
        + (b"stsz" + struct.pack(">III", 0, 0, count))
        + bytes(body)
    )


def mp3(frames=None, *, kbits_at=9, count=383, tag=b"", rate_at=0):
    head = struct.pack(">I", 0x7FF << 21 | 3 << 19 | 1 << 17 | 1 << 16 | kbits_at << 12 | rate_at << 10)
    info = bytes(32) + b"Xing" + struct.pack(">II", 1, frames) if frames is not None else b""
    size = (144 * (0, 32, 40, 48, 56, 64, 80, 96, 112, 128)[kbits_at] * 1000 // 44100) if kbits_at < 10 else 400
    return tag + (head + info).ljust(size, b"\0") + (head + bytes(size - 4)) * (count - 1)


def adts(count, rate_at=8):
    size = 100
    head = (0xFFF1 << 40 | 1 << 38 | rate_at << 34 | 1 << 30 | size << 13 | 0x7FF << 2).to_bytes(7, "big")
    return (head + bytes(size - 7)) * count


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
        (mp3(), 10_005),
        (mp3(tag=ID3), 10_005),
    ],
)
def test_the_length_is_that_of_what_is_played(data, wanted):
    assert milliseconds(data) == pytest.approx(wanted, abs=3)


def test_a_header_cannot_claim_less_than_the_size_needs_or_more_than_it_allows():
    assert milliseconds(mp4(1, body=1_920_000)) >= 10_000
    assert milliseconds(mp4(10**6, body=1000)) < 2000


@pytest.mark.parametrize(
    ("data", "played"),
    [
        (mp3(1, count=3830), 100_049),
        (mp3(1, kbits_at=1, count=3830), 100_049),
        (flac(60, claims=1), 60_000),
        (ogg(20, claims=1), 20_000),
        (ogg(20, b"\x01vorbis", 44100, claims=1), 20_000),
        (mp4(30, claims=1), 30_000),
        (mp4(30, scale=10**9), 30_000),
        (adts(313), 20_032),
    ],
)
def test_no_header_makes_a_sound_shorter(data, played):
    assert milliseconds(data) == pytest.approx(played, rel=0.01)


def test_what_hides_in_a_container_for_uncompressed_sound_is_as_long_as_its_size_allows():
    hidden = wav(1).replace(b"\x10\0\0\0\x01\0", b"\x10\0\0\0\x55\0", 1)
    assert milliseconds(hidden) == len(hidden)


@pytest.mark.parametrize(
    "hostile",
    [
        b"\xff" * 16_000_000,
        b"\xff\xfb" * 8_000_000,
        b"fLaC" + b"\xff\xf8" * 8_000_000,
        (b"OggS" + bytes(22) + b"\xff" + b"\1" * 255 + bytes(255)) * 30_000,
        b"....ftyp" + b"stts" * 4_000_000,
        b"....ftyp" + b"mdhdstts\0\0\0\0\xff\xff\xff\xff" * 1_000_000,
        b"....ftypmp4a" + b"stsz" * 4_000_000,
    ],
    ids=["ff", "mp3", "flac", "ogg", "boxes", "times", "sizes"],
)
def test_a_hostile_file_is_measured_soon(hostile):
    before = time.process_time()
    assert 0 < milliseconds(hostile) <= len(hostile)
    assert time.process_time() - before < 4


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
        mp4(1, scale=0, frames=0),
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
