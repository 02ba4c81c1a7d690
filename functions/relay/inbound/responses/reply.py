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
from relay.inbound.responses.request import sealed_thoughts

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
    made = head(asked, body, model) | {"output": output(body, choice)}
    return made | ending(string(choice.get("finish_reason"))) | {"usage": usage_json(usage)}


def head(asked: Json, body: Json, model: str) -> Json:
    """A response under way: who and what was asked, nothing produced yet."""
    echoed = {name: usual if asked.get(name) is None else asked[name] for name, usual in _ECHOED.items()}
    reasoning = {"effort": None, "summary": None} | obj(asked.get("reasoning"))
    return {
        "id": f"resp_{base_of(body)}",
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


def base_of(body: Json) -> str:
    """The provider's id of the reply, from which ours are made."""
    return string(body.get("id")).removeprefix("chatcmpl-")


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


def output(body: Json, choice: Json) -> list[Json]:
    """The items of a whole answer: reasoning, message, pictures, calls."""
    said, base = obj(choice.get("message")), base_of(body)
    items: list[Json] = []
    thought, details = string(said.get("reasoning_content")), objs(said.get("reasoning_details"))
    if thought or details:
        items.append(reasoning_item(base, thought, details))
    if parts := parts_of(said, choice):
        items.append(message_item(base, parts))
    items += [picture_item(base, number, image) for number, image in enumerate(objs(said.get("images")))]
    return items + [call_item(base, number, call) for number, call in enumerate(objs(said.get("tool_calls")))]


def parts_of(said: Json, choice: Json) -> list[Json]:
    """The content of a message item."""
    parts: list[Json] = []
    text, refusal = text_of(said.get("content")), string(said.get("refusal"))
    if text or not (refusal or said.get("tool_calls") or said.get("images")):
        parts.append(text_part(text, objs(said.get("annotations")), scores_of(choice)))
    if refusal:
        parts.append({"type": "refusal", "refusal": refusal})
    return parts


def scores_of(choice: Json) -> list[Json]:
    """Log probabilities of a choice, with the bytes that some providers leave out."""
    scores = objs(obj(choice.get("logprobs")).get("content"))
    return [_score(one) | {"top_logprobs": [_score(top) for top in objs(one.get("top_logprobs"))]} for one in scores]


def _score(score: Json) -> Json:
    token = string(score.get("token"))
    return {"token": token, "logprob": score.get("logprob"), "bytes": score.get("bytes") or list(token.encode())}


def text_part(text: str, annotations: list[Json], logprobs: list[Json]) -> Json:
    """Text with its citations, which here are flat."""
    flat = [{"type": note.get("type"), **obj(note.get("url_citation"))} for note in annotations]
    return {"type": "output_text", "text": text, "annotations": flat, "logprobs": logprobs}


def message_item(base: str, parts: list[Json], status: str = "completed") -> Json:
    """What the model says."""
    return {"id": f"msg_{base}", "type": "message", "status": status, "role": "assistant", "content": parts}


def reasoning_item(base: str, thought: str, details: list[Json]) -> Json:
    """What the model thought, and the signed form of it where the provider wants that back."""
    summary = [{"type": "summary_text", "text": thought}] if thought else []
    signed = any(detail.get("signature") or detail.get("data") for detail in details)
    kept = {"encrypted_content": sealed_thoughts(details)} if signed else {}
    return {"id": f"rs_{base}", "type": "reasoning", "summary": summary} | kept


def call_item(base: str, number: int, call: Json, status: str = "completed") -> Json:
    """A function call; a signature of Gemini's stays on it."""
    function = obj(call.get("function"))
    made: Json = {
        "id": f"fc_{base}_{number}",
        "type": "function_call",
        "status": status,
        "call_id": string(call.get("id")),
        "name": string(function.get("name")),
        "arguments": string(function.get("arguments")),
    }
    return made | ({"extra_content": call["extra_content"]} if call.get("extra_content") else {})


def picture_item(base: str, number: int, image: Json) -> Json:
    """A picture, as base64 without the prefix of its data URL."""
    url = string(obj(image.get("image_url")).get("url"))
    data = url.partition(",")[2] if url.startswith("data:") else url
    return {"id": f"ig_{base}_{number}", "type": "image_generation_call", "status": "completed", "result": data}
