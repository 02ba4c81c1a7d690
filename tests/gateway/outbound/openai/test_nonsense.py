"""Providers that send nonsense: nothing here may raise anything but what the contract names."""

import json
import random
from typing import Any

import pytest

from gateway.outbound.errors.body import read_error
from gateway.outbound.openai.meter import OpenAIMeter, StreamFilter
from gateway.outbound.openai.quirks import QUIRKS
from gateway.outbound.openai.usage import read_usage
from gateway.outbound.protocol import ProviderFault, ProviderRequest, WireResponse
from gateway.outbound.registry import DIALECTS

KEYS = [
    *("id", "object", "created", "model", "choices", "index", "delta", "message", "content", "role", "tool_calls"),
    *("function", "name", "arguments", "type", "text", "finish_reason", "usage", "prompt_tokens", "completion_tokens"),
    *("total_tokens", "prompt_tokens_details", "cached_tokens", "error", "code", "param", "msg", "detail", "errors"),
    *("loc", "base_resp", "status_code", "response", "reasoning", "reasoning_content", "thinking", "x_groq", "results"),
]
LEAVES: tuple[Any, ...] = (None, True, 0, -1, 7, 1.5, "", "x", "stop", "12", "错误", [], {}, 10**20)


def nonsense(chance: random.Random, depth: int = 0) -> Any:
    """A random JSON value made of the words that are read."""
    kind = chance.random()
    if depth > 4 or kind < 0.35:
        return chance.choice(LEAVES)
    if kind < 0.5:
        return [nonsense(chance, depth + 1) for _ in range(chance.randrange(3))]
    return {key: nonsense(chance, depth + 1) for key in chance.sample(KEYS, chance.randrange(1, 7))}


def chunky(chance: random.Random) -> Any:
    """Nonsense that looks enough like a chunk to get far."""
    choice = {"index": chance.choice([0, 1, "a", None]), "delta": nonsense(chance), "message": nonsense(chance)}
    value = {"choices": [choice, nonsense(chance)], "usage": nonsense(chance)}
    return value | ({key: nonsense(chance) for key in ("id", "model")} if chance.random() < 0.5 else {})


ASK = ProviderRequest(operation="chat", body={}, model="m", requested_model="m", stream=True)


@pytest.mark.parametrize("seed", range(300))
def test_nonsense_is_read_or_refused_but_never_breaks(seed: int) -> None:
    chance = random.Random(seed)
    for value in (nonsense(chance), chunky(chance), [nonsense(chance)]):
        body = json.dumps(value).encode()
        read_error(body)
        if isinstance(value, dict):
            read_usage(value)
        DIALECTS["openai"].error(WireResponse(status=chance.choice([400, 401, 429, 500]), body=body))
        for name in ("compatible", "mistral", "spark-http"):
            try:
                DIALECTS[name].response(ASK, WireResponse(status=200, body=body))
            except ProviderFault as refused:
                assert refused.fault.status >= 400


@pytest.mark.parametrize("seed", range(300))
def test_a_stream_of_nonsense_never_breaks(seed: int) -> None:
    chance = random.Random(seed)
    data = b"".join(b"data: " + json.dumps(chunky(chance)).encode() + b"\n\n" for _ in range(4))
    for name in ("openai", "mistral", "spark-http"):
        decoder = DIALECTS[name].stream(ASK)
        for chunk in [*decoder.decode(data), *decoder.flush()]:
            assert all(isinstance(choice["delta"], dict) for choice in chunk["choices"])
    meter, filter = OpenAIMeter(QUIRKS["openai"]), StreamFilter()
    meter.feed(data)
    meter.close()
    assert isinstance(meter.delivered_text(), str)
    assert len(filter.feed(data) + filter.finish()) <= len(data)


@pytest.mark.parametrize(
    "data", [b"\xff\xfe\x00", b"data: \xff\n\n", b"\x00" * 100, b"data:", b"event: error\n\n", b"{" * 5000]
)
def test_bytes_that_are_no_text_never_break(data: bytes) -> None:
    read_error(data)
    decoder = DIALECTS["openai"].stream(ASK)
    decoder.decode(data)
    decoder.flush()
    assert not decoder.finished
