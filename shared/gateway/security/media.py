"""A fetched file and a refused one: what ``media_fetch`` and the client behind it both talk about."""

import ipaddress
from collections.abc import Mapping

from gateway.errors import BadRequest
from gateway.records import dataclass

MAX_BYTES = 20 * 1024 * 1024  # of one file
MOST_BYTES = 40 * 1024 * 1024  # of all files of a request
MOST_FILES = 20
AT_ONCE_PER_HOST = 4

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class MediaRefused(BadRequest):
    """An address that is not fetched, or one that gave nothing usable; the text says which and why."""

    code = "url_not_fetchable"


@dataclass(slots=True)
class Allowance:
    """How many bytes the files of one request may still come to: shared by its fetches, and counted while they read."""

    left: int = MOST_BYTES

    def take(self, size: int) -> None:
        """Count bytes that came; raises ``ValueError`` once they are more than a request may make us read."""
        self.left -= size
        if self.left < 0:
            raise ValueError(f"the files of this request are larger than {MOST_BYTES} bytes together")


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedMedia:
    """A whole reply. Header names are lower case; ``type`` is the media type without parameters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()
