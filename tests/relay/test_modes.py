"""Every operation, asked in one mode and answered in the other. An operation without a row here fails."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, get_args

import httpx
import pytest

from gateway.outbound.protocol import Operation
from tests.e2e.support import MODEL, Account
from tests.relay.callers import CALLERS, PLAIN, ask, strict_events
from tests.relay.vendor_replies import VENDORS, Said
from tests.support.memory_gateway import MemoryOperator

Json = dict[str, Any]
USED = {"prompt_tokens": 20, "completion_tokens": 30, "total_tokens": 50}
USED2 = {"input_tokens": 20, "output_tokens": 30, "total_tokens": 50}
PICTURE, SOUND = base64.b64encode(b"png").decode(), b"\xff\xf3sound"


@dataclass(frozen=True)
class Row:
    """``whole``: the reply in one piece; ``events``: the same, streamed; ``said``: what must reach the caller of both.

    ``streams``: how a stream is asked for; nothing where the operation has none.
    """

    path: str
    asked: Json
    whole: Json | bytes
    events: list[Json]
    said: Callable[[Any], Any]
    streams: Json = field(default_factory=lambda: {"stream": True})
    form: str = ""
    models: str = MODEL

    def body(self) -> bytes:
        return self.whole if isinstance(self.whole, bytes) else json.dumps(self.whole).encode()

    def stream(self) -> bytes:
        return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in self.events) + b"data: [DONE]\n\n"

    def ask(self, account: Account, more: Json) -> httpx.Response:
        fields = self.asked | {"model": self.models} | more
        if not self.form:
            return account.post(fields, path=self.path)
        files = {self.form: ("a.bin", b"\x89PNG" if self.form == "image" else b"RIFF", "application/octet-stream")}
        data = {name: json.dumps(value) if value is True else value for name, value in fields.items()}
        headers = {"authorization": f"Bearer {account.key}"}
        return account.http.post(self.path, data=data, files=files, headers=headers)


def _chunk(**choice: Any) -> Json:
    return {
        "id": "c1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, **choice}],
    }


def _text(text: str, finish: str | None) -> Json:
    choices = [{"index": 0, "text": text, "logprobs": None, "finish_reason": finish}]
    return {"id": "c1", "object": "text_completion", "created": 1, "model": "m", "choices": choices}


_MESSAGE = {"role": "assistant", "content": "hello"}
_ITEM = {
    "id": "msg_1", "type": "message", "status": "completed", "role": "assistant",
    "content": [{"type": "output_text", "text": "hello", "annotations": []}],
}  # fmt: skip
_CALL = {
    "id": "fc_1", "type": "function_call", "status": "completed", "call_id": "call_1", "name": "f", "arguments": "{}",
}  # fmt: skip
_THOUGHT = {"id": "rs_1", "type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]}
_RESPONSE = {
    "id": "resp_1", "object": "response", "created_at": 1, "status": "completed", "model": "m", "error": None,
    "output": [_THOUGHT, _ITEM, _CALL], "usage": USED2,
}  # fmt: skip
_COMPLETED = {"type": "response.completed", "sequence_number": 1, "response": _RESPONSE}
_LIST = {
    "object": "list",
    "data": [{"object": "embedding", "index": 0, "embedding": [1.0]}],
    "model": "m",
    "usage": USED,
}
_JUDGED = {"id": "m1", "model": "m", "results": [{"flagged": False, "categories": {}, "category_scores": {}}]}
_EDITED = {"object": "edit", "created": 1, "choices": [{"text": "hello", "index": 0}], "usage": USED}
_RANKED = {"id": "r1", "results": [{"index": 0, "relevance_score": 0.5}], "meta": {"billed_units": {"search_units": 1}}}
_DRAWN = {"created": 1, "data": [{"b64_json": PICTURE}], "usage": USED2}
_HEARD = {"text": "hello", "usage": {"type": "tokens", **USED2}}


def _chat_said(found: Any) -> str:
    pieces = found if isinstance(found, list) else [found]
    choices = [choice for piece in pieces for choice in piece["choices"]]
    return "".join((choice.get("message") or choice.get("delta") or {}).get("content") or "" for choice in choices)


def _text_said(found: Any) -> str:
    pieces = found if isinstance(found, list) else [found]
    assert {piece["object"] for piece in pieces} == {"text_completion"}
    return "".join(choice["text"] for piece in pieces for choice in piece["choices"])


def _response_said(found: Any) -> list[Json]:
    if isinstance(found, list):
        numbers = [event["sequence_number"] for event in found]
        assert numbers in (list(range(len(found))), [1])
        found = found[-1]["response"]
    return found["output"]


def _pictures_said(found: Any) -> str:
    return found[-1]["b64_json"] if isinstance(found, list) else found["data"][0]["b64_json"]


def _sound_said(found: Any) -> bytes:
    if isinstance(found, bytes):
        return found
    return b"".join(base64.b64decode(event["audio"]) for event in found if "audio" in event)


def _heard_said(found: Any) -> str:
    return found[-1]["text"] if isinstance(found, list) else found["text"]


def _drawn(kind: str) -> list[Json]:
    partial = {"type": f"{kind}.partial_image", "b64_json": PICTURE, "partial_image_index": 0}
    return [partial, {"type": f"{kind}.completed", "b64_json": PICTURE, "created_at": 1, "usage": USED2}]


MODES: dict[Operation, Row] = {
    "chat": Row(
        "/v1/chat/completions", {"messages": [{"role": "user", "content": "hi"}]},
        {"id": "c1", "object": "chat.completion", "created": 1, "model": "m", "usage": USED,
         "choices": [{"index": 0, "message": _MESSAGE, "finish_reason": "stop"}]},
        [_chunk(delta={"content": "hel"}), _chunk(delta={"content": "lo"}, finish_reason="stop") | {"usage": USED}],
        _chat_said,
    ),
    "completions": Row(
        "/v1/completions", {"prompt": "hi"}, _text("hello", "stop") | {"usage": USED},
        [_text("hel", None), _text("lo", "stop") | {"usage": USED}], _text_said,
    ),
    "responses": Row("/v1/responses", {"input": "hi"}, _RESPONSE, [_COMPLETED], _response_said),
    "edits": Row("/v1/edits", {"instruction": "mend"}, _EDITED, [_EDITED], lambda found: found["choices"], {}),
    "embeddings": Row(
        "/v1/embeddings", {"input": "hi"}, _LIST, [_LIST], lambda found: found["data"][0]["embedding"], {}
    ),
    "moderations": Row("/v1/moderations", {"input": "hi"}, _JUDGED, [_JUDGED], lambda found: found["results"], {}),
    "rerank": Row(
        "/v1/rerank", {"query": "q", "documents": ["a"]}, _RANKED, [_RANKED], lambda found: found["results"], {}
    ),
    "images": Row(
        "/v1/images/generations", {"prompt": "hi"}, _DRAWN, _drawn("image_generation"), _pictures_said,
        models="gpt-image-1",
    ),
    "image_edits": Row(
        "/v1/images/edits", {"prompt": "hi"}, _DRAWN, _drawn("image_edit"), _pictures_said, form="image",
        models="gpt-image-1",
    ),
    "image_variations": Row(
        "/v1/images/variations", {}, _DRAWN, [_DRAWN], _pictures_said, {}, form="image", models="gpt-image-1"
    ),
    "speech": Row(
        "/v1/audio/speech", {"input": "hi", "voice": "alloy"}, SOUND,
        [{"type": "speech.audio.delta", "audio": base64.b64encode(SOUND).decode()},
         {"type": "speech.audio.done", "usage": USED2}],
        _sound_said, {"stream_format": "sse"}, models="gpt-4o-mini-tts",
    ),
    "transcription": Row(
        "/v1/audio/transcriptions", {}, _HEARD,
        [{"type": "transcript.text.delta", "delta": "hello"},
         {"type": "transcript.text.done", "text": "hello", "usage": USED2}],
        _heard_said, form="file", models="gpt-4o-transcribe",
    ),
    "translation": Row(
        "/v1/audio/translations", {}, _HEARD, [_HEARD], _heard_said, {}, form="file", models="gpt-4o-transcribe"
    ),
}  # fmt: skip
STREAMED = [operation for operation, row in MODES.items() if row.streams]


def test_every_operation_has_a_row() -> None:
    assert MODES.keys() == set(get_args(Operation))


def answered(
    operator: MemoryOperator, account: Account, row: Row, more: Json, body: bytes, kind: str, type: int
) -> Any:
    made = operator.channel(account.group, type=type, models=row.models)
    operator.upstream.replay(body, headers={"content-type": kind}, when={"key": made.key})
    answer = row.ask(account, more)
    assert answer.status_code == 200, answer.text
    assert (len(account.entries()), account.holds()) == (1, [])
    if more:
        assert answer.headers["content-type"].startswith("text/event-stream")
        return strict_events(answer.content)
    return answer.content if isinstance(row.whole, bytes) else answer.json()


@pytest.mark.parametrize("type", [1, 8, 50])
@pytest.mark.parametrize("kind", ["application/json", "text/event-stream", "text/plain; charset=utf-8"])
@pytest.mark.parametrize("operation", STREAMED)
def test_a_whole_answer_to_who_asked_for_a_stream_is_told_as_one(
    operator: MemoryOperator, account: Account, operation: Operation, kind: str, type: int
) -> None:
    row = MODES[operation]
    named = "audio/mpeg" if operation == "speech" else kind
    found = answered(operator, account, row, row.streams, row.body(), named, type)
    assert row.said(found) == (row.whole if operation == "speech" else row.said(row.whole))


@pytest.mark.parametrize("kind", ["text/event-stream", "application/json"])
@pytest.mark.parametrize(
    ("operation", "type"),
    [(operation, type) for operation in MODES for type in (1, 8, 50) if (operation, type) != ("rerank", 1)],
)
def test_a_stream_to_who_asked_for_a_whole_answer_is_put_together(
    operator: MemoryOperator, account: Account, operation: Operation, kind: str, type: int
) -> None:
    row = MODES[operation]
    found = answered(operator, account, row, {}, row.stream(), kind, type)
    assert row.said(found) == row.said(row.whole)


@pytest.mark.parametrize("asked", ["whole", "streamed"])
@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("vendor", VENDORS)
def test_in_every_dialect_the_other_mode_says_the_same(
    operator: MemoryOperator, account: Account, vendor: str, caller: str, asked: str
) -> None:
    row, said = VENDORS[vendor], Said("hello", ("f",))
    made = operator.channel(account.group, type=row.type, config=PLAIN)
    body, kind = (row.stream(said), row.kind) if asked == "whole" else (row.body(said), "application/json")
    row.answers(operator.upstream, made.key, body, kind)
    heard = ask(account, caller, asked)
    assert (heard.status, heard.text, heard.calls, len(heard.entries)) == (200, "hello", ["f"], 1), heard.raw


def test_events_made_from_a_response_tell_each_item_as_it_would_have_come(
    operator: MemoryOperator, account: Account
) -> None:
    row = MODES["responses"]
    found = answered(operator, account, row, row.streams, row.body(), "application/json", 1)
    kinds = [event["type"].removeprefix("response.") for event in found]
    assert kinds[:3] == ["created", "in_progress", "output_item.added"]
    assert kinds[-2:] == ["output_item.done", "completed"]
    assert [event["delta"] for event in found if event["type"].endswith(".delta")] == ["hm", "hello", "{}"]


def test_the_last_chunk_of_an_older_completion_is_of_its_type_too(operator: MemoryOperator, account: Account) -> None:
    row = MODES["completions"]
    more = {"stream": True, "stream_options": {"include_usage": True}}
    found = answered(operator, account, row, more, row.body(), "application/json", 1)
    assert (found[-1]["object"], found[-1]["usage"]["prompt_tokens"]) == ("text_completion", 20)
