"""A generateContent request as a canonical chat (https://ai.google.dev/api/generate-content).

Used where the channel's provider does not speak Gemini's dialect. Both spellings of a field are taken
(``maxOutputTokens`` and ``max_output_tokens``), as Google's own servers do. Dropped, as knobs nobody else has:
safety settings, cached contents' names, labels.
"""

import json
from typing import Any, cast

from gateway.errors import BadRequest
from gateway.outbound.payload import array, obj, objs, string, whole
from relay.inbound.base import Json

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
}
_MODES = {"AUTO": "auto", "ANY": "required", "NONE": "none", "VALIDATED": "auto"}
_EFFORT = ((0, "none"), (2_048, "low"), (10_000, "medium"))  # thinking budgets up to these tokens; beyond: high


def get(body: Json, name: str) -> Any:
    """A field in either spelling."""
    return body[name] if name in body else body.get(snake(name))


def snake(name: str) -> str:
    """``maxOutputTokens`` as ``max_output_tokens``."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def canonical(body: Json, model: str, *, stream: bool) -> Json:
    """The same request as OpenAI chat JSON; raises ``BadRequest``."""
    out: Json = {"model": model, "messages": _messages(body)}
    if stream:
        out["stream"] = True
    config = obj(get(body, "generationConfig"))
    out |= {ours: value for theirs, ours in _KNOBS.items() if (value := get(config, theirs)) is not None}
    if wanted := _format(config):
        out["response_format"] = wanted
    if effort := _effort(obj(get(config, "thinkingConfig"))):
        out["reasoning_effort"] = effort
    return out | _tools(body)


def _messages(body: Json) -> list[Json]:
    system = "".join(string(part.get("text")) for part in objs(obj(get(body, "systemInstruction")).get("parts")))
    found: list[Json] = [{"role": "system", "content": system}] if system else []
    ids = _CallIds()
    for index, content in enumerate(objs(body.get("contents"))):
        parts = objs(content.get("parts"))
        role = content.get("role") or "user"
        if role == "model":
            found.append(_model_turn(parts, ids))
        elif role in ("user", "function", "tool"):
            found += _user_turn(parts, ids, f"contents[{index}]")
        else:
            raise BadRequest(f"contents[{index}].role must be 'user' or 'model', not {role!r}", param="contents")
    return found


class _CallIds:
    """Gemini may leave ids out and tells calls and results apart by name and order; OpenAI needs ids."""

    def __init__(self) -> None:
        self._made = 0
        self._waiting: dict[str, list[str]] = {}

    def of_call(self, call: Json) -> str:
        self._made += 1
        id = string(call.get("id")) or f"call_{self._made}"
        self._waiting.setdefault(string(call.get("name")), []).append(id)
        return id

    def of_result(self, result: Json) -> str:
        waiting = self._waiting.get(string(result.get("name")), [])
        given = string(result.get("id"))
        if given in waiting:
            waiting.remove(given)
        return given or (waiting.pop(0) if waiting else f"call_{string(result.get('name'))}")


def _model_turn(parts: list[Json], ids: _CallIds) -> Json:
    texts = [part for part in parts if "text" in part]
    said = "".join(string(part.get("text")) for part in texts if not part.get("thought"))
    thought = "".join(string(part.get("text")) for part in texts if part.get("thought"))
    calls = [_call(part, ids) for part in parts if get(part, "functionCall")]
    message: Json = {"role": "assistant", "content": said or None}
    if thought:
        message["reasoning_content"] = thought
    if calls:
        message["tool_calls"] = calls
    return message


def _call(part: Json, ids: _CallIds) -> Json:
    call = obj(get(part, "functionCall"))
    arguments = json.dumps(call.get("args") or {}, ensure_ascii=False)
    made: Json = {
        "id": ids.of_call(call),
        "type": "function",
        "function": {"name": call.get("name"), "arguments": arguments},
    }
    signature = get(part, "thoughtSignature")
    return made | ({"extra_content": {"google": {"thought_signature": signature}}} if signature else {})


def _user_turn(parts: list[Json], ids: _CallIds, where: str) -> list[Json]:
    results: list[Json] = []
    content: list[Json] = []
    for part in parts:
        result = obj(get(part, "functionResponse"))
        if result:
            text = json.dumps(result.get("response"), ensure_ascii=False)
            results.append({"role": "tool", "tool_call_id": ids.of_result(result), "content": text})
        else:
            content.append(_part(part, where))
    return results + ([{"role": "user", "content": content}] if content else [])


def _part(part: Json, where: str) -> Json:
    if "text" in part:
        return {"type": "text", "text": string(part["text"])}
    inline, file = obj(get(part, "inlineData")), obj(get(part, "fileData"))
    kind = string(get(inline or file, "mimeType"))
    if not inline and not file:
        raise BadRequest(f"{where} has a part with {', '.join(part) or 'nothing'} in it, which cannot be passed on")
    data = string(inline.get("data"))
    url = f"data:{kind};base64,{data}" if inline else string(get(file, "fileUri"))
    if kind.startswith("audio/") and inline:
        sound = {"data": data, "format": kind.partition("/")[2].replace("mpeg", "mp3")}
        return {"type": "input_audio", "input_audio": sound}
    if kind.startswith("image/") or not kind:
        return {"type": "image_url", "image_url": {"url": url}}
    return {"type": "file", "file": {"file_data": url}}


def _format(config: Json) -> Json | None:
    if get(config, "responseMimeType") != "application/json":
        return None
    schema = get(config, "responseJsonSchema") or get(config, "responseSchema")
    if not schema:
        return {"type": "json_object"}
    return {"type": "json_schema", "json_schema": {"name": "response", "schema": json_schema(schema)}}


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
        elif name in ("nullable", "propertyOrdering", "property_ordering"):
            continue
        else:
            out[name] = json_schema(value)
    if cast(Json, schema).get("nullable") and isinstance(out.get("type"), str):
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
    declared = [item for tool in objs(body.get("tools")) for item in objs(get(tool, "functionDeclarations"))]
    others = {name for tool in objs(body.get("tools")) for name in tool if snake(name) != "function_declarations"}
    if others:
        named = ", ".join(sorted(others))
        raise BadRequest(f"the tool {named} works with Gemini's own API only: use a channel of it", param="tools")
    if not declared:
        return {}
    out: Json = {"tools": [_declaration(item) for item in declared]}
    calling = obj(get(obj(get(body, "toolConfig")), "functionCallingConfig"))
    names = array(get(calling, "allowedFunctionNames"))
    if len(names) == 1:
        out["tool_choice"] = {"type": "function", "function": {"name": names[0]}}
    elif mode := _MODES.get(string(calling.get("mode")).upper()):
        out["tool_choice"] = mode
    return out


def _declaration(item: Json) -> Json:
    schema = get(item, "parametersJsonSchema") or json_schema(item.get("parameters") or {"type": "object"})
    function: Json = {"name": item.get("name"), "parameters": schema}
    if "description" in item:
        function["description"] = item["description"]
    return {"type": "function", "function": function}
