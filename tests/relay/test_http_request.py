"""Request bodies: bounded in both forms, unpacked, complete."""

import gzip
import zlib
from collections.abc import Sequence

import pytest

from gateway.errors import BadRequest, TooLarge
from relay.http_request import headers_of, read_body

LIMIT = 100


async def body_of(*pieces: bytes, headers: dict[str, str] | None = None, ends: bool = True) -> bytes:
    messages = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    messages.append({"type": "http.request"} if ends else {"type": "http.disconnect"})
    waiting = iter(messages)

    async def receive() -> dict[str, object]:
        return next(waiting)

    return await read_body(receive, headers or {}, LIMIT)


async def test_a_body_is_joined_from_its_pieces() -> None:
    assert await body_of(b"a", b"", b"bc") == b"abc"
    assert await body_of() == b""


@pytest.mark.parametrize(
    ("sizes", "fits"), [([LIMIT], True), ([60, 40], True), ([LIMIT + 1], False), ([60, 41], False)]
)
async def test_a_body_may_be_as_long_as_the_limit(sizes: Sequence[int], fits: bool) -> None:
    pieces = [b"x" * size for size in sizes]
    if fits:
        assert len(await body_of(*pieces)) == sum(sizes)
        return
    with pytest.raises(TooLarge, match="larger than 100 bytes"):
        await body_of(*pieces)


async def test_a_body_that_announces_too_much_is_not_even_read() -> None:
    with pytest.raises(TooLarge):
        await body_of(b"x", headers={"content-length": "101"}, ends=False)
    assert await body_of(b"x", headers={"content-length": "nonsense"}) == b"x"
    assert await body_of(b"x", headers={"content-length": "²"}) == b"x"
    with pytest.raises(TooLarge):
        await body_of(b"x", headers={"content-length": "9" * 5000}, ends=False)


async def test_a_body_that_breaks_off_is_no_request() -> None:
    with pytest.raises(BadRequest, match="before the request body was complete"):
        await body_of(b"x", ends=False)


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(b"hello", mtime=0)),
        (" GZIP ", gzip.compress(b"hello", mtime=0)),
        ("x-gzip", gzip.compress(b"hello", mtime=0)),
        ("deflate", zlib.compress(b"hello")),
        ("identity", b"hello"),
        ("", b"hello"),
    ],
)
async def test_a_packed_body_is_unpacked(coding: str, packed: bytes) -> None:
    assert await body_of(packed[:3], packed[3:], headers={"content-encoding": coding}) == b"hello"


@pytest.mark.parametrize(
    ("coding", "packed", "refusal"),
    [
        ("gzip", gzip.compress(b"x" * (LIMIT + 1), mtime=0), TooLarge),
        ("gzip", gzip.compress(b"x" * 10**6, mtime=0)[:90], TooLarge),
        ("gzip", gzip.compress(b"hello", mtime=0)[:-1], BadRequest),
        ("gzip", gzip.compress(b"hello", mtime=0) + b"x", BadRequest),
        ("deflate", gzip.compress(b"hello", mtime=0), BadRequest),
        ("br", b"hello", BadRequest),
        ("gzip, gzip", b"hello", BadRequest),
    ],
)
async def test_what_cannot_be_unpacked_is_refused(coding: str, packed: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        await body_of(packed, headers={"content-encoding": coding})


async def test_exactly_the_limit_may_be_unpacked() -> None:
    assert len(await body_of(gzip.compress(b"x" * LIMIT), headers={"content-encoding": "gzip"})) == LIMIT


def test_header_names_are_lower_case_and_the_last_of_a_name_counts() -> None:
    assert headers_of({"headers": [(b"X-A", b"1"), (b"x-a", b"\xe92")]}) == {"x-a": "é2"}


@pytest.mark.parametrize("coding", ["gzip", "x-gzip"])
@pytest.mark.parametrize("body", [b'{"model": "m"}', b""])
async def test_what_was_unpacked_on_its_way_is_read_as_it_is(coding: str, body: bytes) -> None:
    """API Gateway unpacks bodies and does not say that it takes the header away."""
    assert await body_of(body, headers={"content-encoding": coding}) == body
