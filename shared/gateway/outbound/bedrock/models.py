"""Names one-api's clients use for models on Bedrock, and what differs between model families there.

A name of Anthropic's own becomes an id by its pattern; what is neither in the table nor such a name is a Bedrock id, an
inference profile (``us.anthropic...``) or an ARN already and goes out untouched.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote

from gateway.outbound.anthropic.models import version
from gateway.patterns import pattern

# Ids that say more than the name does: versions, and dates of models whose names later lost them.
IDS = {
    "claude-instant-1.2": "anthropic.claude-instant-v1",
    "claude-2.0": "anthropic.claude-v2",
    "claude-2.1": "anthropic.claude-v2:1",
    "claude-3-haiku-20240307": "anthropic.claude-3-haiku-20240307-v1:0",
    "claude-3-sonnet-20240229": "anthropic.claude-3-sonnet-20240229-v1:0",
    "claude-3-opus-20240229": "anthropic.claude-3-opus-20240229-v1:0",
    "claude-3-5-sonnet-20240620": "anthropic.claude-3-5-sonnet-20240620-v1:0",
    "claude-3-5-sonnet-20241022": "anthropic.claude-3-5-sonnet-20241022-v2:0",
    "claude-3-5-sonnet-latest": "anthropic.claude-3-5-sonnet-20241022-v2:0",
    "claude-3-5-haiku-20241022": "anthropic.claude-3-5-haiku-20241022-v1:0",
    "claude-3-5-haiku-latest": "anthropic.claude-3-5-haiku-20241022-v1:0",
    "claude-3-7-sonnet-20250219": "anthropic.claude-3-7-sonnet-20250219-v1:0",
    "claude-opus-4-20250514": "anthropic.claude-opus-4-20250514-v1:0",
    "claude-sonnet-4-20250514": "anthropic.claude-sonnet-4-20250514-v1:0",
    "claude-opus-4-1-20250805": "anthropic.claude-opus-4-1-20250805-v1:0",
    "claude-sonnet-4-5-20250929": "anthropic.claude-sonnet-4-5-20250929-v1:0",
    "claude-haiku-4-5-20251001": "anthropic.claude-haiku-4-5-20251001-v1:0",
    "claude-opus-4-5-20251101": "anthropic.claude-opus-4-5-20251101-v1:0",
    "claude-opus-4-6": "anthropic.claude-opus-4-6-v1",
    "llama3-8b-8192": "meta.llama3-8b-instruct-v1:0",
    "llama3-70b-8192": "meta.llama3-70b-instruct-v1:0",
}

# Where an effort goes in additionalModelRequestFields, by a mark in the model id.
# https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html
CLAUDE, NOVA = "anthropic.", "amazon.nova"
EFFORTS = {"openai.": "reasoning_effort", "amazon.nova-2": "reasoningConfig"}

# Anthropic's names: an alias, with or without "-latest", or with a date (after an "@" as at Vertex AI). Claude 4 has
# "claude-opus-4-0" for an alias.
_ALIAS = pattern(r"(?P<name>claude-[a-z0-9-]+?)(?:-0)?(?:[-@](?P<date>\d{8})|-latest|@default)?")
_UNDATED = (4, 6)  # from here on ids have no dates
_WITHOUT_PROFILE = (3, 5)  # up to here models are asked by their bare id
_PROFILES = (("us-gov-", "us-gov"), ("us-", "us"), ("eu-", "eu"), ("ap-", "apac"))


def model_id(model: str) -> str:
    """The id Bedrock knows a model by: an entry of the table, or one made from the name by Anthropic's pattern."""
    if model in IDS:
        return IDS[model]
    found = _ALIAS.fullmatch(model)
    if not found:
        return model
    name, date = found["name"], found["date"]
    if version(name) >= _UNDATED:
        return IDS.get(name) or f"anthropic.{name}"
    if date:
        return IDS.get(f"{name}-{date}") or f"anthropic.{name}-{date}-v1:0"
    dated = [id for known, id in IDS.items() if re.fullmatch(rf"{re.escape(name)}-\d{{8}}", known)]
    return dated[-1] if dated else f"anthropic.{name}"


def profile_id(model: str, config: Mapping[str, str]) -> str:
    """The id in a call from the channel's region: newer Claude models are asked through an inference profile.

    https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html; the channel's
    ``inference_profile`` names another (``global``, ``jp``), or ``none``. What is an id already stays as it is written.
    """
    id = model_id(model)
    if id == model or not id.startswith(CLAUDE) or version(id.removeprefix(CLAUDE)) <= _WITHOUT_PROFILE:
        return id
    wanted = config.get("inference_profile") or _profile_of(config.get("region", ""))
    return id if wanted in ("", "none") else f"{wanted.removesuffix('.')}.{id}"


def _profile_of(region: str) -> str:
    if not region:
        return ""
    return next((profile for start, profile in _PROFILES if region.startswith(start)), "global")


def path(model: str, action: str, config: Mapping[str, str] | None = None) -> str:
    """The path of a call; ids hold colons and slashes, which go out quoted once."""
    return f"/model/{quote(profile_id(model, config or {}), safe='')}/{action}"


def is_claude(model: str) -> bool:
    """Whether the model is one of Anthropic's."""
    return CLAUDE in model_id(model) or "claude" in model
