"""What provider errors mean: the general table by HTTP status, and rows for provider codes.

A dialect brings its own table of codes; a code that is not in it falls back to the status. Retry-After is
read from the headers and used where the verdict is to leave the channel alone for a while.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from gateway.outbound.errors.body import ErrorBody, read_error, read_value
from gateway.outbound.protocol import Fault, FaultKind, WireResponse
from gateway.records import dataclass

MAX_WAIT = 3600  # seconds; what providers ask for beyond that is a quota, not a wait


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one code means, and the HTTP status the caller gets when the provider sent none of use.

    ``wait``: seconds to leave the channel alone when the provider does not say how many.
    """

    kind: FaultKind
    status: int
    wait: int | None = None


CALLER = Verdict("caller", 400)
TOO_LONG = Verdict("caller", 413)
NO_MODEL = Verdict("retry", 404)
RETRY = Verdict("retry", 502)
BUSY = Verdict("cooldown", 503)
RATE = Verdict("cooldown", 429)
QUOTA_RETURNS = Verdict("cooldown", 429, MAX_WAIT)  # a daily or weekly limit: it comes back by itself
BAD_KEY = Verdict("disable", 401)
NO_MONEY = Verdict("disable", 402)
NO_ACCESS = Verdict("disable", 403)
FILTERED = Verdict("filtered", 400)

BY_STATUS: Mapping[int, Verdict] = {
    401: BAD_KEY,
    402: NO_MONEY,
    403: Verdict("retry", 403),
    404: NO_MODEL,
    408: Verdict("retry", 408),
    409: Verdict("retry", 409),
    425: Verdict("retry", 425),
    429: RATE,
    451: Verdict("filtered", 451),
    498: Verdict("cooldown", 498),  # Groq: no flex capacity, https://console.groq.com/docs/errors
    499: Verdict("retry", 499),
    503: BUSY,
    529: BUSY,
}


_LATE = Verdict("retry", 504)

# What an error says of itself where the transport says that all is well, lower case and without its separators.
STATED: Mapping[str, Verdict] = {
    **dict.fromkeys(
        (
            *("invalidrequesterror", "invalidrequest", "badrequesterror", "badrequest", "invalidparameter"),
            *("invalidparametererror", "invalidparametervalue", "invalidargument", "invalidvalue", "invalidinput"),
            *("validationerror", "valueerror", "missing", "missingparameter", "contextlengthexceeded"),
            *("validationexception", "unsupportedparameter", "unsupportedvalue", "invalidschema"),
        ),
        CALLER,
    ),
    **dict.fromkeys(("requesttoolarge", "payloadtoolarge"), TOO_LONG),
    **dict.fromkeys(("unprocessableentity", "unprocessableentityerror"), Verdict("caller", 422)),
    **dict.fromkeys(("contentfilter", "contentpolicyviolation", "datainspectionfailed"), FILTERED),
    **dict.fromkeys(("authenticationerror", "unauthorized", "unauthenticated", "invalidapikey"), BAD_KEY),
    **dict.fromkeys(("insufficientquota", "insufficientbalance", "billingerror", "paymentrequired"), NO_MONEY),
    **dict.fromkeys(("permissionerror", "permissiondenied", "permissiondeniederror", "forbidden"), BY_STATUS[403]),
    **dict.fromkeys(("notfound", "notfounderror", "modelnotfound", "invalidmodel"), NO_MODEL),
    **dict.fromkeys(
        ("ratelimiterror", "ratelimitexceeded", "ratelimit", "toomanyrequests", "resourceexhausted", "throttling"), RATE
    ),
    **dict.fromkeys(("overloadederror", "overloaded", "unavailable", "serviceunavailable", "enginebusy"), BUSY),
    **dict.fromkeys(("timeouterror", "timeout", "deadlineexceeded", "gatewaytimeout"), _LATE),
    **dict.fromkeys(("servererror", "internalerror", "internalservererror", "internal", "apierror"), RETRY),
}
_SEPARATORS = str.maketrans("", "", "_- .")


