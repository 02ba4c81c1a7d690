"""Which offer of a model is its price: the maker's own first, then whoever hosts it."""

import re
from collections.abc import Iterable
from decimal import Decimal

from tools.price_map import Entry

# Provider of the map to our channel types. Their offers are the price of the bare model name; the order decides
# when two of them offer the same name (a cloud that resells the model comes later).
MAKERS: dict[str, tuple[int, ...]] = {
    "openai": (1,),
    "text-completion-openai": (1,),
    "anthropic": (14,),
    "gemini": (24, 51),
    "mistral": (28,),
    "codestral": (28,),
    "text-completion-codestral": (28,),
    "xai": (45,),
    "deepseek": (36,),
    "moonshot": (25,),
    "zai": (16,),
    "bigmodel": (16,),
    "minimax": (27,),
    "cohere": (35,),
    "cohere_chat": (35,),
    "dashscope": (17, 49),
    "vertex_ai-language-models": (42,),
    "vertex_ai-embedding-models": (42,),
    "volcengine": (40,),
    "tencent": (23,),
    "perplexity": (),
    "voyage": (),
    "jina_ai": (),
    "ai21": (),
    "meta": (),
    "meta_llama": (),
    "xiaomi_mimo": (),
    "inception": (),
    "black_forest_labs": (),
    "stability": (),
    "recraft": (),
    "elevenlabs": (),
    "deepgram": (),
}

# They host other people's models. The dearest offer becomes the price of a bare name that no maker offers,
# so that no channel sells below its cost; the exact offer of a known channel type is kept as "name(type)".
HOSTS: dict[str, tuple[int, ...]] = {
    "azure": (3,),
    "azure_text": (3,),
    "azure_ai": (3,),
    "bedrock": (33,),
    "bedrock_converse": (33,),
    "vertex_ai": (42,),
    "groq": (29,),
    "together_ai": (39,),
    "novita": (41,),
    "cloudflare": (37,),
    "replicate": (46,),
}

# A seat or a machine is paid for there, not a token: their zeros are not a price.
NOT_SOLD_BY_TOKEN = {
    "github_copilot",
    "chatgpt",
    "opencode_go",
    "lemonade",
    "microsoft_365_copilot",
    "ollama",
    "sagemaker",
    "databricks",
}
# Providers whose keys start with another word than their name.
PREFIXES = {"azure_text": "azure", "bedrock_converse": "bedrock", "fireworks_ai-embedding-models": "fireworks_ai"}

IMAGE_KEY = re.compile(r"(?:(?P<quality>[a-z]+)/)?(?P<width>\d+)-x-(?P<height>\d+)/(?:(?P<steps>[a-z0-9-]*steps)/)?")


def types_of(provider: str) -> tuple[int, ...]:
    family = "vertex_ai" if provider.startswith("vertex_ai") else provider
    return MAKERS.get(provider) or HOSTS.get(family, ())


def bare_name(entry: Entry) -> str:
    """The name the provider itself knows the model by: the map's key without the provider's prefix."""
    head, slash, rest = entry.key.partition("/")
    family = "vertex_ai" if entry.provider.startswith("vertex_ai") else entry.provider
    known = {family, family.replace("_", "-"), PREFIXES.get(entry.provider)}
    return rest if slash and head in known else entry.key


def choose(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Model name, or ``name(channel type)`` where a host's price differs, to the entry that prices it."""
    offers = [(bare_name(entry), entry) for entry in entries if entry.provider not in NOT_SOLD_BY_TOKEN]
    offers = fold_images(offers)
    plain: dict[str, Entry] = {}
    for name, entry in sorted(offers, key=lambda offer: rank(offer[1])):
        if entry.provider in MAKERS or not entry.free:
            plain.setdefault(name, entry)
    rows = dict(plain)
    for name, entry in offers:
        chosen = plain.get(name)
        if chosen and (chosen.provider == entry.provider or same_figures(chosen, entry)):
            continue
        for channel_type in types_of(entry.provider):
            rows.setdefault(f"{name}({channel_type})", entry)
    return rows


def same_figures(one: Entry, other: Entry) -> bool:
    return (one.plans, one.units, one.images) == (other.plans, other.units, other.images)


def rank(entry: Entry) -> tuple[int, Decimal, Decimal, str]:
    """Makers in their order; then hosts, dearest first; the key decides ties."""
    makers = list(MAKERS)
    if entry.provider in MAKERS:
        return (makers.index(entry.provider), Decimal(0), Decimal(0), entry.key)
    tokens, unit = entry.weight()
    return (len(makers), -tokens, -unit, entry.key)


def fold_images(offers: list[tuple[str, Entry]]) -> list[tuple[str, Entry]]:
    """``high/1024-x-1024/gpt-image-1`` is not a model but a line in the picture table of ``gpt-image-1``."""
    models: dict[tuple[str, str], Entry] = {(name, entry.provider): entry for name, entry in offers}
    kept: list[tuple[str, Entry]] = []
    for name, entry in offers:
        match = IMAGE_KEY.match(name)
        if not match:
            kept.append((name, entry))
            continue
        model = name[match.end() :]
        target = models.get((model, entry.provider))
        if target is None:
            target = models[(model, entry.provider)] = Entry(entry.key, entry.provider, entry.mode)
            kept.append((model, target))
        size = f"{match['width']}x{match['height']}"
        price = entry.units.get("image")
        if price:
            quality = match["quality"] or match["steps"]
            target.images[f"{quality}/{size}" if quality else size] = price
    return [(name, entry) for name, entry in kept if entry.base or entry.units or entry.images]
