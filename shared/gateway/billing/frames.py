"""How long compressed sound is, from the frames that a decoder will play; what headers claim is not asked.

Each reader answers milliseconds, or ``None`` where it finds nothing of its format. One pass over the bytes each.
"""

import struct
from collections.abc import Iterator
from itertools import islice

from gateway.patterns import pattern

MOST_TRIES = 200_000  # places that look like a frame and are none: a damaged file has some, a hostile one nothing else
MOST_PACKETS = 2_000_000
MOST_BOXES = 20

# https://www.mp3-tech.org/programmer/frame_header.html, layer III
MP3_KBITS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
MP3_KBITS_LOW = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
MP3_RATES = {3: (44100, 48000, 32000, 0), 2: (22050, 24000, 16000, 0), 0: (11025, 12000, 8000, 0)}
AAC_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
FLAC_RATES = (0, 88200, 176400, 192000, 8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000)
FLAC_BLOCKS = (0, 192, *(576 << power for power in range(4)), 0, 0, *(256 << power for power in range(8)))
OPUS_MS = (10, 20, 40, 60) * 3 + (10, 20) * 2 + (2.5, 5, 10, 20) * 4


def mp3(data: bytes) -> int | None:
    """Frames of layer III, or of AAC in ADTS; what lies between them is skipped, as decoders do."""
    at, length, tries = 0, 0.0, 0
    while (mark := _SYNC.search(data, at)) and tries < MOST_TRIES:
        size, milliseconds = _frame(data[mark.start() : mark.start() + 7])
        length += milliseconds
        tries += not size
        at = mark.start() + (size or 1)
    return round(length) if length and tries < MOST_TRIES else None


_SYNC = pattern(rb"\xff[\xe0-\xff]")


def _frame(head: bytes) -> tuple[int, float]:
    """Bytes and milliseconds of the frame that begins here; zeros if none does."""
    bits = int.from_bytes(head[:4], "big")
    if bits >> 20 == 0xFFF and bits >> 17 & 3 == 0 and len(head) == 7:  # ADTS: layer 0, a length of 13 bits
        rate_at, size = bits >> 10 & 15, (int.from_bytes(head[3:6], "big") >> 5) & 0x1FFF
        return (size, 1024_000 * ((head[6] & 3) + 1) / AAC_RATES[rate_at]) if rate_at < 13 and size > 7 else (0, 0)
    version, kbits_at = bits >> 19 & 3, bits >> 12 & 15
    rate = MP3_RATES[version][bits >> 10 & 3] if version in MP3_RATES else 0
    kbits = (MP3_KBITS if version == 3 else MP3_KBITS_LOW)[kbits_at]
    if bits >> 21 != 0x7FF or bits >> 17 & 3 != 1 or not rate or not kbits:
        return 0, 0
    samples = 1152 if version == 3 else 576
    return samples // 8 * kbits * 1000 // rate + (bits >> 9 & 1), samples * 1000 / rate


def flac(data: bytes) -> int | None:
    """Frames by their marks, each with a checksum of its header; blocks that say so are of sixteen bits."""
    streamed = int.from_bytes(data[18:21], "big") >> 4 if data[4:5] and data[4] & 0x7F == 0 else 0
    length, tries = 0.0, 0
    for mark in _FLAC_SYNC.finditer(data, 4):
        samples, rate = _flac_frame(data[mark.start() : mark.start() + 16], streamed)
        length += samples * 1000 / rate if rate else 0
        tries += not samples
        if tries > MOST_TRIES:
            return None
    return round(length) if length else None


_FLAC_SYNC = pattern(rb"\xff[\xf8\xf9]")


def _flac_frame(head: bytes, streamed: int) -> tuple[int, int]:
    """Samples and rate of the frame that begins here; zeros if none does. https://www.rfc-editor.org/rfc/rfc9639"""
    if len(head) < 7 or head[2] >> 4 == 0 or head[2] & 15 == 15:
        return 0, 0
    block, rate_at = head[2] >> 4, head[2] & 15
    end = 4 + max(1, 8 - (head[4] ^ 0xFF).bit_length())  # a number in as many bytes as its first one says
    extra = end
    end += (1 if block == 6 else 2 if block == 7 else 0) + (1 if rate_at == 12 else 2 if rate_at > 12 else 0)
    if end >= len(head) or _crc8(head[:end]) != head[end]:
        return 0, 0
    samples = FLAC_BLOCKS[block] or int.from_bytes(head[extra : extra + block - 5], "big") + 1
    return samples, (FLAC_RATES[rate_at] if rate_at < 12 else 0) or streamed


