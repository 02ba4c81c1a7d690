"""What OpenAI-compatible providers do differently, as data.

A row's name is a dialect's name, which the provider's row in the catalogue refers to. A provider without
a row here is ``openai-like``, or ``compatible`` if its replies are odd.
"""

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from gateway.outbound.canonical.borders import COMPATIBLE, MISTRAL, OPENAI, Border
from gateway.outbound.errors.verdicts import (
    BAD_KEY,
    BUSY,
    CALLER,
    FILTERED,
    NO_ACCESS,
    NO_MODEL,
    NO_MONEY,
    QUOTA_RETURNS,
    RATE,
    RETRY,
    TOO_LONG,
    Verdict,
)
from gateway.outbound.protocol import Operation
from gateway.patterns import pattern
from gateway.records import dataclass

_Names = frozenset[str]
_NONE: _Names = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirks:
    """One provider's differences from OpenAI. The links to who says so stand at the rows."""

    # Knobs it rejects; they are left out, which docs/providers.md says.
    drop: _Names = _NONE
    # Its name for a knob of ours; ``""`` leaves out. The caller's own use of its name wins.
    rename: Mapping[str, str] = field(default_factory=dict[str, str])
    # The same for one operation alone.
    by_operation: Mapping[Operation, Mapping[str, str]] = field(default_factory=dict[Operation, Mapping[str, str]])
    # Its word for a value of ours, by the knob's name; ``None`` leaves the knob out.
    values: Mapping[str, Mapping[Any, Any]] = field(default_factory=dict[str, Mapping[Any, Any]])
    # Its name for a key inside messages; ``""`` leaves out (a tool's ``name`` stays).
    message_rename: Mapping[str, str] = field(default_factory=dict[str, str])
    # Keys of messages that are left out where they have no value.
    empty: _Names = _NONE
    # Its word for a role.
    roles: Mapping[str, str] = field(default_factory=dict[str, str])
    # What it takes as ids of tool calls, names of functions and users.
    border: Border = COMPATIBLE
    # Whether it knows the functions that were before tools; else they go as tools.
    functions: bool = True
    # Reasoning in a history is a part of the message's content.
    reasoning_parts: bool = False
    # What it takes beyond what OpenAI documents for every chat: fields of the request, and marks in messages, parts and
    # tools. A chat made from another dialect carries nothing else; ``takes`` of a channel adds to it.
    takes: _Names = _NONE
    # How it is told not to think; where it cannot be told, the wish is dropped.
    no_thinking: Mapping[str, Any] = field(default_factory=dict[str, Any])
    # Models that refuse a turn with tool calls unless it has ``reasoning_content``, while they think.
    needs_thoughts: re.Pattern[str] | None = None
    # Whether ``stream_options`` may be sent; text: from this api-version on, as at Azure.
    stream_usage: bool | str = True
    # Reasoning is counted only in the total of the usage, as at Google.
    hidden_reasoning: bool = False
    # Its replies have OpenAI's very shape, so that they may pass as bytes.
    exact: bool = True
    # What its own error codes mean.
    vendor: Mapping[str, Verdict] = field(default_factory=dict[str, Verdict])


_OLD_LIMIT = {"max_completion_tokens": "max_tokens"}
_SYSTEM = {"developer": "system"}

# What other providers' answers leave in a history. OpenAI refuses message keys it does not know, and wants no
# reasoning back here (https://platform.openai.com/docs/guides/reasoning).
_FOREIGN = dict.fromkeys(
    (
        "reasoning_details",
        "thinking_blocks",
        "anthropic_content",
        "gemini_content",
        "bedrock_content",
        "citations",
        "extra_content",
    ),
    "",
)
_NO_THOUGHTS = {"reasoning_content": "", "reasoning": "", **_FOREIGN}
# What OpenAI's library puts into every message it gives back, mostly without a value.
_OPENAI_ONLY = frozenset({"refusal", "annotations", "audio", "function_call"})

