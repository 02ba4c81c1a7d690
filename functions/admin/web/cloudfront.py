"""The browser behind CloudFront: its own address, and the host it asked for.

API Gateway sees CloudFront's address and is asked for its own host. The distribution tells the browser's in headers
(``SiteViewer`` in infra/template.yaml) and proves with a secret that it is the one to tell; from anybody else they
are ignored. While the secret is changed there are two, separated by a comma, on either side: the distribution goes on
sending the old one for minutes after the function has the new.
"""

import hmac
from collections.abc import Iterable
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

Headers = list[tuple[bytes, bytes]]

SECRET, ADDRESS, HOST = b"x-origin-proof", b"x-viewer-address", b"x-viewer-host"


class BehindCloudFront:
    """ASGI middleware; an empty secret believes nobody."""

    def __init__(self, app: ASGIApp, secret: str) -> None:
        self._app = app
        self._secrets = _parts(secret.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told = {name: value for name, value in scope["headers"] if name in (SECRET, ADDRESS, HOST)}
        scope = {**scope, "headers": _without(scope["headers"], told)}
        if self._proven(told.get(SECRET, b"")):
            scope |= _seen_by_viewer(scope["headers"], told)
        await self._app(scope, receive, send)

    def _proven(self, sent: bytes) -> bool:
        return any(hmac.compare_digest(one, known) for one in _parts(sent) for known in self._secrets)


def _parts(secret: bytes) -> list[bytes]:
    """Two at most: more would be somebody trying."""
    return [part for part in secret.split(b",", 2)[:2] if part]


def with_one_cookie_header(event: dict[str, Any]) -> dict[str, Any]:
    """The event of a REST API with its cookies in one header.

    HTTP/2 lets a browser send each cookie by itself (RFC 9113, 8.2.3); Mangum would join them with commas.
    """
    headers: dict[str, list[str]] = event.get("multiValueHeaders") or {}
    joined = {name: ["; ".join(values)] for name, values in headers.items() if name.lower() == "cookie"}
    return {**event, "multiValueHeaders": {**headers, **joined}} if joined else event


def _seen_by_viewer(headers: Headers, told: dict[bytes, bytes]) -> Scope:
    seen: Scope = {}
    if ADDRESS in told:
        seen["client"] = (told[ADDRESS].decode("latin-1"), 0)
    if HOST in told:
        seen["headers"] = [*_without(headers, (b"host",)), (b"host", told[HOST])]
    return seen


def _without(headers: Headers, names: Iterable[bytes]) -> Headers:
    left_out = set(names)
    return [(name, value) for name, value in headers if name not in left_out]
