"""AWS Signature Version 4: what all requests that are signed so have in common. Pure, and of the standard library.

Which headers are signed, and how a path is written, is for whoever knows the request.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
import time
from dataclasses import dataclass, field
from functools import lru_cache

_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """What signs for one access key, day, region and service. Deriving it takes four rounds, so keep it for the day."""

    access_key: str
    scope: str  # <day>/<region>/<service>/aws4_request
    secret: bytes = field(repr=False)

    def authorization(self, moment: str, signed_headers: str, canonical_request: str) -> str:
        """The value of ``Authorization``; ``moment`` is the request's ``x-amz-date``, which is of the key's day."""
        hashed = hashlib.sha256(canonical_request.encode()).hexdigest()
        text = f"{_ALGORITHM}\n{moment}\n{self.scope}\n{hashed}"
        signature = hmac.digest(self.secret, text.encode(), "sha256").hex()
        return (
            f"{_ALGORITHM} Credential={self.access_key}/{self.scope}, "
            f"SignedHeaders={signed_headers}, Signature={signature}"
        )


def signing_key(*, access_key: str, secret_key: str, day: str, region: str, service: str) -> SigningKey:
    """The key of a day (``YYYYMMDD``)."""
    parts = (day, region, service, "aws4_request")
    secret = f"AWS4{secret_key}".encode()
    for part in parts:
        secret = hmac.new(secret, part.encode(), hashlib.sha256).digest()
    return SigningKey(access_key=access_key, scope="/".join(parts), secret=secret)


def amz_date(now: float) -> str:
    """A moment (unix seconds) as ``x-amz-date`` has it; the first eight characters are its day."""
    return _written(int(now))


@lru_cache(maxsize=4)  # every call of a second says the same, and writing it takes as long as signing
def _written(second: int) -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(second))


def canonical(method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> tuple[str, str]:
    """The names of the signed headers, and the canonical request; ``headers`` in lower case and sorted."""
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    return names, f"{method}\n{path}\n{query}\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
