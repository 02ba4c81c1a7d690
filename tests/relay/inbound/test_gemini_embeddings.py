"""embedContent and batchEmbedContents, to anybody's embeddings and back."""

import json
from typing import Any

import pytest

from gateway.domain.usage import Usage
from gateway.errors import BadRequest
from gateway.outbound.protocol import CanonicalResponse
from relay.inbound.gemini.embeddings import GeminiEmbeddings
from relay.inbound.protocol import ParsedRequest, RawRequest

Json = dict[str, Any]
ONE, MANY = GeminiEmbeddings(batch=False), GeminiEmbeddings(batch=True)


def parsed(body: Json, *, batch: bool = True) -> ParsedRequest:
    return (MANY if batch else ONE).parse(RawRequest(body=json.dumps(body).encode(), path={"model": "m"}))


def request(*texts: str, **fields: Any) -> Json:
    return {"content": {"parts": [{"text": text} for text in texts]}, **fields}


def test_one_text_becomes_a_list_of_one() -> None:
    found = parsed(request("a ", "b", outputDimensionality=8), batch=False)
    assert (found.operation, found.model) == ("embeddings", "m")
    assert found.body == {"model": "m", "input": ["a b"], "dimensions": 8}


def test_a_batch_becomes_a_list_and_googles_knobs_go_to_google_only() -> None:
    common: Json = {"taskType": "RETRIEVAL_DOCUMENT", "title": "T", "output_dimensionality": 8}
    found = parsed({"requests": [request("a", **common), request("b", **common)]})
    known = {"model": "m", "input": ["a", "b"], "dimensions": 8}
    assert found.body_for("gemini", "x") == known | {"task_type": "RETRIEVAL_DOCUMENT", "title": "T"}
    assert found.body_for("vertex", "text-embedding-005") == found.body
    assert found.body_for("openai", "x") == known


def test_the_newer_models_settings_are_read_too() -> None:
    found = parsed(request("a", embedContentConfig={"outputDimensionality": 8}), batch=False)
    assert found.body["dimensions"] == 8


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "requests is required"),
        ({"requests": "a"}, "requests must be a list"),
        ({"requests": [1]}, "requests must be a list of objects"),
        ({"requests": [request("a"), None]}, "requests must be a list of objects"),
        ({"requests": [{}]}, "content is required"),
        ({"requests": [{"content": {"parts": [{"inlineData": {}}]}}]}, "only text can be embedded"),
        ({"requests": [request("a", taskType="X"), request("b")]}, "taskType must be the same in every request"),
    ],
)
def test_what_cannot_be_embedded_is_told_so(body: Json, message: str) -> None:
    with pytest.raises(BadRequest, match=message):
        parsed(body)


def test_vectors_come_back_in_googles_shape() -> None:
    data = [{"embedding": [0.1, 0.2]}, {"embedding": [0.3, 0.4]}]
    answer = CanonicalResponse(body={"data": data}, usage=Usage(prompt=7))
    many = json.loads(MANY.answer(parsed({"requests": [request("a"), request("b")]}), answer)[0])
    assert many["embeddings"] == [{"values": [0.1, 0.2]}, {"values": [0.3, 0.4]}]
    assert many["usageMetadata"]["promptTokenCount"] == 7
    one = json.loads(ONE.answer(parsed(request("a"), batch=False), CanonicalResponse(body={"data": data[:1]}))[0])
    assert one["embedding"] == {"values": [0.1, 0.2]}
