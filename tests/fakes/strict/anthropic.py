"""Anthropic's Messages: what they refuse, and what they answer.

https://platform.claude.com/docs/en/api/messages
"""

import json
import re
import typing
from collections.abc import Iterator
from typing import Any

from anthropic.types.anthropic_beta_param import AnthropicBetaParam
from anthropic.types.beta import message_create_params as beta
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming, MessageCreateParamsStreaming

from tests.fakes.strict import rules
from tests.fakes.strict.plays import USAGE, Scene, Step, texts_in
from tests.fakes.strict.shapes import complaint

Json = dict[str, Any]
SIGNED = "strictSignature"
BETAS = frozenset(typing.get_args(typing.get_args(AnthropicBetaParam)[1]))
# What Claude Code says to Anthropic's server beside what is documented.
CLAUDE_CODE = re.compile(
    r"claude-code-20250219|oauth-2025-04-20|(fine-grained-tool-streaming|prompt-caching-scope|effort|advanced-tool-use"
    r"|tool-search-tool|redact-thinking|afk-mode|summarize-connector-text|token-efficient-tools)-20\d\d-\d\d-\d\d"
)
_CALL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_TOOL = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_PERSON = re.compile(r".+@.+\..+|\+?\d[\d ()-]{6,}")


class Threads:
    """Conversations that the server remembers, by the id of their last message."""

    def __init__(self) -> None:
        self._known: dict[str, Json] = {}

    def opened(self, body: Json) -> Json:
        """The whole request; one that goes on with a message that nobody knows stays as it is."""
        thread = body.get("thread") or {}
        before = self._known.get(thread.get("previous_message_id", ""))
        if thread.get("type") == "create":
            return body
        return {**before, **body, "messages": [*before["messages"], *body["messages"]]} if before else body

    def keep(self, body: Json, made: Json) -> None:
        """What was answered, so that the thread can go on."""
        if "thread" in body:
            messages = [*body["messages"], {"role": "assistant", "content": made["content"]}]
            self._known[made["id"]] = {**body, "messages": messages}


def refusal(body: Json, betas: str) -> str:
    """Why Anthropic refuses this request."""
    named = [name.strip() for name in betas.split(",") if name.strip()]
    if odd := [name for name in named if name not in BETAS and not CLAUDE_CODE.fullmatch(name)]:
        return f"Unexpected value(s) `{odd[0]}` for the `anthropic-beta` header."
    streamed = body.get("stream") is True
    if named:
        shape: Any = beta.MessageCreateParamsStreaming if streamed else beta.MessageCreateParamsNonStreaming
    else:
        shape = MessageCreateParamsStreaming if streamed else MessageCreateParamsNonStreaming
    return complaint(body, shape) or rules.first(_all_of(body))


def _all_of(body: Json) -> Iterator[str]:
    user = (body.get("metadata") or {}).get("user_id")
    yield rules.bad_length(user, 512, "metadata.user_id")
    if user and _PERSON.fullmatch(user):
        yield "metadata.user_id: user_id appears to contain an email address or a phone number"
    thinking = body.get("thinking") or {}
    if thinking.get("type") == "enabled" and not 1024 <= thinking["budget_tokens"] < body["max_tokens"]:
        yield "`max_tokens` must be greater than `thinking.budget_tokens`, which must be 1024 or more."
    thinks = thinking.get("type") in ("enabled", "adaptive")
    if thinks and body.get("temperature", 1) != 1:
        yield "`temperature` may only be set to 1 when thinking is enabled."
    if body.get("temperature") is not None and body.get("top_p") is not None:
        yield "`temperature` and `top_p` cannot both be specified for this model."
    if thinks and (body.get("tool_choice") or {}).get("type") in ("any", "tool"):
        yield "Thinking may not be enabled when tool_choice forces tool use."
    if "tool_choice" in body and not body.get("tools"):
        yield "tool_choice may only be specified while providing tools."
    yield from _tools(body.get("tools") or [])
    form = (body.get("output_config") or {}).get("format")
    yield rules.strict_at_anthropic(form["schema"]) if form else ""
    yield from _texts(body.get("system"), "system")
    marks = json.dumps(body).count('"cache_control": {')
    if marks > 4:
        yield f"A maximum of 4 blocks with cache_control may be provided. Found {marks}."
    yield from _history(body["messages"], thinks)


def _tools(tools: list[Json]) -> Iterator[str]:
    yield rules.repeated([tool["name"] for tool in tools if "name" in tool], "tools: Tool names")
    for number, tool in enumerate(tools):
        schema = tool.get("input_schema")
        if schema is None:
            continue
        if not _TOOL.fullmatch(tool["name"]):
            yield f"tools.{number}.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'"
        if odd := {"oneOf", "allOf", "anyOf"} & schema.keys():
            yield f"tools.{number}.input_schema: input_schema does not support {min(odd)} at the top level"
        if tool.get("strict"):
            yield rules.strict_at_anthropic(schema)


