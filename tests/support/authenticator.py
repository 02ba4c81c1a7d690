"""An authenticator in software, with the browser around it: makes ES256 passkeys and signs with them.

What it sends is what ``PublicKeyCredential.toJSON()`` writes. Every part that an attacker could change can be changed.
"""

import hashlib
import json
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
ORIGIN = "http://localhost:3000"

Json = dict[str, Any]


@dataclass
class Held:
    """A discoverable credential."""

    rp_id: str
    handle: str
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    count: int = 0


@dataclass
class Authenticator:
    """``counts``: whether it counts its signatures; many do not, and say 0 for ever."""

    origin: str = ORIGIN
    counts: bool = True
    held: list[Held] = field(default_factory=list[Held])

    def create(self, options: Json, **changed: Any) -> Json:
        """Answer creation options with a new passkey."""
        asked = options["publicKey"]
        made = changed.get("credential") or Held(asked["rp"]["id"], asked["user"]["id"])
        self.held.append(made)
        flags = changed.get("flags", PRESENT | VERIFIED)
        authenticator_data = self._data(changed.get("rp_id", made.rp_id), flags | ATTESTED, made) + _attested(made)
        attestation: Json = {"fmt": "none", "attStmt": {}, "authData": authenticator_data}
        client_data = self._client_data("webauthn.create", asked["challenge"], changed)
        return _sent(made, {"clientDataJSON": encoded(client_data), "attestationObject": encoded(cbor(attestation))})

    def get(self, options: Json, **changed: Any) -> Json:
        """Answer request options with the passkey it has for the domain."""
        asked = options["publicKey"]
        used = changed.get("credential") or next(held for held in self.held if held.rp_id == asked["rpId"])
        used.count = changed.get("count", used.count + 1 if self.counts else 0)
        data = self._data(changed.get("rp_id", used.rp_id), changed.get("flags", PRESENT | VERIFIED), used)
        client_data = self._client_data("webauthn.get", asked["challenge"], changed)
        signed = data + hashlib.sha256(client_data).digest()
        response = {
            "clientDataJSON": encoded(client_data),
            "authenticatorData": encoded(data),
            "signature": encoded(used.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": changed.get("handle", used.handle),
        }
        return _sent(used, response)

    def _client_data(self, kind: str, challenge: str, changed: Json) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said | changed.get("client_data", {})).encode()

    def _data(self, rp_id: str, flags: int, held: Held) -> bytes:
        return hashlib.sha256(rp_id.encode()).digest() + struct.pack(">BI", flags, held.count)


def encoded(data: bytes) -> str:
    """base64url without padding."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """Back from base64url."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def cbor(value: Any) -> bytes:
    """The few kinds of CBOR that an attestation is made of (RFC 8949)."""
    match value:
        case int() if value < 0:
            return _head(1, -1 - value)
        case int():
            return _head(0, value)
        case bytes():
            return _head(2, len(value)) + value
        case str():
            return _head(3, len(value.encode())) + value.encode()
        case dict():
            pairs: dict[Any, Any] = value  # pyright: ignore[reportUnknownVariableType]
            return _head(5, len(pairs)) + b"".join(cbor(key) + cbor(content) for key, content in pairs.items())
        case _:
            raise TypeError(value)


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    return bytes([major << 5 | 24, number]) if number < 256 else bytes([major << 5 | 25]) + struct.pack(">H", number)


def _attested(held: Held) -> bytes:
    """No model, the id, and the public key in COSE's form (RFC 9053, 7.1.1)."""
    point = held.key.public_key().public_numbers()
    key = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
    return bytes(16) + struct.pack(">H", len(held.id)) + held.id + cbor(key)


def _sent(held: Held, response: Json) -> Json:
    extras: Json = {"authenticatorAttachment": "platform", "clientExtensionResults": {}}
    return {"id": encoded(held.id), "rawId": encoded(held.id), "type": "public-key", "response": response} | extras
