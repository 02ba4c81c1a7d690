"""Secrets at rest: channel credentials are encrypted, API keys are only ever kept as a hash.

A sealed text is ``v1.<key id>.<base64 of nonce and AES-256-GCM ciphertext>``. Several keys may be configured:
the first seals, all open, so a key is rotated by putting a new one in front.
"""

import hashlib
import secrets
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode

from gateway.records import dataclass


class SealBroken(Exception):
    """A sealed text that none of the configured keys opens, or a configuration without a usable key."""


@dataclass(frozen=True, slots=True)
class Vault:
    """Seals and opens texts. ``context`` binds a sealed text to where it is kept, e.g. ``channel#7``."""

    keys: tuple[bytes, ...]

    @classmethod
    def from_setting(cls, setting: str) -> "Vault":
        """From ENCRYPTION_KEY: base64 keys of 32 bytes, comma-separated, newest first."""
        keys = tuple(_key(part.strip()) for part in setting.split(",") if part.strip())
        if not keys:
            raise SealBroken("ENCRYPTION_KEY is not set: 32 random bytes in base64 are needed")
        return cls(keys)

    def seal(self, text: str, context: str) -> str:
        """Encrypt with the newest key."""
        nonce = secrets.token_bytes(12)
        sealed = _cipher(self.keys[0]).encrypt(nonce, text.encode(), context.encode())
        return f"v1.{_key_id(self.keys[0])}.{urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, context: str) -> str:
        """Decrypt with whichever key sealed it."""
        version, _, rest = sealed.partition(".")
        key_id, _, payload = rest.partition(".")
        key = next((key for key in self.keys if _key_id(key) == key_id), None)
        if version != "v1" or key is None:
            raise SealBroken(f"no configured key opens {context}; put the key that sealed it behind the newest one")
        try:
            data = urlsafe_b64decode(payload)
            return _cipher(key).decrypt(data[:12], data[12:], context.encode()).decode()
        except Exception as error:  # damaged base64, or cryptography's InvalidTag, imported only where it is needed
            raise SealBroken(f"{context} was changed, or belongs somewhere else") from error


def new_key() -> str:
    """A fresh ENCRYPTION_KEY."""
    return urlsafe_b64encode(secrets.token_bytes(32)).decode()


def hash_key(key: str) -> str:
    """What an API key is found by. Keys are long and random, so a plain digest cannot be guessed back."""
    return hashlib.sha256(b"one-api-key:" + key.encode()).hexdigest()


def _key(text: str) -> bytes:
    try:
        key = b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise SealBroken("ENCRYPTION_KEY must be base64 of exactly 32 bytes")
    return key


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"id:" + key).hexdigest()[:8]


def _cipher(key: bytes):
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 (30 ms; a warm relay has it)

    return AESGCM(key)
