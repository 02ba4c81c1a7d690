"""A provider is a row: address, key, dialect per operation. No code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from gateway.outbound.protocol import Operation

AuthScheme = Literal[
    "bearer",  # Authorization: Bearer KEY
    "api-key",  # api-key: KEY (Azure)
    "x-api-key",  # x-api-key: KEY (Anthropic)
    "x-goog-api-key",  # x-goog-api-key: KEY (Gemini)
    "raw",  # Authorization: KEY as it is
    "deepl",  # Authorization: DeepL-Auth-Key KEY
    "sigv4",  # AWS Signature Version 4 from config ak, sk, region
    "tc3",  # Tencent TC3-HMAC-SHA256
    "zhipu-jwt",  # HS256 token made from id.secret
    "qianfan-token",  # access_token fetched with API key and secret
    "google-token",  # OAuth token from a service account
    "spark-hmac",  # signed WebSocket URL
    "none",
]

Exchange = Literal[
    "http",  # one request, one reply, streamed or not
    "poll",  # a task is created, then asked for until it is done
    "websocket",  # one frame out, many in
]

Tier = Literal["recorded", "documented"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigField:
    """One setting of a channel beyond its key, as the site's form shows it; a ``secret`` one is never shown again."""

    name: str
    label: str
    required: bool = False
    default: str = ""
    placeholder: str = ""
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One row of the catalogue. ``id`` is one-api's channel type number.

    ``dialects`` names a dialect per operation (an operation that is absent is not offered). ``base_url`` may
    hold ``{region}`` and the like, filled from the channel's settings. ``paths`` replaces the dialect's
    default path for an operation, for OpenAI-compatible providers whose addresses differ; it may hold
    ``{model}``, ``{deployment}`` (the model without dots) and settings. ``exchanges`` names the operations
    that are not plain HTTP.
    """

    id: int
    name: str
    base_url: str
    dialects: Mapping[Operation, str]
    auth: AuthScheme = "bearer"
    key_format: str = ""  # e.g. "APPID|APISecret|APIKey"; empty: one opaque key
    config: tuple[ConfigField, ...] = ()
    paths: Mapping[Operation, str] = field(default_factory=dict[Operation, str])
    exchanges: Mapping[Operation, Exchange] = field(default_factory=dict[Operation, Exchange])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    models: tuple[str, ...] = ()
    owner: str = ""  # owned_by in model lists
    balance: str = ""  # name of the balance query; empty: none
    docs: str = ""
    tier: Tier = "documented"
