"""What Claude's server tools did: as the usage counts it, else by the blocks that have come.

https://docs.claude.com/en/docs/agents-and-tools/tool-use/overview#server-tools
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from gateway.domain.usage import Usage
from gateway.outbound.protocol import Json
from gateway.wire.json import figure, obj, string

_COUNTED: Mapping[str, str] = {"web_search_requests": "web_search", "web_fetch_requests": "web_fetch"}
_BLOCKS: Mapping[str, str] = {
    "web_search": "web_search",
    "web_fetch": "web_fetch",
    **dict.fromkeys(
        ("code_execution", "bash_code_execution", "text_editor_code_execution"),
        "code_execution",
    ),
}
_CONTAINER = "code_execution"  # sold by the container, whatever is done in it


class ServerTools:
    """The calls of one reply while it is read."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def blocks(self, blocks: Iterable[Json]) -> "ServerTools":
        """Content blocks, or what they start as."""
        for block in blocks:
            name = _BLOCKS.get(string(block.get("name"))) if block.get("type") == "server_tool_use" else None
            if name:
                self._seen[name] = 1 if name == _CONTAINER else self._seen.get(name, 0) + 1
        return self

    def added(self, usage: Usage | None, raw: Json) -> Usage | None:
        """The usage with these calls; what the provider counted itself goes before what was seen."""
        told = obj(raw.get("server_tool_use"))
        counted = {name: figure(told.get(key)) for key, name in _COUNTED.items() if key in told}
        calls = {name: number for name, number in {**self._seen, **counted}.items() if number}
        return replace(usage or Usage(), calls=calls) if calls else usage
