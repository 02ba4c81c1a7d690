"""What is kept of a stream in case somebody must count it: whole, in its order, and small."""

import sys

from gateway.outbound.openai.meter import OpenAIMeter
from gateway.outbound.openai.quirks import Quirks
from gateway.outbound.streams.kept import PACKED_AT, KeptBytes

EVENT = b'data: {"id":"chatcmpl-1","model":"m","choices":[{"index":0,"delta":{"content":"word %05d "}}]}\n\n'


def test_what_is_kept_comes_back_as_it_was_and_is_kept_no_longer() -> None:
    kept = KeptBytes()
    events = [EVENT % number for number in range(2000)]
    for event in events:
        kept.add(event)
    assert kept.size == len(b"".join(events)) > 5 * PACKED_AT
    assert kept.taken() == b"".join(events)
    assert (kept.size, kept.taken()) == (0, b"")
    kept.add(b"more")
    assert kept.taken() == b"more"


def test_a_long_stream_is_held_in_few_bytes() -> None:
    kept = KeptBytes()
    for number in range(10_000):
        kept.add(EVENT % number)
    held = sum(sys.getsizeof(piece) for piece in (*kept._packed, *kept._loose))
    assert held < 2 * PACKED_AT + kept.size / 10


def test_the_text_of_a_long_stream_without_usage_is_read_whole() -> None:
    meter = OpenAIMeter(Quirks())
    for number in range(2000):
        event = EVENT % number
        meter.feed(event[:50])
        meter.feed(event[50:])
    meter.close()
    assert meter.delivered_text() == "".join(f"word {number:05d} " for number in range(2000))
