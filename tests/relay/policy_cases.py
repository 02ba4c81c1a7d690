"""Requests and replies of every client dialect, at a provider that speaks it and at one that does not."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from gateway.wire.json import Json
from relay.inbound.responses.whole import events_of
from relay.policies import Policy
from tests.support.memory_gateway import MemoryOperator
from tests.support.policed_relay import PolicedRelay
from tests.support.redaction import WORD

PIECES = ["a sec", "r", "et or two secrets", " and a sec"]
TEXT = "".join(PIECES)
ASKED = f"Is it {WORD}?"


@dataclass(frozen=True)
class Case:
    """A client dialect and a provider: how it is asked, what that answers, what the caller reads."""

    path: str
    stream_path: str
    body: Json
    whole: Json
    events: list[Json]
    text: Callable[[Any], str]
    type: int = 1
    config: tuple[tuple[str, str], ...] = ()

    def relay(self, operator: MemoryOperator, streamed: bool, *policies: Policy) -> PolicedRelay:
        pieces = [event(item) for item in self.events] if streamed else [json.dumps(self.whole).encode()]
        return PolicedRelay(operator, pieces, *policies, type=self.type, **dict(self.config))

    def ask(self, relay: PolicedRelay, streamed: bool) -> httpx.Response:
        stream = {"stream": True} if streamed and self.path == self.stream_path else {}
        return relay.post(self.stream_path if streamed else self.path, self.body | stream)


def event(item: Json) -> bytes:
    name = f"event: {item['type']}\n" if "type" in item else ""
    return f"{name}data: {json.dumps(item)}\n\n".encode()


def chunk(delta: Json, finish: str | None = None, **more: Any) -> Json:
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"} | {
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more
    }  # fmt: skip


CHAT_USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
CHAT = {
    "id": "c", "object": "chat.completion", "created": 1, "model": "m", "usage": CHAT_USAGE,
    "choices": [{"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}],
}  # fmt: skip
CHUNKS = [
    *(chunk({"content": piece}) for piece in PIECES),
    chunk({}, "stop"),
    chunk({}) | {"choices": [], "usage": CHAT_USAGE},
]
CLAUDE_USAGE = {"input_tokens": 11, "output_tokens": 7}
CLAUDE = {
    "id": "m", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5-20250929", "usage": CLAUDE_USAGE,
    "content": [{"type": "text", "text": TEXT}], "stop_reason": "end_turn", "stop_sequence": None,
}  # fmt: skip
CLAUDE_EVENTS: list[Json] = [
    {"type": "message_start", "message": CLAUDE | {"content": [], "stop_reason": None}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    *({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}} for piece in PIECES),
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": CLAUDE_USAGE},
    {"type": "message_stop"},
]


def gemini(text: str, **more: Any) -> Json:
    usage = {"promptTokenCount": 11, "candidatesTokenCount": 7, "totalTokenCount": 18}
    return {
        "candidates": [{"index": 0, "content": {"role": "model", "parts": [{"text": text}]}, **more}],
        "usageMetadata": usage,
        "modelVersion": "m",
    }


RESPONSE: Json = {
    "id": "resp_1", "object": "response", "created_at": 1, "status": "completed", "model": "m",
    "output": [
        {
            "type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": TEXT, "annotations": []}],
        }
    ],
    "usage": {"input_tokens": 11, "output_tokens": 7, "total_tokens": 18},
}  # fmt: skip


def response_events() -> list[Json]:
    """The deltas in pieces, where ``events_of`` says the text at once."""
    out: list[Json] = []
    for item in events_of(RESPONSE):
        pieces = PIECES if item["type"] == "response.output_text.delta" else [""]
        out += [item | ({"delta": piece} if piece else {}) for piece in pieces]
    return [item | {"sequence_number": number} for number, item in enumerate(out)]


def deltas(items: Any) -> str:
    return "".join(item["delta"] for item in items if item["type"] == "response.output_text.delta")


def of_chat(answer: Any) -> str:
    if isinstance(answer, dict):
        return answer["choices"][0]["message"]["content"]
    return "".join(choice["delta"].get("content") or "" for item in answer for choice in item["choices"])


def of_claude(answer: Any) -> str:
    if isinstance(answer, dict):
        return answer["content"][0]["text"]
    return "".join(item["delta"]["text"] for item in answer if item["type"] == "content_block_delta")


def of_gemini(answer: Any) -> str:
    items = [answer] if isinstance(answer, dict) else answer
    return "".join(part["text"] for item in items for part in item["candidates"][0]["content"].get("parts", []))


def of_response(answer: Any) -> str:
    if isinstance(answer, dict):
        return answer["output"][0]["content"][0]["text"]
    assert [item["sequence_number"] for item in answer] == list(range(len(answer)))
    assert answer[-1]["response"]["output"][0]["content"][0]["text"] == deltas(answer)
    return deltas(answer)


GPT = "gpt-4o-mini"
SAYS = [{"role": "user", "content": ASKED}]
CLAUDES = {"model": CLAUDE["model"], "max_tokens": 50, "messages": SAYS}
GEMINI = "/v1beta/models/gemini-2.5-flash:{}"
WORDS = {"contents": [{"role": "user", "parts": [{"text": ASKED}]}]}
ENDED = [*(gemini(piece) for piece in PIECES[:-1]), gemini(PIECES[-1], finishReason="STOP")]
CASES = {
    "chat": Case(*["/v1/chat/completions"] * 2, {"model": GPT, "messages": SAYS}, CHAT, CHUNKS, of_chat),
    "messages": Case(*["/v1/messages"] * 2, CLAUDES, CLAUDE, CLAUDE_EVENTS, of_claude, type=14),
    "gemini": Case(
        GEMINI.format("generateContent"),
        GEMINI.format("streamGenerateContent") + "?alt=sse",
        WORDS,
        gemini(TEXT, finishReason="STOP"),
        ENDED,
        of_gemini,
        type=24,
    ),
    "responses": Case(*["/v1/responses"] * 2, {"model": GPT, "input": ASKED}, RESPONSE, response_events(), of_response),
    "responses as chat": Case(
        *["/v1/responses"] * 2,
        {"model": GPT, "input": ASKED, "instructions": ASKED},
        CHAT,
        CHUNKS,
        of_response,
        config=(("responses", "chat"),),
    ),
    "messages elsewhere": Case(*["/v1/messages"] * 2, CLAUDES, CHAT, CHUNKS, of_claude),
}
