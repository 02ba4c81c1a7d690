"""How long a sound is, from its file's own headers: what transcription costs when nobody reports it.

A header is the caller's word. So whatever it says is kept between the lengths that the file's size allows.
"""

import struct
from collections.abc import Callable

FASTEST, SLOWEST = 192, 1  # bytes per millisecond: 1.5 Mbit/s (CD) and 8 kbit/s (the leanest usual codec)

# https://www.mp3-tech.org/programmer/frame_header.html, layer III
MP3_KBITS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
MP3_KBITS_LOW = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
MP3_RATES = {3: (44100, 48000, 32000, 0), 2: (22050, 24000, 16000, 0), 0: (11025, 12000, 8000, 0)}
OPUS_RATE = 48000


def milliseconds(data: bytes) -> int:
    """Length of a sound file; where no header tells, the most that its size allows."""
    longest, shortest = len(data) // SLOWEST, len(data) // FASTEST
    try:
        told = next((read(data) for fits, read in READERS if fits(data)), None)
    except (struct.error, IndexError, ZeroDivisionError):
        told = None
    return longest if told is None else min(max(told, shortest), longest)


def wav(data: bytes) -> int | None:
    """Sample rate, channels and depth of ``fmt``; the size is what really follows, not what ``data`` says."""
    position = 12
    per_second = 0
    while position + 8 <= len(data):
        name, size = data[position : position + 4], struct.unpack_from("<I", data, position + 4)[0]
        if name == b"fmt ":
            channels, rate, _, _, bits = struct.unpack_from("<HIIHH", data, position + 10)
            per_second = rate * channels * bits // 8
        elif name == b"data":
            return (len(data) - position - 8) * 1000 // per_second
        position += 8 + size + size % 2
    return None


def flac(data: bytes) -> int | None:
    """STREAMINFO: 20 bits of sample rate, 8 of format, 36 of samples. No samples: not known."""
    (packed,) = struct.unpack_from(">Q", data, 18)
    rate, samples = packed >> 44, packed & (1 << 36) - 1
    return samples * 1000 // rate if samples else None


def ogg(data: bytes) -> int | None:
    """The last page's position, in samples of the codec named on the first."""
    last = data.rfind(b"OggS")
    (position,) = struct.unpack_from("<Q", data, last + 6)
    head = data[:200]
    if b"OpusHead" in head:
        return position * 1000 // OPUS_RATE
    vorbis = head.find(b"\x01vorbis")
    return position * 1000 // struct.unpack_from("<I", data, vorbis + 12)[0] if vorbis >= 0 else None


def mp4(data: bytes) -> int | None:
    """The movie header's duration in its own time scale."""
    found = data.find(b"mvhd")
    if found < 0:
        return None
    long = data[found + 4] == 1
    scale, duration = struct.unpack_from(">IQ" if long else ">II", data, found + (24 if long else 16))
    return duration * 1000 // scale


def mp3(data: bytes) -> int | None:
    """Frames counted by the encoder (variable rate), else the first frame's bit rate for the whole file."""
    start = id3_size(data)
    header = struct.unpack_from(">I", data, start)[0]
    version, rate_at, kbits_at = header >> 19 & 3, header >> 10 & 3, header >> 12 & 15
    rate = MP3_RATES[version][rate_at] if header >> 21 == 0x7FF and version in MP3_RATES else 0
    kbits = (MP3_KBITS if version == 3 else MP3_KBITS_LOW)[kbits_at]
    if not rate or not kbits:
        return None
    tag = next((at for name in (b"Xing", b"Info") if (at := data.find(name, start, start + 60)) > 0), 0)
    if tag and data[tag + 7] & 1:
        return struct.unpack_from(">I", data, tag + 8)[0] * (1152 if version == 3 else 576) * 1000 // rate
    return (len(data) - start) * 8 // kbits


def id3_size(data: bytes) -> int:
    """Bytes of a leading ID3 tag: seven bits of each of four bytes."""
    if data[:3] != b"ID3":
        return 0
    return 10 + sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=False))


READERS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], int | None]], ...] = (
    (lambda data: data[:4] == b"RIFF" and data[8:12] == b"WAVE", wav),
    (lambda data: data[:4] == b"fLaC", flac),
    (lambda data: data[:4] == b"OggS", ogg),
    (lambda data: data[4:8] == b"ftyp", mp4),
    (lambda data: data[:3] == b"ID3" or (len(data) > 1 and data[0] == 0xFF and data[1] >= 0xE0), mp3),
)
