"""Requests that need no translation: the caller's own bytes, changed only where they must be."""

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from gateway.outbound.base import Ask, Call, Json
from gateway.outbound.openai_request import ASKED_USAGE, adapted, usage_on_request
from gateway.outbound.openai_splice import force_include_usage, replace_model
from gateway.outbound.quirks import QUIRKS

# Headers that belong to a dialect's requests: they go on with the bytes they were sent with.
FORWARDED: Mapping[str, tuple[str, ...]] = {
    "openai": ("openai-beta",),
    "anthropic": ("anthropic-version", "anthropic-beta"),
    "gemini": (),
}


def as_sent(call: Call, ask: Ask, raw: bytes, dialect: str) -> Call:
    """The caller's own bytes instead of the dialect's, where they mean the same: nothing of them is lost.

    Only the model is replaced, and usage asked for; a provider that needs other words gets the dialect's request.
    """
    body = raw if ask.model == ask.requested_model else replace_model(raw, ask.model)
    quirks = QUIRKS.get(dialect)
    if quirks is None:  # Anthropic's and Gemini's own callers; their streams always tell usage
        return replace(call, body=raw if dialect == "gemini" else body)
    if adapted(quirks, ask.operation, ask.model, ask.body) is not ask.body:
        return call
    if ask.stream and ask.operation in ASKED_USAGE and usage_on_request(quirks, ask):
        body = force_include_usage(body)
    return replace(call, body=body)


def with_forwarded(call: Call, dialect: str, sent: Mapping[str, str]) -> Call:
    """The call with the caller's headers that this dialect defines."""
    found = {name: sent[name] for name in FORWARDED.get(dialect, ()) if name in sent}
    return replace(call, headers={**call.headers, **found}) if found else call


def with_system_prompt(body: Json, prompt: str) -> tuple[Json, bool]:
    """The body with the channel's own system prompt in place of the caller's, and whether it has one."""
    messages = body.get("messages")
    if not prompt or not isinstance(messages, list) or not messages:
        return body, False
    given = cast(list[Json], messages)
    rest = given[1:] if given[0].get("role") in ("system", "developer") else given
    return {**body, "messages": [{"role": "system", "content": prompt}, *rest]}, True