# What OpenAI documents for its own platform: accounts, caches, tiers. Others copied the chat, not these.
PLATFORM = frozenset({"prompt_cache_key", "prompt_cache_retention", "safety_identifier", "service_tier", "store"}) | {
    "metadata",
    "verbosity",
    "prediction",
    "web_search_options",
}
_OPENAI_TAKES = PLATFORM | {"developer"}
_THOUGHTS = frozenset({"reasoning_content"})
# https://api-docs.deepseek.com/guides/thinking_mode#tool-calls, and reports about Kimi's thinking models
_THINKERS = pattern(r"deepseek-(reasoner|v[4-9])|kimi-(k2-thinking|k2\.[5-9]|k[3-9]|thinking)", re.IGNORECASE)
_DISABLED = {"thinking": {"type": "disabled"}}
_NOT_ENABLED = {"enable_thinking": False}

QUIRKS: Mapping[str, Quirks] = {
    "openai": Quirks(message_rename=_NO_THOUGHTS, border=OPENAI, takes=_OPENAI_TAKES),
    # OpenAI's shapes both ways, and whatever else a caller of that dialect says is the provider's business.
    "openai-like": Quirks(),
    # The same of those whose documentation has no role ``developer``.
    "no-developer": Quirks(roles=_SYSTEM, takes=_THOUGHTS),
    # https://openrouter.ai/docs/api-reference/parameters, .../features/prompt-caching, .../use-cases/reasoning-tokens
    "openrouter": Quirks(
        takes=_THOUGHTS
        | PLATFORM
        | {
            "developer",
            "cache_control",
            "reasoning_details",
            "top_k",
            "reasoning",
            "audio_url",
            "video_url",
            "file_url",
        },
        no_thinking={"reasoning": {"enabled": False}},
    ),
    # https://platform.moonshot.ai/docs/api/chat: roles are system, user and assistant
    "moonshot": Quirks(
        roles=_SYSTEM,
        takes=_THOUGHTS | {"video_url", "prompt_cache_key", "safety_identifier"},
        no_thinking=_DISABLED,
        needs_thoughts=_THINKERS,
    ),
    # https://www.volcengine.com/docs/82379/1494384
    "doubao": Quirks(roles=_SYSTEM, takes=_THOUGHTS | {"video_url"}, no_thinking=_DISABLED, needs_thoughts=_THINKERS),
    # https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html, .../features/reasoning_outputs
    "vllm": Quirks(
        exact=False,
        functions=False,
        rename=_OLD_LIMIT,
        roles=_SYSTEM,
        takes=_THOUGHTS | {"top_k", "audio_url", "video_url"},
        no_thinking={"chat_template_kwargs": {"enable_thinking": False}},
    ),
    # https://api.jina.ai/redoc answers 422 to what it does not know
    "jina": Quirks(
        by_operation={"embeddings": {"encoding_format": "embedding_type", "user": ""}, "rerank": {"user": ""}},
    ),
    # The same of those who know a limit and system messages only by their older names.
    "openai-older": Quirks(rename=_OLD_LIMIT, roles=_SYSTEM),
    # Replies with missing or odd finish reasons, ids or reasoning: right after decoding, not byte for byte.
    "compatible": Quirks(exact=False, rename=_OLD_LIMIT, roles=_SYSTEM),
    # stream_options came with this version: https://learn.microsoft.com/azure/ai-services/openai/whats-new
    # A number as code is the status once more; with 403 it is the resource's firewall.
    "azure": Quirks(
        stream_usage="2024-09-01",
        message_rename=_NO_THOUGHTS,
        border=OPENAI,
        takes=_OPENAI_TAKES,
        vendor={"403": NO_ACCESS},
    ),
    # https://docs.mistral.ai/api/#tag/chat answers 422 to what it does not know; usage always comes.
    "mistral": Quirks(
        exact=False,
        stream_usage=False,
        drop=frozenset({"logit_bias", "user", "logprobs", "top_logprobs", "service_tier", "store", "verbosity"}),
        rename={**_OLD_LIMIT, "seed": "random_seed"},
        values={"tool_choice": {"required": "any"}},
        roles=_SYSTEM,
        message_rename={"name": "", "reasoning": "", **_FOREIGN},
        empty=_OPENAI_ONLY,
        border=MISTRAL,
        functions=False,
        takes=_THOUGHTS | {"name"},
        reasoning_parts=True,
    ),
    # https://console.groq.com/docs/openai#currently-unsupported-openai-features
    "groq": Quirks(
        drop=frozenset({"logprobs", "logit_bias", "top_logprobs"}),
        takes=_THOUGHTS | {"developer", "service_tier"},
        message_rename={"name": "", "reasoning_content": "reasoning", **_FOREIGN},
        empty=_OPENAI_ONLY,
    ),
    # https://api-docs.deepseek.com/api/create-chat-completion
    "deepseek": Quirks(
        rename=_OLD_LIMIT,
        roles=_SYSTEM,
        takes=_THOUGHTS,
        no_thinking=_DISABLED,
        needs_thoughts=_THINKERS,
    ),
    # https://platform.minimaxi.com/document/ChatCompletion
    "minimax": Quirks(
        exact=False,
        rename=_OLD_LIMIT,
        roles=_SYSTEM,
        vendor={
            "1000": RETRY,
            "1001": RETRY,
            "1002": RATE,
            "1004": BAD_KEY,
            "1008": NO_MONEY,
            "1013": RETRY,
            "1024": RETRY,
            "1026": FILTERED,
            "1027": FILTERED,
            "1033": RETRY,
            "1039": RATE,
            "1041": RATE,
            "1042": CALLER,
            "2013": CALLER,
            "2049": BAD_KEY,
            "2056": QUOTA_RETURNS,
        },
    ),
    # https://www.xfyun.cn/doc/spark/HTTP调用文档.html and its list of codes
    "spark-http": Quirks(
        exact=False,
        rename=_OLD_LIMIT,
        roles=_SYSTEM,
        vendor={
            "10007": RATE,
            "10013": FILTERED,
            "10014": FILTERED,
            "10015": BAD_KEY,
            "10016": BAD_KEY,
            "10019": FILTERED,
            "10021": FILTERED,
            "10110": BUSY,
            "10163": CALLER,
            "10404": NO_MODEL,
            "10907": TOO_LONG,
            "11200": NO_MONEY,
            "11201": QUOTA_RETURNS,
            "11202": RATE,
            "11203": RATE,
        },
    ),
    # https://cloud.baidu.com/doc/WENXINWORKSHOP/s/Fm2vrveyu: finish reason "normal"
    "qianfan-v2": Quirks(exact=False, rename=_OLD_LIMIT, roles=_SYSTEM, takes=_THOUGHTS),
    # https://help.aliyun.com/zh/model-studio/error-code: tokens per minute, not money, in OpenAI's words for money
    "bailian": Quirks(
        rename=_OLD_LIMIT,
        roles=_SYSTEM,
        takes=_THOUGHTS | {"top_k", "video_url"},
        no_thinking=_NOT_ENABLED,
        needs_thoughts=_THINKERS,
        vendor={"insufficient_quota": RATE},
    ),
    # https://docs.siliconflow.cn/cn/faqs/error-code
    "siliconflow": Quirks(
        rename=_OLD_LIMIT,
        roles=_SYSTEM,
        takes=_THOUGHTS | {"top_k", "video_url", "audio_url"},
        no_thinking=_NOT_ENABLED,
        needs_thoughts=_THINKERS,
        by_operation={"images": {"size": "image_size", "n": "batch_size"}},
        vendor={"20012": NO_MODEL, "30001": NO_MONEY, "50505": BUSY},  # 20015 is whatever its status says
    ),
    # https://ai.google.dev/gemini-api/docs/openai: thinking counts only in the total; parallel calls share an index
    "gemini-openai": Quirks(
        exact=False,
        functions=False,
        hidden_reasoning=True,
        takes=frozenset({"extra_content", "developer", "name"}),
        no_thinking={"reasoning_effort": "none"},
    ),
    # https://docs.voyageai.com/reference: other names, and rerank results under ``data``
    "voyage": Quirks(
        exact=False,
        by_operation={
            "embeddings": {"dimensions": "output_dimension", "user": ""},
            "rerank": {"top_n": "top_k"},
        },
        values={"encoding_format": {"float": None}},
    ),
}
