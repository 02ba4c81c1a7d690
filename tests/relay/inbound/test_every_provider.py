"""Every provider's replies in the tests of its dialect, told in every client dialect.

The vendors' libraries must take each whole answer and each event, and what they put together must be what the provider
said: text, thoughts and calls, no word less.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from gateway.domain.usage import Usage
from gateway.outbound.protocol import ProviderFault, WireResponse
from gateway.wire.chat import text_of
from tests.gateway.outbound import cases as dialects
from tests.relay.inbound import cases, heard

Json = dict[str, Any]
FOLDERS = dialects.folders()


@dataclass
class Said:
    """What one choice says."""

    text: str = ""
    thought: str = ""
    calls: list[tuple[str, Any]] = field(default_factory=list)


@dataclass
class Told:
    """A reply in canonical form: chunks of a complete stream, or one completion."""

    chunks: list[Json]
    usage: Usage | None
    is_stream: bool

    def choice(self, index: int, client: str = "") -> Said:
        """What the choice says, from its pieces. A refusal of Claude's is no text to those who speak its dialect."""
        said, calls = Said(), dict[int, list[str]]()
        choices = [c for chunk in self.chunks for c in chunk["choices"] if c.get("index", 0) == index]
        shown = client != "anthropic" or not any(choice.get("stop_details") for choice in choices)
        for choice in choices:
            piece = choice.get("delta") or choice.get("message") or {}
            said.text += text_of(piece.get("content")) or (piece.get("refusal") or "" if shown else "")
            said.thought += piece.get("reasoning_content") or ""
            for place, call in enumerate(piece.get("tool_calls") or []):
                kept = calls.setdefault(call.get("index", place), ["", ""])
                kept[0] += call["function"].get("name") or ""
                kept[1] += call["function"].get("arguments") or ""
        said.calls = [(name, json.loads(arguments or "{}")) for _, (name, arguments) in sorted(calls.items())]
        return said


def _told(folder: dialects.Folder, name: str) -> Told | None:
    """``None`` for faults, broken streams, and what is no chat."""
    reply = folder.read(f"replies/{name}.json")
    given = dict(reply.get("ask", {}))
    if given.get("operation", "chat") != "chat" or reply.get("status", 200) >= 300:
        return None
    request = folder.request(given.pop("body", {"messages": [{"role": "user", "content": "hi"}]}), **given)
    if "stream" in reply:
        decoder = folder.dialect.stream(request)
        chunks = decoder.decode(dialects.body_bytes(reply["stream"])) + decoder.flush()
        complete = decoder.finished and decoder.fault is None and chunks
        return Told(chunks, decoder.usage, True) if complete else None
    body = WireResponse(status=200, body=dialects.body_bytes(reply["body"]), headers=reply.get("headers", {}))
    try:
        answer = folder.dialect.response(request, body)
    except ProviderFault:
        return None
    return Told([answer.body], answer.usage, False) if answer.body and "choices" in answer.body else None


def _replies() -> Iterator[tuple[str, str, Told]]:
    for folder, name in dialects.replies():
        if "stream" in folder.read(f"replies/{name}.json") or "body" in folder.read(f"replies/{name}.json"):
            told = _told(folder, name)
            if told is not None:
                yield folder.name, name, told


REPLIES = {f"{folder}/{name}": told for folder, name, told in _replies()}


def of_anthropic(answer: Json) -> list[Said]:
    blocks = answer["content"]
    texts = [block["text"] for block in blocks if block["type"] == "text"]
    thoughts = [block["thinking"] for block in blocks if block["type"] == "thinking"]
    calls = [(block["name"], block["input"]) for block in blocks if block["type"] == "tool_use"]
    return [Said("".join(texts), "".join(thoughts), calls)]


def of_gemini(answer: Json) -> list[Said]:
    return [_of_parts(candidate["content"]["parts"]) for candidate in answer["candidates"]]


def _of_parts(parts: list[Json]) -> Said:
    texts = [part["text"] for part in parts if "text" in part and not part.get("thought")]
    thoughts = [part["text"] for part in parts if part.get("thought")]
    calls = [(part["functionCall"]["name"], part["functionCall"]["args"]) for part in parts if "functionCall" in part]
    return Said("".join(texts), "".join(thoughts), calls)


def of_responses(answer: Json) -> list[Said]:
    parts = [part for item in answer["output"] if item["type"] == "message" for part in item["content"]]
    thoughts = [part["text"] for item in answer["output"] if item["type"] == "reasoning" for part in item["summary"]]
    called = [item for item in answer["output"] if item["type"] == "function_call"]
    calls = [(item["name"], json.loads(item["arguments"] or "{}")) for item in called]
    return [Said("".join(part.get("text") or part.get("refusal", "") for part in parts), "".join(thoughts), calls)]


READERS = {"anthropic": of_anthropic, "gemini": of_gemini, "responses": of_responses}


def test_there_are_replies_of_every_kind() -> None:
    assert len(REPLIES) > 100
    assert {told.is_stream for told in REPLIES.values()} == {True, False}
    assert any(told.choice(0).calls for told in REPLIES.values())
    assert any(told.choice(0).thought for told in REPLIES.values())


@pytest.mark.parametrize("client", cases.CLIENTS)
@pytest.mark.parametrize("id", REPLIES)
def test_a_reply_is_told_in_full(client: str, id: str) -> None:
    told = REPLIES[id]
    if told.is_stream:
        answer = heard.streamed(client, told.chunks, told.usage)
    else:
        answer = heard.whole(client, told.chunks[0], told.usage)
    for index, said in enumerate(READERS[client](answer)):
        expected = told.choice(index, client)
        assert said.text.startswith(expected.text)  # pictures may follow, as Markdown
        assert said.text == expected.text or "![image](" in said.text
        assert said.thought == expected.thought
        assert said.calls == expected.calls


@pytest.mark.parametrize("client", cases.CLIENTS)
@pytest.mark.parametrize("id", [id for id, told in REPLIES.items() if not told.is_stream])
def test_a_whole_reply_told_as_a_stream_is_the_same(client: str, id: str) -> None:
    from gateway.outbound.protocol import CanonicalResponse
    from gateway.outbound.streams.decoders import chunks_of

    told = REPLIES[id]
    chunks = chunks_of(CanonicalResponse(body=told.chunks[0], usage=told.usage))
    whole = heard.whole(client, told.chunks[0], told.usage)
    streamed = heard.streamed(client, chunks, told.usage)
    assert READERS[client](streamed) == READERS[client](whole)
    assert usage_of(streamed) == usage_of(whole)


def usage_of(answer: Json) -> Json:
    """Without what Anthropic's library does not take from a stream's last event."""
    found = answer.get("usage") or answer.get("usageMetadata") or {}
    return {name: figure for name, figure in found.items() if name != "cache_creation"}
