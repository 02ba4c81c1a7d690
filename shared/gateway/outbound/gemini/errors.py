"""What Google's errors mean, on the Gemini API and on Vertex AI.

https://ai.google.dev/gemini-api/docs/troubleshooting, https://cloud.google.com/apis/design/errors
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gateway.outbound.errors import verdicts
from gateway.outbound.errors.body import ErrorBody, read_error, read_value
from gateway.outbound.errors.verdicts import MAX_WAIT, Verdict
from gateway.outbound.protocol import Fault, Json, WireResponse
from gateway.wire.json import array, obj, objs, parse, string

# By ErrorInfo.reason, the finest there is, lower case.
REASONS = {
    "api_key_invalid": Verdict("disable", 400),
    "api_key_service_blocked": Verdict("disable", 403),
    "api_key_http_referrer_blocked": Verdict("disable", 403),
    "api_key_ip_address_blocked": Verdict("disable", 403),
    "service_disabled": Verdict("disable", 403),
    "billing_disabled": Verdict("disable", 403),
    "consumer_suspended": Verdict("disable", 403),
    "consumer_invalid": Verdict("disable", 403),
    "iam_permission_denied": Verdict("disable", 403),
    "rate_limit_exceeded": Verdict("cooldown", 429),
    "access_token_expired": Verdict("retry", 401),
}

# By error.status (google.rpc.Code).
STATUSES = {
    "INVALID_ARGUMENT": Verdict("caller", 400),
    "OUT_OF_RANGE": Verdict("caller", 400),
    "FAILED_PRECONDITION": Verdict("retry", 400),  # the account's region or billing, not the request
    "UNAUTHENTICATED": Verdict("disable", 401),
    "PERMISSION_DENIED": Verdict("disable", 403),
    "NOT_FOUND": Verdict("retry", 404),
    "ABORTED": Verdict("retry", 409),
    "RESOURCE_EXHAUSTED": Verdict("cooldown", 429),
    "CANCELLED": Verdict("retry", 499),
    "INTERNAL": Verdict("retry", 500),
    "UNKNOWN": Verdict("retry", 500),
    "UNIMPLEMENTED": Verdict("retry", 501),
    "UNAVAILABLE": Verdict("cooldown", 503),
    "DEADLINE_EXCEEDED": Verdict("retry", 504),
}

# By words of the message, lower case: where a status says too little.
PHRASES = (
    ("api key not valid", Verdict("disable", 400)),
    ("api key expired", Verdict("disable", 400)),
    ("reported as leaked", Verdict("disable", 403)),
)

# Details that Google's libraries act on; the others name projects of the operator's.
_ACTED_ON = frozenset({"RetryInfo", "QuotaFailure", "BadRequest"})

# A token of a service account that ran out is no reason to give its channel up: a new one is fetched.
VERTEX = {**STATUSES, "UNAUTHENTICATED": Verdict("retry", 401)}


def fault_of(reply: WireResponse, table: Mapping[str, Verdict] = STATUSES) -> Fault:
    """The fault of an error reply, an object or a list of one."""
    return _fault(read_error(reply.body), _details(parse(reply.body)), reply, table)


def in_stream(event: Any, table: Mapping[str, Verdict] = STATUSES) -> Fault:
    """The fault of an ``error`` object in a stream or in a reply with status 200."""
    return _fault(read_value(event), _details(event), WireResponse(status=200, body=b""), table)


def blocked(feedback: Json) -> Fault | None:
    """The fault of a prompt that was refused (status 200, no candidates); ``None`` if it was not."""
    reason = string(feedback.get("blockReason"))
    if not reason or reason == "BLOCKED_REASON_UNSPECIFIED":
        return None
    said = string(feedback.get("blockReasonMessage"))
    message = f"the provider refused the prompt ({reason})" + (f": {said}" if said else "")
    return Fault(kind="filtered", status=400, message=message, type="content_filter", code="content_filter")


def _fault(error: ErrorBody, details: list[Json], reply: WireResponse, table: Mapping[str, Verdict]) -> Fault:
    status = reply.status if reply.status >= 400 else error.status
    made = verdicts.fault(
        error.message,
        _verdict(error, status, table),
        status=status,
        headers=reply.headers,
        code=error.type or error.code,
        type=error.type or "upstream_error",
    )
    if kept := [detail for detail in details if string(detail.get("@type")).rpartition(".")[2] in _ACTED_ON]:
        made = replace(made, details={"gemini": kept})
    if made.kind == "cooldown" and made.retry_after is None:
        return replace(made, retry_after=_wait(details))
    return made


def _verdict(error: ErrorBody, status: int, table: Mapping[str, Verdict]) -> Verdict:
    for reason, verdict in REASONS.items():
        if reason in error.words:
            return verdict
    message = error.message.lower()
    for phrase, verdict in PHRASES:
        if phrase in message:
            return verdict
    return table.get(error.type) or verdicts.unlisted(error, status)


def _details(body: Any) -> list[Json]:
    first = array(body)[0] if array(body) else body
    return objs(obj(obj(first).get("error")).get("details"))


def _wait(details: list[Json]) -> int | None:
    """Seconds to wait: an hour where a day's quota is used up, else what RetryInfo says."""
    violations = [violation for detail in details for violation in objs(detail.get("violations"))]
    if any("PerDay" in string(violation.get("quotaId")) for violation in violations):
        return MAX_WAIT
    delay = next((string(detail["retryDelay"]) for detail in details if detail.get("retryDelay")), "")
    try:
        return min(MAX_WAIT, math.ceil(float(delay.removesuffix("s"))))
    except (ValueError, OverflowError):
        return None
