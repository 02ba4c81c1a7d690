"""Zhipu gives image URLs; bytes are fetched where they are wanted."""

from gateway.outbound.exchange import Fetch, PollingDialect
from gateway.outbound.protocol import CanonicalResponse, Media, WireResponse
from tests.gateway.outbound import cases

FOLDER = cases.folders()["zhipu"]
REPLY = WireResponse(
    status=200, body=b'{"created":5,"data":[{"url":"https://r.example.com/1.png"}],"content_filter":[{"level":3}]}'
)


def test_urls_are_passed_on_with_everything_else() -> None:
    assert isinstance(FOLDER.dialect, PollingDialect)
    answer = FOLDER.dialect.created(FOLDER.request({"prompt": "cat"}, operation="images"), REPLY)
    assert isinstance(answer, CanonicalResponse)
    assert answer.body is not None
    assert answer.body["content_filter"] == [{"level": 3}]


def test_bytes_are_fetched_where_bytes_are_wanted() -> None:
    request = FOLDER.request({"prompt": "cat", "response_format": "b64_json"}, operation="images")
    step = FOLDER.dialect.created(request, REPLY)
    assert isinstance(step, Fetch)
    files = {"https://r.example.com/1.png": Media(type="image/png", data=b"image")}
    assert FOLDER.dialect.finish(request, step, files).body["data"] == [{"b64_json": "aW1hZ2U="}]
