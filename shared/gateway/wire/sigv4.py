"""AWS Signature Version 4: what all requests that are signed so have in common. Pure, and of the standard library.

Which headers are signed, and how a path is written, is for whoever knows the request.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
import time
from dataclasses import field
from functools import lru_cache
from typing import Any

from gateway.records import dataclass

_ALGORITHM = "AWS4-HMAC-SHA256"
_BLOCK = 64  # bytes of SHA-256's; a key's 32 fit in
_PADS = tuple(bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))  # RFC 2104


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """What signs for one access key, day, region and service. Deriving it takes four rounds, so keep it for the day.

    ``inner`` and ``outer`` are the two halves of HMAC with the key hashed already: 0.8 microseconds in place of 1.5.
    """

    access_key: str
    scope: str  # <day>/<region>/<service>/aws4_request
    secret: bytes = field(repr=False)
    inner: Any = field(repr=False, compare=False)
    outer: Any = field(repr=False, compare=False)

    def authorization(self, moment: str, signed_headers: str, canonical_request: str) -> str:
        """The value of ``Authorization``; ``moment`` is the request's ``x-amz-date``, which is of the key's day."""
        hashed = hashlib.sha256(canonical_request.encode()).hexdigest()
        text = f"{_ALGORITHM}\n{moment}\n{self.scope}\n{hashed}"
        inner, outer = self.inner.copy(), self.outer.copy()
        inner.update(text.encode())
        outer.update(inner.digest())
        return (
            f"{_ALGORITHM} Credential={self.access_key}/{self.scope}, "
            f"SignedHeaders={signed_headers}, Signature={outer.hexdigest()}"
        )


def signing_key(*, access_key: str, secret_key: str, day: str, region: str, service: str) -> SigningKey:
    """The key of a day (``YYYYMMDD``)."""
    parts = (day, region, service, "aws4_request")
    secret = f"AWS4{secret_key}".encode()
    for part in parts:
        secret = hmac.new(secret, part.encode(), hashlib.sha256).digest()
    inner, outer = (hashlib.sha256(secret.ljust(_BLOCK, b"\0").translate(pad)) for pad in _PADS)
    return SigningKey(access_key=access_key, scope="/".join(parts), secret=secret, inner=inner, outer=outer)


def amz_date(now: float) -> str:
    """A moment (unix seconds) as ``x-amz-date`` has it; the first eight characters are its day."""
    return _written(int(now))


@lru_cache(maxsize=4)  # every call of a second says the same, and writing it takes as long as signing
def _written(second: int) -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(second))


def canonical(method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> tuple[str, str]:
    """The names of the signed headers, and the canonical request; ``headers`` in lower case and sorted."""
    names, head = canonical_head(method, path, query, headers)
    return names, head + hashlib.sha256(body).hexdigest()


def canonical_head(method: str, path: str, query: str, headers: dict[str, str]) -> tuple[str, str]:
    """The same up to the hash of the body."""
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    return names, f"{method}\n{path}\n{query}\n{lines}\n{names}\n"
