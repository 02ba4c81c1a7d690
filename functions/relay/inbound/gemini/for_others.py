"""generateContent requests for models that are not Gemini.

Knobs without a like elsewhere are dropped: safety settings, labels, media resolution, what is left of the generation
config. What carries content or asks for a service of Google's is refused by name: cached contents, Google's own tools
and their results, files in Google's storage, clipped videos, speech. A key
that nobody knows stays for a provider whom we know to judge.
"""

from collections.abc import Mapping
from typing import Any, cast

from gateway.outbound import registry
from gateway.outbound.protocol import Json, Unsupported
from gateway.wire.json import array, obj, objs, string
from relay.inbound.strict_openai import for_dialect
from relay.inbound.tool_results import with_text_only

_KNOBS = frozenset({"safetySettings", "labels", "generationConfig", "toolConfig", "modalities"})
_PART_KNOBS = frozenset({"mediaResolution", "media_resolution", "thoughtSignature", "thought_signature", "thought"})
_PARTS = frozenset({"text", "image_url", "input_audio", "audio_url", "video_url", "file"})
_SAID = frozenset({"text", "functionCall", "function_call", "inlineData", "inline_data"})
_READABLE = ("data:", "http://", "https://")
_GOOGLES = ("https://generativelanguage.googleapis.com/",)


def adapted(body: Json, dialect: str, model: str, config: Mapping[str, str]) -> Json:
    """The canonical body of a generateContent request for this dialect and model; raises ``Unsupported``."""
    if registry.words(dialect, model) == "gemini":
        return body
    return for_dialect(with_text_only(_for_others(body), dialect, model), dialect, model, config)


def _for_others(body: Json) -> Json:
    config = obj(body.get("generationConfig"))
    if body.get("cachedContent"):
        raise _only_gemini("cachedContent", "cachedContent")
    if config.get("speechConfig") or set(array(body.get("modalities"))) - {"text"}:
        raise _only_gemini("an answer in sound or pictures", "generationConfig.responseModalities")
    if config.get("responseMimeType") not in (None, "text/plain", "application/json"):
        raise _only_gemini(f"responseMimeType {config['responseMimeType']!r}", "generationConfig.responseMimeType")
    for tool in objs(body.get("tools")):
        if "function" not in tool:
            raise _only_gemini(f"the tool {next(iter(tool))}", "tools")
    out = {name: value for name, value in body.items() if name not in _KNOBS}
    out["messages"] = [_message(message) for message in objs(body["messages"])]
    return out


def _message(message: Json) -> Json:
    for part in objs(message.get("gemini_content")):
        if foreign := part.keys() - _SAID - _PART_KNOBS:
            raise _only_gemini(f"a part with {', '.join(sorted(foreign))}", "contents")
    if message.get("images"):
        raise _only_gemini("a picture in a turn of the model", "contents")
    out = {key: value for key, value in message.items() if key != "gemini_content"}
    content: Any = out.get("content")
    if isinstance(content, list):
        out["content"] = [_part(part) for part in objs(cast(list[Any], content))]
    return out


def _part(part: Json) -> Json:
    kind = string(part.get("type"))
    out = {key: value for key, value in part.items() if key not in _PART_KNOBS}
    if kind not in _PARTS or out.keys() - {"type", kind}:
        raise _only_gemini(f"a part with {', '.join(sorted(out.keys() - {'type', *_PARTS})) or kind}", "contents")
    place = obj(part.get(kind))
    url = string(place.get("url") or place.get("file_data"))
    if url and (not url.startswith(_READABLE) or url.startswith(_GOOGLES)):
        raise _only_gemini(f"the file {url[:80]!r}", "contents")
    return out


def _only_gemini(what: str, param: str) -> Unsupported:
    return Unsupported(f"{what} works with Gemini only; leave it out or use another model", param=param)
