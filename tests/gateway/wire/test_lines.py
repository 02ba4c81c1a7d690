import pytest

from gateway.errors import ReplyTooLarge
from gateway.wire import bounds
from gateway.wire.lines import WholeLines

STREAM = b"data: one\n\ndata: two\r\n\ndata: last"


@pytest.mark.parametrize("size", [1, 2, 7, len(STREAM)])
def test_lines_come_out_whole_however_they_were_cut(size: int) -> None:
    lines = WholeLines()
    pieces = [lines.feed(STREAM[at : at + size]) for at in range(0, len(STREAM), size)]
    assert all(piece.endswith(b"\n") for piece in pieces if piece)
    assert b"".join(pieces) == b"data: one\n\ndata: two\r\n\n"
    assert lines.flush() == b"data: last"
    assert lines.flush() == b""


def test_a_line_that_does_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_EVENT", 10_000)
    lines = WholeLines()
    lines.feed(b"short\n" * 5000)
    with pytest.raises(ReplyTooLarge):
        for _ in range(5000):
            lines.feed(b"data: x")
