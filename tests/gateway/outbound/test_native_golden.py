"""Recorded exchanges of one-api's native channels: we ask where it asked and what it asked, and read the same.

Where we ask or read otherwise, the vector stands in a table with its reason.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.outbound.protocol import ProviderFault, ProviderRequest, WireResponse
from gateway.outbound.registry import dialect
from tests.gateway.outbound import cases

pytestmark = pytest.mark.conformance

Json = dict[str, Any]
GOLDEN = Path(__file__).parents[4] / "shared" / "golden" / "oneapi-relay.json"
DIALECTS = {
    15: "qianfan", 16: "zhipu", 17: "dashscope", 18: "spark", 21: "aiproxy-library", 23: "hunyuan", 27: "minimax",
    30: "ollama", 34: "coze", 35: "cohere", 37: "cloudflare", 38: "deepl", 46: "replicate",
}  # fmt: skip
LEGACY_SETTING = {17: "plugin", 18: "api_version", 21: "library_id"}  # what the old column ``other`` held

# We ask something else, and why.
BODY_DIFFERS = {
    "type17: full": "image, tool calls, results, choice, stop, n and format are kept; an image needs the other address",
    "type17: img sdxl fail": "size and n are sent when they are asked for, not made up",
    "type17: img err": "size and n are sent when they are asked for, not made up",
    "type15: img": "images are asked for as images; one-api posted them to the chat address",
    "type16: img": "size goes along (one-api priced it and dropped it)",
    "type38: nolang+err": "billed characters are asked for, since they are what is charged",
    "type38: stream": "billed characters are asked for, since they are what is charged",
    "type46: image fail": "the model's own defaults hold; one-api made up a dozen settings, one of them a spent seed",
}
PATH_DIFFERS = {"type17: full": BODY_DIFFERS["type17: full"], "type15: img": BODY_DIFFERS["type15: img"]}

# Refused here, and why; one-api dropped what could not be said.
REFUSED = {
    "type15: full": "n, and an image that Qianfan v1 cannot see",
    "type16: v4 full": "n; Zhipu gives one answer",
    "type21: full": "n, tools, an image",
    "type35: full": "tools and an image over Cohere v1",
    "type35: array content panic": "tools over Cohere v1; one-api crashed",
    "type37: chat": "n; Workers AI gives one answer",
    "type38: full": "n, tools, an image",
}

# one-api failed before it asked anybody; what fails with us is the key, elsewhere.
ONLY_WE_ASK = {
    "type15: badkey", "type15: token err", "type16: embed2", "type23: badkey", "type23: badappid", "type18: err stream",
    "type46: nonstream", "type46: unknown model", "type27: emb",
}  # fmt: skip

# Replies that we read otherwise, and why.
REPLY_DIFFERS = {
    "type35: full": "usage is what is billed, not what the model counted",
    "type35: internet": "usage is what is billed; MAX_TOKENS is length",
    "type35: stream": "usage is what is billed, and a finish reason comes",
}

ENDS_EARLY = {"type17: stream"}  # an error event in the middle ends the stream; one-api went on as if nothing had been


def _vectors() -> dict[str, Json]:
    found = json.loads(GOLDEN.read_text("utf-8"))["vectors"] if GOLDEN.exists() else []
    return {v["name"]: v for v in found if (v.get("channel") or {}).get("type") in DIALECTS}


VECTORS = _vectors()


def _operation(path: str) -> Any:
    return "embeddings" if "embeddings" in path else "images" if "images" in path else "chat"


def _ask(vector: Json) -> ProviderRequest:
    channel, body = vector["channel"], vector["request"]["json"]
    config = json.loads(channel.get("config") or "{}")
    if channel.get("other"):
        config[LEGACY_SETTING[channel["type"]]] = channel["other"]
    if channel["type"] == 35:
        config["api_version"] = "v1"  # the only one that one-api speaks
    return ProviderRequest(
        operation=_operation(vector["request"]["path"]),
        body=body,
        model=body["model"],
        requested_model=body["model"],
        stream=bool(body.get("stream")),
        config=config,
    )


def _plain(body: Any) -> Any:
    """Without what says nothing: empty objects, and that nothing is streamed."""
    return {key: value for key, value in body.items() if value != {} and (key, value) != ("stream", False)}


@pytest.mark.parametrize("name", [name for name in VECTORS if name not in REFUSED | dict.fromkeys(ONLY_WE_ASK)])
def test_we_ask_where_one_api_asked_and_what_it_asked(name: str) -> None:
    vector = VECTORS[name]
    ours = cases.asked(dialect(DIALECTS[vector["channel"]["type"]]), _ask(vector))
    theirs = next(request for request in vector["upstream_requests"] if "/oauth/" not in request["path"])
    assert (ours["path"] == theirs["path"].partition("?")[0]) is (name not in PATH_DIFFERS)
    same = _plain(ours["body"]) == _plain(json.loads(theirs["body"]))
    assert same is (name not in BODY_DIFFERS), (ours["body"], theirs["body"])
    for header in ("X-Dashscope-Plugin", "X-Dashscope-Sse", "X-Dashscope-Async", "X-Tc-Action", "X-Tc-Version"):
        assert ours.get("headers", {}).get(header.lower()) == theirs["headers"].get(header)


@pytest.mark.parametrize("name", [name for name in REFUSED if name in VECTORS])
def test_what_cannot_be_said_is_refused(name: str) -> None:
    vector = VECTORS[name]
    assert "unsupported" in cases.asked(dialect(DIALECTS[vector["channel"]["type"]]), _ask(vector))


@pytest.mark.parametrize("name", [name for name in sorted(ONLY_WE_ASK) if name in VECTORS])
def test_where_one_api_failed_we_ask(name: str) -> None:
    vector = VECTORS[name]
    assert all("/oauth/" in request["path"] for request in vector["upstream_requests"])
    assert "path" in cases.asked(dialect(DIALECTS[vector["channel"]["type"]]), _ask(vector))


def _chats(streamed: bool) -> list[str]:
    """Vectors of chats that one-api answered."""
    return [
        name
        for name, vector in VECTORS.items()
        if _operation(vector["request"]["path"]) == "chat"
        and bool(vector["request"]["json"].get("stream")) is streamed
        and vector["upstream_script"]
        and vector["response"]["status"] == 200
        and vector["channel"]["type"] not in (18, 46)
    ]


def _reply(vector: Json) -> WireResponse:
    script = vector["upstream_script"][-1]
    return WireResponse(status=script.get("status", 200), body=script["body"].encode())


@pytest.mark.parametrize("name", _chats(streamed=False))
def test_we_read_what_one_api_read(name: str) -> None:
    vector = VECTORS[name]
    theirs = json.loads(vector["response"]["body"])
    request, reply = _ask(vector), _reply(vector)
    spoken = dialect(DIALECTS[vector["channel"]["type"]])
    if "error" in theirs:
        with pytest.raises(ProviderFault) as caught:
            spoken.response(request, reply)
        assert theirs["error"]["message"].startswith(caught.value.fault.message)
        return
    answer = spoken.response(request, reply)
    ours = (answer.body or {})["choices"][0]
    choice = theirs["choices"][0]
    assert ours["message"].get("content") == choice["message"].get("content")
    assert ours["message"].get("tool_calls") == choice["message"].get("tool_calls") or "tool_calls" in ours["message"]
    counted = vector["channel"]["type"] in (21, 34, 37, 38)  # one-api shows zeros or counts itself
    if answer.usage is not None and not counted and name not in REPLY_DIFFERS:
        assert (answer.usage.prompt, answer.usage.completion) == (
            theirs["usage"]["prompt_tokens"], theirs["usage"]["completion_tokens"],
        )  # fmt: skip


@pytest.mark.parametrize("name", _chats(streamed=True))
def test_we_hear_the_text_that_one_api_heard(name: str) -> None:
    vector = VECTORS[name]
    request, reply = _ask(vector), _reply(vector)
    heard = cases.listen_all(lambda: dialect(DIALECTS[vector["channel"]["type"]]).stream(request), reply.body)
    lines = [line[6:] for line in vector["response"]["body"].splitlines() if line.startswith("data: {")]
    deltas = [choice["delta"] for line in lines for choice in json.loads(line)["choices"] or []]
    text = "".join(delta.get("content") or "" for delta in deltas)
    if name in ENDS_EARLY:
        assert heard.fault is not None
        assert text.startswith(heard.text)
        return
    assert heard.text == (text.removesuffix("\n") if "v3" in name else text)  # its last newline was nobody's
    assert heard.fault or heard.finished
