"""A fetched file and a refused one: what ``media_fetch`` and the client behind it both talk about."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.errors import BadRequest

MAX_BYTES = 20 * 1024 * 1024

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class MediaRefused(BadRequest):
    """An address that is not fetched, or one that gave nothing usable; the text says which and why."""

    code = "url_not_fetchable"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedMedia:
    """A whole reply. Header names are lower case; ``type`` is the media type without parameters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()
