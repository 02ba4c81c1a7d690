"""The rows of the catalogue: data. Ids below 100 are one-api's channel types; ours begin at 100.

A compatible provider is one call of ``_openai``; ``bare`` is for those whose base URL holds the version already.
"""

from collections.abc import Mapping
from typing import Any

from gateway.outbound.protocol import Operation
from gateway.providers.spec import ConfigField, Provider

_V1: Mapping[Operation, str] = {
    "chat": "/chat/completions",
    "completions": "/completions",
    "edits": "/edits",
    "embeddings": "/embeddings",
    "moderations": "/moderations",
    "images": "/images/generations",
    "image_edits": "/images/edits",
    "image_variations": "/images/variations",
    "speech": "/audio/speech",
    "transcription": "/audio/transcriptions",
    "translation": "/audio/translations",
    "rerank": "/rerank",
    "responses": "/responses",
}
_Ops = tuple[Operation, ...]
_ALL: _Ops = tuple(_V1)
_OPENAI: _Ops = tuple(operation for operation in _ALL if operation != "rerank")
_TEXT: _Ops = ("chat", "completions", "embeddings")


def _setting(name: str, label: str, **parts: Any) -> ConfigField:
    return ConfigField(name=name, label=label, **parts)


_REGION = _setting("region", "Region", required=True, placeholder="us-east-1")
_RESPONSES = _setting("responses", "Responses API", placeholder="chat where the server has no /v1/responses")
_VERTEX = (
    _setting("region", "Region", required=True, placeholder="us-central1 or global"),
    _setting("vertex_ai_project_id", "Project id", required=True),
    _setting("vertex_ai_adc", "Service account (JSON of the key file)", required=True, secret=True),
)


def _openai(
    id: int, name: str, base_url: str, operations: _Ops, dialect: str = "openai-like", **parts: Any
) -> Provider:
    prefix: str | None = parts.pop("prefix", None)
    if "responses" in operations:
        parts["config"] = (*parts.get("config", ()), _RESPONSES)
    if prefix is not None:
        known: Mapping[Operation, str] = parts.pop("paths", {})
        parts["paths"] = {**{operation: prefix + _V1[operation] for operation in operations}, **known}
    return _native(id, name, base_url, dialect, operations, **parts)


def _native(id: int, name: str, base_url: str, dialect: str, operations: _Ops, **parts: Any) -> Provider:
    dialects = dict.fromkeys(operations, dialect)
    return Provider(id=id, name=name, base_url=base_url, dialects=dialects, **parts)


def _reseller(id: int, name: str, base_url: str, balance: str) -> Provider:
    return _openai(id, f"{name} (reseller)", base_url, _ALL, "openai", owner="openai", balance=balance)


_AZURE_PATHS: Mapping[Operation, str] = {
    **{
        operation: "/openai/deployments/{deployment}" + _V1[operation] + "?api-version={api_version}"
        for operation in _TEXT
    },
    **{
        operation: "/openai/deployments/{model}" + _V1[operation] + "?api-version={api_version}"
        for operation in ("images", "image_edits", "speech", "transcription", "translation")
    },
    "responses": "/openai/responses?api-version={api_version}",
}

