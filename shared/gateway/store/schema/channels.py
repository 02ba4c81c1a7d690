"""Channels: the number is the key. ``sealed_key`` is the encrypted credential (one key per line)."""

import json
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from gateway.domain import limits
from gateway.domain.channel import Channel, ChannelStatus
from gateway.records import dataclass
from gateway.security.credentials import Vault
from gateway.store.schema.entity import Entity, Index
from gateway.store.schema.texts import comma_list, json_texts

# one-api's legacy column ``other`` holds this config field, per channel type
_OTHER_MEANS = {3: "api_version", 18: "api_version", 24: "api_version", 21: "library_id", 17: "plugin"}

SEALED = "sealed:"  # before the value of a setting that is a secret


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRow:
    """A channel. ``balance`` is a decimal number as text, in the provider's unit; ``used_quota`` lies in counters."""

    id: int
    type: int = 0
    sealed_key: str = ""
    status: int = ChannelStatus.ENABLED
    name: str = ""
    weight: int = 0
    priority: int = 0
    created_time: int = 0
    test_time: int = 0
    response_time: int = 0
    base_url: str = ""
    other: str = ""
    balance: str = "0"
    balance_updated_time: int = 0
    models: str = ""
    group: str = "default"
    model_mapping: str = ""
    config: str = ""
    system_prompt: str = ""
    tag: str = ""
    test_model: str = ""
    affinity: bool = True
    status_reason: str = ""
    limits: str = ""  # JSON, as ``domain.limits`` writes it
    told_status: int = ChannelStatus.ENABLED  # what root was last told of
    key_faults: str = ""  # JSON: by place of the key, when a test was refused with it, and in which words
    watch_models: bool = False  # whether its models are compared with what the provider lists
    model_changes: str = ""  # JSON: what came of it last
    rests: dict[str, Any] = field(default_factory=dict[str, Any])  # by name, as ``domain.rests`` writes them
    revision: int = 0


CHANNELS = Entity(
    table="channels",
    key=("id",),
    row=ChannelRow,
    beside={"kind": str},  # always ``channel``
    indexes={"by_id": Index("kind", "id"), "by_name": Index("kind", "name")},
)


def channel_from(item: Mapping[str, Any], vault: Vault) -> Channel:
    """A channel with its credentials opened, as the relay uses it."""
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
        model_mapping=json_texts(item.get("model_mapping")),
        config=_config(item, vault),
        system_prompt=item.get("system_prompt") or "",
        rests=item.get("rests") or {},
        affinity=item.get("affinity", True),
        limits=limits.read(item.get("limits") or ""),
    )


def json_faults(text: str) -> dict[str, dict[str, Any]]:
    """What ``key_faults`` of a channel says, by the key's place."""
    return json.loads(text or "{}")


def channel_context(channel_id: int) -> str:
    """What binds a sealed credential to its channel."""
    return f"channel#{channel_id}"


def setting_context(channel_id: int, name: str) -> str:
    """What binds a sealed setting to its channel and name."""
    return f"{channel_context(channel_id)}/{name}"


def settings_of(kind: int, config: str, other: str) -> dict[str, str]:
    """The settings of a channel of this type, those that are secrets as they lie there."""
    settings = {name: value for name, value in json_texts(config).items() if value}
    meaning = _OTHER_MEANS.get(kind)
    if meaning and other:
        settings.setdefault(meaning, other)
    return settings


def _config(item: Mapping[str, Any], vault: Vault) -> dict[str, str]:
    given = settings_of(item.get("type") or 0, item.get("config") or "", item.get("other") or "")
    return {name: _opened(item["id"], name, value, vault) for name, value in given.items()}


def _opened(channel_id: int, name: str, value: str, vault: Vault) -> str:
    if not value.startswith(SEALED):
        return value
    return vault.open(value.removeprefix(SEALED), setting_context(channel_id, name))