def _texts(content: Any, place: str) -> Iterator[str]:
    for block in content if isinstance(content, list) else ():
        if block["type"] == "text" and not block["text"].strip():
            yield f"{place}: text content blocks must contain non-whitespace text"
    if isinstance(content, str) and place != "system" and not content.strip():
        yield f"{place}: text content must be non-empty"


def _history(messages: list[Json], thinks: bool) -> Iterator[str]:
    waiting: list[str] = []
    if not messages or messages[0]["role"] != "user":
        yield "messages: first message must use the user role"
    for number, message in enumerate(messages):
        place, content = f"messages.{number}", message["content"]
        blocks: list[Json] = content if isinstance(content, list) else []
        if not content:
            yield f"{place}: content must be non-empty"
        yield from _texts(content, place)
        answered = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
        if waiting and set(waiting) - set(answered):
            yield f"{place}: `tool_use` ids were found without `tool_result` blocks immediately after: {waiting}"
        if set(answered) - set(waiting):
            yield f"{place}: unexpected `tool_use_id` found in `tool_result` blocks: {answered}"
        kinds = [block["type"] == "tool_result" for block in blocks]
        if kinds != sorted(kinds, reverse=True):
            yield f"{place}: `tool_result` blocks must come before other content"
        waiting = [block["id"] for block in blocks if block["type"] == "tool_use"]
        yield from (f"{place}: tool_use.id {id!r} does not match" for id in waiting if not _CALL_ID.fullmatch(id))
        yield rules.repeated(waiting, f"{place}: `tool_use` ids")
        yield from _thoughts(blocks, place)
    if waiting:
        yield f"`tool_use` ids were found without `tool_result` blocks immediately after: {waiting}"
    last = messages[-1]
    if last["role"] == "assistant" and thinks:
        yield "When thinking is enabled, the conversation must end with a user message."


def _thoughts(blocks: list[Json], place: str) -> Iterator[str]:
    for block in blocks:
        if block["type"] == "thinking" and not block["signature"].startswith(SIGNED):
            yield f"{place}: Invalid `signature` in `thinking` block"


def scene(body: Json) -> Scene:
    """What the model is told."""
    mine = [message["content"] for message in body["messages"] if message["role"] == "user"]
    blocks = [block for content in mine if isinstance(content, list) for block in content]
    form = (body.get("output_config") or {}).get("format") or body.get("output_format")
    return Scene(
        texts=[text for content in mine for text in texts_in(content)],
        results=[" ".join(texts_in(block.get("content"))) for block in blocks if block["type"] == "tool_result"],
        tools=[tool["name"] for tool in body.get("tools") or () if "input_schema" in tool],
        schema=form["schema"] if form else None,
        thinks=(body.get("thinking") or {}).get("type") in ("enabled", "adaptive"),
    )


def whole(step: Step, body: Json) -> Json:
    """The answer in one piece."""
    prompt, completion = USAGE
    thought = {"type": "thinking", "thinking": "Let me see.", "signature": step.id(SIGNED)}
    said: Json = {"type": "text", "text": step.text}
    if step.tool:
        said = {"type": "tool_use", "id": step.id("toolu_"), "name": step.tool, "input": dict(step.arguments)}
    return {
        "id": step.id("msg_"), "type": "message", "role": "assistant", "model": body["model"],
        "content": [*([thought] if step.thinks else []), said],
        "stop_reason": "tool_use" if step.tool else "end_turn", "stop_sequence": None,
        "usage": {
            "input_tokens": prompt, "output_tokens": completion,
            "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
        },
    }  # fmt: skip


def events(step: Step, body: Json) -> Iterator[bytes]:
    """The answer in pieces."""
    for event in _events(whole(step, body)):
        yield f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


def _events(made: Json) -> Iterator[Json]:
    yield {"type": "message_start", "message": {**made, "content": [], "stop_reason": None}}
    yield {"type": "ping"}
    for index, block in enumerate(made["content"]):
        empty, deltas = _pieces(block)
        yield {"type": "content_block_start", "index": index, "content_block": block | empty}
        yield from ({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas)
        yield {"type": "content_block_stop", "index": index}
    ended = {"stop_reason": made["stop_reason"], "stop_sequence": None}
    yield {"type": "message_delta", "delta": ended, "usage": made["usage"]}
    yield {"type": "message_stop"}


def _pieces(block: Json) -> tuple[Json, list[Json]]:
    """What a block is when it begins, and what comes then."""
    if block["type"] == "thinking":
        told = {"type": "thinking_delta", "thinking": block["thinking"]}
        return {"thinking": "", "signature": ""}, [told, {"type": "signature_delta", "signature": block["signature"]}]
    if block["type"] == "text":
        return {"text": ""}, [{"type": "text_delta", "text": piece} for piece in block["text"].partition(" ")]
    told = json.dumps(block["input"])
    pieces = ("", told[:7], told[7:])
    return {"input": {}}, [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]


def count_tokens(body: Json) -> Json:
    """A number."""
    return {"input_tokens": max(1, len(json.dumps(body)) // 4)}
