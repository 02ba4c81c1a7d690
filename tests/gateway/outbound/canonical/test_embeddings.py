"""Embeddings and rankings in canonical shape."""

from typing import Any

import pytest

from gateway.domain.usage import Usage
from gateway.outbound.canonical import embeddings as canonical_embeddings
from gateway.outbound.protocol import ProviderFault, ProviderRequest, Unsupported


def request(operation: Any = "embeddings", **body: Any) -> ProviderRequest:
    return ProviderRequest(operation=operation, body=body, model="m", requested_model="alias")


@pytest.mark.parametrize("found", [[], [[0.1]], [[0.1], None], [[0.1], []], [[0.1], ["x"]], [[0.1], [0.2], [0.3]]])
def test_a_vector_for_every_text_or_none(found: Any) -> None:
    with pytest.raises(ProviderFault, match="every text"):
        canonical_embeddings.embeddings(request(input=["a", "b"]), found, None)


def test_vectors_come_as_floats_or_packed() -> None:
    plain = canonical_embeddings.embeddings(request(input="a"), [[1, -1.0]], Usage(prompt=3))
    packed = canonical_embeddings.embeddings(request(input="a", encoding_format="base64"), [[1, -1.0]], None)
    assert plain.body is not None
    assert packed.body is not None
    assert plain.body["data"] == [{"object": "embedding", "index": 0, "embedding": [1, -1.0]}]
    assert plain.body["usage"] == {"prompt_tokens": 3, "total_tokens": 3}
    assert packed.body["data"][0]["embedding"] == "AACAPwAAgL8="


def test_vectors_are_put_in_the_order_of_their_index() -> None:
    items = [{"at": 1, "v": [0.2]}, {"at": 0, "v": [0.1]}]
    assert canonical_embeddings.in_order(items, "at", "v") == [[0.1], [0.2]]


@pytest.mark.parametrize("value", [None, [], 5, [1, 2], [[1]], {"a": 1}])
def test_only_text_is_embedded(value: Any) -> None:
    with pytest.raises(Unsupported, match="string"):
        canonical_embeddings.texts_of(request(input=value), "P")


@pytest.mark.parametrize("body", [{"documents": ["a"]}, {"query": "q"}, {"query": "q", "documents": []}, {"query": 5}])
def test_a_ranking_needs_a_query_and_documents(body: Any) -> None:
    with pytest.raises(Unsupported):
        canonical_embeddings.documents_of(request("rerank", **body))


def test_documents_come_back_where_they_are_wanted() -> None:
    results = [{"index": 1, "relevance_score": 0.9}, {"index": 7}, {"index": "x"}]
    wanted = request("rerank", query="q", documents=["a", {"text": "b"}], return_documents=True)
    answer = canonical_embeddings.reranked(wanted, "id", results, None)
    assert answer.body is not None
    assert answer.body["results"][0]["document"] == {"text": "b"}
    assert answer.body["results"][1:] == results[1:]
