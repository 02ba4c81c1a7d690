"""How long a sound is: what transcription costs when nobody reports it.

A header is the caller's word, and would make an hour a second. So compressed sound is as long as its frames
(``frames``), and what has none that we know is as long as its size allows. tinytag reads what is not compressed, whose
size tells its length; where it does not:

- WAV: it believes the size that ``data`` claims, which streaming writers do not know; what follows is counted.
"""

from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from gateway.billing import frames

if TYPE_CHECKING:
    from tinytag import TinyTag

FASTEST, SLOWEST = 192, 1  # bytes per millisecond: 1.5 Mbit/s (CD) and 8 kbit/s (the leanest usual codec)
AIFF_HEAD = 54  # bytes in front of the samples of the usual file
UNCOMPRESSED = (b"\1\0", b"\3\0", b"\6\0", b"\7\0")  # whole numbers, fractions, A-law, mu-law
MOST_READS = 5_000  # by tinytag in one file: tags, boxes and chunks of an album are some hundreds


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


@lru_cache(maxsize=2)  # asked for again by every channel and tier that may serve the request
def milliseconds(data: bytes) -> int:
    """Length of a sound file; where nothing tells, the most that its size allows."""
    longest, shortest = len(data) // SLOWEST, len(data) // FASTEST
    sound = data[_id3_size(data) :]
    read = next((read for start, read in READERS if sound[4 if start == b"ftyp" else 0 :].startswith(start)), _unknown)
    told = read(sound)
    return longest if told is None else min(max(told, shortest), longest)


def _unknown(data: bytes) -> int | None:
    return None


def _aiff(data: bytes) -> int | None:
    """As long as its bytes take at its rate; compressed kinds are not believed."""
    per_second = _per_second(_tag(data)) if data[8:12] == b"AIFF" else 0
    return (len(data) - AIFF_HEAD) * 1000 // per_second if per_second else None


def _per_second(tag: "TinyTag") -> int:
    return (tag.samplerate or 0) * (tag.channels or 0) * (tag.bitdepth or 0) // 8


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
    form = data.find(b"fmt ")
    start = data.find(b"data", form + 8)
    code = data[form + 8 : form + 10]
    if (data[form + 32 : form + 34] if code == b"\xfe\xff" else code) not in UNCOMPRESSED:
        return None
    per_second = _per_second(_tag(data[: max(start, 0)]))
    return (len(data) - start - 8) * 1000 // per_second if per_second else None


def _id3_size(data: bytes) -> int:
    """Bytes of a leading ID3 tag: seven bits of each of four bytes."""
    if data[:3] != b"ID3":
        return 0
    return 10 + sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=False))


READERS: tuple[tuple[bytes, Callable[[bytes], int | None]], ...] = (
    (b"RIFF", _wav),
    (b"FORM", _aiff),
    (b"OggS", frames.ogg),
    (b"fLaC", frames.flac),
    (b"ftyp", frames.mp4),
    (b"\xff", frames.mp3),
)
