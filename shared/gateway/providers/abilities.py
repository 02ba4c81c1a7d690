"""What a model can do and who may ask it how, as far as the price map tells: for people who choose one.

``model_abilities.json`` is written by ``tools/make_prices.py`` and read when it is first asked for; nothing that
relays needs it.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources

from gateway.billing import oneapi
from gateway.billing.pricing import find_row

_PACKAGE, _FILE = "gateway.providers", "model_abilities.json"

_DOES: Mapping[str, str] = {
    "chat": "chat",
    "responses": "chat",
    "completion": "completions",
    "embedding": "embeddings",
    "image_generation": "images",
    "image_edit": "images",
    "audio_speech": "speech",
    "audio_transcription": "transcription",
    "rerank": "rerank",
    "moderation": "moderation",
    "realtime": "realtime",
}
_DIALECTS: Mapping[str, tuple[str, ...]] = {
    "chat": ("openai", "responses", "anthropic", "gemini"),
    "embeddings": ("openai", "gemini"),
}
_PLAIN = ("openai",)


def abilities_of(model: str, channel_type: int) -> list[str]:
    """What it is made for, and what it can besides; empty: nothing is known of it."""
    row = find_row(model, channel_type)
    if row is None:
        return []
    known = _known()
    besides = {ability for name in oneapi.names(model, channel_type) for ability in known.get(name, ())}
    return [_DOES.get(row.mode, row.mode), *sorted(besides)]


def dialects_of(abilities: list[str]) -> list[str]:
    """In which dialects a model with these abilities can be asked; what nothing is known of may be a chat."""
    return list(_DIALECTS.get(abilities[0] if abilities else "chat", _PLAIN))


@cache
def _known() -> Mapping[str, list[str]]:
    """Abilities by model."""
    listed: dict[str, list[str]] = json.loads(resources.files(_PACKAGE).joinpath(_FILE).read_bytes())
    found: dict[str, list[str]] = {}
    for ability, models in listed.items():
        for model in models:
            found.setdefault(model, []).append(ability)
    return found
