"""How long a sound is, from its file's own headers: what transcription costs when nobody reports it.

A header is the caller's word. So whatever it says is kept between the lengths that the file's size allows, and is read
with bounded effort. tinytag knows the formats; three lengths are measured here:

- WAV: tinytag believes the size that ``data`` claims, which streaming writers do not know; what follows is counted.
- Ogg: tinytag reads every packet, and loses the last page of a stream without an end mark; the last page is looked up.
- MP3: tinytag searches a damaged file bit by bit, and ignores a count of frames without one of bytes.
"""

import struct
from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tinytag import TinyTag

FASTEST, SLOWEST = 192, 1  # bytes per millisecond: 1.5 Mbit/s (CD) and 8 kbit/s (the leanest usual codec)
MOST_READS = 5_000  # by tinytag in one file: tags, boxes and chunks of an album are some hundreds
OGG_HEAD = 4_096  # bytes that hold the first page, which names the codec

# https://www.mp3-tech.org/programmer/frame_header.html, layer III
MP3_KBITS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
MP3_KBITS_LOW = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
MP3_RATES = {3: (44100, 48000, 32000, 0), 2: (22050, 24000, 16000, 0), 0: (11025, 12000, 8000, 0)}


class _TooScattered(Exception):
    """More headers than anybody writes: the length is not worth the search."""


class _Bounded(BytesIO):
    """A file that is read a limited number of times; each step of a parser is a read."""

    _left = MOST_READS

    def read(self, size: int | None = -1, /) -> bytes:
        self._left -= 1
        if self._left < 0:
            raise _TooScattered
        return super().read(size)


def milliseconds(data: bytes) -> int:
    """Length of a sound file; where no header tells, the most that its size allows."""
    longest, shortest = len(data) // SLOWEST, len(data) // FASTEST
    sound = data[_id3_size(data) :]
    read = next((read for start, read in READERS if sound.startswith(start)), _other)
    told = read(sound)
    return longest if told is None else min(max(told, shortest), longest)


def _other(data: bytes) -> int | None:
    """FLAC, MP4 and whatever else tinytag knows; FLAC's 0 is not known, as is the length of what has no samples."""
    duration = _tag(data).duration
    if duration is None or (not duration and data.startswith(b"fLaC")):
        return None
    return int(duration * 1000)


def _tag(data: bytes) -> "TinyTag":
    """What tinytag reads, which is nothing if it cannot."""
    # Imported late: 2 ms of a cold start, and only sounds need it.
    from tinytag import TinyTag, TinyTagException  # noqa: PLC0415

    try:
        return TinyTag.get(file_obj=_Bounded(data), tags=False)
    except TinyTagException:
        return TinyTag()


def _wav(data: bytes) -> int | None:
    """Sample rate, channels and depth of ``fmt``; the size is what really follows, not what ``data`` says."""
    start = data.find(b"data", data.find(b"fmt ") + 8)
    tag = _tag(data[: max(start, 0)])
    per_second = (tag.samplerate or 0) * (tag.channels or 0) * (tag.bitdepth or 0) // 8
    return (len(data) - start - 8) * 1000 // per_second if per_second else None


def _ogg(data: bytes) -> int | None:
    """The last page's position, in samples of the codec named on the first."""
    rate = _tag(data[:OGG_HEAD]).samplerate
    last = data[data.rfind(b"OggS") + 6 :][:8]
    return int.from_bytes(last, "little") * 1000 // rate if rate and len(last) == 8 else None


def _mp3(data: bytes) -> int | None:
    """Frames counted by the encoder (variable rate), else the first frame's bit rate for the whole file."""
    header = int.from_bytes(data[:4], "big")
    version, rate_at, kbits_at = header >> 19 & 3, header >> 10 & 3, header >> 12 & 15
    rate = MP3_RATES[version][rate_at] if header >> 21 == 0x7FF and version in MP3_RATES else 0
    kbits = (MP3_KBITS if version == 3 else MP3_KBITS_LOW)[kbits_at]
    if not rate or not kbits:
        return None
    tag = next((at for name in (b"Xing", b"Info") if (at := data.find(name, 0, 60)) > 0), 0)
    if tag and len(data) >= tag + 12 and data[tag + 7] & 1:
        return struct.unpack_from(">I", data, tag + 8)[0] * (1152 if version == 3 else 576) * 1000 // rate
    return len(data) * 8 // kbits


def _id3_size(data: bytes) -> int:
    """Bytes of a leading ID3 tag: seven bits of each of four bytes."""
    if data[:3] != b"ID3":
        return 0
    return 10 + sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=False))


READERS: tuple[tuple[bytes, Callable[[bytes], int | None]], ...] = ((b"RIFF", _wav), (b"OggS", _ogg), (b"\xff", _mp3))
