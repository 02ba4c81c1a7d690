"""Where requests go: channels, and the abilities that index them."""

from collections.abc import Mapping
from dataclasses import field
from enum import IntEnum
from typing import Any

from gateway.domain.limits import LimitRule
from gateway.records import dataclass


class ChannelStatus(IntEnum):
    UNKNOWN = 0
    ENABLED = 1
    DISABLED = 2
    AUTO_DISABLED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One account at one provider, its credentials decrypted.

    ``keys`` has at least one element; a request uses one of them. ``config`` holds the provider's own
    settings (``api_version``, ``region``, ``user_id`` ...), ``model_mapping`` requested name to the
    provider's name, ``priority`` higher first, ``weight`` the share among equals (0 counts as 1). ``affinity``: whether
    conversations stay with it, and with one of its keys, for their prompts' cache. ``rests`` as
    ``domain.rests`` reads them.
    """

    id: int
    type: int
    name: str
    status: int
    keys: tuple[str, ...]
    base_url: str = ""
    models: tuple[str, ...] = ()
    groups: tuple[str, ...] = ("default",)
    priority: int = 0
    weight: int = 0
    model_mapping: Mapping[str, str] = field(default_factory=dict[str, str])
    config: Mapping[str, str] = field(default_factory=dict[str, str])
    system_prompt: str = ""
    rests: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    affinity: bool = True
    limits: tuple[LimitRule, ...] = ()

    def upstream_model(self, model: str) -> str:
        """The name this channel's provider knows the model by."""
        return self.model_mapping.get(model) or model

    def serves(self, group: str, model: str) -> bool:
        """Whether the channel, as it is now, is meant for this group and model."""
        return self.status == ChannelStatus.ENABLED and group in self.groups and model in self.models
