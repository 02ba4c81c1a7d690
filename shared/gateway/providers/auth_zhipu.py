"""Zhipu's token: an HS256 JWT made from a key of the form ``id.secret``.

https://docs.bigmodel.cn/cn/api/introduction. Both times are milliseconds. A key without a dot is sent as it is:
newer keys may be used directly.
"""

import hashlib
import hmac

from gateway.providers import jwt

LIFETIME_MS = 24 * 3600 * 1000


def authorization(key: str, now_ms: int) -> str:
    """The value of ``Authorization``: a signed token, or the key as a bearer where it is not ``id.secret``."""
    id, dot, secret = key.strip().partition(".")
    if not dot or not id or not secret:
        return f"Bearer {key.strip()}"
    return token(id, secret, now_ms)


def token(id: str, secret: str, now_ms: int) -> str:
    """The signed token itself, valid for a day from ``now_ms``."""
    head = {"alg": "HS256", "sign_type": "SIGN", "typ": "JWT"}
    claims = {"api_key": id, "exp": now_ms + LIFETIME_MS, "timestamp": now_ms}
    return jwt.signed(head, claims, lambda text: hmac.digest(secret.encode(), text, hashlib.sha256))
