"""Media in messages, in the forms clients send it."""

from typing import Any

import pytest

from gateway.outbound.canonical.media import Source, bytes_of, inline, remote_urls, source_of
from gateway.outbound.protocol import Media, ProviderRequest, Unsupported

ASK = ProviderRequest(
    operation="chat",
    body={},
    model="m",
    requested_model="m",
    media={"https://e.com/a": Media(type="IMAGE/PNG; charset=x", data=b"cat")},
)

PARTS: list[tuple[dict[str, Any], Source | None]] = [
    ({"type": "image_url", "image_url": {"url": "u", "detail": "low"}}, Source(kind="image", url="u")),
    ({"type": "image_url", "image_url": "u"}, Source(kind="image", url="u")),
    ({"type": "input_image", "image_url": "u"}, Source(kind="image", url="u")),
    ({"type": "video_url", "video_url": {"url": "u"}}, Source(kind="video", url="u")),
    (
        {"type": "input_audio", "input_audio": {"data": "QQ==", "format": "mp3"}},
        Source(kind="audio", url="data:audio/mp3;base64,QQ=="),
    ),
    (
        {"type": "input_audio", "input_audio": {"data": "QQ==", "format": "opus"}},
        Source(kind="audio", url="data:audio/opus;base64,QQ=="),
    ),
    ({"type": "file", "file": {"file_data": "data:a/b;base64,QQ=="}}, Source(kind="file", url="data:a/b;base64,QQ==")),
    (
        {"type": "file", "file": {"file_data": "QQ==", "filename": "a.csv"}},
        Source(kind="file", url="data:text/csv;base64,QQ==", name="a.csv"),
    ),
    ({"type": "file", "file": {"file_data": "QQ=="}}, Source(kind="file", url="data:application/pdf;base64,QQ==")),
    ({"type": "input_file", "file_url": "https://e.com/a.pdf"}, Source(kind="file", url="https://e.com/a.pdf")),
    ({"type": "file", "file": {"file_id": "f1"}}, Source(kind="file", file_id="f1")),
    ({"type": "text", "text": "x"}, None),
    ({}, None),
]


@pytest.mark.parametrize(("part", "source"), PARTS)
def test_a_part_names_its_media(part: dict[str, Any], source: Source | None) -> None:
    assert source_of(part) == source


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url"},
        {"type": "image_url", "image_url": {}},
        {"type": "input_audio"},
        {"type": "file", "file": {}},
    ],
)
def test_a_part_without_its_media_is_refused(part: dict[str, Any]) -> None:
    with pytest.raises(Unsupported, match="needs"):
        source_of(part)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://e.com", None),
        ("data:image/PNG;base64,aW1h\nZ2U=", ("image/png", "aW1hZ2U=")),
        ("data:text/plain;charset=utf-8,a%20b", ("text/plain", "YSBi")),
        ("data:;base64,QQ==", ("text/plain", "QQ==")),
    ],
)
def test_a_data_url_is_taken_apart(url: str, found: tuple[str, str] | None) -> None:
    assert inline(url) == found


@pytest.mark.parametrize("url", ["data:image/png;base64", "data:image/png;base64,A", "data:image/png;base64,é"])
def test_a_broken_data_url_is_refused(url: str) -> None:
    with pytest.raises(Unsupported, match="data URL"):
        inline(url)


def test_fetched_bytes_are_inlined_and_missing_ones_refused() -> None:
    assert bytes_of(ASK, Source(kind="image", url="https://e.com/a")) == ("image/png", "Y2F0")
    with pytest.raises(Unsupported, match="send its data"):
        bytes_of(ASK, Source(kind="image", url="https://e.com/b"))


def test_each_address_is_fetched_once_and_only_from_the_web() -> None:
    urls = ["https://e.com/a", "http://e.com/b", "https://e.com/a", "data:,x", "gs://b/c"]
    content = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    assert remote_urls({"messages": [{"role": "user", "content": content}]}) == ["https://e.com/a", "http://e.com/b"]
