"""A whole response told in events: OpenAI's library puts the same response together again."""

from typing import Any

from relay.inbound.encoders import EventEncoder
from relay.inbound.responses.whole import events_of
from tests.relay.inbound import heard

RESPONSE: dict[str, Any] = {
    "id": "resp_1", "object": "response", "created_at": 1, "status": "completed", "model": "m",
    "parallel_tool_calls": True, "tool_choice": "auto", "tools": [],
    "output": [
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "hm"}]},
        {
            "type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
            "content": [
                {"type": "output_text", "text": "Hello", "annotations": [], "logprobs": []},
                {"type": "refusal", "refusal": "no"},
            ],
        },
        {
            "type": "function_call", "id": "fc_1", "call_id": "c", "name": "f", "arguments": "{}",
            "status": "completed",
        },
    ],
}  # fmt: skip


def test_the_library_reads_the_response_that_it_would_have_got_whole() -> None:
    encoder = EventEncoder()
    stream = encoder.encode(events_of(RESPONSE)) + encoder.end(None)
    assert heard.accumulated("responses", stream) == heard.CHECKS["responses"](RESPONSE)


def test_an_incomplete_response_ends_as_such() -> None:
    last = events_of(RESPONSE | {"status": "incomplete", "output": []})[-1]
    assert (last["type"], last["sequence_number"]) == ("response.incomplete", 2)
