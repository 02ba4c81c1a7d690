"""What every error of Anthropic, Bedrock, Google and PaLM means, one line each."""

import json
from typing import Any

import pytest

from gateway.outbound.anthropic import errors as anthropic_errors
from gateway.outbound.bedrock import errors as bedrock_errors
from gateway.outbound.gemini import errors as gemini_errors
from gateway.outbound.protocol import WireResponse
from gateway.outbound.registry import dialect

Json = dict[str, Any]


def claude(type: str, message: str = "m") -> Json:
    return {"type": "error", "error": {"type": type, "message": message}, "request_id": "r"}


def google(status: str, message: str = "m", reason: str = "", **detail: Any) -> Json:
    details = [{"@type": "t", "reason": reason}] if reason else []
    return {"error": {"message": message, "status": status, "details": [*details, detail] if detail else details}}


# dialect, status, body, headers; kind, seconds to wait
ERRORS: dict[str, tuple[str, int, Any, dict[str, str], str, int | None]] = {
    "bad request": ("anthropic", 400, claude("invalid_request_error"), {}, "caller", None),
    "no credit": (
        "anthropic",
        400,
        claude("invalid_request_error", "Your credit balance is too low"),
        {},
        "disable",
        None,
    ),
    "monthly limit": (
        "anthropic",
        400,
        claude("invalid_request_error", "You have reached your specified API usage limits."),
        {},
        "disable",
        None,
    ),
    "organisation closed": (
        "anthropic",
        400,
        claude("invalid_request_error", "This organization has been disabled."),
        {},
        "disable",
        None,
    ),
    "output filtered": (
        "anthropic",
        400,
        claude("invalid_request_error", "Output blocked by content filtering policy"),
        {},
        "filtered",
        None,
    ),
    "wrong key": ("anthropic", 401, claude("authentication_error"), {}, "disable", None),
    "no money": ("anthropic", 402, claude("billing_error"), {}, "disable", None),
    "not allowed": ("anthropic", 403, claude("permission_error"), {}, "disable", None),
    "unknown model": ("anthropic", 404, claude("not_found_error"), {}, "retry", None),
    "too large": ("anthropic", 413, claude("request_too_large"), {}, "caller", None),
    "rate limit": ("anthropic", 429, claude("rate_limit_error"), {"retry-after": "9"}, "cooldown", 9),
    "their fault": ("anthropic", 500, claude("api_error"), {}, "retry", None),
    "too slow": ("anthropic", 504, claude("timeout_error"), {}, "retry", None),
    "overloaded": ("anthropic", 529, claude("overloaded_error"), {}, "cooldown", None),
    "a type nobody knows": ("anthropic", 418, claude("teapot_error"), {}, "caller", None),
    "a page of a proxy": ("anthropic", 503, "<html><title>busy</title></html>", {"retry-after": "3"}, "cooldown", 3),
    "a caller's text about credit disables nobody": (
        "anthropic",
        400,
        claude("invalid_request_error", "messages: 'what is my credit balance?' is not valid"),
        {},
        "caller",
        None,
    ),
    "key of google": ("gemini", 400, google("INVALID_ARGUMENT", reason="API_KEY_INVALID"), {}, "disable", None),
    "key of google, by words": (
        "gemini",
        400,
        google("INVALID_ARGUMENT", "API key expired. Renew"),
        {},
        "disable",
        None,
    ),
    "leaked key": (
        "gemini",
        403,
        google("PERMISSION_DENIED", "Your API key was reported as leaked."),
        {},
        "disable",
        None,
    ),
    "wrong argument": ("gemini", 400, google("INVALID_ARGUMENT"), {}, "caller", None),
    "region or billing": ("gemini", 400, google("FAILED_PRECONDITION"), {}, "retry", None),
    "no such model": ("gemini", 404, google("NOT_FOUND"), {}, "retry", None),
    "quota with a delay": ("gemini", 429, google("RESOURCE_EXHAUSTED", retryDelay="34.1s"), {}, "cooldown", 35),
    "quota with a header": (
        "gemini",
        429,
        google("RESOURCE_EXHAUSTED", retryDelay="34s"),
        {"retry-after": "5"},
        "cooldown",
        5,
    ),
    "quota of the day": (
        "gemini",
        429,
        google("RESOURCE_EXHAUSTED", violations=[{"quotaId": "RequestsPerDayPerProject"}]),
        {},
        "cooldown",
        3600,
    ),
    "a delay that is none": ("gemini", 429, google("RESOURCE_EXHAUSTED", retryDelay="soon"), {}, "cooldown", None),
    "internal": ("gemini", 500, google("INTERNAL"), {}, "retry", None),
    "unavailable": ("gemini", 503, google("UNAVAILABLE"), {}, "cooldown", None),
    "deadline": ("gemini", 504, google("DEADLINE_EXCEEDED"), {}, "retry", None),
    "a list of one": ("gemini", 400, [google("INVALID_ARGUMENT")], {}, "caller", None),
    "no key": ("gemini", 401, google("UNAUTHENTICATED"), {}, "disable", None),
    "vertex token ran out": ("vertex", 401, google("UNAUTHENTICATED"), {}, "retry", None),
    "vertex without right": (
        "vertex",
        403,
        google("PERMISSION_DENIED", reason="IAM_PERMISSION_DENIED"),
        {},
        "disable",
        None,
    ),
    "vertex billing": ("vertex", 403, google("PERMISSION_DENIED", reason="BILLING_DISABLED"), {}, "disable", None),
    "claude on vertex": ("vertex", 400, claude("invalid_request_error"), {}, "caller", None),
    "claude on vertex is busy": ("vertex", 529, claude("overloaded_error"), {}, "cooldown", None),
    "palm is gone": ("palm", 404, google("NOT_FOUND"), {}, "retry", None),
}
ERRORS |= {
    name: ("bedrock", status, {"message": message}, {"x-amzn-errortype": f"{name}:http://x/"}, kind, None)
    for name, status, message, kind in (
        ("ValidationException", 400, "Input is too long for requested model.", "caller"),
        ("ServiceQuotaExceededException", 400, "m", "cooldown"),
        ("AccessDeniedException", 403, "m", "retry"),
        ("UnrecognizedClientException", 403, "m", "disable"),
        ("InvalidSignatureException", 403, "m", "disable"),
        ("IncompleteSignatureException", 403, "m", "disable"),
        ("MissingAuthenticationTokenException", 403, "m", "disable"),
        ("ExpiredTokenException", 403, "m", "disable"),
        ("InvalidClientTokenId", 403, "m", "disable"),
        ("OptInRequired", 403, "m", "disable"),
        ("ResourceNotFoundException", 404, "m", "retry"),
        ("ConflictException", 400, "m", "retry"),
        ("ModelTimeoutException", 408, "m", "retry"),
        ("ModelErrorException", 424, "m", "retry"),
        ("ModelStreamErrorException", 424, "m", "retry"),
        ("ThrottlingException", 429, "m", "cooldown"),
        ("TooManyRequestsException", 429, "m", "cooldown"),
        ("ModelNotReadyException", 429, "m", "cooldown"),
        ("InternalServerException", 500, "m", "retry"),
        ("InternalFailure", 500, "m", "retry"),
        ("ServiceUnavailableException", 503, "m", "cooldown"),
        ("SomethingNewException", 400, "m", "caller"),
    )
}
ERRORS |= {
    f"bedrock says {message!r}": ("bedrock", status, {"message": message}, {}, kind, None)
    for message, status, kind in (
        ("The provided model identifier is invalid.", 400, "retry"),
        ("Invocation of model ID x with on-demand throughput isn't supported.", 400, "retry"),
        ("The security token included in the request is invalid.", 403, "disable"),
        ("The request signature we calculated does not match the signature you provided.", 403, "disable"),
        ("Output blocked by content filtering policy", 400, "filtered"),
    )
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_means_what_the_table_says(name: str) -> None:
    speaker, status, body, headers, kind, wait = ERRORS[name]
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    fault = dialect(speaker).error(WireResponse(status=status, body=data, headers=headers))
    assert (fault.kind, fault.status, fault.retry_after) == (kind, status, wait)
    assert fault.message


def test_every_row_of_the_tables_is_tried() -> None:
    tried = json.dumps([list(row[:4]) for row in ERRORS.values()])
    assert [name for name in anthropic_errors.TYPES if name not in tried] == []
    assert [name for name in bedrock_errors.CLASSES if name not in tried] == []


@pytest.mark.parametrize(("status", "verdict"), gemini_errors.STATUSES.items())
def test_a_google_status_inside_a_stream_means_what_it_means_outside(status: str, verdict: Any) -> None:
    inside = gemini_errors.in_stream(google(status))
    outside = gemini_errors.fault_of(WireResponse(status=verdict.status, body=json.dumps(google(status)).encode()))
    assert inside == outside
    assert (inside.kind, inside.status) == (verdict.kind, verdict.status)


@pytest.mark.parametrize(("reason", "verdict"), gemini_errors.REASONS.items())
def test_googles_reason_goes_before_its_status(reason: str, verdict: Any) -> None:
    body = json.dumps(google("INVALID_ARGUMENT", reason=reason.upper())).encode()
    assert gemini_errors.fault_of(WireResponse(status=400, body=body)).kind == verdict.kind
