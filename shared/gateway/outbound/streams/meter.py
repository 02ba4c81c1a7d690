"""What a meter is: it watches a stream that passes through as bytes and says what it cost.

Used where the caller and the provider speak the same dialect, so that nothing is decoded on the way.
"""

from typing import Protocol

from gateway.domain.usage import Usage
from gateway.outbound.protocol import Fault


class Meter(Protocol):
    """Watches one stream; no I/O, one object per stream.

    ``usage``: the last one the provider reported. ``fault``: an error event that was seen. ``finished``: the end
    marker or a finish reason was seen, so the stream was not cut short. ``service``: the tier it names with its usage.
    """

    @property
    def usage(self) -> Usage | None: ...
    @property
    def service(self) -> str: ...
    @property
    def fault(self) -> Fault | None: ...
    @property
    def finished(self) -> bool: ...

    def feed(self, data: bytes) -> None:
        """Bytes of the stream as they came, split anywhere."""
        ...

    def close(self) -> None:
        """The provider closed the stream: read what is left without its final blank line."""
        ...

    def delivered_text(self) -> str:
        """Everything produced so far that a provider would count (text, reasoning, tool names and arguments)."""
        ...
