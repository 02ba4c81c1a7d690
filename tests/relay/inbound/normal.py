"""Requests without the differences that mean nothing to the API that gets them."""

from typing import Any

Json = dict[str, Any]

_SAFETY = "safetySettings"  # Gemini's dialect adds the operator's where the caller has none


def normal(client: str, body: Json) -> Json:
    """Text as blocks, defaults filled in, no empty settings."""
    return _anthropic(body) if client == "anthropic" else _gemini(body)


def _anthropic(body: Json) -> Json:
    out = dict(body)
    if "unsupported" in body:
        return out
    out["messages"] = [
        {**message, "content": blocks} for message in body["messages"] if (blocks := _blocks(message["content"]))
    ]
    if "system" in body:
        out["system"] = _blocks(body["system"])
    return out


def _blocks(content: Any) -> list[Json]:
    """An empty text is refused by Anthropic and left out."""
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    return [_result(block) for block in blocks if block.get("text") != ""]


def _result(block: Json) -> Json:
    if block["type"] == "tool_result" and "content" in block:
        return {**block, "content": _blocks(block["content"])}
    return block


def _gemini(body: Json) -> Json:
    out = {_camel(name): value for name, value in body.items() if value != []}
    out.setdefault("generationConfig", {})
    out["generationConfig"] = {_camel(name): value for name, value in out["generationConfig"].items()}
    if all(setting["threshold"] == "BLOCK_NONE" for setting in out.get(_SAFETY, [])):
        out.pop(_SAFETY, None)
    return out


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
