"""Dialects by name, loaded when first asked for.

The import inside a function is deliberate: a cold start of the relay needs one or two of the twenty dialects, and
importing all of them costs about 60 ms of CPU, most of a lean start (measured with ``-X importtime``).
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any, cast

from gateway.outbound.base import Dialect
from gateway.outbound.meter import Meter
from gateway.outbound.quirks import QUIRKS

# Name to module and attribute. The attribute is the dialect itself or a class without arguments.
_PLACES: Mapping[str, tuple[str, str]] = {
    "anthropic": ("anthropic", "Anthropic"),
    "bedrock": ("bedrock", "Bedrock"),
    "gemini": ("gemini", "Gemini"),
    "vertex": ("vertex", "Vertex"),
    "palm": ("palm", "Palm"),
    "dashscope": ("dashscope", "DashScope"),
    "qianfan": ("qianfan", "Qianfan"),
    "spark": ("spark", "Spark"),
    "zhipu": ("zhipu", "Zhipu"),
    "hunyuan": ("hunyuan", "Hunyuan"),
    "coze": ("coze", "Coze"),
    "deepl": ("deepl", "DeepL"),
    "cohere": ("cohere", "Cohere"),
    "ollama": ("ollama", "Ollama"),
    "cloudflare": ("cloudflare", "Cloudflare"),
    "replicate": ("replicate", "Replicate"),
    "aiproxy-library": ("aiproxy_library", "AIProxyLibrary"),
}


@cache
def dialect(name: str) -> Dialect:
    """The dialect of this name; ``KeyError`` if there is none."""
    if name in QUIRKS:
        from gateway.outbound.openai import OpenAI  # noqa: PLC0415

        return OpenAI(name, QUIRKS[name])
    module, attribute = _PLACES[name]
    found: Any = getattr(import_module(f"gateway.outbound.{module}"), attribute)
    return cast(Dialect, found() if isinstance(found, type) else found)


class _Dialects(Mapping[str, Dialect]):
    """The names as a mapping; a value is loaded when it is read."""

    def __getitem__(self, name: str) -> Dialect:
        return dialect(name)

    def __iter__(self) -> Iterator[str]:
        yield from (*QUIRKS, *_PLACES)

    def __len__(self) -> int:
        return len(QUIRKS) + len(_PLACES)


DIALECTS: Mapping[str, Dialect] = _Dialects()


def wire(name: str) -> str:
    """The client dialect whose bytes this dialect's replies are (``openai``, ``anthropic``), or its own name.

    Where it equals the caller's dialect, replies may pass through and only be metered.
    """
    if name in QUIRKS:
        return "openai" if QUIRKS[name].exact else name
    return name


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