def stated(error: ErrorBody) -> Verdict:
    """The meaning of an error with status 200, by what it says of itself: a status, or the name of a kind."""
    if error.status:
        return by_status(error.status)
    names = sorted(word.translate(_SEPARATORS) for word in error.words)
    return next((STATED[name] for name in names if name in STATED), RETRY)


def unlisted(error: ErrorBody, status: int) -> Verdict:
    """The meaning of an error that no table has."""
    return by_status(status) if status >= 400 else stated(error)


def by_status(status: int) -> Verdict:
    """The general meaning of an HTTP status."""
    if status in BY_STATUS:
        return BY_STATUS[status]
    if 400 <= status < 500:
        return Verdict("caller", status)
    return Verdict("retry", status if status >= 500 else 502)


def row_of(code: str | int | None, table: Mapping[str, Verdict]) -> Verdict | None:
    """The row for a code, or for its part before the first dot (``AuthFailure.*``)."""
    key = "" if code is None else str(code)
    return table.get(key) or table.get(key.partition(".")[0])


def fault(
    message: str,
    verdict: Verdict,
    *,
    status: int,
    headers: Mapping[str, str],
    code: str | int | None = None,
    type: str = "upstream_error",
    param: str | None = None,
) -> Fault:
    """A fault with the provider's own words; an error status of the provider is kept, a success is not."""
    shown = status if status >= 400 else verdict.status
    asked = retry_after(headers)
    return Fault(
        kind=verdict.kind,
        status=shown,
        message=message or f"the provider answered with status {status} and no explanation",
        type=type,
        code=code,
        param=param,
        retry_after=(verdict.wait if asked is None else asked) if verdict.kind == "cooldown" else None,
    )


def retry_after(headers: Mapping[str, str]) -> int | None:
    """Whole seconds to wait, from ``retry-after-ms`` or ``retry-after`` (seconds or a date)."""
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return _bounded(milliseconds / 1000)
    text = headers.get("retry-after", "").strip()
    seconds = _number(text)
    return _bounded(seconds) if seconds is not None else _until(text, headers.get("date", ""))


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _until(text: str, now: str) -> int | None:
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 (1.5 ms of the relay's start; few send a date)

    try:
        return _bounded((parsedate_to_datetime(text) - parsedate_to_datetime(now)).total_seconds())
    except (TypeError, ValueError):
        return None


def _bounded(seconds: float) -> int:
    return min(MAX_WAIT, max(0, math.ceil(seconds)))


def judge(reply: WireResponse, table: Mapping[str, Verdict], statuses: Mapping[int, Verdict] | None = None) -> Fault:
    """The fault of an error reply: its own words, and the verdict on its code, else on its status.

    ``statuses``: what a status means to this provider in particular.
    """
    return spoken(read_error(reply.body), reply, table, statuses)


def in_success(body: Any, table: Mapping[str, Verdict], reply: WireResponse | None = None) -> Fault:
    """The fault of an error that came with status 200: a whole reply, or an event of a stream."""
    return spoken(read_value(body), reply or WireResponse(status=200, body=b""), table)


def named(
    name: str,
    error: ErrorBody,
    reply: WireResponse,
    names: Mapping[str, Verdict],
    phrases: Iterable[tuple[str, Verdict]],
) -> Fault:
    """The fault of a provider whose errors have names: sure phrases in the message first, in lower case, then those."""
    said = error.message.lower()
    by_words = next((verdict for phrase, verdict in phrases if phrase in said), None)
    return fault(
        error.message or name,
        by_words or names.get(name) or unlisted(error, reply.status),
        status=reply.status,
        headers=reply.headers,
        code=name or None,
        type=name or "upstream_error",
    )


def spoken(
    error: ErrorBody, reply: WireResponse, table: Mapping[str, Verdict], statuses: Mapping[int, Verdict] | None = None
) -> Fault:
    """The fault of an error that was read already."""
    known = row_of(error.code, table) or (statuses or {}).get(reply.status)
    return fault(
        error.message,
        known or unlisted(error, reply.status),
        status=reply.status,
        headers=reply.headers,
        code=error.code,
        type=error.type or "upstream_error",
        param=error.param,
    )
