"""Settings of a channel that are secrets: sealed one by one inside its ``config``, so that all else stays readable."""

import json
from collections.abc import Collection, Mapping

from gateway.security.credentials import Vault
from gateway.store.schema.channels import SEALED, setting_context
from gateway.store.schema.texts import json_texts


def sealed_config(config: str, channel_id: int, vault: Vault, secrets: Collection[str], kept: str = "") -> str:
    """The config with its secrets sealed; one that comes blank keeps what the config before (``kept``) had."""
    given, before = json_texts(config), json_texts(kept)
    made = {name: before.get(name, "") if name in secrets and not value else value for name, value in given.items()}
    made = {name: _seal(channel_id, name, value, vault) if name in secrets else value for name, value in made.items()}
    return config if made == given else json.dumps(made, ensure_ascii=False)


def blanked(config: str) -> str:
    """The config as it is shown: every sealed setting is blank."""
    given = json_texts(config)
    made = {name: "" if value.startswith(SEALED) else value for name, value in given.items()}
    return config if made == given else json.dumps(made, ensure_ascii=False)


def opened_config(config: str, channel_id: int, vault: Vault) -> str:
    """The config with its secrets open, to be sealed for another channel. Raises ``SealBroken``."""
    given = json_texts(config)
    made = {
        name: vault.open(value.removeprefix(SEALED), setting_context(channel_id, name))
        if value.startswith(SEALED)
        else value
        for name, value in given.items()
    }
    return config if made == given else json.dumps(made, ensure_ascii=False)


def unsealed(config: str, secrets: Collection[str]) -> Mapping[str, str]:
    """The secrets that lie open in a config."""
    pairs = json_texts(config).items()
    return {name: value for name, value in pairs if name in secrets and value and not value.startswith(SEALED)}


def stay(old: str, new: str, secrets: Collection[str]) -> bool:
    """Whether a secret of one config is in the next one, too; one that is sent again is sealed anew and is another."""
    before, after = json_texts(old), json_texts(new)
    known = {name for name, value in before.items() if value and (name in secrets or value.startswith(SEALED))}
    return any(after.get(name) == before[name] for name in known)


def _seal(channel_id: int, name: str, value: str, vault: Vault) -> str:
    if not value or value.startswith(SEALED):
        return value
    return SEALED + vault.seal(value, setting_context(channel_id, name))
