"""Tokens of a picture in a prompt, by OpenAI's tiles, from the first bytes of the file.

https://platform.openai.com/docs/guides/images-vision#calculating-costs
"""

import base64
import binascii
import struct
from collections.abc import Iterator

from gateway.records import dataclass

LONG_SIDE, SHORT_SIDE, TILE = 2048, 768, 512
JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # start-of-frame markers
JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length


@dataclass(frozen=True, slots=True)
class Tariff:
    """Tokens for any picture and for each of its tiles."""

    base: int
    tile: int


USUAL, MINI = Tariff(85, 170), Tariff(2833, 5667)

# What nobody can measure: a picture behind a URL that was not fetched counts as one of 1024 x 1024.
UNSEEN = (1024, 1024)


def tariff(model: str) -> Tariff:
    return MINI if model.startswith("gpt-4o-mini") else USUAL


def image_tokens(model: str, url: str, detail: str = "", fetched: bytes | None = None) -> int:
    """Tokens of one ``image_url`` part. An unknown ``detail`` or bytes that are no picture count 0, as in one-api.

    ``fetched``: the bytes behind an http(s) URL, if somebody has them.
    """
    rate = tariff(model)
    if detail == "low":
        return rate.base
    if detail not in ("", "auto", "high"):
        return 0
    size = dimensions(fetched) if fetched is not None else url_dimensions(url)
    return rate.base + rate.tile * tiles(*size) if size else 0


def url_dimensions(url: str) -> tuple[int, int] | None:
    """Size of the picture in a data URL; of a picture elsewhere a usual one."""
    if not url.startswith("data:image/"):
        return UNSEEN
    _, comma, encoded = url.partition(",")
    try:
        return dimensions(base64.b64decode(encoded)) if comma else None
    except (binascii.Error, ValueError):
        return None


def tiles(width: int, height: int) -> int:
    """Tiles of a picture after OpenAI's two steps of scaling down."""
    if width > LONG_SIDE or height > LONG_SIDE:
        width, height = scaled(width, height, LONG_SIDE, max(width, height))
    if width > SHORT_SIDE and height > SHORT_SIDE:
        width, height = scaled(width, height, SHORT_SIDE, min(width, height))
    return -(-width // TILE) * -(-height // TILE)


def scaled(width: int, height: int, to: int, side: int) -> tuple[int, int]:
    # In doubles, because that is how the counts we agree with are made.
    ratio = to / side
    return int(width * ratio), int(height * ratio)


def dimensions(data: bytes) -> tuple[int, int] | None:
    """Width and height from the header of a PNG, GIF, WebP or JPEG; ``None`` for anything else."""
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return struct.unpack_from(">II", data, 16)
        if data[:6] in (b"GIF87a", b"GIF89a"):
            return struct.unpack_from("<HH", data, 6)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return webp(data)
        return jpeg(data) if data[:2] == b"\xff\xd8" else None
    except struct.error:
        return None


def webp(data: bytes) -> tuple[int, int] | None:
    """https://developers.google.com/speed/webp/docs/riff_container"""
    kind = data[12:16]
    if kind == b"VP8X":
        wide, high = data[24:27], data[27:30]
        return (1 + int.from_bytes(wide, "little"), 1 + int.from_bytes(high, "little")) if len(high) == 3 else None
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def jpeg(data: bytes) -> tuple[int, int] | None:
    """The first start-of-frame segment has the size."""
    for marker, start in jpeg_segments(data):
        if marker in JPEG_SIZES:
            height, width = struct.unpack_from(">HH", data, start + 3)
            return width, height
    return None


def jpeg_segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Marker and position of its length field, until something that is not a marker."""
    position = 2
    while position + 4 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
        elif marker in JPEG_BARE:
            position += 2
        else:
            yield marker, position + 2
            position += 2 + struct.unpack_from(">H", data, position + 2)[0]
