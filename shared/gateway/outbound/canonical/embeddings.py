"""Embeddings and rerank: what goes in as texts, what comes out in the canonical shapes.

Embeddings are OpenAI's list (https://platform.openai.com/docs/api-reference/embeddings), rerank is the
``results`` of Cohere and Jina, which the field shares.
"""

import base64
import struct
from collections.abc import Iterable
from typing import Any, cast

from gateway.domain.usage import Usage
from gateway.outbound.protocol import CanonicalResponse, Fault, Json, ProviderFault, ProviderRequest, Unsupported
from gateway.wire import chat
from gateway.wire.json import array, obj, string, whole

EMBEDDING_KEYS = frozenset({"model", "input", "encoding_format", "dimensions", "user"})
RERANK_KEYS = frozenset({"model", "query", "documents", "top_n", "return_documents"})


def texts_of(request: ProviderRequest, provider: str) -> list[str]:
    """The texts to embed; raises ``Unsupported`` for token ids and for nothing at all."""
    value = request.body.get("input")
    texts = [value] if isinstance(value, str) else array(value)
    if not texts:
        raise Unsupported("input must be a string or a list of strings", param="input")
    if not all(isinstance(text, str) for text in texts):
        raise Unsupported(f"{provider} embeds text, not token ids; send strings", param="input")
    return cast(list[str], texts)


def embeddings(
    request: ProviderRequest, vectors: Iterable[Any], usage: Usage | None, model: str = ""
) -> CanonicalResponse:
    """The list in the order of the input, as floats or as base64 of little-endian floats.

    Too few vectors, or what is none, are the channel's failure: they would be taken for those of other texts.
    """
    packed = request.body.get("encoding_format") == "base64"
    found = list(vectors)
    value = request.body.get("input")
    if len(found) != (len(array(value)) or 1) or not all(map(_is_vector, found)):
        raise ProviderFault(
            Fault(kind="retry", status=502, message="the provider did not give a vector for every text")
        )
    data = [
        {"object": "embedding", "index": index, "embedding": _pack(vector) if packed else vector}
        for index, vector in enumerate(found)
    ]
    figures = usage or Usage()
    body: Json = {
        "object": "list",
        "data": data,
        "model": model or request.model,
        "usage": {"prompt_tokens": figures.prompt, "total_tokens": figures.total},
    }
    return CanonicalResponse(body=body, usage=usage)


def _is_vector(value: Any) -> bool:
    kinds = set(map(type, array(value)))
    return bool(kinds) and kinds <= {int, float}


def _pack(vector: Any) -> str:
    floats = [float(value) for value in array(vector)]
    return base64.b64encode(struct.pack(f"<{len(floats)}f", *floats)).decode("ascii")


def counted(tokens: Any) -> Usage | None:
    """Usage of so many prompt tokens; nothing where none were reported, so that somebody counts."""
    return Usage(prompt=whole(tokens)) if whole(tokens) else None


def in_order(items: list[Json], index: str, vector: str) -> list[Any]:
    """The vectors sorted by the index they carry; without one, as they came."""
    return [item.get(vector) for item in sorted(items, key=lambda item: whole(item.get(index)))]


def documents_of(request: ProviderRequest) -> list[Any]:
    """The documents to rank; raises ``Unsupported`` without any, or without a query."""
    documents = array(request.body.get("documents"))
    if not string(request.body.get("query")):
        raise Unsupported("query must be a string", param="query")
    if not documents:
        raise Unsupported("documents must be a list with at least one document", param="documents")
    return documents


def document_text(document: Any) -> str:
    """A document as text: itself, or its ``text``."""
    return string(document) or string(obj(document).get("text"))


def reranked(request: ProviderRequest, id: Any, results: list[Json], usage: Usage | None) -> CanonicalResponse:
    """Results best first; each with its document where that was asked for and the provider left it out."""
    documents = array(request.body.get("documents"))
    if request.body.get("return_documents"):
        results = [item if item.get("document") else item | _document(item, documents) for item in results]
    body: Json = {"id": string(id) or request.request_id, "model": request.model, "results": results}
    if usage is not None:
        body["usage"] = chat.usage_json(usage)
    return CanonicalResponse(body=body, usage=usage)


def _document(item: Json, documents: list[Any]) -> Json:
    index = item.get("index")
    if not isinstance(index, int) or not 0 <= index < len(documents):
        return {}
    return {"document": {"text": document_text(documents[index])}}
