"""What every answer of the relay carries."""

from typing import Any

from starlette.types import Receive, Send

from gateway.errors import GatewayError
from gateway.wire.json import encode
from relay.deps import Deps
from relay.http_request import HttpRequest
from relay.sink import Sink

# What a provider says is shown to callers as it is, and must never be a page of ours to a browser that opens it.
INERT = {"x-content-type-options": "nosniff", "content-security-policy": "sandbox"}

# Browsers may call the relay from anywhere: keys travel in a header, never in a cookie.
CORS = {"access-control-allow-origin": "*", "access-control-expose-headers": "*"}
PREFLIGHT = {
    **INERT,
    **CORS,
    "access-control-allow-methods": "GET,POST,PUT,DELETE,OPTIONS",
    "access-control-allow-headers": "*",
    "access-control-max-age": "43200",
}


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
