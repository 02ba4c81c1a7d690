"""Zhipu gives image URLs; bytes are fetched where they are wanted."""

from gateway.outbound.base import Answer, Media, Reply
from gateway.outbound.exchange import Fetch, PollingDialect
from tests.gateway.outbound import cases

FOLDER = cases.folders()["zhipu"]
REPLY = Reply(
    status=200, body=b'{"created":5,"data":[{"url":"https://r.example.com/1.png"}],"content_filter":[{"level":3}]}'
)


def test_urls_are_passed_on_with_everything_else() -> None:
    assert isinstance(FOLDER.dialect, PollingDialect)
    answer = FOLDER.dialect.created(FOLDER.ask({"prompt": "cat"}, operation="images"), REPLY)
    assert isinstance(answer, Answer)
    assert answer.body is not None
    assert answer.body["content_filter"] == [{"level": 3}]


def test_bytes_are_fetched_where_bytes_are_wanted() -> None:
    ask = FOLDER.ask({"prompt": "cat", "response_format": "b64_json"}, operation="images")
    step = FOLDER.dialect.created(ask, REPLY)
    assert isinstance(step, Fetch)
    files = {"https://r.example.com/1.png": Media(type="image/png", data=b"image")}
    assert FOLDER.dialect.finish(ask, step, files).body["data"] == [{"b64_json": "aW1hZ2U="}]
