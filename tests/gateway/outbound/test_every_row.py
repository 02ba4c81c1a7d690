"""Every row of the catalogue that chats: the canonical requests reach its address with its credentials, or are refused
by name; and a whole and a streamed answer in its dialect are read alike.
"""

import json
from typing import Any

import pytest

from gateway.outbound.openai.quirks import QUIRKS
from gateway.outbound.protocol import ProviderRequest, Unsupported, WireResponse
from gateway.outbound.registry import DIALECTS
from gateway.providers import address, auth
from gateway.providers.catalog import PROVIDERS
from gateway.providers.spec import Provider
from tests.gateway.outbound import cases

Json = dict[str, Any]
TALKING = {row.id: row for row in PROVIDERS.values() if "chat" in row.dialects}
KEYS = {
    "qianfan-token": "key|secret", "zhipu-jwt": "id.secret", "spark-hmac": "APPID|secret|key",
    "tc3": "1250000000|id|secret", "sigv4": "AKID|secret|us-east-1",
}  # fmt: skip
CONFIG = {
    "region": "us-east-1", "vertex_ai_project_id": "p", "vertex_ai_adc": "{}", "library_id": "1", "user_id": "u",
    "api_version": "2024-10-21",
}  # fmt: skip
MODELS = {"bedrock": "anthropic.claude-3-haiku-20240307-v1:0", "deepl": "deepl-zh", "replicate": "meta/llama-3"}


def ask_of(row: Provider, body: Json, *, stream: bool = False) -> ProviderRequest:
    dialect = DIALECTS[row.dialects["chat"]]
    known = {setting.name for setting in row.config}
    config = {name: value for name, value in CONFIG.items() if name in known}
    if row.dialects["chat"] not in ("azure", "openai"):
        config.pop("api_version", None)
    made: Json = {
        "operation": "chat",
        "body": {"model": "alias"} | body,
        "model": MODELS.get(dialect.name, "some-model"),
        "requested_model": "alias",
        "stream": stream,
        "request_id": "1",
        "created": 1700000000,
        "config": config,
    }
    media = {url: cases.Media(type="image/png", data=b"PNG") for url in dialect.media_urls(ProviderRequest(**made))}
    return ProviderRequest(**made, media=media)


@pytest.mark.parametrize("case", cases.CASES)
@pytest.mark.parametrize("type", TALKING)
def test_a_canonical_request_gets_there_or_is_refused_by_name(type: int, case: str) -> None:
    row = TALKING[type]
    request = ask_of(row, cases.canonical(case), stream=bool(cases.canonical(case).get("stream")))
    try:
        call = DIALECTS[row.dialects["chat"]].request(request)
    except Unsupported as refusal:
        assert refusal.message.strip() and case not in ("basic", "full", "reasoning")
        return
    key = KEYS.get(row.auth, "key")
    base_url = "" if row.base_url else "https://host.example"
    url = address.url(
        row, base_url=base_url, operation="chat", model=request.model, config=request.config, path=call.path, key=key
    )
    config = {**request.config, "vertex_ai_adc": "{}"} if row.auth == "google-token" else request.config
    sent = auth.authorise(row, call=call, url=url, key=key, config=config, now=1700000000, token="token")
    assert sent.url.startswith(("https://", "http://", "wss://")) and "{" not in sent.url
    in_url = "authorization=" in sent.url or "access_token=token" in sent.url
    assert in_url or {"authorization", "api-key", "x-api-key", "x-goog-api-key"} & sent.headers.keys()
    if call.body:
        assert isinstance(json.loads(call.body), dict)


CHUNK: Json = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
USAGE: Json = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
CALL: Json = {"id": "abcdefghi", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
WHOLE: Json = {
    **CHUNK,
    "object": "chat.completion",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hi", "tool_calls": [CALL]},
            "finish_reason": "tool_calls",
        }
    ],
    "usage": USAGE,
}
DELTAS: list[Json] = [
    {"role": "assistant", "content": ""}, {"content": "H"}, {"content": "i"}, {"tool_calls": [CALL | {"index": 0}]},
]  # fmt: skip
STREAM = b"".join(
    b"data: " + json.dumps(event).encode() + b"\n\n"
    for event in (
        *({**CHUNK, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in DELTAS),
        {**CHUNK, "choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]},
        {**CHUNK, "choices": [], "usage": USAGE},
    )
)
COMPATIBLE = [type for type, row in TALKING.items() if row.dialects["chat"] in QUIRKS or type in (16, 37)]


@pytest.mark.parametrize("type", COMPATIBLE)
def test_a_compatible_providers_answer_is_read_alike_whole_and_streamed(type: int) -> None:
    row = TALKING[type]
    dialect, body = DIALECTS[row.dialects["chat"]], cases.canonical("tools")
    answer = dialect.response(ask_of(row, body), WireResponse(status=200, body=json.dumps(WHOLE).encode()))
    message = (answer.body or {})["choices"][0]["message"]
    heard = cases.listen_all(lambda: dialect.stream(ask_of(row, body, stream=True)), STREAM + b"data: [DONE]\n\n")
    assert (heard.text, heard.finish_reason, heard.finished, heard.fault) == ("Hi", "tool_calls", True, None)
    assert message["content"] == heard.text
    assert [call["function"] for call in message["tool_calls"]] == [CALL["function"]]
    assert [(call["name"], call["arguments"]) for call in heard.tool_calls] == [("f", '{"a":1}')]
    assert cases.figures(answer.usage) == heard.usage == {"prompt": 3, "completion": 2}


NATIVE = [type for type in TALKING if type not in COMPATIBLE]


@pytest.mark.parametrize("type", NATIVE)
def test_a_native_dialect_has_answers_whole_and_streamed(type: int) -> None:
    """Which ``test_native_dialects`` reads, each cut in every way."""
    folder = cases.folders()[TALKING[type].dialects["chat"].replace("-", "_")]
    found = [folder.read(f"replies/{path.name}") for path in (folder.path / "replies").glob("*.json")]
    assert any("body" in reply and "fault" not in reply["expect"] for reply in found)
    # Bedrock's frames of bytes are made by a test of their own, bedrock/test_bedrock_streams.py
    assert type == 33 or any("stream" in reply and "fault" not in reply["expect"] for reply in found)
