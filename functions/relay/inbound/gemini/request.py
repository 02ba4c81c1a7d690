"""A generateContent request as a canonical chat (https://ai.google.dev/api/generate-content).

Both spellings of a field are taken (``maxOutputTokens`` and ``max_output_tokens``), as Google's own servers do. For
Gemini behind other doors (Vertex AI) nothing is lost: ``generationConfig``, ``safetySettings``, Google's own tools and
every key without an OpenAI name stay as they are, parts that OpenAI cannot say are in ``gemini_content``, signatures
where Google's OpenAI endpoint has them. ``gemini_elsewhere`` makes of it what others can take.
"""

from typing import Any, cast

from gateway.errors import BadRequest
from gateway.wire.json import array, obj, objs, string, whole
from relay.inbound.checks import kind_of
from relay.inbound.gemini.parts import CallIds, assistant, camel, get, turns
from relay.inbound.protocol import Json

_KNOBS = {
    "temperature": "temperature",
    "topP": "top_p",
    "topK": "top_k",
    "maxOutputTokens": "max_tokens",
    "stopSequences": "stop",
    "candidateCount": "n",
    "seed": "seed",
    "presencePenalty": "presence_penalty",
    "frequencyPenalty": "frequency_penalty",
    "responseLogprobs": "logprobs",
    "logprobs": "top_logprobs",
}
_MODES = {"AUTO": "auto", "ANY": "required", "NONE": "none", "VALIDATED": "auto"}
_EFFORT = ((0, "none"), (2_048, "low"), (10_000, "medium"))  # thinking budgets up to these tokens; beyond: high
_SCHEMAS = ("responseSchema", "responseJsonSchema")  # Gemini takes one of them only
_COUNTS = frozenset({"minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"})
_NAMED = ("properties", "$defs", "defs")  # of a schema: their keys are the caller's
_PLACED = frozenset({"contents", "systemInstruction", "tools", "toolConfig", "model"})


def camels(body: Json) -> Json:
    """The keys of one object in Google's spelling."""
    return {camel(name): value for name, value in body.items()}


def canonical(body: Json, model: str, *, stream: bool) -> Json:
    """The same request as OpenAI chat JSON; raises ``BadRequest`` for what is no request."""
    given = camels(body)
    out: Json = {name: value for name, value in given.items() if name not in _PLACED}
    out |= {"model": model, "messages": messages_of(given)}
    if stream:
        out["stream"] = True
    config = camels(obj(given.get("generationConfig")))
    kept = {name: value for name, value in config.items() if name not in _SCHEMAS or not _format(config)}
    if kept:
        out["generationConfig"] = kept
    out |= {ours: value for theirs, ours in _KNOBS.items() if (value := config.get(theirs)) is not None}
    if modalities := [string(name).lower() for name in array(config.get("responseModalities"))]:
        out["modalities"] = modalities
    if wanted := _format(config):
        out["response_format"] = wanted
    if effort := _effort(obj(config.get("thinkingConfig"))):
        out["reasoning_effort"] = effort
    return out | _tools(given)


def messages_of(body: Json) -> list[Json]:
    """The instruction and contents of a request with keys in Google's spelling, as messages."""
    found = _system(body.get("systemInstruction"))
    ids = CallIds()
    for index, raw in enumerate(array(body.get("contents"))):
        where, content = f"contents[{index}]", obj(raw)
        if not isinstance(raw, dict):
            raise BadRequest(f"{where} must be an object, not {kind_of(raw)}", param="contents")
        parts, role = parts_of(content.get("parts"), f"{where}.parts"), content.get("role") or "user"
        if role == "model":
            found.append(assistant(parts, ids))
        elif role in ("user", "function", "tool"):
            found += turns(parts, ids)
        else:
            raise BadRequest(f"{where}.role must be 'user' or 'model', not {role!r}", param="contents")
    return found


