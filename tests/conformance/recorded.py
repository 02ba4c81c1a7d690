"""What a recording says, from the tables of the dialects' own tests or read here line by line."""

import json
from typing import Any

from tests.conformance.samples import Sample
from tests.conformance.sdk_view import Heard, reasoning_of
from tests.gateway.outbound import test_claude_and_google_conformance as claude_and_google
from tests.gateway.outbound import test_recorded_native as native
from tests.gateway.outbound.openai.test_conformance import said

Json = dict[str, Any]


def check(sample: Sample, heard: Heard) -> None:
    """Whether this was understood as it was recorded."""
    if sample.name in native.CHATS:
        _, expected = native.CHATS[sample.name]
        _native(expected, heard)
    elif sample.name in claude_and_google.CHATS:
        _claude_or_google(claude_and_google.CHATS[sample.name], heard)
    elif sample.name in claude_and_google.THINKING_WITH_CALLS:
        assert heard.thought.startswith("**")
        assert (heard.calls == [["now", "{}"]], heard.text == "3") in ((True, False), (False, True))
    elif sample.name == "ollama/generate-stream":
        _compatible(lines_of(sample.body), heard)
    elif sample.stream:
        _compatible(stream_of(sample.body), heard)
    else:
        _compatible(whole_of(sample.body), heard)


def _native(expected: Json, heard: Heard) -> None:
    assert (len(heard.text), len(heard.thought)) == (expected["length"], expected["thought"])
    assert heard.text.startswith(expected["start"])
    assert [tuple(call) for call in heard.calls] == list(expected["tools"])
    if expected["finish"]:
        assert (heard.finish, heard.ended) == ({0: expected["finish"]}, True)
    else:  # a single frame out of a stream
        assert heard.error is not None
        return
    figures(expected["usage"], heard.usage)


def _claude_or_google(expected: tuple[str, Json | None, list[tuple[str, str]], str, str], heard: Heard) -> None:
    finish, usage, calls, text, thought = expected
    assert (heard.finish, heard.ended) == ({0: finish}, True)
    assert [tuple(call) for call in heard.calls] == calls
    assert (heard.text.startswith(text), bool(heard.text)) == (True, bool(text))
    assert (heard.thought.startswith(thought), bool(heard.thought)) == (True, bool(thought))
    figures(usage or {}, heard.usage)


def figures(expected: Json, shown: Json | None) -> None:
    """The tables' figures as OpenAI's usage shows them."""
    if not expected:
        return
    assert shown is not None
    prompt, completion = shown.get("prompt_tokens_details") or {}, shown.get("completion_tokens_details") or {}
    found = {
        "prompt": shown["prompt_tokens"],
        "completion": shown["completion_tokens"],
        "cached": prompt.get("cached_tokens") or 0,
        "image_in": prompt.get("image_tokens") or 0,
        "reasoning": completion.get("reasoning_tokens") or 0,
    }
    assert {name: value for name, value in found.items() if value} == {k: v for k, v in expected.items() if v}


def _compatible(recorded: Heard, heard: Heard) -> None:
    assert (heard.text, heard.refusal, heard.thought) == (recorded.text, recorded.refusal, recorded.thought)
    assert (heard.calls, heard.ended) == (recorded.calls, True)
    assert heard.finish == (recorded.finish or {0: "stop"})
    assert _sums(heard.usage) == _sums(recorded.usage)


def _sums(usage: Json | None) -> tuple[int, int, int] | None:
    """Prompt, cached, completion, with reasoning that is told beside the completion."""
    if not usage or not usage.get("total_tokens", 1):
        return None
    prompt, completion = usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0)
    details = usage.get("prompt_tokens_details") or {}
    cached = details.get("cached_tokens") or usage.get("prompt_cache_hit_tokens") or usage.get("cached_tokens") or 0
    return prompt, cached, max(completion, usage.get("total_tokens", 0) - prompt)


def whole_of(body: bytes) -> Heard:
    """A recorded chat."""
    value = json.loads(body)
    heard = Heard(usage=value.get("usage"))
    for choice in value["choices"]:
        message = choice["message"] if "message" in choice else {"content": choice["text"]}
        text, thought = said(message.get("content"))
        heard.text += text
        heard.refusal += message.get("refusal") or ""
        heard.thought += reasoning_of(message) + thought
        heard.calls += [[c["function"]["name"], c["function"]["arguments"]] for c in message.get("tool_calls") or []]
        finish = choice.get("finish_reason") or "stop"
        heard.finish[choice.get("index", 0)] = "stop" if finish == "eos" else finish
    return heard


def stream_of(body: bytes) -> Heard:
    """A recorded event stream, read line by line."""
    heard = Heard()
    calls: dict[tuple[int, int], list[str]] = {}
    for event in payloads(body):
        for choice in event.get("choices") or []:
            delta = choice.get("delta") or {"content": choice.get("text")}
            index = choice.get("index", 0)
            text, thought = said(delta.get("content"))
            heard.text += text
            heard.refusal += delta.get("refusal") or ""
            heard.thought += reasoning_of(delta) + thought
            for call in delta.get("tool_calls") or []:
                held = calls.setdefault((index, call.get("index", 0)), ["", ""])
                held[0] = held[0] or call["function"].get("name") or ""
                held[1] += call["function"].get("arguments") or ""
            if choice.get("finish_reason"):
                heard.finish[index] = choice["finish_reason"]
        heard.usage = event.get("usage") or heard.usage
    heard.calls = [calls[key] for key in sorted(calls)]
    return heard


def lines_of(body: bytes) -> Heard:
    """A recorded text completion of Ollama."""
    lines = [json.loads(line) for line in body.splitlines()]
    counts = {"prompt_tokens": lines[-1]["prompt_eval_count"], "completion_tokens": lines[-1]["eval_count"]}
    return Heard(text="".join(line["response"] for line in lines), usage=counts)


def payloads(body: bytes) -> list[Json]:
    """The JSON of every event."""
    lines = [line[5:].strip() for line in body.decode().splitlines() if line.startswith("data:")]
    return [json.loads(line) for line in lines if line != "[DONE]"]
