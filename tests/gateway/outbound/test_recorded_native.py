"""Recorded traffic of the native dialects, read back: text, reasoning, tools, finish reason and usage as recorded.

What is expected was read from the recordings by other means than the dialects. The recordings lie beside the
project; without them these tests are skipped. Errors are classified in a table, each by name.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.outbound.exchange import Task
from gateway.outbound.protocol import CanonicalResponse, ProviderFault, ProviderRequest, WireResponse
from gateway.outbound.registry import DIALECTS
from gateway.providers.auth_qianfan import read_token
from tests.gateway.outbound import cases

RECORDINGS = Path(__file__).parents[4] / "shared" / "fixtures"
pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not (RECORDINGS / "INDEX.jsonl").exists(), reason="no recorded traffic beside the project"),
]

NAMES = {
    "alibaba": "dashscope", "baidu": "qianfan", "spark": "spark", "zhipu": "zhipu", "hunyuan": "hunyuan",
    "minimax": "minimax", "coze": "coze", "deepl": "deepl", "cohere": "cohere", "ollama": "ollama",
    "cloudflare": "cloudflare", "replicate": "replicate",
}  # fmt: skip

V1: dict[str, Any] = {"config": {"api_version": "v1"}}
V3: dict[str, Any] = {"config": {"api_version": "v3"}}
RUN: dict[str, Any] = {"config": {"user_id": "A", "api": "run"}}
GLM_3: dict[str, Any] = {"model": "chatglm_pro"}
WEATHER = ("weather", '{"location":"Florence,Italy"}')


def said(
    length: int, start: str, finish: str | None = "stop", *, thought: int = 0, tools: tuple[Any, ...] = (), **usage: int
) -> dict[str, Any]:
    """Length and beginning of the text, length of the reasoning, names (and arguments) of tools, usage."""
    return {"length": length, "start": start, "finish": finish, "thought": thought, "tools": tools, "usage": usage}


CHATS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "alibaba/native-text": ({}, said(31, "您好！我可以帮您", prompt=14, completion=19)),
    "alibaba/native-stream": ({}, said(15, "你好！有什么我可以", prompt=8, completion=8)),
    "alibaba/native-vision": (
        {"model": "qwen-vl-plus"}, said(49, "这张照片展示的是", prompt=1279, image_in=1247, completion=27),
    ),
    "alibaba/native-reasoning-frame": ({}, said(0, "", None, thought=2, prompt=28, completion=3, reasoning=1)),
    "alibaba/native-tool-frame": (
        {}, said(0, "", None, tools=(("get_current_weather", '{"location":'),), prompt=204, completion=16),
    ),
    "baidu/v1-text": ({}, said(15, "你好！有什么我", prompt=2, completion=8)),
    "baidu/v1-text-cookbook": ({}, said(14, "我是文心一言", prompt=5, completion=12)),
    "baidu/v1-finish-normal": ({}, said(17, "你好！请问有什么", prompt=1, completion=34)),
    "zhipu/text": ({}, said(13, "Olá! (Oh-lah)", thought=810, prompt=15, cached=3, completion=249, reasoning=239)),
    "zhipu/tool": (
        {},
        said(
            50, "I'll check", "tool_calls", thought=304, tools=(WEATHER,),
            prompt=173, cached=43, completion=88, reasoning=62,
        ),
    ),
    "zhipu/tool-stream": (
        {},
        said(
            69, "I'll get the current", "tool_calls", thought=300, tools=(WEATHER,),
            prompt=173, cached=172, completion=93, reasoning=65,
        ),
    ),
    "zhipu/toolresult": (
        {}, said(142, "The weather in Flore", thought=300, prompt=267, cached=173, completion=94, reasoning=57),
    ),
    "zhipu/json-object-tool": (
        {},
        said(
            0, "", "tool_calls", thought=352, tools=(("Person", '{"age":30,"city":"Paris","name":"Alice"}'),),
            prompt=225, cached=43, completion=100, reasoning=77,
        ),
    ),
    "zhipu/vision-thinking": (
        {}, said(34, "\nThe fruit", thought=230, prompt=435, cached=4, completion=73, reasoning=56),
    ),
    "zhipu/v3-invoke": (GLM_3, said(3, " 你好", prompt=215, completion=302)),
    "hunyuan/native-stream": ({}, said(2, "你好", prompt=3, completion=2)),
    "minimax/stream": ({}, said(5, "Hello", prompt=10, completion=2)),
    "coze/v3-chat-stream": (V3, said(6, "20星期三。", prompt=614, completion=19)),
    "coze/workflow-chat-stream": (V3, said(35, "I'm fine, thank you.", prompt=21, completion=11)),
    "cohere/v2-stream": ({}, said(44, "Sure! Here's countin", prompt=7, completion=21)),
    "cohere/v2-tool-stream": (
        {},
        said(0, "", "tool_calls", thought=78, tools=(("best_language_to_learn", "{}"),), prompt=44, completion=28),
    ),
    "cohere/v2-toolresult": ({}, said(35, "The best language", prompt=40, completion=8)),
    "cohere/v2-reasoning": ({}, said(24, "The sum of 5", thought=162, prompt=8, completion=50, reasoning=38)),
    "cohere/v2-vision": ({}, said(232, "I see a canine", prompt=267, image_in=259, completion=52)),
    "cohere/v2-vision-stream": (
        {}, said(620, "The image you've", prompt=265, cached=243, image_in=259, completion=141),
    ),
    "cohere/v1-chat": (V1, said(420, "Arrrr, matey!", prompt=58, completion=119)),
    "ollama/chat": ({}, said(256, "A joke about OpenTel", prompt=17, completion=66)),
    "ollama/chat-stream": ({}, said(33, "Okay, here we go!", prompt=16, completion=22)),
    "ollama/chat-think": ({}, said(42, "Got it!", thought=235, prompt=69, completion=67)),
    "ollama/chat-think-stream": ({}, said(89, "Sure thing!", thought=225, prompt=69, completion=76)),
    "ollama/chat-tools": (
        {},
        said(
            0, "", "tool_calls",
            tools=(("search", '{"query":"time of Detroit Tigers game today"}'), ("weather", '{"city":"Detroit"}')),
            prompt=235, completion=111,
        ),
    ),
    "ollama/done-length": ({}, said(281, "I'm Qwen, a large", "length", prompt=33, completion=57)),
    "cloudflare/compat-text": ({}, said(123, "I am LLaMA")),
    "cloudflare/run-text": (RUN, said(13, "Hello, World!", prompt=24, completion=6)),
    "cloudflare/run-stream-padding": (RUN, said(12, "Hello chunk1")),
}  # fmt: skip

# Sample -> what the error means. Where the status is 200 the error is inside.
ERRORS: dict[str, tuple[str, int]] = {
    "alibaba/native-err400-arrearage": ("disable", 400),
    "alibaba/native-err400-inspection": ("filtered", 400),
    "alibaba/native-err401-key": ("disable", 401),
    "alibaba/native-err429-allocation": ("cooldown", 429),
    "alibaba/native-err429-throttling": ("cooldown", 429),
    "alibaba/native-stream-error": ("caller", 400),
    "baidu/token-err": ("disable", 401),
    "baidu/v1-err-daily": ("cooldown", 429),
    "baidu/v1-err-method": ("retry", 404),
    "baidu/v1-err-overload": ("cooldown", 503),
    "baidu/v1-err-qps": ("cooldown", 429),
    "baidu/v1-err-token-expired": ("retry", 502),
    "cloudflare/err400-model": ("retry", 400),
    "cloudflare/err401": ("disable", 401),
    "cloudflare/err429-neurons": ("cooldown", 429),
    "cohere/err401": ("disable", 401),
    "cohere/err404": ("retry", 404),
    "coze/err-auth": ("disable", 401),
    "coze/v3-chat-error-stream": ("retry", 502),
    "deepl/err400": ("caller", 400),
    "deepl/err403-empty": ("disable", 403),
    "deepl/err429-empty": ("cooldown", 429),
    "deepl/err456": ("disable", 456),
    "hunyuan/native-err-quota": ("disable", 402),
    "hunyuan/native-err-rate": ("cooldown", 429),
    "hunyuan/native-stream-error": ("retry", 502),
    "minimax/err-auth": ("disable", 401),
    "minimax/err-balance": ("disable", 402),
    "minimax/err-param": ("caller", 400),
    "minimax/err-sensitive": ("filtered", 400),
    "ollama/err404": ("retry", 404),
    "replicate/err401": ("disable", 401),
    "replicate/err404": ("retry", 404),
    "spark/ws-err-audit": ("filtered", 400),
    "spark/ws-err-handshake": ("retry", 403),
    "spark/ws-err-licence": ("disable", 402),
    "zhipu/err400-model": ("retry", 400),
    "zhipu/err400-param": ("caller", 400),
    "zhipu/err400-sensitive": ("filtered", 400),
    "zhipu/err401": ("disable", 401),
    "zhipu/err429-arrears": ("disable", 429),
    "zhipu/err429-concurrency": ("cooldown", 429),
    "zhipu/err429-rate": ("cooldown", 429),
}

# Samples of these providers that other dialects speak, or that no operation of ours asks for.
ELSEWHERE = {
    "alibaba/compat-err401", "alibaba/compat-reasoning-stream", "alibaba/compat-text-stream", "alibaba/compat-tool",
    "baidu/v2-err-key", "baidu/v2-err-model", "spark/http-err", "spark/http-err-code", "spark/http-raw",
    "spark/http-stream", "ollama/compat-err401", "ollama/compat-stream", "ollama/compat-text",
    "ollama/compat-tool-stream", "deepl/usage-free", "cohere/v1-generate", "coze/v3-chat-create",
}  # fmt: skip
OTHERS = {
    "alibaba/native-embeddings", "cohere/v1-rerank", "cohere/v2-embed", "cohere/v2-rerank", "hunyuan/native-embeddings",
    "ollama/embed", "ollama/generate-stream", "replicate/create", "replicate/get-starting", "replicate/get-succeeded",
}  # fmt: skip


def sample(name: str) -> tuple[str, WireResponse]:
    """Extension and reply of a sample."""
    provider, _, slug = name.partition("/")
    path = next((RECORDINGS / provider).glob(f"{slug}.resp.*"))
    meta = next(row for row in index() if (row["provider"], row["slug"]) == (provider, slug))
    headers = {key.lower(): value for key, value in meta["headers"].items()}
    return path.suffix, WireResponse(status=meta["status"], body=path.read_bytes(), headers=headers)


def index() -> list[dict[str, Any]]:
    lines = (RECORDINGS / "INDEX.jsonl").read_text("utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["provider"] in NAMES]


def request(name: str, stream: bool = False, **changes: Any) -> ProviderRequest:
    body = {"messages": [{"role": "user", "content": "x"}]} | changes.pop("body", {})
    made: dict[str, Any] = {"operation": "chat", "model": "m", "requested_model": "m", "request_id": "r", "created": 1}
    return ProviderRequest(**(made | changes | {"body": body, "stream": stream}))


def spoken(name: str) -> Any:
    return DIALECTS[NAMES[name.partition("/")[0]]]


def test_every_sample_has_its_place() -> None:
    known = set(CHATS) | set(ERRORS) | ELSEWHERE | OTHERS
    assert {f"{row['provider']}/{row['slug']}" for row in index()} - known == set()


@pytest.mark.parametrize("name", CHATS)
def test_a_chat_is_read_as_recorded(name: str) -> None:
    changes, expected = CHATS[name]
    suffix, reply = sample(name)
    streamed = suffix in (".sse", ".ndjson")
    question = request(name, streamed, **changes)
    if streamed:
        heard = cases.listen_all(lambda: spoken(name).stream(question), reply.body)
        calls = [(call["name"], call["arguments"]) for call in heard.tool_calls]
        assert_said(expected, heard.text, heard.reasoning, calls, heard.finish_reason, heard.usage)
        assert heard.finished is (expected["finish"] is not None)
        return
    answer: CanonicalResponse = spoken(name).response(question, reply)
    choice = (answer.body or {})["choices"][0]
    message = choice["message"]
    calls = [(call["function"]["name"], call["function"]["arguments"]) for call in message.get("tool_calls") or []]
    thought = message.get("reasoning_content") or ""
    assert_said(
        expected, message["content"] or "", thought, calls, choice["finish_reason"], cases.figures(answer.usage)
    )


def assert_said(
    expected: dict[str, Any], text: str, thought: str, calls: list[Any], finish: str | None, usage: Any
) -> None:
    assert (len(text), len(thought), calls, finish) == (
        expected["length"], expected["thought"], list(expected["tools"]), expected["finish"],
    )  # fmt: skip
    assert text.startswith(expected["start"])
    assert (usage or {}) == expected["usage"]


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_means_what_the_table_says(name: str) -> None:
    suffix, reply = sample(name)
    if name == "baidu/token-err":
        with pytest.raises(ProviderFault) as caught:
            read_token(reply)
        fault = caught.value.fault
    elif reply.status != 200:
        fault = spoken(name).error(reply)
    else:
        changes = V3 if name.startswith("coze/v3") else {}
        decoder = spoken(name).stream(request(name, True, **changes))
        cases.listen(decoder, [reply.body])
        fault = decoder.fault
        if suffix != ".sse":
            with pytest.raises(ProviderFault) as caught:
                spoken(name).response(request(name), reply)
            assert caught.value.fault == fault
    assert (fault.kind, fault.status) == ERRORS[name]
    assert fault.message


@pytest.mark.parametrize(
    ("name", "operation", "length", "usage"),
    [
        ("alibaba/native-embeddings", "embeddings", 2, {"prompt": 26}),
        ("cohere/v2-embed", "embeddings", 1, {"prompt": 7}),
        ("hunyuan/native-embeddings", "embeddings", 1, {"prompt": 3}),
        ("ollama/embed", "embeddings", 1, {"prompt": 2}),
    ],
)
def test_embeddings_are_read_as_recorded(name: str, operation: Any, length: int, usage: dict[str, int]) -> None:
    _, reply = sample(name)
    answer = spoken(name).response(request(name, operation=operation, body={"input": ["x"] * length}), reply)
    data = (answer.body or {})["data"]
    assert len(data) == length
    assert all(isinstance(item["embedding"][0], float) for item in data)
    assert cases.figures(answer.usage) == usage


@pytest.mark.parametrize(("name", "best"), [("cohere/v1-rerank", 3), ("cohere/v2-rerank", 0)])
def test_a_ranking_is_read_as_recorded(name: str, best: int) -> None:
    _, reply = sample(name)
    answer = spoken(name).response(request(name, operation="rerank", body={"query": "q", "documents": ["a"]}), reply)
    assert (answer.body or {})["results"][0]["index"] == best
    assert cases.figures(answer.usage) == {}


def test_a_text_completion_is_read_as_recorded() -> None:
    _, reply = sample("ollama/generate-stream")
    question = request("ollama", True, operation="completions", body={"prompt": "x"})
    decoder = DIALECTS["ollama"].stream(question)
    chunks = decoder.decode(reply.body)
    assert {chunk["object"] for chunk in chunks} == {"text_completion"}
    assert len("".join(chunk["choices"][0]["text"] for chunk in chunks)) == 33
    assert cases.figures(decoder.usage) == {"prompt": 16, "completion": 22}


def test_a_prediction_is_followed_as_recorded() -> None:
    replicate: Any = DIALECTS["replicate"]
    chat = replicate.created(request("replicate"), sample("replicate/create")[1])
    assert isinstance(chat, Task)
    assert chat.call.path == "/v1/predictions/heat2o3bzn3ahtr6bjfftvbaci"
    picture = request("replicate", operation="images", body={"prompt": "a corgi"})
    for slug in ("get-starting", "get-succeeded"):  # the first was done by the time it was asked for
        done = replicate.poll(picture, chat, sample(f"replicate/{slug}")[1])
        assert done.body["data"][0]["url"].endswith("out-0.png")


def test_a_task_that_coze_only_began_is_no_answer() -> None:
    with pytest.raises(ProviderFault):
        DIALECTS["coze"].response(request("coze", **V3), sample("coze/v3-chat-create")[1])
