"""The recorded traffic as cases for a running gateway: which channel, which operation, what to ask."""

import base64
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from gateway.outbound.protocol import Operation

Json = dict[str, Any]
FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures"

# Folder to channel type. Some samples of a folder belong to another type: see ``OTHER_TYPES``.
TYPES = {
    "ai360": 19, "alibaba": 49, "anthropic": 14, "azure": 3, "baichuan": 26, "baidu": 47, "bedrock": 33,
    "cloudflare": 37, "cohere": 35, "coze": 34, "deepl": 38, "deepseek": 36, "doubao": 40, "gemini": 24, "groq": 29,
    "hunyuan": 23, "lingyi": 31, "minimax": 27, "mistral": 28, "moonshot": 25, "novita": 41, "ollama": 30, "openai": 1,
    "openrouter": 20, "palm": 11, "replicate": 46, "siliconflow": 44, "spark": 48, "stepfun": 32, "together": 39,
    "vertex": 42, "xai": 45, "zhipu": 16,
}  # fmt: skip
OTHER_TYPES = {
    "alibaba/native-": 17, "baidu/v1-": 15, "baidu/token-": 15, "spark/ws-": 18, "ollama/compat-": 50,
    "together/via-hf": 105,
}  # fmt: skip

CONFIGS: dict[str, Json] = {
    "cohere/v1-": {"api_version": "v1"},
    "coze/v3-": {"api_version": "v3"},
    "coze/workflow-": {"api_version": "v3"},
    "cloudflare/": {"user_id": "A"},
    "cloudflare/run-": {"user_id": "A", "api": "run"},
    "bedrock/invoke-": {"bedrock_api": "invoke"},
}
KEYS = {
    15: "qianfan-key|qianfan-secret", 16: "zhipu-id.zhipu-secret", 18: "APPID|spark-secret|spark-key",
    23: "1250000000|tc3-id|tc3-secret", 33: "AKIDEXAMPLE|aws-secret|us-east-1",
}  # fmt: skip
MODELS = {
    "alibaba/native-vision": "qwen-vl-plus", "alibaba/native-": "qwen-turbo", "anthropic/": "claude-sonnet-4-5",
    "cloudflare/": "@cf/meta/llama-3.1-8b-instruct", "coze/": "bot-1", "gemini/": "gemini-2.5-flash",
    "ollama/": "llama3", "palm/": "text-bison-001", "replicate/": "stability-ai/sdxl", "spark/ws-": "Spark-Lite",
    "vertex/": "gemini-2.5-flash", "zhipu/v3-": "chatglm_pro", "zhipu/": "glm-4.7",
}  # fmt: skip

OPERATIONS: dict[str, Operation] = {
    "embeddings": "embeddings", "rerank": "rerank", "image": "images", "responses": "responses", "poll": "images",
}  # fmt: skip
OPERATION_OF: dict[str, Operation] = {
    "openai/audio-transcription": "transcription", "openai/audio-translation": "translation", "openai/tts": "speech",
    "openai/completions-stream": "completions", "together/completions": "completions",
    "ollama/generate-stream": "completions", "xai/responses-vision": "responses",
}  # fmt: skip

NOT_REPLAYED = {
    "cohere/v1-generate": "an address that no operation of ours asks (retired by its vendor)",
    "coze/v3-chat-create": "a task that was only begun; a stream is what the gateway asks for",
    "replicate/create": "has no end of its own; the task it starts is replayed with the two polls",
    "replicate/get-starting": "the first reply of replicate/get-succeeded",
}
NO_ANSWER = {"balance", "models", "count"}


@dataclass(frozen=True)
class Sample:
    """One recording, and the channel it is replayed to."""

    name: str
    kind: str
    status: int
    headers: Json
    body: bytes = field(repr=False)
    type: int
    key: str
    config: Json
    model: str
    operation: Operation
    stream: bool
    frames: bool

    @property
    def error(self) -> bool:
        return self.kind == "error"


def all_samples() -> list[Sample]:
    """Every recording, in the order of the index; none where they do not lie beside the project."""
    index = FIXTURES / "INDEX.jsonl"
    lines = index.read_text("utf-8").splitlines() if index.exists() else []
    rows = [json.loads(line) for line in lines]
    return [_sample(row) for row in rows if row["provider"] in TYPES]


def replayed(samples: list[Sample]) -> list[Sample]:
    """Those that are an answer to something our callers can ask."""
    return [s for s in samples if s.kind not in NO_ANSWER and not s.error and s.name not in NOT_REPLAYED]


def _sample(row: Json) -> Sample:
    name = f"{row['provider']}/{row['slug']}"
    type = _longest(OTHER_TYPES, name) or TYPES[row["provider"]]
    file = next(file for file in row["files"] if ".resp." in file and not file.endswith("events.jsonl"))
    data = (FIXTURES / row["provider"] / file).read_bytes()
    encoded = file.endswith(".b64") or (file.endswith(".txt") and row["provider"] != "deepl")
    headers = {**row["headers"], "content-type": row["content_type"]}
    return Sample(
        name=name,
        kind=row["kind"],
        status=row["status"],
        headers={key: value for key, value in headers.items() if value},
        body=base64.b64decode(data) if encoded else data,
        type=type,
        key=KEYS.get(type, f"key of {name}".replace(" ", "-")),
        config=_longest(CONFIGS, name) or {},
        model=_model(row, name),
        operation=OPERATION_OF.get(name) or _operation(row),
        stream=".stream" in row["kind"] or "event-stream" in row["content_type"],
        frames="websocket" in row["content_type"],
    )


def _longest(table: dict[str, Any], name: str) -> Any:
    """The value of the longest key that the name begins with."""
    keys = [key for key in table if name.startswith(key)]
    return table[max(keys, key=len)] if keys else None


def _operation(row: Json) -> Operation:
    if "responses" in row["slug"]:
        return "responses"
    if row["kind"] == "error" and "embeddings" in row["slug"]:
        return "embeddings"
    return OPERATIONS.get(row["kind"].partition(".")[0], "chat")


def _model(row: Json, name: str) -> str:
    """The model of the recorded request, else one that the provider would know."""
    asked = FIXTURES / row["provider"] / f"{row['slug']}.req.json"
    request = json.loads(asked.read_text("utf-8")) if asked.exists() else {}
    body = request.get("body")
    if isinstance(body, dict) and isinstance(body.get("model"), str) and not name.startswith("anthropic/err"):
        return body["model"]
    found = re.search(r"/models?/([^/:]+(?:%3A\w+|:\d+)?)(?=[:/])", request.get("url", ""))
    return unquote(found.group(1)) if found else _longest(MODELS, name) or "some-model"
