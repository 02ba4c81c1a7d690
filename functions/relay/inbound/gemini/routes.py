"""Gemini's routes, in both versions of its API: method, path, and what understands a request there."""

from relay.inbound.gemini.dialect import GeminiContent
from relay.inbound.gemini.embeddings import GeminiEmbeddings
from relay.inbound.protocol import DialectRoute, Inbound

_METHODS: dict[str, Inbound] = {
    "generateContent": GeminiContent(streamed=False),
    "streamGenerateContent": GeminiContent(streamed=True),
    "embedContent": GeminiEmbeddings(batch=False),
    "batchEmbedContents": GeminiEmbeddings(batch=True),
}

ROUTES: tuple[DialectRoute, ...] = tuple(
    ("POST", f"/{version}/models/{{model:path}}:{method}", understood)
    for version in ("v1beta", "v1")
    for method, understood in _METHODS.items()
)
