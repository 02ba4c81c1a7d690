"""A canonical chat as a Converse body.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
Placed: system, messages, tools, tool_choice, stop, max_tokens, temperature, top_p, response_format,
reasoning_effort, service_tier. Converse cannot forbid tools: with ``tool_choice: none`` they are left out,
unless the history holds calls, which must stay declared. Dropped knobs: seed, penalties, logit_bias,
parallel_tool_calls, user, metadata, store, prompt_cache_*, names of speakers, detail of images.
Keys of Converse itself (guardrailConfig ...) stay on top; everything else goes to the model in
``additionalModelRequestFields``.
"""

import json

from gateway.outbound.anthropic.doors import CONVERSE, fields, known_betas
from gateway.outbound.anthropic.models import MIN_BUDGET, adaptive, effort_config, one_knob, samples, thinking_budget
from gateway.outbound.anthropic.request import JSON_ONLY
from gateway.outbound.bedrock.blocks import LABEL, turns
from gateway.outbound.bedrock.models import EFFORTS, NOVA, is_claude, model_id, path
from gateway.outbound.canonical.chat import effort, extras, format_of, max_tokens, refuse, stops, visible_stops
from gateway.outbound.canonical.schemas import CLAUDE, CLAUDE_TOOLS, reduced
from gateway.outbound.canonical.tool_schemas import as_object
from gateway.outbound.canonical.tools import Toolset, toolset
from gateway.outbound.json_bodies import post
from gateway.outbound.protocol import Json, ProviderRequest, Unsupported, WireRequest
from gateway.wire.json import array, obj, objs, string, whole

_REFUSED = ("n", "logprobs", "audio", "web_search_options")
_OWN = frozenset(
    {
        "guardrailConfig",
        "performanceConfig",
        "requestMetadata",
        "promptVariables",
        "additionalModelResponseFieldPaths",
        "outputConfig",
    }
)
_HANDLED = _OWN | {"thinking", "top_k", "additionalModelRequestFields", "inferenceConfig"}
# At the top of a tool's schema Nova takes type, properties and required; references need what they lead to.
# https://docs.aws.amazon.com/nova/latest/userguide/tool-use-definition.html
_NOVA_LACKS = frozenset({"$schema", "$id", "title", "description", "additionalProperties", "examples", "default"})
_TIERS = frozenset({"priority", "default", "flex", "reserved"})


def request(request: ProviderRequest) -> WireRequest:
    """A call of ``/model/{id}/converse`` or ``converse-stream``. Raises ``Unsupported``."""
    return post(
        path(request.model, "converse-stream" if request.stream else "converse", request.config), converse_body(request)
    )


def converse_body(request: ProviderRequest) -> Json:
    """The body of a Converse call."""
    body = request.body
    refuse(body, LABEL, _REFUSED)
    system, listed = turns(request)
    if not listed:
        raise Unsupported("messages must hold one that is not empty and not a system message", param="messages")
    if format_of(body)[0] == "json_object":
        system.append({"text": JSON_ONLY})
    chosen = toolset(body)
    tools = _tools(chosen, listed, model_id(request.model))
    further, output = _model_fields(request, chosen, listed)
    out: Json = {"messages": listed, "inferenceConfig": _inference(request, "thinking" in further)}
    optional = {
        "system": system,
        "toolConfig": tools,
        "additionalModelRequestFields": further,
        "outputConfig": obj(body.get("outputConfig")) | output | _schema(body),
        "serviceTier": _tier(body),
    }
    own = {key: body[key] for key in _OWN if key in body}
    return out | own | {key: value for key, value in optional.items() if value}


def _inference(request: ProviderRequest, thinking: bool) -> Json:
    body = request.body
    listed = visible_stops(body) if is_claude(request.model) else stops(body)
    wanted: Json = {"maxTokens": whole(max_tokens(body)) or None, "stopSequences": listed}
    if not is_claude(request.model) or (samples(model_id(request.model)) and not thinking):
        wanted |= {"temperature": _temperature(request), "topP": body.get("top_p")}
        if is_claude(request.model) and one_knob(model_id(request.model)) and wanted["temperature"] is not None:
            wanted["topP"] = None
    own = obj(body.get("inferenceConfig"))
    return {key: value for key, value in wanted.items() if value is not None} | own


def _temperature(request: ProviderRequest) -> object:
    value = request.body.get("temperature")
    return min(value, 1) if isinstance(value, int | float) else value  # the scale ends at 1 for every model here


def _tools(chosen: Toolset, listed: list[Json], model: str) -> Json:
    declared = [_tool(function, model) for function in chosen.allowed()]
    if chosen.native:
        raise Unsupported(f"{LABEL} takes only functions as tools", param="tools")
    called = {block["toolUse"]["name"] for turn in listed for block in turn["content"] if "toolUse" in block}
    if chosen.mode == "none" and not called:
        return {}
    known = {function["name"] for function in chosen.allowed()}
    # A history with calls needs their tools declared, also where the caller no longer offers them.
    declared += [_tool({"name": name}, model) for name in sorted(called - known)]
    points = (
        [{"cachePoint": {"type": "default"}}] if any(tool.get("cache_control") for tool in chosen.functions) else []
    )
    choice = _choice(chosen)
    return {"tools": [*declared, *points], **({"toolChoice": choice} if choice else {})} if declared else {}


