"""Time-based one-time passwords, as authenticator apps make them: https://www.rfc-editor.org/rfc/rfc6238"""

import hashlib
import hmac
import secrets
from base64 import b32decode, b32encode
from urllib.parse import quote, urlencode

STEP = 30  # seconds
DIGITS = 6
SKEW = 1  # steps a clock may be off, either way


def new_secret() -> str:
    """160 random bits in base32, as apps take them."""
    return b32encode(secrets.token_bytes(20)).decode()


def uri(secret: str, *, issuer: str, account: str) -> str:
    """What the QR code holds: https://github.com/google/google-authenticator/wiki/Key-Uri-Format"""
    name = issuer.replace(":", " ")
    return f"otpauth://totp/{quote(f'{name}:{account}', safe=':')}?{urlencode({'secret': secret, 'issuer': name})}"


def code_at(secret: str, step: int) -> str:
    """The code of one step."""
    digest = hmac.digest(b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1)  # what apps implement
    place = digest[-1] & 15
    number = int.from_bytes(digest[place : place + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def matching_step(secret: str, code: str, now: int) -> int | None:
    """The step whose code this is, if it is one of those around now."""
    if len(code) != DIGITS or not code.isascii() or not code.isdigit():
        return None
    current = now // STEP
    steps = range(current - SKEW, current + SKEW + 1)
    found = [step for step in steps if hmac.compare_digest(code_at(secret, step), code)]
    return found[-1] if found else None
