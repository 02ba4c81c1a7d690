"""Requests without what only its maker can read: reasoning that is encrypted or signed, ids behind which a store looks.

Asked for when no channel is left that knows the state in a request; and what was sealed here is told in plain words to
a provider that could not open it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from gateway.outbound.protocol import Fault
from gateway.patterns import pattern
from gateway.wire.json import Json, array, encode, obj, objs, parse, string
from relay.admitted_request import AdmittedRequest
from relay.inbound.protocol import Inbound, ParsedRequest, RawRequest
from relay.inbound.responses.history import summarised
from relay.inbound.responses.sealed import SIGNED, is_ours, summary_in

_CODES = frozenset({"invalid_encrypted_content", "previous_response_not_found"})
_SAYS = pattern(
    r"encrypted content .*could not be (verified|decrypted)|previous response with id .* not found"
    r"|invalid `?signature`? in `?thinking`? block"
    r"|(corrupted|invalid) thought signature|thought signature is not valid",
    re.IGNORECASE,
)
_SIGNED = frozenset({"thinking", "redacted_thinking"})
_NO_SIGNATURE = "skip_thought_signature_validator"  # https://ai.google.dev/gemini-api/docs/thought-signatures


def unknown_state(fault: Fault) -> bool:
    """Whether a fault says that the state in a request is not this channel's."""
    return fault.status in (400, 404) and (str(fault.code) in _CODES or _SAYS.search(fault.message) is not None)


def stateless(admitted: AdmittedRequest) -> AdmittedRequest | None:
    """The same request without what only its maker can read; ``None`` where it would not be the same without it."""
    incoming, inbound = admitted.incoming, admitted.inbound
    if not admitted.parsed.native:  # a policy has put it in other words
        return None
    body = obj(parse(admitted.parsed.raw))
    made = _without_state(inbound, body)
    if made is None or made == body:
        return None
    raw = RawRequest(body=encode(made), headers=incoming.headers, path=incoming.params, query=incoming.query)
    return replace(admitted, parsed=inbound.parse(raw))


def _without_state(inbound: Inbound, body: Json) -> Json | None:
    if inbound.operation == "responses":
        return _items_without(body)
    return _BY_DIALECT[inbound.dialect](body)


def _items_without(body: Json) -> Json | None:
    """Without reasoning, and without ids, behind which a store would look for it."""
    if body.get("previous_response_id") or body.get("conversation") or not isinstance(body.get("input"), list):
        return None  # the rest of the conversation lies with the provider
    kept: list[Any] = []
    for item in objs(array(body["input"])):
        kind = item.get("type")
        if kind in ("compaction", "compaction_summary") and not summary_in(string(item.get("encrypted_content"))):
            return None  # so does all that was summarised
        if kind != "reasoning":
            kept.append({name: value for name, value in item.items() if name != "id" or kind == "item_reference"})
    return body | {"input": kept}


def _thoughts_without(body: Json) -> Json:
    """Without signed thoughts; a turn that goes on without them cannot be thought about further."""
    messages = [_unthought(message) for message in objs(body.get("messages"))]
    if messages == body.get("messages"):
        return body
    made = body | {"messages": messages}
    last = messages[-1].get("content") if messages else None
    if any(block.get("type") == "tool_result" for block in objs(last)):
        made.pop("thinking", None)
    return made


def _unthought(message: Json) -> Json:
    content = message.get("content")
    if message.get("role") != "assistant" or not isinstance(content, list):
        return message
    kept = [block for block in objs(array(content)) if block.get("type") not in _SIGNED]
    return message | {"content": kept or [{"type": "text", "text": "..."}]}


def _parts_without(body: Json) -> Json:
    """With Google's word for a signature that is not there."""

    def unsigned(part: Json) -> Json:
        names = [name for name in ("thoughtSignature", "thought_signature") if name in part]
        return part | dict.fromkeys(names, _NO_SIGNATURE)

    contents = [
        turn | {"parts": [unsigned(part) for part in objs(turn.get("parts"))]} for turn in objs(body.get("contents"))
    ]
    return body | {"contents": contents}


def _details_without(body: Json) -> Json:
    """Without the signed form of thoughts; the text of them stays."""
    signed = ("reasoning_details", "thinking_blocks")
    messages = [
        {name: value for name, value in message.items() if name not in signed} for message in objs(body.get("messages"))
    ]
    return body | {"messages": messages} if "messages" in body else body


_BY_DIALECT: Mapping[str, Callable[[Json], Json]] = {
    "openai": _details_without,
    "anthropic": _thoughts_without,
    "gemini": _parts_without,
}


def in_providers_words(parsed: ParsedRequest) -> ParsedRequest:
    """A request for the Responses API itself, without what was sealed here: the provider could not open it."""
    if parsed.operation != "responses" or f'"{SIGNED}'.encode() not in parsed.raw:
        return parsed
    body = _items_opened(parsed.body)
    return replace(parsed, body=body, raw=encode(body))


def _items_opened(body: Json) -> Json:
    kept: list[Any] = []
    for item in array(body.get("input")):
        summary = summary_in(string(obj(item).get("encrypted_content"))) if is_ours(obj(item)) else ""
        if summary:
            kept.append({"type": "message", **summarised(summary)})
        elif not is_ours(obj(item)):
            kept.append(item)
    return body | {"input": kept}
