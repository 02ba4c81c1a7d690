"""What lies in columns of text that hold more than one thing."""

import json
from typing import Any, cast


def comma_list(text: str | None) -> tuple[str, ...]:
    """The names in a comma-separated list, trimmed, each once, in order."""
    names = (name.strip() for name in (text or "").split(","))
    return tuple(dict.fromkeys(name for name in names if name))


def json_texts(text: str | None) -> dict[str, str]:
    """The text values of a JSON object; anything unreadable counts as none, as one-api has it."""
    try:
        value: Any = json.loads(text) if text else {}
    except ValueError:
        return {}
    if not isinstance(value, dict):
        return {}
    pairs = cast(dict[str, Any], value).items()
    return {name: content for name, content in pairs if isinstance(content, str)}
