"""What Anthropic's errors mean. https://docs.claude.com/en/api/errors"""

from dataclasses import replace
from typing import Any

from gateway.outbound.errors import verdicts
from gateway.outbound.errors.body import ErrorBody, read_error, read_value
from gateway.outbound.errors.verdicts import Verdict
from gateway.outbound.protocol import Fault, Json, WireResponse
from gateway.wire.json import obj, parse

# By error.type; HTTP statuses are Anthropic's, needed where the error comes inside a stream.
TYPES = {
    "invalid_request_error": Verdict("caller", 400),
    "authentication_error": Verdict("disable", 401),
    "billing_error": Verdict("disable", 402),
    "permission_error": Verdict("disable", 403),
    "not_found_error": Verdict("retry", 404),
    "request_too_large": Verdict("caller", 413),
    "rate_limit_error": Verdict("cooldown", 429),
    "api_error": Verdict("retry", 500),
    "timeout_error": Verdict("retry", 504),
    "overloaded_error": Verdict("cooldown", 529),
}

# By words of the message, lower case: account trouble that comes as invalid_request_error, and refused content.
PHRASES = (
    ("credit balance is too low", verdicts.NO_MONEY),
    ("organization has been disabled", verdicts.NO_ACCESS),
    ("access was terminated", verdicts.NO_ACCESS),
    ("reached your specified api usage limits", verdicts.NO_MONEY),
    ("blocked by content filtering policy", verdicts.FILTERED),
)


def fault_of(reply: WireResponse) -> Fault:
    """The fault of an error reply, or of an error body that came with status 200."""
    return _fault(read_error(reply.body), reply, _details(parse(reply.body)))


def in_stream(event: Json) -> Fault:
    """The fault of an ``error`` event."""
    return _fault(read_value(event), WireResponse(status=200, body=b""), _details(event))


def _details(body: Any) -> Json:
    """What Anthropic's libraries act on: ``error.details``."""
    return obj(obj(obj(body).get("error")).get("details"))


def _fault(error: ErrorBody, reply: WireResponse, details: Json) -> Fault:
    made = verdicts.named(error.type, error, reply, TYPES, PHRASES)
    return replace(made, details={"anthropic": details}) if details else made
