"""What a grounded answer costs beside its tokens: queries of the web, or the prompt that was grounded.

https://ai.google.dev/gemini-api/docs/google-search
"""

from dataclasses import replace

from gateway.domain.usage import Usage
from gateway.outbound.protocol import Json
from gateway.wire.json import array, obj, objs


class Grounding:
    """The grounding of one reply, over all of its events; later ones repeat what earlier ones said."""

    def __init__(self) -> None:
        self._queries = set[str]()
        self._web = self._maps = False

    def read(self, candidates: list[Json]) -> "Grounding":
        """What these candidates tell."""
        for candidate in candidates:
            if metadata := obj(candidate.get("groundingMetadata")):
                self._one(metadata)
        return self

    def _one(self, metadata: Json) -> None:
        asked = [*array(metadata.get("webSearchQueries")), *array(metadata.get("imageSearchQueries"))]
        self._queries.update(map(str, asked))
        chunks = objs(metadata.get("groundingChunks"))
        self._web = self._web or bool(asked) or any("web" in chunk or "image" in chunk for chunk in chunks)
        self._maps = self._maps or any("maps" in chunk for chunk in chunks)

    def added(self, usage: Usage | None) -> Usage | None:
        """The usage with it."""
        calls: dict[str, int] = {"maps": 1} if self._maps else {}
        if self._web:
            calls |= {"web_search": max(1, len(self._queries)), "grounded_prompt": 1}
        return replace(usage or Usage(), calls=calls) if calls else usage
