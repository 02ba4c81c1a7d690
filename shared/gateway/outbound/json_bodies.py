"""Calls whose body is JSON, and replies that should be: what is none is this channel's failure."""

from collections.abc import Mapping
from typing import cast

from gateway.outbound.errors.in_success import fault_in
from gateway.outbound.protocol import Fault, Json, ProviderFault, WireRequest, WireResponse
from gateway.wire.json import encode, parse

JSON_HEADERS: Mapping[str, str] = {"content-type": "application/json"}


def post(path: str, body: Json, headers: Mapping[str, str] | None = None) -> WireRequest:
    """A POST of compact JSON; keys whose value is ``None`` are left out of the top level."""
    kept = {key: value for key, value in body.items() if value is not None}
    return WireRequest(path=path, body=encode(kept), headers={**JSON_HEADERS, **(headers or {})})


def json_of(reply: WireResponse) -> Json:
    """The object in a reply; anything else is this channel's failure."""
    body = parse(reply.body)
    if isinstance(body, dict):
        return cast(Json, body)
    raise ProviderFault(unreadable(reply.body))


def unreadable(data: bytes) -> Fault:
    """The fault of a success that is not the JSON it should be: an error in some other shape, or nothing known."""
    if found := fault_in(data):
        return found
    start = data[:120].decode("utf-8", "replace")
    return Fault(kind="retry", status=502, message=f"the provider's answer is not JSON: {start!r}")
