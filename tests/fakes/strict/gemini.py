"""Gemini's generateContent: what it refuses, and what it answers.

https://ai.google.dev/api/generate-content
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pydantic
from google.genai import types

from tests.fakes.strict import rules
from tests.fakes.strict.plays import USAGE, Scene, Step

Json = dict[str, Any]
SIGNED = "c3RyaWN0"  # how a signature of a thought begins that was made here
TOP = rules.words("contents tools toolConfig safetySettings systemInstruction generationConfig cachedContent")
PARTS: dict[str, Any] = {
    "systemInstruction": types.Content,
    "toolConfig": types.ToolConfig,
    "generationConfig": types.GenerationConfig,
}
_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}")
# https://ai.google.dev/api/caching#Schema, https://ai.google.dev/api/generate-content#FIELDS.response_json_schema
_JSON_SCHEMA = rules.words(
    "$id $defs $ref $anchor type format title description enum items prefixItems minItems maxItems minimum "
    "maximum anyOf oneOf properties additionalProperties required propertyOrdering"
)


def refusal(body: Json) -> str:
    """Why Google refuses this request."""
    if odd := body.keys() - TOP:
        return f'Invalid JSON payload received. Unknown name "{min(odd)}": Cannot find field.'
    try:
        for name, model in PARTS.items():
            if name in body:
                model.model_validate(body[name])
        for turn in body["contents"]:
            types.Content.model_validate(turn)
        for tool in body.get("tools") or ():
            types.Tool.model_validate(tool)
    except pydantic.ValidationError as error:
        found = error.errors()[0]
        return f"Invalid JSON payload received: {'.'.join(map(str, found['loc']))}: {found['msg']}"
    return rules.first(_all_of(body))


def _all_of(body: Json) -> Iterator[str]:
    yield from _functions(_declared(body))
    settings = body.get("generationConfig") or {}
    if "responseSchema" in settings and "responseJsonSchema" in settings:
        yield "responseSchema and responseJsonSchema are mutually exclusive."
    for name in ("responseSchema", "responseJsonSchema"):
        if name in settings and settings.get("responseMimeType") != "application/json":
            yield f"{name} is only supported with responseMimeType application/json."
    odd = [word for inner in rules.schemas(settings.get("responseJsonSchema")) for word in inner.keys() - _JSON_SCHEMA]
    yield f"response_json_schema: unknown keyword {odd[0]!r}" if odd else ""
    if (body.get("toolConfig") or {}).get("functionCallingConfig") and not _declared(body):
        yield "Function calling config is set without function_declarations."
    yield from _history(body["contents"])


def _declared(body: Json) -> list[Json]:
    return [made for tool in body.get("tools") or () for made in tool.get("functionDeclarations") or ()]


def _functions(declared: list[Json]) -> Iterator[str]:
    yield rules.repeated([made["name"] for made in declared], "Duplicate function declaration: names")
    for made in declared:
        if not _NAME.fullmatch(made["name"]):
            yield f"Invalid function name {made['name']!r}."
        if "parameters" in made and "parametersJsonSchema" in made:
            yield "parameters and parametersJsonSchema are mutually exclusive."


def _history(contents: list[Json]) -> Iterator[str]:
    called: list[str] = []
    before = ""
    for number, turn in enumerate(contents):
        place, parts, role = f"contents[{number}]", turn.get("parts") or [], turn.get("role", "user")
        if role not in ("user", "model"):
            yield f"{place}: Please use a valid role: user, model."
        if not parts:
            yield f"{place}.parts: must not be empty."
        yield from (f"{place}.parts: required oneof field 'data' must have one initialized field" for part in parts
                    if not part.keys() - {"thoughtSignature", "thought"})  # fmt: skip
        given = [part["functionResponse"]["name"] for part in parts if "functionResponse" in part]
        if sorted(given) != sorted(called):
            yield (
                "Please ensure that the number of function response parts is equal to the number of function call "
                f"parts of the function call turn. {place} has {given}, called were {called}"
            )
        called = [part["functionCall"]["name"] for part in parts if "functionCall" in part]
        if called and before != "user":
            yield f"{place}: Please ensure that function call turn comes immediately after a user turn."
        yield from _signatures(parts, place)
        before = role
    if called:
        yield "Please ensure that function call turn is followed by a function response turn."


def _signatures(parts: list[Json], place: str) -> Iterator[str]:
    """The first call of a turn carries the thought that led to it: https://ai.google.dev/gemini-api/docs/thought-signatures"""
    calls = [part for part in parts if "functionCall" in part]
    if calls and "thoughtSignature" not in calls[0]:
        yield f"{place}: Function call is missing a thought_signature in functionCall parts."
    for part in parts:
        signature = part.get("thoughtSignature")
        if signature and not signature.startswith(SIGNED) and signature not in _SKIPPED:
            yield f"{place}: Thought signature is not valid."


_SKIPPED = ("skip_thought_signature_validator", "context_engineering_is_the_way_to_go")


def scene(body: Json) -> Scene:
    """What the model is told."""
    parts = [part for turn in body["contents"] if turn.get("role") != "model" for part in turn["parts"]]
    settings = body.get("generationConfig") or {}
    return Scene(
        texts=[part["text"] for part in parts if "text" in part],
        results=[json.dumps(part["functionResponse"]["response"]) for part in parts if "functionResponse" in part],
        tools=[made["name"] for made in _declared(body)],
        schema=settings.get("responseJsonSchema") or settings.get("responseSchema"),
        thinks=True,
    )


def _body(step: Step, model: str, parts: list[Json], finish: str | None) -> Json:
    prompt, completion = USAGE
    candidate: Json = {"content": {"role": "model", "parts": parts}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    counts = {"promptTokenCount": prompt, "candidatesTokenCount": completion, "totalTokenCount": prompt + completion}
    return {"candidates": [candidate], "usageMetadata": counts, "modelVersion": model, "responseId": step.id("r")}


def _part(step: Step) -> Json:
    if not step.tool:
        return {"text": step.text}
    call = {"name": step.tool, "args": dict(step.arguments)}
    return {"functionCall": call, "thoughtSignature": step.id(SIGNED, 20)}


def whole(step: Step, body: Json) -> Json:
    """The answer in one piece."""
    return _body(step, "gemini", [_part(step)], "STOP")


def events(step: Step, body: Json) -> Iterator[bytes]:
    """The answer in pieces: a part, and how it ended; a call is one piece."""
    pieces = [([_part(step)], "STOP")] if step.tool else [([_part(step)], None), ([{"text": ""}], "STOP")]
    for parts, finish in pieces:
        yield b"data: " + json.dumps(_body(step, "gemini", parts, finish)).encode() + b"\r\n\r\n"


def count_tokens(body: Json) -> Json:
    """A number."""
    return {"totalTokens": max(1, len(json.dumps(body)) // 4)}
