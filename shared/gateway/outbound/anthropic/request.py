"""A canonical chat as a Messages API body (https://docs.claude.com/en/api/messages).

Placed: system, messages, tools, tool_choice, parallel_tool_calls, stop, max_tokens, temperature (capped at 1,
the scale ends there), top_p (beside a temperature only where the model takes both), response_format,
reasoning_effort, user, service_tier, web_search_options.
Dropped, as knobs Anthropic has no like of: seed, penalties, logit_bias, top_logprobs, metadata (but for its
``user_id``), store, prediction, verbosity, prompt_cache_*, names of speakers,
detail of images. Refused: several answers, log probabilities, sound.
Every other key (top_k, thinking, container, mcp_servers, context_management ...) goes through as it is.
"""

from typing import Any

from gateway.outbound.anthropic.blocks import LABEL, turns
from gateway.outbound.anthropic.models import MIN_BUDGET, adaptive, effort_config, one_knob, samples, thinking_budget
from gateway.outbound.canonical.chat import effort, extras, format_of, max_tokens, refuse, visible_stops
from gateway.outbound.canonical.schemas import CLAUDE, CLAUDE_TOOLS, reduced
from gateway.outbound.canonical.tool_schemas import as_object
from gateway.outbound.canonical.tools import Toolset, toolset
from gateway.outbound.protocol import Json, ProviderRequest, Unsupported
from gateway.wire.json import obj, objs, string, whole

DEFAULT_MAX_TOKENS = 4096  # the API wants a number; ``default_max_tokens`` of the channel replaces ours
_REFUSED = ("n", "logprobs", "audio")
_HANDLED = frozenset({"anthropic_beta", "thinking", "top_k", "output_config", "system"})
_TIERS = {"auto": "auto", "default": "standard_only", "standard_only": "standard_only"}
JSON_ONLY = "Answer with a single valid JSON object and nothing else: no prose, no code fence."


def messages_body(request: ProviderRequest) -> Json:
    """Everything but ``model``, ``stream`` and ``anthropic_version``. Raises ``Unsupported``."""
    body = request.body
    refuse(body, LABEL, _REFUSED)
    system, listed = turns(request)
    if not listed:
        raise Unsupported("messages must hold one that is not empty and not a system message", param="messages")
    chosen = toolset(body)
    out: Json = {"messages": listed, "max_tokens": _limit(request), **_system(body, system), **_tools(body, chosen)}
    out |= _thinking(request, listed, chosen, out["max_tokens"])
    out |= _output(body, out)
    return out | _sampling(request, out) | _rest(body)


def _limit(request: ProviderRequest) -> int:
    asked = whole(max_tokens(request.body))
    if asked:
        return asked
    default = whole(_number(request.config.get("default_max_tokens", ""))) or DEFAULT_MAX_TOKENS
    budget = 0 if adaptive(request.model) else _budget(request)
    return default + budget


def _number(text: str) -> Any:
    return int(text) if text.isdecimal() else None


def _budget(request: ProviderRequest) -> int:
    wanted = effort(request.body)
    tokens = whole(obj(request.body.get("reasoning")).get("max_tokens"))
    return thinking_budget(request.model, wanted, tokens) if wanted or tokens else 0


def _system(body: Json, system: list[Json]) -> Json:
    """One plain text as a string, anything else as blocks. A ``system`` of Anthropic's own comes first."""
    own = body.get("system")
    found = ([{"type": "text", "text": own}] if isinstance(own, str) and own else objs(own)) + system
    if format_of(body)[0] == "json_object":
        found = [*found, {"type": "text", "text": JSON_ONLY}]
    if any(block.get("type") != "text" for block in found):
        raise Unsupported(f"{LABEL} takes only text in system messages", param="messages")
    if len(found) == 1 and found[0].keys() == {"type", "text"}:
        return {"system": found[0]["text"]}
    return {"system": found} if found else {}


def _tools(body: Json, chosen: Toolset) -> Json:
    declared = [_tool(function) for function in chosen.allowed()] + [_native(tool) for tool in chosen.native]
    if isinstance(body.get("web_search_options"), dict):
        declared.append(_web_search(obj(body["web_search_options"])))
    if not declared:
        return {}
    choice = _choice(chosen)
    return {"tools": declared, **({"tool_choice": choice} if choice else {})}


