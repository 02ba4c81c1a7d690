"""Dialects by name, loaded when first asked for.

The import inside a function is deliberate: a cold start of the relay needs one or two of the twenty dialects.
Twelve of them together cost 80 ms of CPU, OpenAI's alone 8, where a lean start is 100 (process time, Python 3.11).
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import cast

from gateway.outbound.base import Dialect
from gateway.outbound.meter import Meter
from gateway.outbound.quirks import QUIRKS

# Name to module and attribute.
_PLACES: Mapping[str, tuple[str, str]] = {
    "anthropic": ("anthropic", "ANTHROPIC"),
    "bedrock": ("bedrock", "BEDROCK"),
    "gemini": ("gemini", "GEMINI"),
    "vertex": ("vertex", "VERTEX"),
    "palm": ("palm", "PALM"),
    "dashscope": ("dashscope", "dashscope"),
    "qianfan": ("qianfan", "qianfan"),
    "spark": ("spark", "spark"),
    "zhipu": ("zhipu", "zhipu"),
    "hunyuan": ("hunyuan", "hunyuan"),
    "minimax": ("minimax", "minimax"),
    "coze": ("coze", "coze"),
    "deepl": ("deepl", "deepl"),
    "cohere": ("cohere", "cohere"),
    "ollama": ("ollama", "ollama"),
    "cloudflare": ("cloudflare", "cloudflare"),
    "replicate": ("replicate", "replicate"),
    "aiproxy-library": ("aiproxy_library", "aiproxy_library"),
}


@cache
def dialect(name: str) -> Dialect:
    """The dialect of this name; ``KeyError`` if there is none."""
    if name in QUIRKS and name not in _PLACES:
        from gateway.outbound.openai import OpenAI  # noqa: PLC0415

        return OpenAI(name, QUIRKS[name])
    module, attribute = _PLACES[name]
    return cast(Dialect, getattr(import_module(f"gateway.outbound.{module}"), attribute))


class _Dialects(Mapping[str, Dialect]):
    """The names as a mapping; a value is loaded when it is read."""

    def __getitem__(self, name: str) -> Dialect:
        return dialect(name)

    def __iter__(self) -> Iterator[str]:
        yield from dict.fromkeys((*QUIRKS, *_PLACES))

    def __len__(self) -> int:
        return len(QUIRKS.keys() | _PLACES)


DIALECTS: Mapping[str, Dialect] = _Dialects()


def wire(name: str) -> str:
    """The client dialect whose bytes this dialect's replies are (``openai``, ``anthropic``), or its own name.

    Where it equals the caller's dialect, replies may pass through and only be metered.
    """
    if name in QUIRKS:
        return "openai" if QUIRKS[name].exact else name
    return name


def replies(name: str, model: str) -> str:
    """The dialect in which this one's replies for a model are: Vertex AI answers in those of the models' makers."""
    if name != "vertex":
        return name
    from gateway.outbound.vertex import is_claude  # noqa: PLC0415

    return "anthropic" if is_claude(model) else "gemini"


def meter(name: str, choices: int = 1) -> Meter:
    """A meter for one stream of this dialect that passes through; ``KeyError`` if it never does."""
    if name in QUIRKS:
        from gateway.outbound.openai_meter import OpenAIMeter  # noqa: PLC0415

        return OpenAIMeter(QUIRKS[name], choices)
    module, attribute = _METERS[name]
    return cast(Meter, getattr(import_module(f"gateway.outbound.{module}"), attribute)())


_METERS: Mapping[str, tuple[str, str]] = {
    "anthropic": ("anthropic_meter", "AnthropicMeter"),
    "gemini": ("gemini_meter", "GeminiMeter"),
}
