"""AWS event streams, split anywhere, damaged everywhere."""

import struct
import zlib

import pytest

from gateway.wire.eventstream import MAX_MESSAGE, BrokenFrame, EventStreamDecoder, Message, encode

MESSAGES = [
    Message({":message-type": "event", ":event-type": "chunk"}, b'{"a":1}'),
    Message({}, b""),
    Message({":event-type": "ü"}, b"x" * 70_000),
]
STREAM = b"".join(encode(message.headers, message.payload) for message in MESSAGES)


@pytest.mark.parametrize("step", [1, 7, 1000, len(STREAM)])
def test_messages_come_out_whole_however_the_bytes_are_cut(step: int) -> None:
    decoder = EventStreamDecoder()
    found = [message for at in range(0, len(STREAM), step) for message in decoder.decode(STREAM[at : at + step])]
    assert found == MESSAGES
    assert decoder.flush() == b""


def test_a_stream_cut_short_leaves_its_rest() -> None:
    decoder = EventStreamDecoder()
    assert decoder.decode(STREAM[:-1]) == MESSAGES[:-1]
    last = encode(MESSAGES[-1].headers, MESSAGES[-1].payload)
    assert decoder.flush() == last[:-1]


def test_headers_of_every_type_are_stepped_over_and_strings_kept() -> None:
    values = [
        (0, b""),
        (1, b""),
        (2, b"\1"),
        (3, b"\0\1"),
        (4, b"\0\0\0\1"),
        (5, b"\0" * 8),
        (8, b"\0" * 8),
        (9, b"\0" * 16),
    ]
    block = b"".join(b"\1" + bytes([97 + at, kind]) + value for at, (kind, value) in enumerate(values))
    block += b"\1y\6\0\2ab" + b"\1z\7\0\2ok"
    assert EventStreamDecoder().decode(_frame(block, b"p")) == [Message({"z": "ok"}, b"p")]


@pytest.mark.parametrize("at", [0, 5, 9, 14, -6, -1])
def test_a_flipped_bit_is_noticed(at: int) -> None:
    frame = bytearray(encode({":event-type": "chunk"}, b"payload"))
    frame[at] ^= 1
    with pytest.raises(BrokenFrame, match="checksum"):
        EventStreamDecoder().decode(bytes(frame))


@pytest.mark.parametrize(("total", "headers"), [(15, 0), (40, 30), (MAX_MESSAGE + 1, 0)])
def test_impossible_lengths_are_refused_before_anything_is_kept(total: int, headers: int) -> None:
    prelude = struct.pack(">II", total, headers)
    with pytest.raises(BrokenFrame, match="impossible"):
        EventStreamDecoder().decode(prelude + struct.pack(">I", zlib.crc32(prelude)))


@pytest.mark.parametrize("block", [b"\1a\x0bx", b"\5a", b"\1a\7\0", b"\1\xff\0"])
def test_malformed_headers_are_refused(block: bytes) -> None:
    with pytest.raises(BrokenFrame, match="headers"):
        EventStreamDecoder().decode(_frame(block, b""))


def _frame(block: bytes, payload: bytes) -> bytes:
    prelude = struct.pack(">II", 16 + len(block) + len(payload), len(block))
    body = prelude + struct.pack(">I", zlib.crc32(prelude)) + block + payload
    return body + struct.pack(">I", zlib.crc32(body))


def test_botocore_reads_what_we_write() -> None:
    from botocore.eventstream import EventStreamBuffer

    buffer = EventStreamBuffer()
    buffer.add_data(STREAM)
    assert [(event.headers, event.payload) for event in buffer] == [(m.headers, m.payload) for m in MESSAGES]
