"""One received request, as its answer and the audit need it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast
from urllib.parse import parse_qs, unquote

import orjson

_KEY_HEADERS = ("x-api-key", "api-key", "x-goog-api-key")
Json = dict[str, Any]


@dataclass(kw_only=True)
class Request:
    """``headers`` in the order and spelling they came in; ``number`` counts requests from 1."""

    number: int
    connection: int
    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes
    http10: bool = False

    @cached_property
    def path(self) -> str:
        return unquote(self.target.partition("?")[0])

    @cached_property
    def query(self) -> dict[str, list[str]]:
        _, _, query = self.target.partition("?")
        return parse_qs(query, keep_blank_values=True) if query else {}

    def header(self, name: str) -> str:
        """The last header of this (lower-case) name, or nothing."""
        return next((value for key, value in reversed(self.headers) if key.lower() == name), "")

    @cached_property
    def key(self) -> str:
        """The API key, wherever the dialect puts it."""
        bearer = self.header("authorization")
        if bearer:
            return bearer.removeprefix("Bearer ")
        named = next((value for name in _KEY_HEADERS if (value := self.header(name))), "")
        return named or self.query.get("key", [""])[0]

    @cached_property
    def json(self) -> Json:
        """The body as an object; empty when it is none."""
        try:
            value = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return cast(Json, value) if isinstance(value, dict) else {}

    @cached_property
    def model(self) -> str:
        """From the body, else from a path such as ``/models/NAME:verb`` or ``/deployments/NAME/...``."""
        named = self.json.get("model")
        if isinstance(named, str):
            return named
        for marker in ("/models/", "/deployments/"):
            _, found, rest = self.path.partition(marker)
            if found:
                return rest.partition("/")[0].partition(":")[0]
        return ""
