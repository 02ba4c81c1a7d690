"""What every answer of the relay carries."""

from gateway.errors import GatewayError
from relay.incoming import Incoming

# Browsers may call the relay from anywhere: keys travel in a header, never in a cookie.
CORS = {"access-control-allow-origin": "*", "access-control-expose-headers": "*"}
PREFLIGHT = {
    **CORS,
    "access-control-allow-methods": "GET,POST,PUT,DELETE,OPTIONS",
    "access-control-allow-headers": "*",
    "access-control-max-age": "43200",
}


def request_headers(incoming: Incoming) -> dict[str, str]:
    """The request id, and CORS for callers in a browser."""
    headers = {"x-oneapi-request-id": incoming.request_id}
    return headers | CORS if "origin" in incoming.headers else headers


def with_request_id(error: GatewayError, request_id: str) -> GatewayError:
    """The error with the id an operator can search for; one-api's clients show it."""
    error.message = f"{error.message} (request id: {request_id})"
    return error
