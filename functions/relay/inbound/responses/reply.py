"""Canonical chat answers as Responses objects (https://platform.openai.com/docs/api-reference/responses/object).

Reasoning that a provider shows is the summary of a reasoning item; signed thoughts go in its ``encrypted_content`` and
come back with the next request. Pictures are ``image_generation_call`` items.
"""

from collections.abc import Mapping
from typing import Any

from gateway.domain.usage import Usage
from gateway.wire.chat import text_of
from gateway.wire.json import obj, objs, string, whole
from relay.inbound.protocol import Json
from relay.inbound.responses.items import (
    Ids,
    base_of,
    call_item,
    call_kind,
    message_item,
    picture_item,
    reasoning_item,
    scores_of,
    text_part,
)
from relay.inbound.responses.tools import Toolbox

# What a response repeats of its request, with what holds where nothing was said.
_ECHOED: Mapping[str, Any] = {
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "prompt_cache_key": None,
    "safety_identifier": None,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_logprobs": 0,
    "top_p": 1.0,
    "truncation": "disabled",
    "user": None,
}
_INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}


def response(asked: Json, body: Json, usage: Usage | None, model: str) -> Json:
    """A whole completion as a response."""
    choice = (objs(body.get("choices")) or [{}])[0]
    made = head(asked, body, model) | {"output": output(asked, body, choice)}
    return made | ending(string(choice.get("finish_reason"))) | {"usage": usage_json(usage)}


def head(asked: Json, body: Json, model: str) -> Json:
    """A response under way: who and what was asked, nothing produced yet."""
    echoed = {name: usual if asked.get(name) is None else asked[name] for name, usual in _ECHOED.items()}
    reasoning = {"effort": None, "summary": None} | obj(asked.get("reasoning"))
    return {
        "id": f"resp_{base_of(body, asked)}",
        "object": "response",
        "created_at": whole(body.get("created")),
        "status": "in_progress",
        "background": False,
        "error": None,
        "incomplete_details": None,
        "model": string(body.get("model")) or model,
        "output": [],
        "previous_response_id": None,
        "reasoning": reasoning,
        "service_tier": string(body.get("service_tier")) or "default",
        "store": False,
        "usage": None,
        **echoed,
    }


def ending(finish: str) -> Json:
    """Status and details for a finish reason."""
    reason = _INCOMPLETE.get(finish)
    if reason is None:
        return {"status": "completed"}
    return {"status": "incomplete", "incomplete_details": {"reason": reason}}


def usage_json(usage: Usage | None) -> Json | None:
    """Usage under the names of the Responses API; nothing where nobody reported any."""
    if usage is None:
        return None
    return {
        "input_tokens": usage.prompt,
        "input_tokens_details": {
            "cached_tokens": usage.cached,
            "cache_write_tokens": usage.cache_write + usage.cache_write_1h,
        },
        "output_tokens": usage.completion,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": usage.total,
    }


def output(asked: Json, body: Json, choice: Json) -> list[Json]:
    """The items of a whole answer, in the order in which they came where that is known."""
    ids, tools = Ids(base_of(body, asked)), Toolbox(asked)
    pieces = _pieces(obj(choice.get("message")))
    items: list[Json] = []
    for said in pieces:
        thought, details = string(said.get("reasoning_content")), objs(said.get("reasoning_details"))
        if thought or details:
            items.append(reasoning_item(ids.new("rs"), thought, details))
        if parts := parts_of(said, choice, alone=len(pieces) == 1):
            kept: Json = {"extra_content": said["extra_content"]} if said.get("extra_content") else {}
            items.append(message_item(ids.new("msg"), parts) | kept)
        items += [picture_item(ids.new("ig", numbered=True), image) for image in objs(said.get("images"))]
        items += [_call(ids, tools, call) for call in objs(said.get("tool_calls"))]
    return items


def _call(ids: Ids, tools: Toolbox, call: Json) -> Json:
    tool = tools.called(string(obj(call.get("function")).get("name")))
    return call_item(ids.new(call_kind(tool), numbered=True), tools, call)


def _pieces(said: Json) -> list[Json]:
    """The message, cut where its order (thoughts, text, calls) begins anew; Claude's own blocks know where."""
    runs: list[list[Json]] = []
    last = 0
    for block in objs(said.get(_CLAUDES)):
        place = _ORDER.get(string(block.get("type")), last)
        if not runs or place < last:
            runs.append([])
        runs[-1].append(block)
        last = place
    if len(runs) < 2:
        return [said]
    from gateway.outbound.anthropic.reply import message_of  # noqa: PLC0415 (10 ms, which such a reply took already)

    pieces = [message_of(run, {}) for run in runs]
    pieces[-1] |= {"refusal": said["refusal"]} if said.get("refusal") else {}
    return pieces


_CLAUDES = "anthropic_content"  # where a canonical message keeps blocks whose order it could not give back
_ORDER = {"thinking": 0, "redacted_thinking": 0, "text": 1, "tool_use": 2}


def parts_of(said: Json, choice: Json, *, alone: bool = True) -> list[Json]:
    """The content of a message item; nothing for a piece of an answer that has other ``alone`` pieces."""
    parts: list[Json] = []
    text, refusal = text_of(said.get("content")), string(said.get("refusal"))
    if text or (alone and not (refusal or said.get("tool_calls") or said.get("images"))):
        parts.append(text_part(text, objs(said.get("annotations")), scores_of(choice)))
    if refusal:
        parts.append({"type": "refusal", "refusal": refusal})
    return parts
