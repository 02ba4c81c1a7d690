"""The receiver of an account's own alarms: which one, and its settings, sealed with the account."""

import json
from collections.abc import Mapping

from gateway.alarms.protocol import Settings
from gateway.domain.alarms import RECEIVERS
from gateway.records import dataclass
from gateway.security.credentials import SealBroken, Vault

LONGEST = 2_000  # characters of a setting


@dataclass(frozen=True, slots=True)
class Personal:
    """One receiver with its settings."""

    receiver: str
    settings: Settings

    def sealed(self, vault: Vault, user_id: int) -> str:
        """As it is kept."""
        return vault.seal(json.dumps({"receiver": self.receiver, "settings": dict(self.settings)}), _context(user_id))


def opened(vault: Vault, user_id: int, text: str) -> Personal | None:
    """The receiver of an account; ``None`` if it has none, or none that can be opened."""
    if not text:
        return None
    try:
        kept = json.loads(vault.open(text, _context(user_id)))
    except SealBroken:
        return None
    return Personal(kept["receiver"], kept["settings"]) if kept["receiver"] in RECEIVERS else None


def problem(receiver: str, settings: Mapping[str, str]) -> str:
    """What is wrong with these settings, empty when nothing is."""
    row = RECEIVERS.get(receiver)
    if row is None:
        return f"receiver must be one of {', '.join(RECEIVERS)}"
    missing = [name for name in row.needs if not settings.get(name)]
    if missing:
        return f"{missing[0]} must not be empty"
    for name in row.settings:
        value = settings.get(name, "")
        if len(value) > LONGEST or not value.isprintable():
            return f"{name} must be a single line"
        if name == "address" and value and not value.lower().startswith(("https://", "http://")):
            return "address must be empty or begin with https:// or http://"
    return ""


def _context(user_id: int) -> str:
    return f"alarm#{user_id}"
