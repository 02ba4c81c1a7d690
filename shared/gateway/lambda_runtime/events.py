"""From an HTTP event to an ASGI scope and a body.

Mangum's handlers know the shapes of the events. Where they lose something, the scope is put right afterwards:

- repeated headers stay apart (Mangum joins them with a comma, which breaks cookies);
- ``raw_path`` is set, and a path that an HTTP API has decoded already is not decoded again;
- the stage's name at the front of an HTTP API's path is dropped;
- behind a load balancer the client is the address the balancer saw, not what the client claims before it.
"""

from typing import Any, cast
from urllib.parse import quote, unquote

from mangum.handlers.alb import ALB
from mangum.handlers.api_gateway import APIGateway, HTTPGateway
from mangum.types import LambdaConfig, LambdaContext

from gateway.lambda_runtime.api import Invocation
from gateway.records import dataclass

Event = dict[str, Any]

# The order matters: HTTP API events of payload version 1.0 look like REST API events, plus a version.
HANDLERS: tuple[type[ALB] | type[HTTPGateway] | type[APIGateway], ...] = (ALB, HTTPGateway, APIGateway)
CONFIG: LambdaConfig = {"api_gateway_base_path": "/", "text_mime_types": [], "exclude_headers": []}


class UnsupportedEvent(Exception):
    """Not an HTTP event, or not a whole one."""


class MalformedRequest(Exception):
    """An HTTP event in which the caller's part makes no sense."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    scope: dict[str, Any]
    body: bytes


def http_request(event: object, invocation: Invocation) -> HttpRequest:
    """The ASGI scope and body of an event, as decoded from JSON.

    Raises ``UnsupportedEvent`` for what no HTTP front sends, ``MalformedRequest`` for a bad request in a good event.
    """
    if not isinstance(event, dict):
        raise UnsupportedEvent(f"This function answers HTTP events; got a JSON {type(event).__name__}.")
    try:
        return _translate(cast(Event, event), invocation)
    except ValueError as error:  # a port that is no number, base64 that is none
        raise MalformedRequest("The request cannot be read: check the Host header and the body's encoding.") from error
    except (LookupError, TypeError, AttributeError) as error:
        raise UnsupportedEvent(f"This HTTP event lacks a part: {error!r}.") from error


def _translate(event: Event, invocation: Invocation) -> HttpRequest:
    context = cast(LambdaContext, invocation)
    handler = next((each for each in HANDLERS if each.infer(event, context, CONFIG)), None)
    if handler is None:
        raise UnsupportedEvent(
            "This function answers events of API Gateway, function URLs and load balancers; "
            f"got an event with the keys {sorted(event)[:12]}."
        )
    shaped = handler(event, context, CONFIG)
    return HttpRequest(_complete(dict(shaped.scope), event, invocation), shaped.body)


def _complete(scope: dict[str, Any], event: Event, invocation: Invocation) -> dict[str, Any]:
    sent, path = _paths(event)
    scope["path"], scope["raw_path"] = path, sent
    scope["headers"] = _headers(scope["headers"], event)
    scope["client"] = _client(scope["client"], event)
    scope["asgi"] = {"version": "3.0", "spec_version": "2.3"}
    scope["aws.request_id"] = invocation.aws_request_id
    if invocation.deadline_ms is not None:
        scope["gateway.deadline"] = invocation.deadline_ms
    return scope


def _paths(event: Event) -> tuple[bytes, str]:
    """The path as sent, and decoded.

    REST APIs, function URLs and load balancers pass the path on as it came. HTTP APIs decode it first, also in
    ``rawPath`` (https://github.com/middleapi/standard-server/pull/93), and put a named stage before it.
    """
    given = cast(str, event["rawPath"] if event.get("version") == "2.0" else event["path"]) or "/"
    if not _from_http_api(event):
        return given.encode(), unquote(given)
    stage = f"/{event['requestContext'].get('stage')}"
    if given == stage or given.startswith(f"{stage}/"):
        given = given[len(stage) :] or "/"
    return quote(given).encode(), given


def _from_http_api(event: Event) -> bool:
    return "version" in event and ".lambda-url." not in event["requestContext"].get("domainName", "")


def _headers(joined: list[list[bytes]], event: Event) -> list[list[bytes]]:
    """Every header apart, except cookies: HTTP/2 clients split those, and applications read only the first."""
    multiple = cast(dict[str, list[str] | None], event.get("multiValueHeaders") or {})
    apart = [(name.lower().encode(), value.encode()) for name, values in multiple.items() for value in values or ()]
    seen = {name for name, _ in apart}
    apart += [(name, value) for name, value in joined if name not in seen]
    headers = [[name, value] for name, value in apart if name != b"cookie"]
    cookies = [value for name, value in apart if name == b"cookie"]
    return [*headers, [b"cookie", b"; ".join(cookies)]] if cookies else headers


def _client(client: tuple[str | None, int], event: Event) -> tuple[str, int] | None:
    address = client[0] or ""
    if "elb" in event["requestContext"]:
        address = address.rpartition(",")[2].strip()
    return (address, client[1]) if address else None
