"""one-api's own price rules: lookup order, completion ratios by name, pictures by size.

Where its answer is only a guess by name the price map is asked first; see ``pricing``.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from gateway.billing import data, rational

Table = Mapping[str, Fraction]
INTERNET_SUFFIX = "-internet"  # a search switch in the model name, not another model
IMAGE_UNITS = 1000  # a picture costs what a thousand tokens cost
DEFAULT_SIZE = "1024x1024"


def names(model: str, channel_type: int) -> tuple[str, str]:
    """The keys a model is looked up by, most specific first."""
    return f"{model}({channel_type})", model


def without_internet(model: str, *families: str) -> str:
    """``qwen-turbo-internet`` is priced as ``qwen-turbo``."""
    if model.startswith(families) and model.endswith(INTERNET_SUFFIX):
        return model.removesuffix(INTERNET_SUFFIX)
    return model


def model_ratio(model: str, channel_type: int, option: Table) -> Fraction | None:
    """Quota per prompt token, or ``None`` where one-api would fall back to its ratio of 30."""
    builtin = data.ratios()["model_ratio"]
    return find(without_internet(model, "qwen-", "command-"), channel_type, option, builtin)


def builtin_ratio(model: str, channel_type: int) -> Fraction | None:
    """The default table alone."""
    return model_ratio(model, channel_type, {})


def completion_ratio(model: str, channel_type: int, option: Table) -> Fraction:
    """How many prompt tokens one completion token costs: tables first, then the rules by name, else 1."""
    model = without_internet(model, "qwen-")
    listed = listed_completion_ratio(model, channel_type, option)
    return ruled_completion_ratio(model) if listed is None else listed


def listed_completion_ratio(model: str, channel_type: int, option: Table) -> Fraction | None:
    """The tables alone."""
    builtin = data.ratios()["completion_ratio"]
    return find(without_internet(model, "qwen-"), channel_type, option, builtin)


def ruled_completion_ratio(model: str) -> Fraction:
    """The rules alone: the first whose conditions all hold."""
    for rule in data.ratios()["completion_rules"]:
        if (
            rule.get("exact", model) == model
            and model.startswith(rule.get("prefix", ""))
            and model.endswith(rule.get("suffix", ""))
        ):
            return rational.parse(rule["ratio"])
    return Fraction(1)


def find(model: str, channel_type: int, option: Table, builtin: Mapping[str, str]) -> Fraction | None:
    """``name(type)`` in the option, then in the defaults; then ``name`` likewise."""
    for name in names(model, channel_type):
        if name in option:
            return option[name]
        if name in builtin:
            return rational.parse(builtin[name])
    return None


def image_prices(model: str, ratio: Fraction) -> Iterator[tuple[str, Fraction]]:
    """Quota per picture: ``""`` is any other size, ``hd/SIZE`` the high-definition quality."""
    base = ratio * IMAGE_UNITS
    yield "", base
    sizes = data.ratios()["image_sizes"].get(model, {})
    dearer = data.ratios()["image_hd"].get(model, {})
    for size, factor in sizes.items():
        yield size, base * rational.parse(factor)
        if dearer:
            yield f"hd/{size}", base * rational.parse(factor) * rational.parse(dearer.get(size, dearer["*"]))