def _tool(function: Json, model: str) -> Json:
    schema = {"type": "object"} | as_object(obj(function.get("parameters")))
    if NOVA in model:
        schema = {name: schema[name] for name in schema if name not in _NOVA_LACKS}
        schema.setdefault("properties", {})
    if function.get("strict") is True:
        schema = obj(reduced(schema, CLAUDE_TOOLS))
    spec: Json = {"name": function["name"], "inputSchema": {"json": schema}}
    spec |= {"description": function["description"]} if function.get("description") else {}
    return {"toolSpec": spec | ({"strict": True} if function.get("strict") is True else {})}


def _choice(chosen: Toolset) -> Json | None:
    if not chosen.forced:
        return {"auto": {}} if chosen.mode == "auto" else None
    return {"tool": {"name": chosen.names[0]}} if len(chosen.names) == 1 else {"any": {}}


def _model_fields(request: ProviderRequest, chosen: Toolset, listed: list[Json]) -> tuple[Json, Json]:
    """What only this model understands, and what Converse says about the output."""
    body, model = request.body, model_id(request.model)
    found = _extras(request, model) | obj(body.get("additionalModelRequestFields"))
    output: Json = {}
    if body.get("top_k") is not None:
        found |= {"inferenceConfig": {"topK": body["top_k"]}} if NOVA in model else {"top_k": body["top_k"]}
    if is_claude(model):
        thinking, output = _claude_thinking(request, model, chosen, listed)
        found |= thinking
    elif wanted := effort(body):
        found |= _effort(model, wanted)
    if is_claude(model) and ("thinking" in found or not samples(model)):
        found.pop("top_k", None)
    return found, output


def _extras(request: ProviderRequest, model: str) -> Json:
    """What nobody here knows, as it came; of what Anthropic knows, what Converse does too."""
    found = extras(request.body, _HANDLED)
    if not is_claude(model):
        return found
    asked = [name for name in array(found.pop("anthropic_beta", None)) if isinstance(name, str)]
    asked += [name.strip() for name in request.config.get("anthropic_beta", "").split(",") if name.strip()]
    betas = known_betas(list(dict.fromkeys(asked)), CONVERSE, request.config)
    return fields(found, CONVERSE, request.config) | ({"anthropic_beta": betas} if betas else {})


def _claude_thinking(request: ProviderRequest, model: str, chosen: Toolset, listed: list[Json]) -> tuple[Json, Json]:
    """As in ``anthropic_request``: left out where Claude would refuse it."""
    if isinstance(request.body.get("thinking"), dict):
        return {"thinking": request.body["thinking"]}, {}
    wanted, tokens = effort(request.body), whole(obj(request.body.get("reasoning")).get("max_tokens"))
    if wanted and adaptive(model):
        made = effort_config(model, wanted)
        thinking = {} if chosen.forced else {key: made[key] for key in ("thinking",) if key in made}
        return thinking, obj(made.get("output_config"))
    limit = whole(max_tokens(request.body))
    possible = (wanted or tokens) and not chosen.forced and not _lost_thinking(listed)
    budget = thinking_budget(model, wanted, tokens) if possible else 0
    budget = min(budget, limit * 4 // 5) if limit else budget
    return ({"thinking": {"type": "enabled", "budget_tokens": budget}} if budget >= MIN_BUDGET else {}), {}


def _lost_thinking(listed: list[Json]) -> bool:
    said = [turn for turn in listed if turn["role"] == "assistant"]
    blocks = objs(said[-1]["content"]) if said else []
    return any("toolUse" in block for block in blocks) and "reasoningContent" not in blocks[0]


def _effort(model: str, wanted: str) -> Json:
    for mark, key in EFFORTS.items():
        if mark in model and key == "reasoningConfig":
            level = {"minimal": "low", "xhigh": "high"}.get(wanted, wanted)
            return {} if wanted == "none" else {key: {"type": "enabled", "maxReasoningEffort": level}}
        if mark in model:
            return {key: wanted}
    return {}


def _schema(body: Json) -> Json:
    kind, schema = format_of(body)
    if kind != "json_schema":
        return {}
    described = obj(obj(body.get("response_format")).get("json_schema"))
    wanted: Json = {"schema": json.dumps(reduced(schema, CLAUDE), ensure_ascii=False, separators=(",", ":"))}
    wanted |= {key: described[key] for key in ("name", "description") if described.get(key)}
    return {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": wanted}}}


def _tier(body: Json) -> Json:
    tier = string(body.get("service_tier"))
    return {"type": tier} if tier in _TIERS and tier != "default" else {}
