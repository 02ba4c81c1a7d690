"""What providers answer whose tools have searched, run code and drawn; written after their documentation."""

import json
from collections.abc import Iterator
from typing import Any

from tests.relay.provider_replies import completion, events

Json = dict[str, Any]
TOKENS = {"input_tokens": 10, "output_tokens": 10, "total_tokens": 20}
SEARCH: Json = {"type": "web_search_call", "status": "completed", "action": {"type": "search", "query": "q"}}
OPENED: Json = {"type": "web_search_call", "status": "completed", "action": {"type": "open_page", "url": "https://a"}}
FILES: Json = {"type": "file_search_call", "status": "completed", "queries": ["q"]}
PICTURE: Json = {
    "type": "image_generation_call", "status": "completed", "quality": "high", "size": "1024x1024", "result": "AA=="
}  # fmt: skip
MESSAGE: Json = {
    "type": "message", "role": "assistant", "status": "completed", "content": [{"type": "output_text", "text": "Done."}]
}  # fmt: skip


def ran(container: str = "cntr_1") -> Json:
    return {"type": "code_interpreter_call", "status": "completed", "container_id": container, "code": "1"}


def response(*items: Json, tools: list[Json] | None = None, **fields: Any) -> Json:
    """A response of OpenAI's with these items before its message."""
    output = [{"id": f"item_{number}", **item} for number, item in enumerate((*items, MESSAGE))]
    made: Json = {"id": "resp_1", "object": "response", "created_at": 1, "status": "completed", "model": "m"}
    return made | {"output": output, "tools": tools or [], "usage": TOKENS} | fields


def streamed(body: Json, *, cut: bool = False) -> bytes:
    """The same event by event; ``cut`` before the last."""
    return events(*_events(body, cut), names=True)


def _events(body: Json, cut: bool) -> Iterator[Json]:
    begun = body | {"status": "in_progress", "output": [], "usage": None}
    yield {"type": "response.created", "response": begun}
    for index, item in enumerate(body["output"]):
        yield {"type": "response.output_item.added", "output_index": index, "item": item | {"status": "in_progress"}}
        if item["type"] == "message":
            yield {"type": "response.output_text.delta", "output_index": index, "item_id": item["id"], "delta": "Done."}
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    if not cut:
        yield {"type": "response.completed", "response": body}


def chat(**usage: Any) -> Json:
    """A chat of 20 and 30 tokens whose usage says more."""
    made = completion({"role": "assistant", "content": "Done."})
    return made | {"usage": made["usage"] | usage}


def chat_stream(**usage: Any) -> bytes:
    head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    said = {**head, "choices": [{"index": 0, "delta": {"content": "Done."}, "finish_reason": "stop"}]}
    return events(said, {**head, "choices": [], "usage": chat(**usage)["usage"]}, done=True)


def message(searches: int, *, counted: bool = True, code: bool = False) -> Json:
    """A message of Claude's."""
    blocks: list[Json] = []
    for name in ["web_search"] * searches + ["bash_code_execution"] * code:
        blocks.append({"type": "server_tool_use", "id": "srvtoolu_1", "name": name, "input": {}})
    usage: Json = {"input_tokens": 10, "output_tokens": 10}
    if counted:
        usage["server_tool_use"] = {"web_search_requests": searches, "web_fetch_requests": 1}
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
        "content": [*blocks, {"type": "text", "text": "Done."}], "stop_sequence": None, "usage": usage,
    }  # fmt: skip


def message_stream(body: Json, *, cut: bool = False) -> bytes:
    first = body | {"content": [], "stop_reason": None, "usage": {"input_tokens": 10, "output_tokens": 1}}
    made: list[Json] = [{"type": "message_start", "message": first}]
    for index, block in enumerate(body["content"]):
        text = block.get("text")
        start = {"type": "text", "text": ""} if text else block
        made.append({"type": "content_block_start", "index": index, "content_block": start})
        delta = {"type": "text_delta", "text": text} if text else {"type": "input_json_delta", "partial_json": "{}"}
        made.append({"type": "content_block_delta", "index": index, "delta": delta})
        made.append({"type": "content_block_stop", "index": index})
    if not cut:
        made.append({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": body["usage"]})
        made.append({"type": "message_stop"})
    return events(*made, names=True)


def grounded(*queries: str, maps: bool = False) -> Json:
    """A reply of Gemini's."""
    chunks: list[Json] = [{"maps": {"title": "A", "uri": "https://maps.example.com"}}] if maps else []
    metadata: Json = {"groundingChunks": chunks} | ({"webSearchQueries": [*queries]} if queries else {})
    candidate: Json = {"index": 0, "content": {"role": "model", "parts": [{"text": "Done."}]}, "finishReason": "STOP"}
    usage = {"promptTokenCount": 10, "candidatesTokenCount": 10, "totalTokenCount": 20}
    return {"candidates": [candidate | {"groundingMetadata": metadata}], "usageMetadata": usage}


def grounded_stream(body: Json) -> bytes:
    """Its grounding comes before its last event."""
    (candidate,) = body["candidates"]
    early = {name: value for name, value in candidate.items() if name != "finishReason"}
    last = {"index": 0, "finishReason": "STOP", "content": {"role": "model", "parts": [{"text": ""}]}}
    return events({"candidates": [early]}, {"candidates": [last], "usageMetadata": body["usageMetadata"]})


def encoded(body: Json) -> bytes:
    return json.dumps(body).encode()
