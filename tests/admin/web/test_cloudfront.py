"""What CloudFront tells about the browser, believed from it alone."""

from typing import Any

import pytest

from admin.web.cloudfront import BehindCloudFront, with_one_cookie_header

HEADERS = [(b"host", b"api.example"), (b"x-viewer-address", b"203.0.113.9"), (b"x-viewer-host", b"site.example")]
CLIENT = ("130.176.1.2", 443)


async def seen_through(secret: str, headers: list[tuple[bytes, bytes]], kind: str = "http") -> Any:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)

    async def nothing(*_: Any) -> Any: ...

    scope = {"type": kind, "headers": headers, "client": CLIENT}
    await BehindCloudFront(app, secret)(scope, nothing, nothing)
    return seen[0]


async def test_with_the_secret_address_and_host_are_the_browsers() -> None:
    scope = await seen_through("s", [*HEADERS, (b"x-origin-proof", b"s"), (b"accept", b"*/*")])
    assert scope["client"] == ("203.0.113.9", 0)
    assert scope["headers"] == [(b"accept", b"*/*"), (b"host", b"site.example")]


@pytest.mark.parametrize(
    ("secret", "sent"), [("s", None), ("s", b"wrong"), ("s", b""), ("", b""), ("", None), ("s", b"S")]
)
async def test_without_it_nothing_told_is_believed_or_passed_on(secret: str, sent: bytes | None) -> None:
    scope = await seen_through(secret, HEADERS + ([(b"x-origin-proof", sent)] if sent is not None else []))
    assert scope["client"] == CLIENT
    assert scope["headers"] == [(b"host", b"api.example")]


@pytest.mark.parametrize(
    ("secret", "sent", "believed"),
    [
        ("new,old", b"old", True),  # the function is ahead of the distribution
        ("new,old", b"new,old", True),
        ("new", b"new,old", True),  # the old one is gone from the function already
        ("new", b"old", False),
        ("new,old", b"older,oldest", False),
        ("new,old", b",", False),
        ("new,old", b"a,b,new", False),  # no list to try secrets with
        (",", b",", False),
    ],
)
async def test_while_a_secret_is_changed_both_are_good(secret: str, sent: bytes, believed: bool) -> None:
    scope = await seen_through(secret, [*HEADERS, (b"x-origin-proof", sent)])
    assert (scope["client"] == ("203.0.113.9", 0)) is believed


async def test_other_scopes_pass_untouched() -> None:
    assert (await seen_through("s", HEADERS, kind="lifespan"))["headers"] == HEADERS


def test_cookies_sent_one_by_one_become_one_header() -> None:
    event = {"multiValueHeaders": {"Cookie": ["a=1", "b=2; c=3"], "X-Tag": ["1", "2"]}, "path": "/"}
    joined = {"multiValueHeaders": {"Cookie": ["a=1; b=2; c=3"], "X-Tag": ["1", "2"]}, "path": "/"}
    assert with_one_cookie_header(event) == joined
    for without in ({"path": "/"}, {"multiValueHeaders": None}, {"cookies": ["a=1"]}):
        assert with_one_cookie_header(without) == without
