"""LiteLLM's config.yaml: deployments with the same credentials are one channel; providers are known by name."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from gateway.providers.catalog import PROVIDERS
from tools.migrate.databases.protocol import NotReadable
from tools.migrate.sources.litellm_export import json_of

Json = dict[str, Any]
Lookup = Callable[[str], str]  # what an environment variable has; empty if nobody knows

_REFERENCE: Final = "os.environ/"
_OPENAI, _AZURE, _BEDROCK, _VERTEX, _WITH_VERSION = 1, 3, 33, 42, 50

# how LiteLLM calls a provider -> our number
_OURS: Final[Mapping[str, int]] = {
    "openai": _OPENAI,
    "text-completion-openai": _OPENAI,
    "azure": _AZURE,
    "azure_text": _AZURE,
    "anthropic": 14,
    "anthropic_text": 14,
    "gemini": 24,
    "vertex_ai": _VERTEX,
    "vertex_ai_beta": _VERTEX,
    "bedrock": _BEDROCK,
    "mistral": 28,
    "groq": 29,
    "ollama": 30,
    "ollama_chat": 30,
    "cohere": 35,
    "cohere_chat": 35,
    "deepseek": 36,
    "cloudflare": 37,
    "together_ai": 39,
    "volcengine": 40,
    "novita": 41,
    "xai": 45,
    "replicate": 46,
    "openrouter": 20,
    "dashscope": 17,
    "moonshot": 25,
    "minimax": 27,
    "perplexity": 100,
    "fireworks_ai": 101,
    "cerebras": 102,
    "sambanova": 103,
    "nvidia_nim": 104,
    "huggingface": 105,
    "github": 106,
    "hosted_vllm": 107,
    "vllm": 107,
    "lm_studio": 108,
    "llamafile": 109,
    "jina_ai": 110,
    "voyage": 111,
    "vercel_ai_gateway": 112,
    "deepinfra": 116,
    "custom_openai": _WITH_VERSION,
    "openai_like": _WITH_VERSION,
}
_BY_NAME: Final = (("claude", 14), ("gemini", 24), ("command", 35), ("mistral", 28), ("deepseek", 36))


@dataclass(slots=True)
class Deployments:
    """What becomes one channel: the same provider, address and credentials, and no model twice."""

    type: int | None
    provider: str
    key: str = field(repr=False)
    base_url: str
    config: str = field(repr=False)
    models: dict[str, str] = field(default_factory=dict[str, str])  # name for callers -> the provider's
    unknown: set[str] = field(default_factory=set[str])  # environment variables that nobody knows


def read_config(path: Path) -> Json:
    """The file. Raises ``NotReadable``."""
    import yaml  # noqa: PLC0415 (only where LiteLLM is moved from)

    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise NotReadable(f"{path} is no YAML: {error}") from error
    if not isinstance(found, dict) or not isinstance(found.get("model_list", []), list):
        raise NotReadable(f"{path} has no model_list")
    return found


def deployments(config: Json, lookup: Lookup) -> list[Deployments]:
    """The channels of a file, in its order."""
    found: list[Deployments] = []
    for entry in config.get("model_list") or []:
        made = _deployment(entry.get("litellm_params") or {}, lookup)
        name, upstream = str(entry.get("model_name") or ""), made.models.pop("")
        home = next((one for one in found if _same(one, made) and one.models.get(name, upstream) == upstream), None)
        if home is None:
            found.append(made)
            home = made
        home.models[name] = upstream
        home.unknown |= made.unknown
    return found


def _same(one: Deployments, other: Deployments) -> bool:
    return (one.type, one.provider, one.key, one.base_url, one.config) == (
        other.type,
        other.provider,
        other.key,
        other.base_url,
        other.config,
    )


def _deployment(params: Json, lookup: Lookup) -> Deployments:
    unknown: set[str] = set()

    def value(name: str) -> str:
        return _resolved(str(params.get(name) or ""), lookup, unknown)

    provider, model = _provider(str(params.get("model") or ""), str(params.get("custom_llm_provider") or ""))
    kind, base = _OURS.get(provider), value("api_base") or value("base_url")
    if kind == _OPENAI and base:
        kind = _WITH_VERSION
    config, key = _settings(kind, value), "" if kind == _VERTEX else value("api_key")
    return Deployments(kind, provider, key, _address(kind, base), config, {"": model}, unknown)


def _provider(model: str, named: str) -> tuple[str, str]:
    """Who sells a model, and how he calls it."""
    first, slash, rest = model.partition("/")
    if named:
        return named, rest if slash and first == named else model
    if slash and first in _OURS:
        return first, rest.removeprefix("converse/").removeprefix("invoke/") if first == "bedrock" else rest
    if slash:
        return first, rest
    known = next((kind for begins, kind in _BY_NAME if model.startswith(begins)), _OPENAI)
    return next(name for name, kind in _OURS.items() if kind == known), model


def _settings(kind: int | None, value: Callable[[str], str]) -> str:
    """The settings that a channel has beside its key."""
    if kind == _AZURE:
        found = {"api_version": value("api_version")}
    elif kind == _BEDROCK:
        found = {
            "ak": value("aws_access_key_id"),
            "sk": value("aws_secret_access_key"),
            "region": value("aws_region_name"),
        }
    elif kind == _VERTEX:
        found = {
            "region": value("vertex_location") or "us-central1",
            "vertex_ai_project_id": value("vertex_project"),
            "vertex_ai_adc": _account(value("vertex_credentials")),
        }
    else:
        found = {}
    found = {name: text for name, text in found.items() if text}
    return json.dumps(found) if found else ""


def _account(text: str) -> str:
    """A service account: its JSON, or the file that it lies in."""
    if not text or text.lstrip().startswith("{"):
        return text
    path = Path(text)
    return json.dumps(json_of(path, path.read_text())) if path.is_file() else ""


def _address(kind: int | None, base: str) -> str:
    """LiteLLM's addresses end in the version; ours do where the provider's row says so."""
    base = base.rstrip("/")
    row = PROVIDERS.get(kind or 0)
    return base if row is None or row.base_url_has_version else base.removesuffix("/v1")


def _resolved(text: str, lookup: Lookup, unknown: set[str]) -> str:
    if not text.startswith(_REFERENCE):
        return text
    name = text.removeprefix(_REFERENCE)
    found = lookup(name)
    if not found:
        unknown.add(name)
    return found


def prices(config: Json, unit: int) -> dict[str, dict[str, float]]:
    """Prices that a file sets itself: dollars of a token there, quota of a token here."""
    found: dict[str, dict[str, float]] = {}
    for entry in config.get("model_list") or []:
        params, info = entry.get("litellm_params") or {}, entry.get("model_info") or {}
        figures = {name: _figure((params, info), there) for name, there in _PRICES.items()}
        if any(figure is not None for figure in figures.values()):
            named = {name: round(figure * unit, 9) for name, figure in figures.items() if figure is not None}
            found[str(entry.get("model_name") or "")] = named
    return found


_PRICES: Final = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cached": "cache_read_input_token_cost",
}


def _figure(among: Iterable[Json], name: str) -> float | None:
    found = next((part[name] for part in among if part.get(name) is not None), None)
    return None if found is None else float(found)
