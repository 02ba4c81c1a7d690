"""Reading the rest of a canonical chat request: tools, limits, formats, and what nobody renamed.

``TRANSLATED`` are OpenAI's own keys; a dialect places those it can and the module text of each says which
knobs it drops. Every other key is somebody's extension and goes to the provider as it is (``extras``).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from gateway.outbound.protocol import Json, Unsupported
from gateway.wire.json import array, obj, objs, string

TRANSLATED = frozenset(
    {
        "model",
        "messages",
        "stream",
        "stream_options",
        "n",
        "stop",
        "temperature",
        "top_p",
        "max_tokens",
        "max_completion_tokens",
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "functions",
        "function_call",
        "response_format",
        "seed",
        "user",
        "frequency_penalty",
        "presence_penalty",
        "logit_bias",
        "logprobs",
        "top_logprobs",
        "reasoning_effort",
        "reasoning",
        "modalities",
        "audio",
        "prediction",
        "store",
        "metadata",
        "service_tier",
        "safety_identifier",
        "prompt_cache_key",
        "prompt_cache_retention",
        "verbosity",
        "web_search_options",
    }
)

_CHOICES = {"auto": "auto", "none": "none", "required": "required", "any": "required"}  # the last is Mistral's word
_NAMING = frozenset({"name", "description", "strict", "schema"})  # what a schema is called
_FORMATS = frozenset({"text", "json_object", "json_schema"})

# What a request may ask for that a provider may lack: the key, and what to tell the caller.
_ASKED = {
    "n": "gives one answer per request; leave n out and ask several times",
    "logprobs": "gives no log probabilities; leave logprobs out",
    "stop": "cannot stop at given words; leave stop out",
    "audio": "answers with text only; leave audio and modalities out",
    "tools": "cannot call tools; leave tools out or use another model",
    "response_format": "cannot be held to a format; leave response_format out and ask for it in the prompt",
    "json_schema": "cannot be held to a JSON schema; use response_format json_object and describe the schema",
    "web_search_options": "does not search the web; leave web_search_options out",
    "tool_choice": "cannot be made to call a tool; leave tool_choice out or set it to auto",
}


def refuse(body: Json, provider: str, features: Iterable[str]) -> None:
    """Raises ``Unsupported`` for the first of these features that the request asks for."""
    for feature in features:
        if _asks(body, feature):
            param = "response_format" if feature == "json_schema" else feature
            raise Unsupported(f"{provider} {_ASKED[feature]}", param=param)


def _asks(body: Json, feature: str) -> bool:
    value = body.get(feature)
    if feature == "n":
        return isinstance(value, int) and value > 1
    if feature == "audio":
        return bool(value) or "audio" in array(body.get("modalities"))
    if feature == "tools":
        return bool(tools_of(body)) and body.get("tool_choice") != "none"
    if feature == "response_format":
        return format_of(body)[0] != "text"
    if feature == "json_schema":
        return obj(body.get("response_format")).get("type") == "json_schema"
    if feature == "tool_choice":
        return choice_of(body)[0] in ("required", "function")
    return feature in body and bool(value if feature == "logprobs" else value is not None)


def tools_of(body: Json) -> list[Json]:
    """Functions as ``{"name", "description"?, "parameters"?, "strict"?}``. Raises ``Unsupported`` for other tools.

    The retired ``functions`` list is read too.
    """
    found: list[Json] = []
    for index, tool in enumerate(objs(body.get("tools"))):
        kind = tool.get("type", "function")
        if kind != "function":
            raise Unsupported(f"tools of type {kind!r} are not supported here; use functions", param=f"tools[{index}]")
        found.append(obj(tool.get("function")))
    return found or objs(body.get("functions"))


def wire_tools(body: Json) -> list[Json]:
    """The tools in OpenAI's own shape, with every key they came with."""
    return objs(body.get("tools")) or [{"type": "function", "function": tool} for tool in objs(body.get("functions"))]


def choice_of(body: Json) -> tuple[str, str]:
    """Tool choice as ``(kind, name)``: auto, none, required, function (with its name), or nothing.

    Raises ``Unsupported`` for any other: left out, it would change what the model may do.
    """
    value = body.get("tool_choice", body.get("function_call"))
    if not value:
        return "", ""
    if isinstance(value, str) and value in _CHOICES:
        return _CHOICES[value], ""
    name = string(obj(obj(value).get("function")).get("name") or obj(value).get("name"))
    if not name:
        raise Unsupported("tool_choice must be auto, none, required or name a function", param="tool_choice")
    return "function", name


def format_of(body: Json) -> tuple[str, Json]:
    """Response format as ``(kind, schema)``: text, json_object, or json_schema with the schema itself.

    Raises ``Unsupported`` for any other (grammars, for one): the answer would come in another form than asked for.
    """
    value = obj(body.get("response_format"))
    kind = string(value.get("type")) or "text"
    if kind not in _FORMATS:
        raise Unsupported(
            f"response_format of type {kind!r} is not supported here; use text, json_object or json_schema",
            param="response_format",
        )
    outer = obj(value.get("json_schema"))
    schema = obj(outer.get("schema")) or ({} if outer.keys() <= _NAMING else outer)
    return ("json_object" if kind == "json_schema" and not schema else kind), schema if kind == "json_schema" else {}


def max_tokens(body: Json) -> Any:
    """The output limit under either of its names."""
    value = body.get("max_completion_tokens")
    return body.get("max_tokens") if value is None else value


def visible_stops(body: Json) -> list[str] | None:
    """The same for Claude, which refuses those of white space only."""
    return [stop for stop in stops(body) or () if stop.strip()] or None


def stops(body: Json) -> list[str] | None:
    """Stop sequences as a list; ``None`` without any."""
    value = body.get("stop")
    listed = [value] if isinstance(value, str) else array(value)
    return [item for item in listed if isinstance(item, str) and item] or None


def seed(body: Json) -> int | None:
    """The seed as an integer."""
    value = body.get("seed")
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def effort(body: Json) -> str:
    """How hard to think: none, minimal, low, medium, high, or nothing said."""
    return string(body.get("reasoning_effort") or obj(body.get("reasoning")).get("effort"))


def renamed(body: Json, names: Mapping[str, str]) -> Json:
    """The keys of ``names`` that are present and not null, under the provider's names."""
    return {theirs: body[ours] for ours, theirs in names.items() if body.get(ours) is not None}


def extras(body: Json, handled: Iterable[str] = ()) -> Json:
    """Keys that are nobody's we know: they go to the provider as they came."""
    known = TRANSLATED | frozenset(handled)
    return {key: value for key, value in body.items() if key not in known and value is not None}
