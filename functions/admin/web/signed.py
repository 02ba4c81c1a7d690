"""Values that callers carry for us, as JSON under a signature: the session's cookie, tickets, cursors of lists.

``salt`` tells what a text is for: one that was signed for something else is none. ``itsdangerous`` takes 15 ms to
import.
"""

import hashlib
import json
from typing import Any

from itsdangerous import BadSignature, Signer

from gateway.wire import base64url


def sealed(value: Any, secret: bytes, salt: str) -> str:
    """The signed text of a value: base64url, a dot, the signature."""
    body = base64url.encode(json.dumps(value, separators=(",", ":")).encode())
    return _signer(secret, salt).sign(body).decode()


def opened(text: str, secret: bytes, salt: str) -> Any:
    """The value of a text we signed; ``None`` for anything else."""
    if not text.isascii():
        return None
    try:
        body = _signer(secret, salt).unsign(text)
    except BadSignature:
        return None
    return json.loads(base64url.decode(body.decode()))


def _signer(secret: bytes, salt: str) -> Signer:
    return Signer(secret, salt.encode(), key_derivation="hmac", digest_method=hashlib.sha256)
