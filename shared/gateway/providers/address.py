"""Where a call goes: the channel's base URL, or the provider's, joined with a path. Pure text.

The base URL is honoured for every provider. A trailing slash, and a version that base and path both
have, are no problem: ``https://host/v1`` and ``https://host`` mean the same.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from gateway.errors import Unavailable
from gateway.outbound.protocol import Operation
from gateway.patterns import pattern
from gateway.providers.spec import Provider

# https://developers.cloudflare.com/ai-gateway/usage/providers/: these routes of the gateway have no version.
_GATEWAY = "https://gateway.ai.cloudflare.com"
_BARE_ROUTES = frozenset({"openai", "compat", "groq", "deepseek", "openrouter", "perplexity-ai", "cerebras"})
_OPENAI, _AZURE, _OLLAMA, _REPLICATE, _SPARK_HTTP = 1, 3, 30, 46, 48

# What base URLs end in and our paths begin with: one-api's for Replicate, and those that other clients want.
_TAILS: Mapping[int, re.Pattern[str]] = {
    _REPLICATE: pattern(r"/v1/models$"),
    _OLLAMA: pattern(r"/(v1|api)$"),
    _AZURE: pattern(r"(?<=/openai)/deployments(/[^/]+)?$"),
}

# Addresses that depend on the model. X1 and later: https://www.xfyun.cn/doc/spark/X1http.html
_BY_MODEL: Mapping[tuple[int, Operation], tuple[re.Pattern[str], str]] = {
    (_SPARK_HTTP, "chat"): (pattern(r"(spark-)?x\d", re.IGNORECASE), "/v2/chat/completions"),
}
_VERSION = pattern(r"v\d+(alpha|beta)?\d*")
_BLANK = pattern(r"\{(\w+)\}")


def url(
    provider: Provider,
    *,
    base_url: str,
    operation: Operation,
    model: str,
    config: Mapping[str, str],
    path: str,
    key: str = "",
) -> str:
    """The whole address of a call whose dialect says ``path``; ``Unavailable`` if a setting is missing."""
    values = _values(provider, model, config)
    base = _trimmed(provider, _filled(base_url or _default(provider, key), values, provider))
    if not urlsplit(base).netloc:
        raise Unavailable(f"the {provider.name} channel has no usable base URL; set one like https://host")
    if provider.id == _AZURE and operation in provider.paths:
        if deployed := _DEPLOYED.search(base_url):  # the base URL says which deployment
            values |= {"deployment": deployed[1], "model": deployed[1]}
        return _azure(provider, base, operation, values)
    template = _template(provider, operation, model, path)
    return base + _without_overlap(base, _through_gateway(provider, base, template, values))


def joined(base: str, path: str) -> str:
    """A base address and a path; a version that both have counts once."""
    return base + _without_overlap(base, path)


def base(provider: Provider, base_url: str, config: Mapping[str, str]) -> str:
    """The base address alone, without a trailing slash."""
    return _trimmed(provider, _filled(base_url or provider.base_url, _values(provider, "", config), provider))


def _trimmed(provider: Provider, base: str) -> str:
    base = base.removesuffix("/")
    return _TAILS[provider.id].sub("", base) if provider.id in _TAILS else base


def _default(provider: Provider, key: str) -> str:
    """DeepL's free and paid keys have hosts of their own: https://developers.deepl.com/docs/getting-started/auth"""
    paid = provider.auth == "deepl" and key and not key.strip().endswith(":fx")
    return provider.base_url.replace("api-free.", "api.") if paid else provider.base_url


def _values(provider: Provider, model: str, config: Mapping[str, str]) -> dict[str, str]:
    defaults = {setting.name: setting.default for setting in provider.config if setting.default}
    given = {name: quote(value, safe="-._~") for name, value in config.items() if value}
    quoted = quote(model, safe="-._~@:")
    return {**defaults, **given, "model": quoted, "deployment": _deployment(quoted)}


def _deployment(model: str) -> str:
    """Azure's name of a model: what the administrator wrote. Only deployments of GPT-3.5 could not have its dot, once.

    https://learn.microsoft.com/azure/ai-foundry/openai/how-to/working-with-models: ``gpt-35-turbo``
    """
    return model.replace("gpt-3.5", "gpt-35").replace("..", "")  # a step up is no name


def _template(provider: Provider, operation: Operation, model: str, path: str) -> str:
    by_model = _BY_MODEL.get((provider.id, operation))
    if by_model and by_model[0].match(model):
        return by_model[1]
    own = provider.path(operation)
    return path if own is None else own


def _through_gateway(provider: Provider, base: str, template: str, values: Mapping[str, str]) -> str:
    path = _filled(template, values, provider) if template in provider.paths.values() else template
    bare = provider.id == _OPENAI or base.rpartition("/")[2] in _BARE_ROUTES
    return path.removeprefix("/v1") if bare and base.startswith(_GATEWAY) else path


_DEPLOYED = pattern(r"/openai/deployments/([^/]+)/?$")


def _azure(provider: Provider, base: str, operation: Operation, values: Mapping[str, str]) -> str:
    """Deployments, the newer ``/openai/v1`` and Foundry's ``/models``, by what the base URL ends in.

    https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle
    """
    path = _filled(provider.paths[operation], values, provider)
    tail = re.sub(r"^/openai(/deployments/[^/]+)?", "", path)
    if base.endswith("/openai/v1"):
        return base + tail.partition("?")[0]
    if base.endswith("/models"):
        return base + tail
    if base.startswith(_GATEWAY):
        return base + path.removeprefix("/openai/deployments")
    return base + path.removeprefix("/openai") if base.endswith("/openai") else base + path


def _filled(template: str, values: Mapping[str, str], provider: Provider) -> str:
    """The blanks filled in; Google's global region has a host of its own."""
    if "{" not in template:
        return template
    if values.get("region") == "global":
        template = template.replace("{region}-aiplatform", "aiplatform")
    missing = [name for name in _BLANK.findall(template) if name not in values]
    if missing:
        raise Unavailable(f"the {provider.name} channel lacks {' and '.join(missing)}; set it in the channel's config")
    return _BLANK.sub(lambda blank: values[blank.group(1)], template)


def _without_overlap(base: str, path: str) -> str:
    """The path without leading segments that the base has too, if both end there in a version, or all of it is there.

    Other segments may stand between those of the base (``/api/coding/paas/v4`` for ``/api/paas/v4``).
    """
    have = urlsplit(base).path.strip("/").split("/")
    want = path.partition("?")[0].strip("/").split("/")
    for count in range(min(len(have), len(want)), 0, -1):
        ends = have[-1] == want[count - 1] and (_VERSION.fullmatch(want[count - 1]) or 1 < count == len(want))
        if ends and _in_order(want[:count], have):
            return path[sum(len(segment) + 1 for segment in want[:count]) :]
    return path


def _in_order(wanted: list[str], segments: list[str]) -> bool:
    rest = iter(segments)
    return all(segment in rest for segment in wanted)