def _tool(function: Json) -> Json:
    schema = as_object(obj(function.get("parameters")))
    if function.get("strict") is True:
        schema = obj(reduced(schema, CLAUDE_TOOLS))
    extra = {key: value for key, value in function.items() if key not in ("name", "description", "parameters")}
    described = {"description": function["description"]} if function.get("description") else {}
    return {"name": function["name"], **described, "input_schema": {"type": "object"} | schema, **extra}


def _native(tool: Json) -> Json:
    if tool.get("type") == "custom" and "custom" in tool:
        raise Unsupported(f"{LABEL} has no free-form custom tools; declare a function", param="tools")
    return tool


def _web_search(options: Json) -> Json:
    """https://docs.claude.com/en/docs/agents-and-tools/tool-use/web-search-tool"""
    place = obj(obj(options.get("user_location")).get("approximate"))
    located = {"user_location": {"type": "approximate", **place}} if place else {}
    return {"type": "web_search_20250305", "name": "web_search", **located}


def _choice(chosen: Toolset) -> Json | None:
    if chosen.mode == "none":
        return {"type": "none"}
    single = {} if chosen.parallel else {"disable_parallel_tool_use": True}
    if chosen.forced and len(chosen.names) == 1:
        return {"type": "tool", "name": chosen.names[0], **single}
    if chosen.forced:
        return {"type": "any", **single}
    return {"type": "auto", **single} if chosen.mode or single else None


def _thinking(request: ProviderRequest, listed: list[Json], chosen: Toolset, limit: int) -> Json:
    """Thinking from an effort, or the caller's own.

    Left out, being a knob, where the API would refuse it: beside a forced tool, without room under
    ``max_tokens``, and after tool calls whose thinking the caller did not bring back.
    """
    own = request.body.get("thinking")
    if isinstance(own, dict):
        return {"thinking": own}
    wanted = effort(request.body)
    if wanted and adaptive(request.model):
        made = effort_config(request.model, wanted)
        return {key: value for key, value in made.items() if key != "thinking"} if chosen.forced else made
    if chosen.forced or _lost_thinking(listed):
        return {}
    budget = min(_budget(request), limit * 4 // 5)
    return {"thinking": {"type": "enabled", "budget_tokens": budget}} if budget >= MIN_BUDGET else {}


def _lost_thinking(listed: list[Json]) -> bool:
    last = next((turn for turn in reversed(listed) if turn["role"] == "assistant"), None)
    kinds = [block.get("type") for block in last["content"]] if last else []
    return "tool_use" in kinds and kinds[0] not in ("thinking", "redacted_thinking")


def _output(body: Json, out: Json) -> Json:
    """``output_config``: the caller's own, an effort, and the schema of the answer."""
    config = obj(body.get("output_config")) | obj(out.get("output_config"))
    kind, schema = format_of(body)
    if kind == "json_schema":
        config = config | {"format": {"type": "json_schema", "schema": reduced(schema, CLAUDE)}}
    return {"output_config": config} if config else {}


def _sampling(request: ProviderRequest, out: Json) -> Json:
    """Sampling knobs, none where the model or its thinking takes none."""
    thinking = string(obj(out.get("thinking")).get("type")) in ("enabled", "adaptive")
    if not samples(request.model) or thinking:
        return {}
    found = {key: request.body[key] for key in ("temperature", "top_p", "top_k") if request.body.get(key) is not None}
    if one_knob(request.model) and "temperature" in found:
        found.pop("top_p", None)
    temperature = found.get("temperature")
    if isinstance(temperature, int | float) and temperature > 1:
        found["temperature"] = 1.0
    return found


def _rest(body: Json) -> Json:
    out = extras(body, _HANDLED)
    if listed := visible_stops(body):
        out["stop_sequences"] = listed
    user = string(body.get("user")) or string(obj(body.get("metadata")).get("user_id"))
    user = user or string(body.get("safety_identifier"))
    if user:
        out["metadata"] = {"user_id": user}
    tier = _TIERS.get(string(body.get("service_tier")))
    return out | ({"service_tier": tier} if tier else {})
