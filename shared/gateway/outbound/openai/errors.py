"""What errors of OpenAI and of those who copied its API mean: codes first, then sure phrases, then status.

A message may quote the user, whose text about credit or balance must not switch a channel off: see the
table of phrases.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import replace

from gateway.outbound.errors.body import ErrorBody, read_error, read_value
from gateway.outbound.errors.in_success import is_error
from gateway.outbound.errors.verdicts import MAX_WAIT, RATE, Verdict, by_status, fault, unlisted
from gateway.outbound.openai.error_codes import CODES, PHRASES
from gateway.outbound.protocol import Fault, Json, ProviderFault, WireResponse
from gateway.patterns import pattern
from gateway.wire.json import objs

# Finish reasons of what was never finished: OpenRouter and Mistral; DeepSeek; Zhipu.
BROKEN_OFF = frozenset({"error", "insufficient_system_resource", "network_error"})

_QUOTES_NOBODY = frozenset({200, 400, 401, 402, 403, 422, 429})  # statuses where a phrase may decide

# Quotas that come back by themselves: too long to wait for, no reason to disable.
_PERIODIC = pattern(r"per[ _-]?day|perday|daily|\b(tpd|rpd)\b", re.IGNORECASE)

_WAIT = pattern(
    r"(?:try again|retry|wait)(?: in| after| for)?\s+"
    r"((?:\d+(?:\.\d+)?\s*(?:ms|h|min(?:ute)?s?|m|s(?:ec(?:ond)?s?)?)\b\s*)+|(?:\d+(?:\.\d+)?(?:h|m|s|ms))+)",
    re.IGNORECASE,
)
_UNIT = pattern(r"(\d+(?:\.\d+)?)\s*(ms|h|min|m|s)", re.IGNORECASE)
_SECONDS: Mapping[str, float] = {"ms": 0.001, "s": 1, "m": 60, "min": 60, "h": 3600}


Vendor = Mapping[str, Verdict]  # what a provider's own codes mean, by the code as text
_NONE: Vendor = {}


def of_reply(reply: WireResponse, vendor: Vendor = _NONE) -> Fault:
    """What a non-2xx reply means."""
    return judge(read_error(reply.body), reply.status, reply.headers, vendor=vendor, body=reply.body)


def of_value(value: Json, *, status: int = 200, vendor: Vendor = _NONE) -> Fault:
    """What an error inside a success means: an event of a stream, or a whole reply that is one."""
    return judge(_told(value), status, {}, vendor=vendor)


def _told(value: Json) -> ErrorBody:
    """What an error inside a success says: at the top, else in the choice that was broken off."""
    choice = None if value.get("error") else failed_choice(value)
    if choice is None:
        return read_value(value)
    found = read_value(choice.get("error") or {})
    if found.message:
        return found
    reason = str(choice.get("finish_reason"))
    return replace(found, message=f"the provider broke off its answer ({reason})", code=reason)


def raise_for(value: Json, reply: WireResponse, vendor: Vendor = _NONE) -> None:
    """Raise ``ProviderFault`` if a 2xx reply carries an error."""
    if carries_error(value):
        raise ProviderFault(judge(_told(value), reply.status, reply.headers, vendor=vendor))


def carries_error(value: Json) -> bool:
    """Whether a reply or an event that came as a success is an error."""
    if value.get("error") or value.get("object") == "error" or failed_choice(value) or is_error(value):
        return True
    base = value.get("base_resp")  # MiniMax: https://platform.minimaxi.com/document/ChatCompletion
    if isinstance(base, dict) and base.get("status_code") not in (0, None, "0"):  # pyright: ignore
        return True
    code = value.get("code")  # Spark over HTTP, SiliconFlow: a code that is not 0 and nothing was produced
    return isinstance(code, int) and code not in (0, 200, 20000) and "choices" not in value and not value.get("data")


def failed_choice(value: Json) -> Json | None:
    """The choice that the provider broke off, if one was: by an error of its own, or by a finish reason that says so.

    https://openrouter.ai/docs/api-reference/errors, https://api-docs.deepseek.com/api/create-chat-completion
    """
    for choice in objs(value.get("choices")):
        reason = choice.get("finish_reason")
        if choice.get("error") or (isinstance(reason, str) and reason in BROKEN_OFF):
            return choice
    return None


# How servers say that an address is none of theirs: FastAPI, Go, nginx, one-api and OpenAI, Express, LM Studio.
_NO_ROUTE = pattern(
    r"(404:? )?((file|page|url|route|path|resource|endpoint) )?not found\.?|invalid url\b.*|cannot post\b.*|"
    r"(unknown|unrecognized|unexpected) (request )?(url|path|route|endpoint)\b.*|"
    r"the provider answered with status 404 and no explanation",
    re.IGNORECASE,
)


def route_missing(fault: Fault) -> bool:
    """Whether a fault says that the server has no such address, and not that it has no such model or item."""
    if fault.status in (405, 501):
        return True
    return fault.status in (404, 502) and bool(_NO_ROUTE.fullmatch(fault.message))


def judge(
    error: ErrorBody, status: int, headers: Mapping[str, str], *, vendor: Vendor = _NONE, body: bytes = b""
) -> Fault:
    """The fault for an error that was read."""
    known = status if status >= 400 else error.status or status
    verdict = vendor.get(str(error.code)) or _verdict(error, known)
    found = fault(
        error.message,
        verdict,
        status=known,
        headers=headers,
        code=error.code,
        type=error.type or "upstream_error",
        param=error.param,
    )
    return replace(found, retry_after=_wait(found, error, body)) if found.kind == "cooldown" else found


def _verdict(error: ErrorBody, status: int) -> Verdict:
    for verdict, codes in CODES:
        if not codes.isdisjoint(error.words):
            return _placed(verdict, status)
    if status in _QUOTES_NOBODY:
        for verdict, phrase in PHRASES:
            if phrase.match(error.message):
                return verdict
    if status == 401 and error.html:
        return Verdict("retry", 401)  # a proxy in between wants a login; the key was never looked at
    return unlisted(error, status)


def _placed(verdict: Verdict, status: int) -> Verdict:
    """A rate limit with 413 is a request too large for this account's allowance; waiting does not help."""
    if verdict is RATE and status == 413:
        return Verdict("retry", 413)
    if verdict is RATE and status not in (200, 400, 403, 429) and status < 500:
        return by_status(status)
    return verdict


def _wait(found: Fault, error: ErrorBody, body: bytes) -> int | None:
    if found.retry_after is not None:
        return found.retry_after
    hint = _WAIT.search(error.message) or re.search(r'"retryDelay":\s*"([\d.]+s)"', body.decode("utf-8", "replace"))
    if hint:
        return _duration(hint.group(1))
    return MAX_WAIT if _PERIODIC.search(error.message) or _PERIODIC.search(" ".join(error.words)) else None


def _duration(text: str) -> int:
    """Seconds in a duration such as ``800ms``, ``1m2.5s`` or ``20 seconds``, rounded up."""
    seconds = sum(float(number) * _SECONDS[unit.lower()] for number, unit in _UNIT.findall(text))
    return min(MAX_WAIT, max(1, math.ceil(seconds)))
