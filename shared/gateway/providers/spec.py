"""A provider is a row: address, operations, dialect, key. No code."""

from collections.abc import Mapping
from dataclasses import field
from functools import cache
from types import MappingProxyType
from typing import Literal

from gateway.outbound.openai.paths import PATHS, ROOT
from gateway.outbound.protocol import Operation
from gateway.records import dataclass

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
    """One row of the catalogue; the defaults are those of a plain OpenAI-compatible provider."""

    # one-api's channel type number; ours begin at 100
    id: int
    name: str
    # what it offers; whatever else it is asked for is refused
    operations: tuple[Operation, ...]
    # may hold {region} and the like, filled from the channel's settings; empty: every channel brings its own
    base_url: str = ""
    # the name of a dialect in ``outbound``, or of a row of ``outbound/openai/quirks.py``
    dialect: str = "openai-like"
    # OpenAI-compatible addresses: the base URL ends in the version, and /chat/completions follows at once
    base_url_has_version: bool = False
    # OpenAI-compatible addresses: what stands between base URL and /chat/completions
    api_root: str = ROOT
    # whole paths of operations whose address is neither OpenAI's nor the dialect's; may hold {model},
    # {deployment} (the model by Azure's name) and settings
    paths: Mapping[Operation, str] = field(default_factory=dict[Operation, str])
    # operations that are not plain HTTP
    exchanges: Mapping[Operation, Exchange] = field(default_factory=dict[Operation, Exchange])
    # how a key is sent
    auth: AuthScheme = "bearer"
    # what a key is made of, for people, e.g. "APPID|APISecret|APIKey"; empty: one opaque key
    key_format: str = ""
    # sent with every request
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    # what a channel can or must say beyond its key
    config: tuple[ConfigField, ...] = ()
    # offered besides those of the model lists
    models: tuple[str, ...] = ()
    # owned_by in model lists
    owner: str = ""
    # the name of a query in ``balances.py``; empty: none
    balance: str = ""
    # whether it is tested on recorded traffic of its own, or built from its documentation
    tier: Tier = "documented"
    docs: str = ""

    @property
    def dialects(self) -> Mapping[Operation, str]:
        """The dialect of each operation that is offered."""
        return _alike(self.operations, self.dialect)

    def path(self, operation: Operation) -> str | None:
        """The path that this row says for an operation, in place of its dialect's; ``None`` if it says nothing."""
        if operation in self.paths:
            return self.paths[operation]
        root = "" if self.base_url_has_version else self.api_root
        return None if root == ROOT else root + PATHS[operation].removeprefix(ROOT)


@cache  # asked several times by every request, and there are as many as rows
def _alike(operations: tuple[Operation, ...], dialect: str) -> Mapping[Operation, str]:
    return MappingProxyType(dict.fromkeys(operations, dialect))
