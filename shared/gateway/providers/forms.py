"""The catalogue for people: every row with a JSON schema of the form that sets up a channel of its type. Pure.

``GET /api/providers`` serves ``provider_forms``. A field that must be kept secret has ``"format": "password"``; what
``key`` is made of stands in its description. Schemas: https://json-schema.org/draft/2020-12
"""

from collections.abc import Mapping
from typing import Any

from gateway.errors import NotFound, Unavailable
from gateway.providers import address, keys
from gateway.providers.catalog import PROVIDERS, models_of, provider
from gateway.providers.keys import BadKey
from gateway.providers.spec import AuthScheme, ConfigField, Provider

Json = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PART = r"[^|\n]+"
# What one line of a key looks like where it has parts; several lines are several keys.
_LINES: Mapping[AuthScheme, str] = {
    "tc3": rf"\d+\|{_PART}\|{_PART}",
    "qianfan-token": rf"{_PART}\|{_PART}",
    "spark-hmac": rf"{_PART}\|{_PART}\|{_PART}",
    "sigv4": rf"{_PART}(\|{_PART}\|{_PART})?",
}


def provider_forms() -> list[Json]:
    """Every provider by its channel type: what it offers, and ``schema``, the form of its channels."""
    return [provider_form(row) for row in PROVIDERS.values()]


def provider_form(row: Provider) -> Json:
    """``id`` (the channel type), ``name``, ``operations`` to dialects, ``models``, and the form as ``schema``."""
    return {
        "id": row.id,
        "name": row.name,
        "owner": row.owner,
        "base_url": row.base_url,
        "auth": row.auth,
        "key_format": row.key_format,
        "operations": dict(row.dialects),
        "models": list(models_of(row.id)),
        "balance": row.balance,
        "docs": row.docs,
        "tier": row.tier,
        "schema": schema(row),
    }


def schema(row: Provider) -> Json:
    """The form of a channel: its key, its base URL where the provider has none or another is wanted, its settings."""
    base_url: Json = {"type": "string", "title": "Base URL", "pattern": r"^$|^(https?|wss?)://\S+$"}
    if row.base_url:
        base_url["default"] = row.base_url
    else:
        base_url["minLength"] = 1
    settings: Json = {
        "type": "object",
        "title": "Settings",
        "properties": {setting.name: _setting(setting) for setting in row.config},
    }
    return {
        "$schema": DIALECT,
        "type": "object",
        "title": row.name,
        "properties": {"key": _key(row), "base_url": base_url, "config": settings},
        "required": ["key"] if row.base_url else ["key", "base_url"],
    }


def _key(row: Provider) -> Json:
    found: Json = {
        "type": "string",
        "title": "Key",
        "description": row.key_format or "API key",
        "format": "password",
        "minLength": 1,
    }
    line = _LINES.get(row.auth)
    return found | {"pattern": rf"^\s*({line})(\s*\n\s*({line}))*\s*$"} if line else found


def _setting(setting: ConfigField) -> Json:
    # Also a required one may stand in the key instead, so that only ``problem`` can say that it is missing.
    found: Json = {"type": "string", "title": setting.label}
    if setting.default:
        found["default"] = setting.default
    if setting.placeholder:
        found["examples"] = [setting.placeholder]
    if setting.secret:
        found["format"] = "password"
    return found


def problem(type: int, key: str, config: Mapping[str, str], base_url: str) -> str:
    """What keeps a channel with this key (one of its lines) and these settings from working; empty if nothing does."""
    try:
        row = provider(type)
        keys.parse(row, key, config)
        known = keys.settings(row, key, config, base_url)
        found = address.base(row, base_url, known)
    except (BadKey, NotFound, Unavailable) as wrong:
        return wrong.message if isinstance(wrong, NotFound | Unavailable) else str(wrong)
    return "" if found else f"a channel of {row.name} needs a base URL"
