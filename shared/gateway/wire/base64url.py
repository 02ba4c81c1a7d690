"""Base64 for addresses and tokens, without padding: https://www.rfc-editor.org/rfc/rfc4648#section-5"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any


def encode(data: bytes) -> str:
    """The text of these bytes."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def encode_json(value: Mapping[str, Any]) -> str:
    """The text of this object, as JSON without blanks: a part of a JSON web token."""
    return encode(json.dumps(value, separators=(",", ":")).encode())


def decode(text: str) -> bytes:
    """Back from ``encode``. Raises ``ValueError``."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
