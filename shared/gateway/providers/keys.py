"""Keys that are several things in one: read by the provider's format, refused with what is wrong.

AWS and Vertex credentials may come in the key, as one-api's form writes them, or in the config.
"""

from collections.abc import Mapping
from dataclasses import field

from gateway.patterns import pattern
from gateway.providers.spec import Provider
from gateway.records import dataclass
from gateway.wire.json import parse as json_of

# By auth scheme: the parts of a key in order, as our settings call them.
_PARTS: Mapping[str, tuple[str, ...]] = {
    "sigv4": ("ak", "sk", "region"),
    "google-token": ("region", "vertex_ai_project_id", "vertex_ai_adc"),
    "tc3": ("app_id", "secret_id", "secret_key"),
    "qianfan-token": ("api_key", "secret_key"),
    "spark-hmac": ("app_id", "api_secret", "api_key"),
}
_VISIBLE = pattern(r"[!-~]*")
_SHOWN = frozenset({"region", "vertex_ai_project_id", "app_id"})  # parts that are no secrets


class BadKey(ValueError):
    """A key that cannot work; the text says what to enter, and never shows the key."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key understood. ``parts`` by name; a key of one part has it under ``key``."""

    parts: Mapping[str, str] = field(repr=False)

    def __getitem__(self, name: str) -> str:
        return self.parts[name]


def parse(provider: Provider, key: str, config: Mapping[str, str]) -> Key:
    """The parts of a channel's key and config; raises ``BadKey``."""
    text = key.strip()
    names = _PARTS.get(provider.auth)
    if names is None:
        return Key({"key": _single(provider, text)})
    if provider.auth == "sigv4" and text and "|" not in text and not (config.get("ak") and config.get("sk")):
        return Key({"key": text, "region": _required(provider, "region", config.get("region", ""))})
    parts = {name: config[name].strip() for name in names if config.get(name, "").strip()}
    if len(parts) < len(names) and text:
        parts = _split(provider, text, names) | parts
    for name in names:
        _required(provider, name, parts.get(name, ""))
    _check(provider, parts)
    return Key(parts)


def settings(provider: Provider, key: str, config: Mapping[str, str], base_url: str = "") -> dict[str, str]:
    """The config a dialect sees: with what the key adds to it (region, project), without any secret.

    Some dialects want to know where they speak to (an AI Gateway has other paths): ``base_url`` is that.
    """
    secret = {setting.name for setting in provider.config if setting.secret}
    kept = {name: value for name, value in config.items() if name not in secret}
    kept |= {"base_url": base_url} if base_url else {}
    if provider.auth not in _PARTS:
        return kept
    parts = parse(provider, key, config).parts
    return kept | {name: value for name, value in parts.items() if name in _SHOWN}


def _single(provider: Provider, text: str) -> str:
    """One opaque key. Ollama and other local servers need none; a pasted ``Bearer`` is taken off."""
    if provider.auth == "raw":
        return text
    text = text.removeprefix("Bearer ").strip()
    if not _VISIBLE.fullmatch(text):
        raise BadKey(f"the {provider.name} key may hold only visible ASCII characters and no spaces; copy it again")
    if provider.auth == "zhipu-jwt" and text.count(".") > 1:
        raise BadKey(f"the {provider.name} key must be id.secret or one key without dots")
    return text


def _split(provider: Provider, text: str, names: tuple[str, ...]) -> dict[str, str]:
    found = [part.strip() for part in text.split("|", len(names) - 1)]
    if len(found) != len(names):
        wanted = f"{provider.key_format}, {len(names)} parts separated by |"
        raise BadKey(f"the {provider.name} key must be {wanted}, not {len(found)}")
    return dict(zip(names, found, strict=True))


def _required(provider: Provider, name: str, value: str) -> str:
    if not value:
        raise BadKey(f"the {provider.name} channel lacks {name}; enter the key as {provider.key_format}, or set {name}")
    return value


def _check(provider: Provider, parts: Mapping[str, str]) -> None:
    if provider.auth == "tc3" and not parts["app_id"].isdecimal():
        raise BadKey(f"the AppId of the {provider.name} key (its first part) must be a number")
    if provider.auth == "google-token" and not isinstance(json_of(parts["vertex_ai_adc"]), dict):
        raise BadKey(f"the service account of the {provider.name} channel must be the JSON of a key file")
    if provider.auth == "sigv4" and any(" " in parts[name] for name in ("ak", "sk", "region")):
        raise BadKey(f"the {provider.name} key must be {provider.key_format} without spaces")
