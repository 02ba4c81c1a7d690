"""Requests that need no translation: the caller's own bytes, changed only where they must be."""

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from gateway.outbound import registry
from gateway.outbound.canonical.borders import fit
from gateway.outbound.openai.quirks import QUIRKS
from gateway.outbound.openai.request import ASKED_USAGE, adapted, usage_on_request
from gateway.outbound.openai.splice import force_include_usage, replace_model
from gateway.outbound.protocol import Dialect, Json, Operation, ProviderRequest, SpokenDialect, WireRequest
from gateway.patterns import pattern

# Headers that belong to a dialect's requests: they go on with the bytes they were sent with.
FORWARDED: Mapping[str, tuple[str, ...]] = {
    "openai": ("openai-beta",),
    "anthropic": ("anthropic-version", "anthropic-beta"),
    "gemini": (),
}


def verbatim(dialect: Dialect, request: ProviderRequest, raw: bytes) -> WireRequest:
    """The caller's own bytes where the dialect's request goes, as far as they mean the same: nothing of them is lost.

    Only the model is replaced, and usage asked for; a provider that needs other words gets the dialect's request.
    """
    quirks = QUIRKS.get(dialect.name)
    if quirks is not None and adapted(quirks, request.operation, request.model, request.body) is not request.body:
        return dialect.request(request)
    if quirks is None and fit(request.body, registry.border(dialect.name, request)) is not request.body:
        return dialect.request(request)  # ids of another vendor's in the history
    body = raw
    # Gemini's model is in the path. Of a model given twice the last was read here; others read the first.
    if dialect.name != "gemini" and (
        request.model != request.requested_model or names_another_first(raw, request.model)
    ):
        body = replace_model(raw, request.model)
    if quirks and request.stream and request.operation in ASKED_USAGE and usage_on_request(quirks, request):
        body = force_include_usage(body)
    call = cast(SpokenDialect, dialect).envelope(request)
    return WireRequest(path=call.path, method=call.method, headers=call.headers, body=body)


def names_another_first(raw: bytes, model: str) -> bool:
    """Whether the first ``model`` in the JSON, however it is spelled, may be another one; seldom wrong.

    Reads no further than to that place, which is the beginning of most requests.
    """
    at = raw.find(b'"model"')
    value = _VALUE.match(raw, at + len(b'"model"'))
    return value is None or value[1] != model.encode() or raw.find(_ESCAPED_LETTER, 0, at) >= 0


_VALUE = pattern(rb'\s*:\s*"([^"\\]*)"')
_ESCAPED_LETTER = b"\\u006"  # as every letter of the word would be, which nobody needs to escape


def with_forwarded(call: WireRequest, dialect: str, sent: Mapping[str, str]) -> WireRequest:
    """The call with the caller's headers that this dialect defines; beta features are added to the channel's."""
    found = {name: sent[name] for name in FORWARDED.get(dialect, ()) if name in sent}
    if "anthropic-beta" in found and "anthropic-beta" in call.headers:
        names = f"{call.headers['anthropic-beta']},{found['anthropic-beta']}".split(",")
        found["anthropic-beta"] = ",".join(dict.fromkeys(name.strip() for name in names if name.strip()))
    return replace(call, headers={**call.headers, **found}) if found else call


def with_system_prompt(operation: Operation, body: Json, prompt: str) -> tuple[Json, bool]:
    """A chat or response with the channel's own system prompt in place of the caller's, and whether it has one."""
    if not prompt or operation not in ("chat", "responses"):
        return body, False
    if operation == "responses":
        return {**body, "instructions": prompt}, True
    given = cast(list[Json], body["messages"])
    rest = given[1:] if given[0].get("role") in ("system", "developer") else given
    return {**body, "messages": [{"role": "system", "content": prompt}, *rest]}, True