ROWS: tuple[Provider, ...] = (
    _openai(
        1, "OpenAI", "https://api.openai.com", _OPENAI, "openai",
        owner="openai", balance="openai-billing", tier="recorded", docs="https://platform.openai.com/docs/api-reference",
    ),
    _reseller(2, "API2D", "https://oa.api2d.net", "openai-billing"),
    _openai(
        3, "Azure OpenAI", "", tuple(_AZURE_PATHS), "azure", paths=_AZURE_PATHS,
        auth="api-key", owner="azure", tier="recorded", key_format="api key of the resource",
        config=(_setting("api_version", "API version", default="2024-10-21", placeholder="2024-10-21"),),
        docs="https://learn.microsoft.com/azure/ai-services/openai/reference",
    ),
    _reseller(4, "CloseAI", "https://api.closeai-proxy.xyz", "closeai"),
    _reseller(5, "OpenAI-SB", "https://api.openai-sb.com", "openai-sb"),
    _reseller(6, "OpenAI Max", "https://api.openaimax.com", "openai-billing"),
    _reseller(7, "OhMyGPT", "https://api.ohmygpt.com", "openai-billing"),
    _openai(8, "Custom channel", "", _ALL, owner="openai", balance="openai-billing"),
    _reseller(9, "AI.LS", "https://api.caipacity.com", "openai-billing"),
    _reseller(10, "AI Proxy", "https://api.aiproxy.io", "aiproxy"),
    _native(
        11, "PaLM 2 (retired)", "https://generativelanguage.googleapis.com", "palm", ("chat",),
        auth="x-goog-api-key", owner="google palm", docs="https://ai.google.dev/palm_docs",
    ),
    _reseller(12, "API2GPT", "https://api.api2gpt.com", "api2gpt"),
    _reseller(13, "AIGC2D", "https://api.aigc2d.com", "aigc2d"),
    _native(
        14, "Anthropic", "https://api.anthropic.com", "anthropic", ("chat",),
        auth="x-api-key", owner="anthropic", tier="recorded", docs="https://docs.anthropic.com/en/api/messages",
        config=(
            _setting("anthropic_version", "API version", placeholder="2023-06-01"),
            _setting("anthropic_beta", "Beta features", placeholder="comma separated"),
        ),
    ),
    _native(
        15, "Baidu Qianfan (ERNIE, v1)", "https://aip.baidubce.com", "qianfan",
        ("chat", "embeddings", "images", "rerank"),
        auth="qianfan-token", key_format="APIKey|SecretKey", owner="baidu", tier="recorded",
        docs="https://cloud.baidu.com/doc/WENXINWORKSHOP/s/clntwmv7t",
    ),
    _native(
        16, "Zhipu (BigModel, GLM)", "https://open.bigmodel.cn", "zhipu",
        ("chat", "embeddings", "images", "rerank", "speech", "transcription"),
        auth="zhipu-jwt", key_format="id.secret", owner="zhipu", tier="recorded", exchanges={"images": "poll"},
        config=(_setting("api_prefix", "Path prefix", placeholder="/api/coding/paas/v4 for the coding plan"),),
        docs="https://docs.bigmodel.cn/cn/api/introduction",
    ),
    _native(
        17, "Alibaba DashScope (Qwen)", "https://dashscope.aliyuncs.com", "dashscope",
        ("chat", "embeddings", "images", "rerank"), exchanges={"images": "poll"},
        owner="ali", tier="recorded", config=(_setting("plugin", "Plugin", placeholder="X-DashScope-Plugin"),),
        docs="https://help.aliyun.com/zh/model-studio/qwen-api-reference",
    ),
    _native(
        18, "iFlytek Spark (WebSocket)", "wss://spark-api.xf-yun.com", "spark", ("chat",),
        exchanges={"chat": "websocket"}, auth="spark-hmac", key_format="APPID|APISecret|APIKey", owner="xunfei",
        config=(_setting("api_version", "API version", placeholder="v3.5; by model unless set"),),
        docs="https://www.xfyun.cn/doc/spark/Web.html",
    ),
    _openai(
        19, "360 Zhinao", "https://ai.360.cn", ("chat", "embeddings"), "compatible",
        owner="360", tier="recorded", docs="https://ai.360.com/platform/docs/overview",
    ),
    _openai(
        20, "OpenRouter", "https://openrouter.ai/api", (*_TEXT, "rerank", "responses"),
        headers={"http-referer": "https://github.com/songquanpeng/one-api", "x-title": "One API"},
        owner="openrouter", balance="openrouter", tier="recorded", docs="https://openrouter.ai/docs/api-reference",
    ),
    _native(
        21, "AI Proxy knowledge base", "https://api.aiproxy.io", "aiproxy-library", ("chat",), owner="aiproxy",
        config=(_setting("library_id", "Library id", required=True),), docs="https://docs.aiproxy.io",
    ),
    _openai(
        22, "FastGPT knowledge base", "https://fastgpt.run/api/openapi", ("chat",),
        key_format="APIKey-AppId, sent as it is", owner="openai", docs="https://doc.fastgpt.io",
    ),
    _native(
        23, "Tencent Hunyuan", "https://hunyuan.tencentcloudapi.com", "hunyuan", ("chat", "embeddings"),
        auth="tc3", key_format="AppId|SecretId|SecretKey", owner="tencent",
        docs="https://cloud.tencent.com/document/product/1729/105701",
    ),
    _native(
        24, "Google Gemini", "https://generativelanguage.googleapis.com", "gemini",
        ("chat", "embeddings", "images", "image_edits"),
        auth="x-goog-api-key", owner="google gemini", tier="recorded",
        config=(_setting("api_version", "API version", placeholder="v1beta"),),
        docs="https://ai.google.dev/api",
    ),
    _openai(
        25, "Moonshot AI (Kimi)", "https://api.moonshot.cn", ("chat",),
        owner="moonshot", balance="moonshot", docs="https://platform.moonshot.cn/docs/api/chat",
    ),
    _openai(
        26, "Baichuan", "https://api.baichuan-ai.com", ("chat", "embeddings"), "compatible",
        owner="baichuan", docs="https://platform.baichuan-ai.com/docs/api",
    ),
    _native(
        27, "MiniMax", "https://api.minimax.chat", "minimax", ("chat", "embeddings", "speech", "images"),
        owner="minimax", docs="https://platform.minimaxi.com/document/ChatCompletion",
        config=(_setting("group_id", "Group id", placeholder="for embeddings and speech"),),
    ),
    _openai(
        28, "Mistral AI", "https://api.mistral.ai",
        ("chat", "completions", "embeddings", "moderations", "transcription"), "mistral",
        paths={"completions": "/v1/fim/completions"},
        owner="mistralai", tier="recorded", docs="https://docs.mistral.ai/api/",
    ),
    _openai(
        29, "Groq", "https://api.groq.com/openai", ("chat", "responses", "speech", "transcription", "translation"),
        "groq", owner="groq", tier="recorded", docs="https://console.groq.com/docs/api-reference",
    ),
    _native(
        30, "Ollama", "http://localhost:11434", "ollama", ("chat", "completions", "embeddings"),
        owner="ollama", tier="recorded", docs="https://github.com/ollama/ollama/blob/main/docs/api.md",
    ),
    _openai(
        31, "01.AI (Yi)", "https://api.lingyiwanwu.com", ("chat",), "openai-older",
        owner="lingyiwanwu", docs="https://platform.lingyiwanwu.com/docs",
    ),
    _openai(
        32, "StepFun", "https://api.stepfun.com", ("chat", "images", "speech", "transcription"), "openai-older",
        owner="stepfun", balance="stepfun", docs="https://platform.stepfun.com/docs/api-reference/chat/chat-completion-create",
    ),
    _native(
        33, "AWS Bedrock", "https://bedrock-runtime.{region}.amazonaws.com", "bedrock",
        ("chat", "embeddings", "rerank"),
        auth="sigv4", key_format="AccessKey|SecretKey|Region", owner="aws", tier="recorded",
        config=(
            _REGION,
            _setting("ak", "Access key", secret=True),
            _setting("sk", "Secret key", secret=True),
            _setting("bedrock_api", "API", placeholder="converse or invoke"),
        ),
        docs="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html",
    ),
    _native(
        34, "Coze", "https://api.coze.com", "coze", ("chat",), owner="coze", tier="recorded",
        config=(
            _setting("user_id", "User id", placeholder="who talks, unless the caller says"),
            _setting("api_version", "API version", placeholder="v2 or v3"),
        ),
        docs="https://www.coze.com/docs/developer_guides/chat_v3",
    ),
    _native(
        35, "Cohere", "https://api.cohere.ai", "cohere", ("chat", "embeddings", "rerank"),
        owner="Cohere", tier="recorded",
        config=(_setting("api_version", "API version", placeholder="v2; v1 for the old chat"),),
        docs="https://docs.cohere.com/reference/chat",
    ),
    _openai(
        36, "DeepSeek", "https://api.deepseek.com", ("chat", "completions", "responses"), "deepseek",
        paths={"completions": "/beta/completions"},
        owner="deepseek", balance="deepseek", tier="recorded", docs="https://api-docs.deepseek.com",
    ),
    _native(
        37, "Cloudflare Workers AI", "https://api.cloudflare.com", "cloudflare",
        ("chat", "completions", "embeddings", "images", "rerank"),
        owner="cloudflare", tier="recorded",
        config=(
            _setting("user_id", "Account id", placeholder="empty behind an AI Gateway"),
            _setting("api", "API", placeholder="run for the models' own address"),
        ),
        docs="https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility/",
    ),
    _native(
        38, "DeepL", "https://api-free.deepl.com", "deepl", ("chat",),
        auth="deepl", owner="deepl", balance="deepl", docs="https://developers.deepl.com/docs/api-reference/translate",
    ),
    _openai(
        39, "Together AI", "https://api.together.xyz",
        (*_TEXT, "images", "rerank", "speech", "transcription", "translation"), "compatible",
        owner="together.ai", tier="recorded", docs="https://docs.together.ai/reference",
    ),
    _openai(
        40, "ByteDance Doubao (Volcengine Ark)", "https://ark.cn-beijing.volces.com",
        ("chat", "embeddings", "images", "responses"), prefix="/api/v3",
        owner="doubao", docs="https://www.volcengine.com/docs/82379/1494384",
    ),
    _openai(
        41, "Novita AI", "https://api.novita.ai/v3/openai", (*_TEXT, "rerank"), "openai-older", prefix="",
        owner="novita", balance="novita", docs="https://novita.ai/docs/api-reference",
    ),
    _native(
        42, "Google Vertex AI", "https://{region}-aiplatform.googleapis.com", "vertex",
        ("chat", "embeddings", "images", "image_edits"),
        auth="google-token", key_format="region|project_id|service_account_json", owner="vertexai", config=_VERTEX,
        tier="recorded", docs="https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference",
    ),
    Provider(
        id=43, name="Plain proxy", base_url="", dialects={}, auth="raw",
        key_format="the whole Authorization header", owner="proxy",
    ),
    _openai(
        44, "SiliconFlow", "https://api.siliconflow.cn",
        (*_TEXT, "images", "rerank", "speech", "transcription"), "siliconflow",
        owner="siliconflow", balance="siliconflow", docs="https://docs.siliconflow.cn/cn/api-reference",
    ),
    _openai(
        45, "xAI (Grok)", "https://api.x.ai", ("chat", "responses", "images", "image_edits", "embeddings"),
        owner="xai", tier="recorded", docs="https://docs.x.ai/docs/api-reference",
    ),
    _native(
        46, "Replicate", "https://api.replicate.com", "replicate", ("chat", "images"),
        exchanges={"chat": "poll", "images": "poll"}, owner="replicate", tier="recorded",
        docs="https://replicate.com/docs/reference/http",
    ),
    _openai(
        47, "Baidu Qianfan v2", "https://qianfan.baidubce.com", ("chat", "embeddings", "images", "rerank"),
        "qianfan-v2", prefix="/v2",
        owner="baiduv2", docs="https://cloud.baidu.com/doc/WENXINWORKSHOP/s/Fm2vrveyu",
    ),
    _openai(
        48, "iFlytek Spark v2 (HTTP)", "https://spark-api-open.xf-yun.com", ("chat",), "spark-http",
        key_format="APIPassword or APIKey:APISecret", owner="xunfeiv2",
        docs="https://www.xfyun.cn/doc/spark/HTTP调用文档.html",
    ),
    _openai(
        49, "Alibaba Bailian", "https://dashscope.aliyuncs.com", _TEXT, "bailian", prefix="/compatible-mode/v1",
        owner="alibailian", tier="recorded",
        docs="https://help.aliyun.com/zh/model-studio/compatibility-of-openai-with-dashscope",
    ),
    _openai(50, "OpenAI-compatible (base URL with version)", "", _ALL, prefix="", owner="openai"),
    _openai(
        51, "Google Gemini (OpenAI endpoint)", "https://generativelanguage.googleapis.com/v1beta/openai/",
        ("chat", "embeddings", "images"), "gemini-openai", prefix="",
        owner="geminiv2", docs="https://ai.google.dev/gemini-api/docs/openai",
    ),
    # What one-api does not have.
    _openai(
        100, "Perplexity", "https://api.perplexity.ai", ("chat",), "openai-older", prefix="",
        owner="perplexity", docs="https://docs.perplexity.ai/api-reference/chat-completions-post",
    ),
    _openai(
        101, "Fireworks AI", "https://api.fireworks.ai/inference", (*_TEXT, "rerank", "responses"),
        owner="fireworks", docs="https://docs.fireworks.ai/api-reference",
    ),
    _openai(
        102, "Cerebras", "https://api.cerebras.ai", ("chat", "completions"),
        owner="cerebras", docs="https://inference-docs.cerebras.ai/api-reference",
    ),
    _openai(
        103, "SambaNova", "https://api.sambanova.ai", ("chat", "embeddings", "transcription", "translation"),
        "openai-older", owner="sambanova", docs="https://docs.sambanova.ai/cloud/api-reference",
    ),
    _openai(
        104, "Nvidia NIM", "https://integrate.api.nvidia.com", _TEXT, "openai-older",
        owner="nvidia", docs="https://docs.api.nvidia.com/nim/reference/llm-apis",
    ),
    _openai(
        105, "Hugging Face router", "https://router.huggingface.co", ("chat", "responses"), "compatible",
        key_format="hf_ token", owner="huggingface", docs="https://huggingface.co/docs/inference-providers",
    ),
    _openai(
        106, "GitHub Models", "https://models.github.ai/inference", ("chat", "embeddings"), prefix="",
        key_format="GitHub token", owner="github", docs="https://docs.github.com/rest/models/inference",
    ),
    _openai(
        107, "vLLM", "http://localhost:8000", (*_TEXT, "rerank", "responses", "transcription", "translation"),
        "compatible", owner="vllm", docs="https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
    ),
    _openai(
        108, "LM Studio", "http://localhost:1234", (*_TEXT, "responses"), "compatible",
        owner="lmstudio", docs="https://lmstudio.ai/docs/app/api/endpoints/openai",
    ),
    _openai(
        109, "llama.cpp", "http://localhost:8080", (*_TEXT, "rerank"), "compatible",
        owner="llama.cpp", docs="https://github.com/ggml-org/llama.cpp/tree/master/tools/server",
    ),
    _openai(
        110, "Jina AI", "https://api.jina.ai", ("embeddings", "rerank"),
        owner="jina", docs="https://api.jina.ai/redoc",
    ),
    _openai(
        111, "Voyage AI", "https://api.voyageai.com", ("embeddings", "rerank"), "voyage",
        owner="voyage", docs="https://docs.voyageai.com/reference",
    ),
    _openai(
        112, "Vercel AI Gateway", "https://ai-gateway.vercel.sh", ("chat", "embeddings", "images"),
        owner="vercel", docs="https://vercel.com/docs/ai-gateway/openai-compat",
    ),
    _openai(
        113, "AWS Bedrock (OpenAI endpoint)", "https://bedrock-runtime.{region}.amazonaws.com/openai",
        ("chat", "responses"), config=(_REGION,), key_format="Bedrock API key",
        owner="aws", docs="https://docs.aws.amazon.com/bedrock/latest/userguide/inference-chat-completions.html",
    ),
    _openai(
        114, "Google Vertex AI (OpenAI endpoint)", "https://{region}-aiplatform.googleapis.com", ("chat",),
        "gemini-openai", auth="google-token", key_format="region|project_id|service_account_json", config=_VERTEX,
        paths={
            "chat": "/v1/projects/{vertex_ai_project_id}/locations/{region}/endpoints/openapi/chat/completions",
        },
        owner="vertexai", docs="https://cloud.google.com/vertex-ai/generative-ai/docs/start/openai",
    ),
    _openai(
        115, "Tencent Hunyuan (OpenAI endpoint)", "https://api.hunyuan.cloud.tencent.com", ("chat", "embeddings"),
        owner="tencent", docs="https://cloud.tencent.com/document/product/1729/111007",
    ),
    _openai(
        116, "DeepInfra", "https://api.deepinfra.com/v1/openai",
        (*_TEXT, "images", "speech", "transcription"), prefix="",
        owner="deepinfra", docs="https://deepinfra.com/docs/openai_api",
    ),
)  # fmt: skip
