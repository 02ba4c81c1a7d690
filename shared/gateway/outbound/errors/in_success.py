"""Errors that came as a success: known by their shape, in whatever stream or reply of whatever dialect they are.

Compatible servers, gateways in between and frameworks answer in their own shapes, with status 200, where a reply or an
event of the dialect should be. A dialect looks for its own errors first, with its own table of codes.
"""

from typing import Any

from gateway.outbound.errors.verdicts import in_success
from gateway.outbound.protocol import Fault, Json
from gateway.patterns import pattern
from gateway.wire.json import array, obj, objs, parse

# What was produced, in any dialect: where one of these says something, it is no bare error.
_PRODUCED = (
    *("choices", "Choices", "candidates", "content", "output", "outputs", "results", "result", "data", "text"),
    *("embeddings", "embedding", "predictions", "generation", "generations", "completion", "delta", "images"),
    *("image", "audio", "segments", "response", "reply", "item", "b64_json"),
)
_SAYS = (
    *("message", "Message", "msg", "Msg", "detail", "error_msg", "errorMessage", "error_message"),
    *("error_description", "status_msg", "err"),
)
_NAMES = ("error", "Error", "errors")
# Names by which an event may be an error, searched for in bytes before anything is parsed.
SIGNS = pattern(
    rb'"(?:%s)"\s*:\s*["\[{]' % "|".join((*_SAYS, *_NAMES, "title", "Response", "ResponseMetadata")).encode()
)
_FINE = frozenset({"0", "200", "20000", "success", "ok", "succeeded", "successful", "true"})
_WRONG = frozenset({"error", "failed", "failure", "fail"})


def is_error(value: Json) -> bool:
    """Whether an object that came as a success is an error and nothing else."""
    if "choices" in value or any(value.get(name) for name in _PRODUCED):
        return False
    if any(_says(value.get(name)) for name in _NAMES):
        return True
    if any(obj(value.get(name)).get("Error") for name in ("Response", "ResponseMetadata")):
        return True
    kinds = [value.get(name) for name in ("object", "type", "status")]
    if "error" in kinds[:2]:
        return True
    if isinstance(kinds[0], str) or _is_fine(value):
        return False
    said = [value[name] for name in _SAYS if isinstance(value.get(name), str | list)]
    return any(map(_says, said)) or (bool(value.get("title")) and _is_status(value))


def _says(value: Any) -> bool:
    """Whether there is a sentence here, or an object or list of them."""
    if isinstance(value, str):
        return bool(value.strip()) and value.strip().lower() not in _FINE
    return any(item.keys() & {"message", "msg", "type", "code", "reason", "status"} for item in objs(value)) or any(
        isinstance(item, str) and item for item in array(value)
    )


def _is_fine(value: Json) -> bool:
    """Whether it says itself that nothing is wrong."""
    codes = [value[name] for name in ("code", "status_code", "error_code", "success") if value.get(name) is not None]
    return bool(codes) and all(str(code).lower() in _FINE for code in codes)


def _is_status(value: Json) -> bool:
    return isinstance(value.get("status"), int) and value["status"] >= 400  # RFC 9457


def fault_in(data: bytes) -> Fault | None:
    """The fault in a reply that is a bare error, a lone one in a list too; ``None`` if it is none."""
    if len(data) > _LONGEST:
        return None
    value = parse(data)
    if isinstance(value, str):
        return in_success(value, {}) if value.strip() else None
    found = objs(value)
    return in_success(found[0], {}) if len(found) == 1 and is_error(found[0]) else None


def explained(fault: Fault, data: bytes) -> Fault:
    """The fault of a reply in which a dialect found nothing: the error that it is in somebody else's shape, if so."""
    return (fault_in(data) if (fault.status, fault.code) == (502, None) else None) or fault


_LONGEST = 50_000  # bytes; nobody explains an error at greater length