def parts_of(value: Any, where: str) -> list[Json]:
    """The parts of a content; raises ``BadRequest`` for what is none."""
    if value is None or isinstance(value, dict):
        return objs(value)
    if not isinstance(value, list):
        raise BadRequest(f"{where} must be a list, not {kind_of(value)}", param="contents")
    for index, part in enumerate(cast(list[Any], value)):
        if not isinstance(part, dict):
            raise BadRequest(f"{where}[{index}] must be an object, not {kind_of(part)}", param="contents")
    return objs(cast(list[Any], value))


def _system(instruction: Any) -> list[Json]:
    if isinstance(instruction, str):
        return [{"role": "system", "content": instruction}] if instruction else []
    texts = [string(part["text"]) for part in objs(obj(instruction).get("parts")) if part.get("text")]
    if len(texts) <= 1:
        return [{"role": "system", "content": text} for text in texts]
    return [{"role": "system", "content": [{"type": "text", "text": text} for text in texts]}]


def _format(config: Json) -> Json | None:
    if config.get("responseMimeType") != "application/json":
        return None
    schema = config.get("responseJsonSchema") or json_schema(config.get("responseSchema"))
    if not schema:
        return {"type": "json_object"}
    return {"type": "json_schema", "json_schema": {"name": "response", "schema": schema}}


def json_schema(schema: Any) -> Any:
    """Gemini's schemas write types in capitals and nullability as a flag."""
    if isinstance(schema, list):
        return [json_schema(item) for item in cast(list[Any], schema)]
    if not isinstance(schema, dict):
        return schema
    out: Json = {}
    for name, value in cast(Json, schema).items():
        if name == "type" and isinstance(value, str):
            out["type"] = value.lower()
        elif name in _NAMED and isinstance(value, dict):
            out[name] = {key: json_schema(item) for key, item in cast(Json, value).items()}
        elif name in ("enum", "example", "default", "const"):
            out[name] = value
        elif camel(name) in _COUNTS and isinstance(value, str) and value.isdecimal() and len(value) < 20:
            out[camel(name)] = int(value)  # Google writes 64-bit numbers as text
        elif name not in ("nullable", "propertyOrdering", "property_ordering"):
            out[camel(name)] = json_schema(value)
    if cast(Json, schema).get("nullable") is True and isinstance(out.get("type"), str):
        out["type"] = [out["type"], "null"]
    return out


def _effort(thinking: Json) -> str:
    level = string(get(thinking, "thinkingLevel")).lower()
    if level in ("minimal", "low", "medium", "high"):
        return level
    budget = get(thinking, "thinkingBudget")
    if not isinstance(budget, int) or budget < 0:
        return ""
    return next((effort for limit, effort in _EFFORT if whole(budget) <= limit), "high")


def _tools(body: Json) -> Json:
    """Functions as OpenAI declares them; each of Google's own tools (``googleSearch`` ...) as an object of its own."""
    tools: list[Json] = []
    for tool in objs(body.get("tools")):
        own = {camel(name): value for name, value in tool.items() if camel(name) != "functionDeclarations"}
        tools += [_declaration(item) for item in objs(get(tool, "functionDeclarations"))]
        tools += [{name: value} for name, value in own.items() if value is not None]
    if not tools:
        return {}
    config = camels(obj(body.get("toolConfig")))
    if config.keys() - {"functionCallingConfig"}:
        return {"tools": tools, "toolConfig": config}
    return {"tools": tools, **_choice(obj(config.get("functionCallingConfig")))}


def _choice(calling: Json) -> Json:
    names = array(get(calling, "allowedFunctionNames"))
    mode = _MODES.get(string(calling.get("mode")).upper())
    if len(names) == 1 and mode == "required":
        return {"tool_choice": {"type": "function", "function": {"name": names[0]}}}
    if names and mode:
        allowed = [{"type": "function", "function": {"name": name}} for name in names]
        return {"tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": allowed}}}
    return {"tool_choice": mode} if mode else {}


def _declaration(item: Json) -> Json:
    schema = get(item, "parametersJsonSchema") or json_schema(item.get("parameters") or {"type": "object"})
    function: Json = {"name": item.get("name"), "parameters": schema}
    if "description" in item:
        function["description"] = item["description"]
    return {"type": "function", "function": function}
