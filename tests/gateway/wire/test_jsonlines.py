"""Streams of JSON objects, cut anywhere."""

import pytest

from gateway.errors import ReplyTooLarge
from gateway.wire import bounds
from gateway.wire.jsonlines import JsonStreamDecoder

STREAMS = {
    "lines": b'{"a":1}\n{"b":{"c":"}"}}\n',
    "joined": b'{"a":1}{"b":{"c":"}"}}',
    "array": b'[{"a":1},\r\n{"b":{"c":"}"}}]',
    "pretty": b'{\n "a": 1\n}\n{\n "b": {"c": "}"}\n}',
}


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("size", [1, 5, 1000])
def test_objects_come_out_whole_however_the_bytes_are_cut(name: str, size: int) -> None:
    data, decoder = STREAMS[name], JsonStreamDecoder()
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    assert [value for piece in pieces for value in decoder.decode(piece)] == [{"a": 1}, {"b": {"c": "}"}}]
    assert decoder.flush() == b""


def test_escaped_quotes_do_not_end_a_string() -> None:
    assert JsonStreamDecoder().decode(b'{"a":"\\"}{"}') == [{"a": '"}{'}]


def test_an_unfinished_object_is_handed_back() -> None:
    decoder = JsonStreamDecoder()
    assert decoder.decode(b'{"a":1}{"b"') == [{"a": 1}]
    assert decoder.flush() == b'{"b"'


def test_what_is_not_json_is_refused() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        JsonStreamDecoder().decode(b"{nope}")


@pytest.mark.parametrize("endless", [b'{"a": "', b"x" * 1000, b'{"a":', b"[[["])
def test_a_value_that_does_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch, endless: bytes) -> None:
    monkeypatch.setattr(bounds, "MOST_EVENT", 10_000)
    decoder = JsonStreamDecoder()
    with pytest.raises(ReplyTooLarge):
        for _ in range(5000):
            decoder.decode(endless)


def test_a_value_that_is_nested_without_end_is_no_json() -> None:
    with pytest.raises(ValueError, match="deep"):
        JsonStreamDecoder().decode(b'{"a":' * 200_000 + b"1" + b"}" * 200_000)
