"""Stored items to domain objects."""

import json
from collections.abc import Mapping
from typing import Any, cast

from gateway.domain.channel import Channel
from gateway.domain.identity import NEVER, Token, User
from gateway.security.credentials import Vault

Item = Mapping[str, Any]

# one-api's legacy column ``other`` holds this config field, per channel type
_OTHER_MEANS = {3: "api_version", 18: "api_version", 24: "api_version", 21: "library_id", 17: "plugin"}


def user_from(item: Item) -> User:
    """A user, as far as the relay needs one."""
    return User(
        id=item["id"],
        username=item.get("username") or "",
        role=item.get("role") or 0,
        status=item.get("status") or 0,
        group=item.get("group") or "default",
        quota=item.get("quota") or 0,
        used_quota=item.get("used_quota") or 0,
        spread=(item.get("parts") or 0) if item.get("spread") else 0,
    )


def token_from(item: Item) -> Token:
    """A token without its secret."""
    return Token(
        id=item["id"],
        user_id=item["user_id"],
        name=item.get("name") or "",
        status=item.get("status") or 0,
        expired_time=item.get("expired_time") or NEVER,
        remain_quota=item.get("remain_quota") or 0,
        used_quota=item.get("used_quota") or 0,
        unlimited_quota=bool(item.get("unlimited_quota")),
        models=comma_list(item.get("models")),
        subnet=item.get("subnet") or "",
    )


def channel_from(item: Item, vault: Vault) -> Channel:
    """A channel with its credentials opened."""
    channel_id: int = item["id"]
    sealed = item.get("sealed_key")
    key = vault.open(sealed, channel_context(channel_id)) if sealed else ""
    return Channel(
        id=channel_id,
        type=item.get("type") or 0,
        name=item.get("name") or "",
        status=item.get("status") or 0,
        keys=tuple(line.strip() for line in key.split("\n") if line.strip()) or ("",),
        base_url=item.get("base_url") or "",
        models=comma_list(item.get("models")),
        groups=comma_list(item.get("group")) or ("default",),
        priority=item.get("priority") or 0,
        weight=item.get("weight") or 0,
        model_mapping=_texts(item.get("model_mapping")),
        config=_config(item),
        system_prompt=item.get("system_prompt") or "",
    )


def channel_context(channel_id: int) -> str:
    """What binds a sealed credential to its channel."""
    return f"channel#{channel_id}"


def comma_list(text: str | None) -> tuple[str, ...]:
    """The names in a comma-separated list, trimmed, each once, in order."""
    names = (name.strip() for name in (text or "").split(","))
    return tuple(dict.fromkeys(name for name in names if name))


def _config(item: Item) -> dict[str, str]:
    config = {name: value for name, value in _texts(item.get("config")).items() if value}
    meaning = _OTHER_MEANS.get(item.get("type") or 0)
    other = item.get("other")
    if meaning and other:
        config.setdefault(meaning, other)
    return config


def _texts(text: str | None) -> dict[str, str]:
    """The text values of a JSON object; anything unreadable counts as none, as one-api has it."""
    try:
        value: Any = json.loads(text) if text else {}
    except ValueError:
        return {}
    if not isinstance(value, dict):
        return {}
    pairs = cast(dict[str, Any], value).items()
    return {name: content for name, content in pairs if isinstance(content, str)}
