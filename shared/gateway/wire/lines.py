"""Bytes of a stream in whole lines."""

from gateway.wire.bounds import check_event


class WholeLines:
    """Feed bytes as they come; get the lines they complete, their ends included."""

    def __init__(self) -> None:
        self._rest: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> bytes:
        """All lines that these bytes complete, as one piece; empty while there is none."""
        end = data.rfind(b"\n") + 1
        if not end:
            self._rest.append(data)
            self._size += len(data)
            check_event(self._size)
            return b""
        lines = b"".join((*self._rest, data[:end]))
        self._rest = [data[end:]]
        self._size = len(data) - end
        return lines

    def flush(self) -> bytes:
        """The last line, which lacked its end."""
        rest, self._rest = b"".join(self._rest), []
        return rest
