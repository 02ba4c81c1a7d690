"""Secrets in a file are references: where the secret is, or the secret sealed by a key that is elsewhere.

key: {env: OPENAI_KEY}
key: {ssm: /one-api/openai}                                    # a SecureString of Parameter Store
key: {secretsmanager: one-api/providers, field: openai}        # one field of a secret that is JSON
key: {sealed: v1...}                                           # made by `seal`, opened by ONEAPI_CONFIG_KEY
"""

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any

from oneapi.failures import Exit, Failure

KINDS = ("env", "ssm", "secretsmanager", "sealed")
KEY = "ONEAPI_CONFIG_KEY"
_CONTEXT = b"oneapi configuration"

Resolve = Callable[[Mapping[str, str]], str]


class Missing(Exception):
    """A reference that leads nowhere here."""


def is_reference(value: Any) -> bool:
    """Whether a value of a file is a reference."""
    return (
        isinstance(value, dict)
        and len(set(value) & set(KINDS)) == 1
        and all(isinstance(part, str) for part in value.values())
        and set(value) <= {*KINDS, "field"}
    )


def resolved(reference: Mapping[str, str]) -> str:
    """The secret that is meant. Raises ``Missing``."""
    kind = next(kind for kind in KINDS if kind in reference)
    text = _READERS[kind](reference[kind])
    if "field" not in reference:
        return text
    try:
        return str(json.loads(text)[reference["field"]])
    except (ValueError, KeyError, TypeError):
        raise Missing(f"{kind} {reference[kind]} has no field {reference['field']}") from None


def variable(*parts: str) -> str:
    """What an export calls the environment variable of a secret."""
    named = "_".join(parts)
    return "ONEAPI_" + "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in named).upper()


def seal(secret: str) -> str:
    """The secret as it may stand in a file; only ``ONEAPI_CONFIG_KEY`` opens it."""
    nonce = os.urandom(12)
    return "v1." + urlsafe_b64encode(nonce + _cipher().encrypt(nonce, secret.encode(), _CONTEXT)).decode()


def new_key() -> str:
    """A key to seal with."""
    return urlsafe_b64encode(os.urandom(32)).decode()


def _opened(sealed: str) -> str:
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 (40 ms with what opens, only for sealed secrets)

    version, _, payload = sealed.partition(".")
    try:
        data = urlsafe_b64decode(payload)
        if version != "v1":
            raise ValueError
        return _cipher().decrypt(data[:12], data[12:], _CONTEXT).decode()
    except (ValueError, InvalidTag):
        raise Missing(f"a sealed secret is not opened by {KEY}") from None


def _cipher() -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 (40 ms, only where something is sealed)

    try:
        key = urlsafe_b64decode(os.environ.get(KEY, ""))
    except ValueError:
        key = b""
    if len(key) != 32:
        raise Failure(f"{KEY} must be the base64 of 32 bytes: seal --new-key makes one", Exit.USAGE)
    return AESGCM(key)


def _environment(name: str) -> str:
    if not (value := os.environ.get(name)):
        raise Missing(f"{name} is not set")
    return value.strip()


def _parameter(name: str) -> str:
    return _asked("ssm", lambda client: client.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])


def _secret(name: str) -> str:
    return _asked("secretsmanager", lambda client: client.get_secret_value(SecretId=name)["SecretString"])


def _asked(service: str, ask: Callable[[Any], str]) -> str:
    try:
        import boto3  # noqa: PLC0415 (an extra of the package, 150 ms)
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
    except ImportError:
        raise Failure(f"{service} references need boto3: pip install boto3", Exit.USAGE) from None
    try:
        return ask(boto3.client(service))
    except (BotoCoreError, ClientError, KeyError) as error:
        raise Missing(f"{service}: {error}") from None


_READERS: Mapping[str, Callable[[str], str]] = {
    "env": _environment,
    "ssm": _parameter,
    "secretsmanager": _secret,
    "sealed": _opened,
}
