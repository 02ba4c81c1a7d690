"""Secrets the gateway makes up: API keys, access tokens, passwords, codes. All from the system's randomness."""

import secrets
import string

_ALPHANUMERIC = string.digits + string.ascii_letters


def api_key() -> str:
    """48 characters in one-api's form, without ``sk-``: 16 alphanumeric, then hex in alternating case."""
    pairs = secrets.token_hex(16)
    mixed = "".join(digit.upper() if place % 2 == 0 else digit for place, digit in enumerate(pairs))
    return alphanumeric(16) + mixed


def key_hint(key: str) -> str:
    """What lists show of a key: enough to tell keys apart, too little to guess one."""
    return f"{key[:4]}{'*' * 8}{key[-4:]}" if len(key) >= 16 else "*" * 8


def hex_token() -> str:
    """32 lower-case hex digits: system access tokens, redemption codes, reset tokens."""
    return secrets.token_hex(16)


def alphanumeric(length: int) -> str:
    """Random digits and letters."""
    return "".join(secrets.choice(_ALPHANUMERIC) for _ in range(length))
