"""What every answer of the relay carries."""

from collections.abc import Mapping
from typing import Any

from gateway.errors import GatewayError
from gateway.patterns import pattern
from gateway.wire.json import encode
from relay.asgi_types import Receive, Send
from relay.deps import Deps
from relay.http_request import HttpRequest
from relay.sink import Sink

# What a provider says is shown to callers as it is, and must never be a page of ours to a browser that opens it.
INERT = {"x-content-type-options": "nosniff", "content-security-policy": "sandbox"}

# Read by pages that show what is left, or a request's receipt. By name: older browsers take the asterisk for a name.
_EXPOSED = (
    "x-oneapi-request-id",
    "retry-after",
    *(f"x-ratelimit-{what}-{of}" for what in ("limit", "remaining", "reset") for of in ("requests", "tokens")),
)
# Browsers may call the relay from anywhere: keys travel in a header, never in a cookie.
CORS = {"access-control-allow-origin": "*", "access-control-expose-headers": ", ".join(("*", *_EXPOSED))}

# The asterisk does not cover Authorization (https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name), and
# not every browser lets the rest pass by it either.
_SENT = (
    *("authorization", "content-type", "x-api-key", "x-goog-api-key", "idempotency-key"),
    *("anthropic-version", "anthropic-beta", "anthropic-dangerous-direct-browser-access"),
    *("openai-organization", "openai-project", "openai-beta", "x-goog-api-client"),
)
_NAMES = pattern(r"[a-z0-9!#$%&'*+.^_`|~, -]{1,2000}")
_PREFLIGHT = {
    **INERT,
    **CORS,
    "access-control-allow-methods": "GET,POST,PUT,DELETE,OPTIONS",
    "access-control-max-age": "43200",
}


def preflight(headers: Mapping[str, str]) -> dict[str, str]:
    """What a browser is told that asks before it sends: it may send what vendors' libraries do, and what it names."""
    asked = headers.get("access-control-request-headers", "").lower()
    named = asked.split(",") if _NAMES.fullmatch(asked) else []
    names = dict.fromkeys(["*", *_SENT, *(name.strip() for name in named if name.strip())])
    return _PREFLIGHT | {"access-control-allow-headers": ", ".join(names)}


def request_headers(incoming: HttpRequest) -> dict[str, str]:
    """The request id, what keeps browsers from acting on a body, and CORS for callers in one."""
    headers = {"x-oneapi-request-id": incoming.request_id, **INERT}
    return headers | CORS if "origin" in incoming.headers else headers


def with_request_id(error: GatewayError, request_id: str) -> GatewayError:
    """The error with the id an operator can search for; one-api's clients show it."""
    error.message = f"{error.message} (request id: {request_id})"
    return error


async def send_json(deps: Deps, incoming: HttpRequest, receive: Receive, send: Send, body: dict[str, Any]) -> None:
    """A whole JSON answer."""
    sink = Sink(send, receive, deps.clock, request_headers(incoming))
    await sink.whole(200, {"content-type": "application/json; charset=utf-8"}, encode(body))