def _crc8(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x07) & 0xFF if crc & 0x80 else crc << 1
    return crc


def ogg(data: bytes) -> int | None:
    """Opus says in each packet how long it is. A Vorbis packet has one of two lengths: the position on the last page is
    believed as long as most of them can be the longer one, which is usual.
    """
    packets = list(islice(_packets(data), MOST_PACKETS))
    if not packets or len(packets) == MOST_PACKETS:
        return None
    first, *others = packets
    if first.startswith(b"OpusHead"):
        return round(sum(map(_opus, (packet for packet in others if not packet.startswith(b"OpusTags")))))
    if first.startswith(b"\x01vorbis") and len(first) >= 29:
        rate, longer = int.from_bytes(first[12:16], "little"), 1 << (first[28] >> 4)
        played = sum(1 for packet in others if packet and not packet[0] & 1)  # bit 0 marks headers
        position = data[data.rfind(b"OggS") + 6 :][:8]
        if not rate:
            return None
        told, most = int.from_bytes(position, "little") * 1000 // rate, played * longer * 1000 // (2 * rate)
        return told if told * 2 >= most else most
    return None


def _opus(packet: bytes) -> float:
    """https://www.rfc-editor.org/rfc/rfc6716#section-3.1"""
    if not packet:
        return 0
    code = packet[0] & 3
    frames = (1, 2, 2)[code] if code < 3 else packet[1] & 63 if len(packet) > 1 else 0
    return OPUS_MS[packet[0] >> 3] * frames


def _packets(data: bytes) -> Iterator[bytes]:
    """The beginnings of all packets, on whichever pages they lie. https://www.rfc-editor.org/rfc/rfc3533"""
    begun, at = b"", data.find(b"OggS")
    while 0 <= at <= len(data) - 27:
        table = data[at + 27 : at + 27 + data[at + 26]]
        place = at + 27 + len(table)
        for size in table:
            begun = begun or data[place : place + min(size, 32)]
            place += size
            if size < 255:
                yield begun
                begun = b""
        at = data.find(b"OggS", max(place, at + 4))


def mp4(data: bytes) -> int | None:
    """The samples of sound tracks: as long as ``stts`` says, and never shorter than AAC frames are."""
    return max(_tracks(data), default=0) or None


def _tracks(data: bytes) -> Iterator[int]:
    rate = _aac_rate(data)
    for box in _all(data, b"stsz") if rate else ():
        count = int.from_bytes(data[box + 12 : box + 16], "big")
        yield min(count, len(data)) * 1024_000 // rate  # each takes a byte at least
    for header, times in zip(_all(data, b"mdhd"), _all(data, b"stts"), strict=False):
        long = data[header + 4 : header + 5] == b"\x01"
        scale = int.from_bytes(data[header + (24 if long else 16) :][:4], "big")
        entries = min(int.from_bytes(data[times + 8 : times + 12], "big"), 100_000, (len(data) - times - 12) // 8)
        steps = struct.iter_unpack(">II", data[times + 12 : times + 12 + 8 * max(entries, 0)])
        yield sum(count * delta for count, delta in steps) * 1000 // scale if scale else 0


def _aac_rate(data: bytes) -> int:
    """Samples a second of AAC, of its entry or its decoder's configuration, the lower; 0 if there is no AAC.

    https://developer.apple.com/documentation/quicktime-file-format/sound_sample_descriptions
    """
    entry = data.find(b"mp4a")
    if entry < 0:
        return 0
    rates = [int.from_bytes(data[entry + 28 : entry + 30], "big")]
    tag = data.find(b"\x05", data.find(b"esds", entry) + 12, entry + 200)
    place = tag + 1
    while 0 < place < tag + 4 and data[place : place + 1] == b"\x80":
        place += 1
    index = int.from_bytes(data[place + 1 : place + 3], "big") >> 7 & 15
    rates += [AAC_RATES[index]] if tag > 0 and index < len(AAC_RATES) else []
    return min((rate for rate in rates if rate >= 7350), default=7350)


def _all(data: bytes, name: bytes) -> Iterator[int]:
    """Where the first boxes of this name begin; what only looks like one makes nothing shorter."""
    at = -1
    for _ in range(MOST_BOXES):
        at = data.find(name, at + 1)
        if at < 0:
            return
        yield at
