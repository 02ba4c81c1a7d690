"""The common half of stream decoders."""

import json
from typing import Any

import pytest

from gateway.outbound.canonical.replies import text_completion
from gateway.outbound.protocol import CanonicalResponse, Fault, Json, ProviderFault, ProviderRequest, WireResponse
from gateway.outbound.streams.collect import gathered, merged
from gateway.outbound.streams.decoders import Growth, JsonChunks, Plain, SseChunks, WholeChunks, chunks_of

ASK = ProviderRequest(
    operation="chat", body={}, model="m", requested_model="alias", request_id="r", created=7, stream=True
)


class Words(SseChunks):
    """A provider that sends ``{"say"}``, ``{"end"}`` or ``{"bad"}``."""

    def event(self, name: str, body: Json) -> list[Json]:
        if "bad" in body:
            return self.fail(Fault(kind="retry", status=502, message=body["bad"]))
        self.head(body.get("id"))
        return self.emit({"content": body["say"]} if "say" in body else {}, body.get("end"))


class Lines(JsonChunks):
    def event(self, body: Json) -> list[Json]:
        return self.emit({"content": body["say"]})


def sse(*bodies: Json) -> bytes:
    return b"".join(b"data: " + json.dumps(body).encode() + b"\n\n" for body in bodies)


def whole(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    body = json.loads(reply.body)
    if "error" in body:
        raise ProviderFault(Fault(kind="caller", status=400, message=body["error"]))
    return CanonicalResponse(body={"id": "w", "created": 1, "model": "m", "choices": body["choices"]})


def test_the_first_chunk_of_each_choice_names_the_role() -> None:
    decoder = Words(ASK)
    first, second = decoder.decode(sse({"id": "x", "say": "a"}, {"say": "b"}))
    assert first["choices"][0]["delta"] == {"role": "assistant", "content": "a"}
    assert second["choices"][0]["delta"] == {"content": "b"}
    assert (first["id"], first["created"], first["model"]) == ("x", 7, "m")


def test_a_reply_without_an_id_is_named_after_the_request() -> None:
    assert Words(ASK).decode(sse({"say": "a"}))[0]["id"] == "chatcmpl-r"


def test_nothing_is_decoded_after_a_fault() -> None:
    decoder = Words(ASK)
    assert len(decoder.decode(sse({"say": "a"}, {"bad": "no"}, {"say": "b"}))) == 1
    assert decoder.decode(sse({"say": "c"})) == decoder.flush() == []
    assert decoder.fault is not None
    assert decoder.fault.message == "no"


def test_an_event_that_is_not_json_is_a_fault() -> None:
    decoder = Words(ASK)
    assert decoder.decode(b"data: oops\n\n") == []
    assert decoder.fault is not None
    assert decoder.fault.kind == "retry"


def test_the_end_marker_finishes_and_silence_does_not() -> None:
    done, silent = Words(ASK), Words(ASK)
    done.decode(sse({"say": "a"}) + b"data: [DONE]\n\n")
    silent.decode(sse({"say": "a"}))
    silent.flush()
    assert (done.finished, silent.finished) == (True, False)


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_json_answer_in_place_of_a_stream_is_read(size: int) -> None:
    decoder = Words(ASK, whole)
    choice = {"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}
    data = b" \n" + json.dumps({"choices": [choice]}).encode()
    chunks = [chunk for at in range(0, len(data), size) for chunk in decoder.decode(data[at : at + size])]
    chunks += decoder.flush()
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": "hi"}
    assert decoder.finished


def test_a_json_error_in_place_of_a_stream_is_a_fault() -> None:
    decoder = Words(ASK, whole)
    assert decoder.decode(b'{"error": "no"}') == decoder.flush() == []
    assert decoder.fault is not None
    assert decoder.fault.message == "no"


def test_json_nobody_can_read_is_a_fault() -> None:
    decoder = Words(ASK)
    decoder.decode(b'{"choices": []}')
    decoder.flush()
    assert decoder.fault is not None


def test_a_provider_that_does_not_stream_answers_at_the_end() -> None:
    decoder = WholeChunks(ASK, whole)
    assert decoder.decode(b'{"choices": [{"index": 0, "message":') == []
    decoder.decode(b' {"content": "hi"}, "finish_reason": "stop"}]}')
    assert decoder.flush()[0]["choices"][0]["delta"]["content"] == "hi"


def test_objects_that_are_not_json_are_a_fault() -> None:
    decoder = Lines(ASK)
    assert decoder.decode(b"{nope}") == []
    assert decoder.fault is not None
    assert decoder.decode(b'{"say": "a"}') == []


@pytest.mark.parametrize(("data", "plain"), [(b'{"a"', True), (b" [1]", True), (b"data: {", False), (b": hi", False)])
def test_what_begins_like_json_is_no_stream(data: bytes, plain: bool) -> None:
    assert Plain().takes(data) is plain


@pytest.mark.parametrize(
    ("cumulative", "texts", "heard"),
    [
        (False, ["a", "a", "ab"], "aaab"),
        (True, ["a", "ab", "ab", "abc"], "abc"),
        (None, ["a", "b", "ab"], "abab"),
        (None, ["a", "ab", "abc", "abcd"], "abcd"),
        (None, ["a", "ab", "c"], "aabc"),
        (None, ["", "a", "ab", "", "b"], "aabb"),
        (None, ["a"], "a"),
    ],
)
def test_growing_texts_are_told_once(cumulative: bool | None, texts: list[str], heard: str) -> None:
    growth = Growth(cumulative)
    assert "".join(growth.take(text) for text in texts) + growth.rest() == heard


def test_a_last_text_that_repeats_everything_settles_it() -> None:
    growth = Growth()
    assert growth.take("Hel") + growth.take("Hello", last=True) == "Hello"


def test_a_chat_becomes_a_text_completion() -> None:
    choice = {"index": 1, "message": {"content": "hi"}, "finish_reason": "stop"}
    made = text_completion({"object": "chat.completion", "choices": [choice], "x": 1})
    assert made == {
        "object": "text_completion",
        "choices": [{"text": "hi", "index": 1, "logprobs": None, "finish_reason": "stop"}],
        "x": 1,
    }


def test_a_whole_answer_and_its_pieces_are_the_same() -> None:
    calls = [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    message = {"role": "assistant", "content": None, "reasoning_content": "hm", "tool_calls": calls}
    choices: list[Any] = [{"index": 0, "message": message, "finish_reason": "tool_calls"}]
    answer = CanonicalResponse(body={"id": "i", "created": 1, "model": "m", "choices": choices})
    assert merged(chunks_of(answer)) == choices


def test_a_stream_is_put_together_to_the_answer_it_is() -> None:
    data = sse({"id": "x", "say": "Hel"}, {"say": "lo"}, {"end": "stop"})
    answer = gathered(ASK, Words(ASK), data)
    assert answer.body is not None
    assert answer.body["choices"] == [
        {"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}
    ]


@pytest.mark.parametrize(
    ("data", "message"), [(sse({"say": "a"}), "broke off"), (sse({"say": "a"}, {"bad": "no"}), "no")]
)
def test_a_stream_that_broke_is_no_answer(data: bytes, message: str) -> None:
    with pytest.raises(ProviderFault, match=message):
        gathered(ASK, Words(ASK), data)
