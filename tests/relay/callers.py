"""One question in every client dialect, and what each hears: text, calls, how it ended, errors. Strict about JSON."""

from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from tests.e2e.support import MODEL, Account

Json = dict[str, Any]
HELLO = [{"role": "user", "content": "hi"}]
CALLERS: dict[str, tuple[str, Json]] = {
    "openai": ("/v1/chat/completions", {"messages": HELLO}),
    "anthropic": ("/v1/messages", {"messages": HELLO, "max_tokens": 50}),
    "gemini": ("/v1beta/models/{model}:{verb}", {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}),
    "responses": ("/v1/responses", {"input": "hi"}),
}
HOW = ("whole", "streamed")
PLAIN = '{"responses": "chat"}'  # config of a channel that is asked for chats only


@dataclass
class Heard:
    """What a caller heard, and what was charged for it."""

    status: int
    bodies: list[Json]
    raw: bytes
    entries: list[Json]
    text: str = ""
    calls: list[str] = field(default_factory=list[str])
    end: str = ""
    error: Json = field(default_factory=dict[str, Any])


def ask(account: Account, caller: str, how: str) -> Heard:
    return heard(account, post(account, caller, how))


def post(account: Account, caller: str, how: str) -> httpx.Response:
    path, body = CALLERS[caller]
    verb = "streamGenerateContent?alt=sse" if how == "streamed" else "generateContent"
    more = {} if caller == "gemini" else {"model": MODEL, "stream": how == "streamed"}
    return account.post(body | more, path=path.format(model=MODEL, verb=verb))


def heard(account: Account, answer: httpx.Response) -> Heard:
    """Everything is read by a strict reader of JSON."""
    streamed = answer.headers["content-type"].startswith("text/event-stream")
    found = strict_events(answer.content) if streamed else [orjson.loads(answer.content)]
    assert account.holds() == []
    made = Heard(answer.status_code, found, answer.content, account.entries())
    for body in found:
        _read(made, body)
    return made


def strict_events(body: bytes) -> list[Json]:
    lines = [line[5:].strip() for line in body.splitlines() if line.startswith(b"data:")]
    return [orjson.loads(line) for line in lines if line != b"[DONE]"]


def _read(made: Heard, body: Json) -> None:
    if body.get("error") or body.get("type") == "error":
        made.error = body["error"] if isinstance(body.get("error"), dict) else body
        return
    for choice in body.get("choices") or []:
        said = choice.get("message") or choice.get("delta") or {}
        made.text += said.get("content") or choice.get("text") or ""
        called = [call["function"] for call in said.get("tool_calls") or []]
        made.calls += [function["name"] for function in called if function.get("name")]
        made.end = choice.get("finish_reason") or made.end
    for candidate in body.get("candidates") or []:
        parts = candidate["content"]["parts"]
        made.text += "".join(part.get("text", "") for part in parts)
        made.calls += [part["functionCall"]["name"] for part in parts if "functionCall" in part]
        made.end = candidate.get("finishReason") or made.end
    _read_claude(made, body)
    whole = body if body.get("object") == "response" else body.get("response", {})
    if whole.get("status") in ("completed", "incomplete"):
        made.end = whole["status"]
        for item in whole["output"]:
            made.text += "".join(part.get("text", "") for part in item.get("content") or [])
            made.calls += [item["name"]] if item["type"] == "function_call" else []


def _read_claude(made: Heard, body: Json) -> None:
    if body.get("type") == "message":
        made.text += "".join(block.get("text", "") for block in body["content"])
        made.calls += [block["name"] for block in body["content"] if block["type"] == "tool_use"]
        made.end = body["stop_reason"]
    if body.get("type") == "content_block_start" and body["content_block"]["type"] == "tool_use":
        made.calls.append(body["content_block"]["name"])
    if body.get("type") == "content_block_start":
        made.text += body["content_block"].get("text", "")
    delta = body.get("delta") if isinstance(body.get("delta"), dict) else {}
    if body.get("type") == "content_block_delta":
        made.text += delta.get("text", "")
    made.end = delta.get("stop_reason") or made.end
