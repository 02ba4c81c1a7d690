"""Addresses: one-api's where it is right, and base URLs however they are written."""

import pytest

from gateway.errors import Unavailable
from gateway.outbound.openai.paths import PATHS
from gateway.outbound.protocol import Operation
from gateway.providers.address import base, url
from gateway.providers.catalog import PROVIDERS, provider

GATEWAY = "https://gateway.ai.cloudflare.com/v1/acc/gw"

# type, base URL, operation, model, config, address
CASES: dict[str, tuple[int, str, Operation, str, dict[str, str], str]] = {
    "default": (1, "", "chat", "m", {}, "https://api.openai.com/v1/chat/completions"),
    "own base": (1, "https://h.example", "embeddings", "m", {}, "https://h.example/v1/embeddings"),
    "trailing slash": (1, "https://h.example/", "chat", "m", {}, "https://h.example/v1/chat/completions"),
    "base with version": (1, "https://h.example/v1", "chat", "m", {}, "https://h.example/v1/chat/completions"),
    "base with version and slash": (8, "https://h.example/x/v1/", "chat", "m", {}, "https://h.example/x/v1/chat/completions"),
    "base with other version": (8, "https://h.example/v3", "chat", "m", {}, "https://h.example/v3/v1/chat/completions"),
    "a word in common is no version": (50, "https://h.example/chat", "chat", "m", {}, "https://h.example/chat/chat/completions"),
    "the whole address as base": (
        8, "https://h.example/x/v1/chat/completions", "chat", "m", {}, "https://h.example/x/v1/chat/completions",
    ),
    "the whole address without a version": (
        50, "https://h.example/chat/completions/", "chat", "m", {}, "https://h.example/chat/completions",
    ),
    "azure's deployment in the base": (
        3, "https://r.openai.azure.com/openai/deployments/gpt-4o/", "chat", "gpt-4o", {"api_version": "v"},
        "https://r.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=v",
    ),
    "compatible": (50, "https://h.example/api/paas/v4/", "speech", "m", {}, "https://h.example/api/paas/v4/audio/speech"),
    "gemini": (51, "", "chat", "m", {}, "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions"),
    "openrouter": (20, "", "chat", "m", {}, "https://openrouter.ai/api/v1/chat/completions"),
    "doubao": (40, "", "chat", "m", {}, "https://ark.cn-beijing.volces.com/api/v3/chat/completions"),
    "doubao with version": (40, "https://h.example/api/v3", "embeddings", "m", {}, "https://h.example/api/v3/embeddings"),
    "novita": (41, "", "chat", "m", {}, "https://api.novita.ai/v3/openai/chat/completions"),
    "qianfan v2": (47, "", "chat", "m", {}, "https://qianfan.baidubce.com/v2/chat/completions"),
    "spark v2": (48, "", "chat", "generalv3.5", {}, "https://spark-api-open.xf-yun.com/v1/chat/completions"),
    "spark v2, x1": (48, "", "chat", "x1", {}, "https://spark-api-open.xf-yun.com/v2/chat/completions"),
    "bailian": (49, "", "embeddings", "m", {}, "https://dashscope.aliyuncs.com/compatible-mode/v1/embeddings"),
    "deepseek completes in beta": (36, "", "completions", "m", {}, "https://api.deepseek.com/beta/completions"),
    "perplexity": (100, "", "chat", "m", {}, "https://api.perplexity.ai/chat/completions"),
    "github": (106, "", "chat", "m", {}, "https://models.github.ai/inference/chat/completions"),
    "bedrock's own endpoint": (
        113, "", "chat", "m", {"region": "eu-west-1"},
        "https://bedrock-runtime.eu-west-1.amazonaws.com/openai/v1/chat/completions",
    ),
    "vertex's own endpoint": (
        114, "", "chat", "m", {"region": "us-east5", "vertex_ai_project_id": "p"},
        "https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5/endpoints/openapi/chat/completions",
    ),
    "azure": (
        3, "https://r.openai.azure.com", "chat", "gpt-3.5-turbo", {"api_version": "2024-02-01"},
        "https://r.openai.azure.com/openai/deployments/gpt-35-turbo/chat/completions?api-version=2024-02-01",
    ),
    "azure, with its dots": (
        3, "https://r.openai.azure.com", "chat", "gpt-4.1", {"api_version": "v"},
        "https://r.openai.azure.com/openai/deployments/gpt-4.1/chat/completions?api-version=v",
    ),
    "azure without a version": (
        3, "https://r.openai.azure.com/", "embeddings", "e", {},
        "https://r.openai.azure.com/openai/deployments/e/embeddings?api-version=2024-10-21",
    ),
    "azure draws": (
        3, "https://r.openai.azure.com", "images", "dall-e.3", {"api_version": "v"},
        "https://r.openai.azure.com/openai/deployments/dall-e.3/images/generations?api-version=v",
    ),
    "azure hears": (
        3, "https://r.openai.azure.com", "translation", "whisper-1", {"api_version": "v"},
        "https://r.openai.azure.com/openai/deployments/whisper-1/audio/translations?api-version=v",
    ),
    "azure v1": (3, "https://r.openai.azure.com/openai/v1/", "chat", "m", {}, "https://r.openai.azure.com/openai/v1/chat/completions"),
    "azure foundry": (
        3, "https://r.services.ai.azure.com/models", "chat", "m", {"api_version": "2024-05-01-preview"},
        "https://r.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview",
    ),
    "azure responds": (
        3, "https://r.openai.azure.com", "responses", "m", {"api_version": "2025-04-01-preview"},
        "https://r.openai.azure.com/openai/responses?api-version=2025-04-01-preview",
    ),
    "gateway, openai": (1, f"{GATEWAY}/openai", "chat", "m", {}, f"{GATEWAY}/openai/chat/completions"),
    "gateway, groq": (29, f"{GATEWAY}/groq", "chat", "m", {}, f"{GATEWAY}/groq/chat/completions"),
    "gateway, mistral": (28, f"{GATEWAY}/mistral", "chat", "m", {}, f"{GATEWAY}/mistral/v1/chat/completions"),
    "gateway, azure": (
        3, f"{GATEWAY}/azure-openai/res", "chat", "gpt-4.1", {"api_version": "v"},
        f"{GATEWAY}/azure-openai/res/gpt-4.1/chat/completions?api-version=v",
    ),
    "hostile setting": (
        3, "https://r.openai.azure.com", "chat", "a/../b?x=1", {"api_version": "v&x=1"},
        "https://r.openai.azure.com/openai/deployments/a%2F%2Fb%3Fx%3D1/chat/completions?api-version=v%26x%3D1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_call_goes_where_its_provider_listens(name: str) -> None:
    type, base_url, operation, model, config, address = CASES[name]
    found = url(
        provider(type), base_url=base_url, operation=operation, model=model, config=config, path=PATHS[operation]
    )
    assert found == address


SETTINGS = {"region": "r", "vertex_ai_project_id": "p", "api_version": "v", "user_id": "u"}


@pytest.mark.parametrize("type", PROVIDERS)
def test_the_base_url_is_honoured_everywhere(type: int) -> None:
    row = PROVIDERS[type]
    for operation in row.dialects:
        found = url(row, base_url="http://proxy:1/x/", operation=operation, model="m", config=SETTINGS, path="/p")
        assert found.startswith("http://proxy:1/x/")
        assert "//" not in found.removeprefix("http://")
        assert "{" not in found


def test_a_path_of_a_dialect_is_taken_as_it_is() -> None:
    found = url(provider(24), base_url="", operation="chat", model="m", config={}, path="/v1beta/models/{m}:x?alt=sse")
    assert found == "https://generativelanguage.googleapis.com/v1beta/models/{m}:x?alt=sse"


@pytest.mark.parametrize(
    ("type", "base_url", "path", "address"),
    [
        (16, "https://h.example/api/coding/paas/v4", "/api/paas/v4/embeddings", "/api/coding/paas/v4/embeddings"),
        (16, "https://h.example/api/paas/v4/", "/api/paas/v4/embeddings", "/api/paas/v4/embeddings"),
        (17, "https://h.example/other/v1", "/api/v1/services/x", "/other/v1/api/v1/services/x"),
        (30, "https://h.example/v1", "/api/chat", "/api/chat"),
        (30, "https://h.example/api/", "/api/chat", "/api/chat"),
        (30, "https://h.example/ollama", "/api/chat", "/ollama/api/chat"),
    ],
)
def test_what_base_and_path_share_is_said_once(type: int, base_url: str, path: str, address: str) -> None:
    found = url(provider(type), base_url=base_url, operation="chat", model="m", config={}, path=path)
    assert found == f"https://h.example{address}"


@pytest.mark.parametrize("base_url", ["", "https://api.replicate.com/v1/models/", "https://api.replicate.com/v1"])
def test_replicates_base_url_of_one_api_works(base_url: str) -> None:
    asked = {"operation": "chat", "model": "m", "config": {}, "path": "/v1/predictions/x"}
    assert url(provider(46), base_url=base_url, **asked) == "https://api.replicate.com/v1/predictions/x"


def test_the_global_region_has_a_host_of_its_own() -> None:
    assert base(provider(42), "", {"region": "global"}) == "https://aiplatform.googleapis.com"
    assert base(provider(42), "", {"region": "us-east5"}) == "https://us-east5-aiplatform.googleapis.com"


def test_paid_deepl_keys_go_to_their_own_host() -> None:
    asked = {"base_url": "", "operation": "chat", "model": "m", "config": {}, "path": "/v2/translate"}
    assert url(provider(38), key="a:fx", **asked) == "https://api-free.deepl.com/v2/translate"
    assert url(provider(38), key="a", **asked) == "https://api.deepl.com/v2/translate"


@pytest.mark.parametrize(("type", "missing"), [(33, "region"), (42, "region"), (8, "base URL"), (3, "base URL")])
def test_what_is_missing_is_named(type: int, missing: str) -> None:
    with pytest.raises(Unavailable, match=missing):
        url(provider(type), base_url="", operation="chat", model="m", config={}, path="/p")
