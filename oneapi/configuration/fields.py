"""What a channel may say in a file, and what the API calls that. What is at its default is left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["text", "whole", "switch", "list", "mapping", "settings", "limits", "provider", "state", "key"]


@dataclass(frozen=True, slots=True)
class Field:
    """``name`` in the API; ``default`` as the API has it."""

    name: str
    kind: Kind
    default: Any
    about: str


CHANNEL: Mapping[str, Field] = {
    "name": Field("name", "text", "", "What it is called; it is found again by this name."),
    "provider": Field("type", "provider", 0, "The provider, by name or number."),
    "state": Field("status", "state", 1, "enabled, or disabled."),
    "key": Field("key", "key", "", "A reference to its key, or a list of them, which take turns."),
    "base_url": Field("base_url", "text", "", "Where its API is, if not where the provider has it."),
    "models": Field("models", "list", "", "Models it serves."),
    "groups": Field("group", "list", "default", "Groups that may use it."),
    "mapping": Field("model_mapping", "mapping", "", "Asked name to the name at the provider."),
    "settings": Field("config", "settings", "", "What the provider needs besides; secret ones are references."),
    "other": Field("other", "text", "", "The old free field of some providers."),
    "system_prompt": Field("system_prompt", "text", "", "A system prompt that takes the place of the caller's."),
    "tag": Field("tag", "text", "", "A word to find it by."),
    "test_model": Field("test_model", "text", "", "Which model its test asks."),
    "priority": Field("priority", "whole", 0, "Channels of the highest priority are asked first."),
    "weight": Field("weight", "whole", 0, "Share among those of the same priority."),
    "affinity": Field("affinity", "switch", True, "Whether conversations stay with it."),
    "watch_models": Field("watch_models", "switch", False, "Whether its models are compared with the provider's."),
    "limits": Field("limits", "limits", [], "Limits and budgets."),
}
REQUIRED = ("name", "provider")

# Sections of a file that are single options.
SECTIONS = {"groups": "GroupRatio"}
LIMIT_OPTIONS = {"groups": "GroupLimits", "models": "ModelLimits"}
ANNOUNCEMENT = ("title", "text", "kind", "begins", "ends", "audience")
ANNOUNCEMENT_DEFAULTS = {"text": "", "kind": "info", "begins": 0, "ends": 0, "audience": "all"}
TOP = ("version", "options", "prices", "groups", "limits", "announcements", "channels")
VERSION = 1
