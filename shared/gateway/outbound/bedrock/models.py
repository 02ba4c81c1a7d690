"""Names one-api's clients use for models on Bedrock, and what differs between model families there.

A name that is not in the table is a Bedrock id, an inference profile (``us.anthropic...``) or an ARN
already and goes out untouched.
"""

from urllib.parse import quote

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
    "llama3-8b-8192": "meta.llama3-8b-instruct-v1:0",
    "llama3-70b-8192": "meta.llama3-70b-instruct-v1:0",
}

# Where an effort goes in additionalModelRequestFields, by a mark in the model id.
# https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html
CLAUDE, NOVA = "anthropic.", "amazon.nova"
EFFORTS = {"openai.": "reasoning_effort", "amazon.nova-2": "reasoningConfig"}


def model_id(model: str) -> str:
    """The id Bedrock knows a model by."""
    return IDS.get(model, model)


def path(model: str, action: str) -> str:
    """The path of a call; ids hold colons and slashes, which go out quoted once."""
    return f"/model/{quote(model_id(model), safe='')}/{action}"


def is_claude(model: str) -> bool:
    """Whether the model is one of Anthropic's."""
    return CLAUDE in model_id(model)
