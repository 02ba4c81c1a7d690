"""A canonical chat as a generateContent body. https://ai.google.dev/api/generate-content

Placed: system, messages, tools, tool_choice, stop, n, max_tokens, temperature, top_p, top_k, seed, penalties,
logprobs, response_format, reasoning_effort, modalities (text, image), web_search_options. Dropped knobs:
parallel_tool_calls, logit_bias, user, metadata, store, service_tier, prompt_cache_*, verbosity,
names of speakers, detail of images. Google's own OpenAI extras
(``extra_body.google`` or ``google``: thinking_config, cached_content) are understood;
keys of generateContent itself go on top, and so does every key that nobody knows.
"""

from gateway.outbound.canonical.chat import extras, format_of, max_tokens, renamed, seed, stops
from gateway.outbound.canonical.tools import Toolset, toolset
from gateway.outbound.gemini.blocks import LABEL, contents
from gateway.outbound.gemini.models import json_schemas, thinking_config
from gateway.outbound.gemini.schema import subset, without_nulls
from gateway.outbound.protocol import Json, ProviderRequest, Unsupported
from gateway.wire.json import array, obj, string, whole

# one-api's categories; the threshold is the operator's (GEMINI_SAFETY_SETTING comes in through the config).
SAFETY_CATEGORIES = (
    "HARM_CATEGORY_HARASSMENT",
    "HARM_CATEGORY_HATE_SPEECH",
    "HARM_CATEGORY_SEXUALLY_EXPLICIT",
    "HARM_CATEGORY_DANGEROUS_CONTENT",
    "HARM_CATEGORY_CIVIC_INTEGRITY",
)
DEFAULT_THRESHOLD = "BLOCK_NONE"

_GENERATION = {
    "temperature": "temperature",
    "top_p": "topP",
    "top_k": "topK",
    "presence_penalty": "presencePenalty",
    "frequency_penalty": "frequencyPenalty",
    "logprobs": "responseLogprobs",
    "top_logprobs": "logprobs",
}
_HANDLED = frozenset(
    {
        "top_k",
        "thinking",
        "extra_body",
        "google",
        "generationConfig",
        "generation_config",
        "safetySettings",
        "safety_settings",
        "cached_content",
        "cachedContent",
    }
)


def generate_body(request: ProviderRequest) -> Json:
    """The body of a generateContent call. Raises ``Unsupported``."""
    body = request.body
    if "audio" in array(body.get("modalities")) or body.get("audio"):
        raise Unsupported(f"{LABEL} answers chats with text and images only; leave audio out", param="modalities")
    system, listed = contents(request)
    if not listed:
        raise Unsupported("messages must hold one that is not empty and not a system message", param="messages")
    google = obj(body.get("google")) or obj(obj(body.get("extra_body")).get("google"))
    chosen = toolset(body)
    out: Json = {"contents": listed, "generationConfig": _generation(request, google), **extras(body, _HANDLED)}
    optional = {
        "systemInstruction": {"parts": system} if system else None,
        "tools": _tools(request, chosen),
        "toolConfig": _tool_config(chosen),
        "safetySettings": safety(request),
        "cachedContent": body.get("cachedContent") or body.get("cached_content") or google.get("cached_content"),
    }
    return out | {key: value for key, value in optional.items() if value}


def safety(request: ProviderRequest) -> list[Json]:
    """The caller's safety settings, or one threshold for every category; none where the config says ``-``."""
    own = array(request.body.get("safetySettings") or request.body.get("safety_settings"))
    threshold = request.config.get("gemini_safety_setting") or DEFAULT_THRESHOLD
    if own or threshold == "-":
        return own
    return [{"category": category, "threshold": threshold} for category in SAFETY_CATEGORIES]


def _generation(request: ProviderRequest, google: Json) -> Json:
    body = request.body
    out = renamed(body, _GENERATION)
    if not out.get("responseLogprobs"):
        out.pop("responseLogprobs", None)
        out.pop("logprobs", None)
    wanted = {
        "maxOutputTokens": whole(max_tokens(body)),
        "candidateCount": whole(body.get("n")) if whole(body.get("n")) > 1 else None,
        "stopSequences": stops(body),
        "seed": seed(body),
        "thinkingConfig": obj(google.get("thinking_config")) or thinking_config(request),
        "responseModalities": [string(name).upper() for name in array(body.get("modalities"))],
    }
    out |= {key: value for key, value in wanted.items() if value or (key == "seed" and value is not None)}
    return out | _format(request) | obj(body.get("generation_config")) | obj(body.get("generationConfig"))


def _format(request: ProviderRequest) -> Json:
    kind, schema = format_of(request.body)
    if kind not in ("json_object", "json_schema"):
        return {}
    out: Json = {"responseMimeType": "application/json"}
    if kind == "json_object" or not schema:
        return out
    if json_schemas(request):
        return out | {"responseJsonSchema": schema}
    return out | {"responseSchema": without_nulls(subset(schema))}


def _tools(request: ProviderRequest, chosen: Toolset) -> list[Json]:
    declared = [_declaration(request, function) for function in chosen.functions]
    native = [_native(tool) for tool in chosen.native]
    if isinstance(request.body.get("web_search_options"), dict) and {"googleSearch": {}} not in native:
        native.append({"googleSearch": {}})
    return ([{"functionDeclarations": declared}] if declared else []) + native


def _declaration(request: ProviderRequest, function: Json) -> Json:
    out: Json = {"name": function["name"]}
    out |= {"description": function["description"]} if function.get("description") else {}
    schema = obj(function.get("parameters"))
    if not schema.get("properties") and set(schema) <= {"type", "properties", "required", "additionalProperties"}:
        return out  # an object without properties is refused; a function without parameters is not
    if json_schemas(request):
        return out | {"parametersJsonSchema": schema}
    return out | {"parameters": without_nulls(subset(schema))}


def _native(tool: Json) -> Json:
    """A tool of Gemini's own, such as ``{"googleSearch": {}}``."""
    if "type" in tool:
        raise Unsupported(f"{LABEL} has no tool of type {tool['type']!r}; declare a function", param="tools")
    return tool


def _tool_config(chosen: Toolset) -> Json | None:
    """https://ai.google.dev/gemini-api/docs/function-calling#function_calling_modes"""
    if chosen.mode is None or not chosen.functions:
        return None
    mode = {"auto": "AUTO", "none": "NONE", "required": "ANY"}[chosen.mode]
    if mode == "AUTO" and chosen.names:
        mode = "VALIDATED"  # the mode that may call or not, yet takes a list of names
    names = {"allowedFunctionNames": list(chosen.names)} if chosen.names else {}
    return {"functionCallingConfig": {"mode": mode, **names}}
