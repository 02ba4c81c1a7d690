"""Border control: ids of tool calls, names of functions and users as each door takes them.

What fits goes on untouched. What does not becomes the same fitting text wherever it stands, so that a call and its
result still match: its readable beginning, and a hash of the whole. One table says what every door takes; a door that
is not in it takes anything.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from gateway.outbound.canonical.histories import settled
from gateway.outbound.canonical.older_calls import newer
from gateway.outbound.protocol import Json, ProviderRequest
from gateway.patterns import pattern
from gateway.records import dataclass
from gateway.wire.json import array, obj, objs, string

_HASH = 16  # hex digits: no two ids of a conversation meet
_SAFE = pattern(r"[^a-zA-Z0-9_-]")
_MAX_USER = 64


@dataclass(frozen=True, slots=True)
class Shape:
    """What one kind of identifier looks like at a door. ``hashed``: a foreign one leaves nothing readable."""

    pattern: re.Pattern[str]
    longest: int
    hashed: int = 0

    def fits(self, text: str) -> bool:
        """Whether the door takes it as it is."""
        return len(text) <= self.longest and self.pattern.fullmatch(text) is not None

    def fitted(self, text: str) -> str:
        """The text, or one that fits: always the same for the same text."""
        if self.fits(text):
            return text
        digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
        if self.hashed:
            return digest[: self.hashed]
        return f"{_SAFE.sub('_', text)[: self.longest - _HASH - 2] or 'id'}_{digest[:_HASH]}".lstrip("-0123456789")


@dataclass(frozen=True, slots=True, kw_only=True)
class Border:
    """What a door takes; ``None`` takes anything. ``thoughts``: signed ones alone are a turn there.

    ``once``: no id of a call may come again in a history, as servers' ids do that count from 0 in every reply.
    """

    call_id: Shape | None = None
    name: Shape | None = None
    user: Shape | None = None
    thoughts: bool = False
    once: bool = False


_ANY = pattern(r"[\s\S]+")
_WORD = pattern(r"[a-zA-Z0-9_-]+")
# No e-mail address, no telephone number: Anthropic refuses a user_id that looks like one.
_NOBODY = pattern(r"(?![\s\S]*[^@\s]@[^@\s]+\.)(?!\s*\+?[\d\s().-]{7,}$)[\s\S]+")

# https://platform.openai.com/docs/api-reference/chat/create: names and users have 64 letters; ids of calls 40, which
# only its error says ("string too long. Expected a string with maximum length 40").
OPENAI = Border(call_id=Shape(_ANY, 40), name=Shape(_WORD, 64), user=Shape(_ANY, _MAX_USER, _MAX_USER))
# https://platform.openai.com/docs/api-reference/responses/create: 64 letters there
RESPONSES_CALL_ID = Shape(_ANY, 64)
# https://docs.claude.com/en/api/messages; the pattern of ids is in its error
CLAUDES_CALL_ID = Shape(_WORD, 64)
ANTHROPIC = Border(
    call_id=CLAUDES_CALL_ID, name=Shape(_WORD, 128), user=Shape(_NOBODY, 256, _MAX_USER), thoughts=True, once=True
)
# https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolUseBlock.html
BEDROCK = Border(
    call_id=CLAUDES_CALL_ID, name=Shape(_WORD, 64), user=Shape(_NOBODY, 256, _MAX_USER), thoughts=True, once=True
)
# https://ai.google.dev/api/caching#FunctionDeclaration; ids are seen to where parts are made
GEMINI = Border(name=Shape(pattern(r"[a-zA-Z_][a-zA-Z0-9_.:-]*"), 64))
# https://docs.mistral.ai/api/#tag/chat: "Tool call id must be a-z, A-Z, 0-9, with a length of 9"
MISTRAL = Border(call_id=Shape(pattern(r"[A-Za-z0-9]{9}"), 9, 9), name=Shape(_WORD, 64))
# Servers that copy OpenAI's API: its names, and whatever ids and users.
COMPATIBLE = Border(name=Shape(_WORD, 64))


def crossed(request: ProviderRequest, border: Border) -> ProviderRequest:
    """A chat on its way to a door: tools for functions, its history in order, ids and users in the door's shapes."""
    body = fit(settled(newer(request.body), thoughts=border.thoughts), border)
    return request if body is request.body else replace(request, body=body)


def fit(body: Json, border: Border) -> Json:
    """The body with users and ids of calls that pass; the same object where all of them do."""
    user = body.get("user")
    if border.user and isinstance(user, str) and user and not border.user.fits(user):
        body = {**body, "user": border.user.fitted(user)}
    if border.call_id is None:
        return body
    body = with_messages(body, partial(_with_ids, border.call_id))
    return with_messages(body, Once(border.call_id)) if border.once else body


def with_messages(body: Json, change: Callable[[Json], Json]) -> Json:
    """The body with every message changed; the same object where none is."""
    before = array(body.get("messages"))
    after = [change(obj(item)) if isinstance(item, dict) else item for item in before]
    return body if all(new is old for new, old in zip(after, before, strict=True)) else {**body, "messages": after}


def _with_ids(shape: Shape, message: Json) -> Json:
    calls, answered = message.get("tool_calls"), message.get("tool_call_id")
    if not calls and not answered and _RAW.isdisjoint(message):
        return message
    if isinstance(answered, str) and not shape.fits(answered):
        message = {**message, "tool_call_id": shape.fitted(answered)}
    if isinstance(calls, list) and not all(_fits(call.get("id"), shape) for call in objs(calls)):
        message = {**message, "tool_calls": [_keyed(call, "id", shape) for call in objs(calls)]}
    for key in _RAW & message.keys():
        blocks = objs(message[key])
        after = [_keyed(block, "id", shape) if block.get("type") == "tool_use" else block for block in blocks]
        message = message if after == blocks else {**message, key: after}
    return message


class Once:
    """Goes over a history in order and gives a call whose id was there before another, and its result too."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._seen: Counter[str] = Counter()
        self._waiting: dict[str, list[str]] = {}

    def __call__(self, message: Json) -> Json:
        calls, answered = objs(message.get("tool_calls")), string(message.get("tool_call_id"))
        if calls and _RAW.isdisjoint(message):
            self._waiting = {}
            after = [self._called(call) for call in calls]
            return message if after == calls else {**message, "tool_calls": after}
        new = self._waiting[answered].pop(0) if self._waiting.get(answered) else answered
        return message if new == answered else {**message, "tool_call_id": new}

    def _called(self, call: Json) -> Json:
        id = string(call.get("id"))
        self._seen[id] += 1
        new = id if self._seen[id] == 1 else self._shape.fitted(f"{id}_{self._seen[id]}")
        self._waiting.setdefault(id, []).append(new)
        return call if new == id else {**call, "id": new}


_RAW = frozenset({"anthropic_content"})


def _fits(id: Any, shape: Shape) -> bool:
    return isinstance(id, str) and shape.fits(id)


def _keyed(item: Json, key: str, shape: Shape) -> Json:
    given = item.get(key)
    return item if _fits(given, shape) else {**item, key: shape.fitted("" if given is None else str(given))}


def renames(body: Json, shape: Shape) -> Mapping[str, str]:
    """What each function's name becomes that does not fit, declared or called in the history."""
    declared = [obj(tool.get("function")) for tool in objs(body.get("tools"))] + objs(body.get("functions"))
    messages = objs(body.get("messages"))
    called = [obj(call.get("function")) for message in messages for call in objs(message.get("tool_calls"))]
    called += [obj(message.get("function_call")) for message in messages]
    names = [function.get("name") for function in (*declared, *called)]
    return {name: shape.fitted(name) for name in names if isinstance(name, str) and name and not shape.fits(name)}


def renamed(body: Json, names: Mapping[str, str]) -> Json:
    """The body with these functions under other names, wherever they stand."""
    if not names:
        return body
    out = with_messages(body, partial(_with_names, names))
    for key in ("tools", "functions"):
        if isinstance(body.get(key), list):
            out = {**out, key: [_function(tool, names) for tool in objs(body[key])]}
    for key in ("tool_choice", "function_call"):
        if isinstance(body.get(key), dict):
            out = {**out, key: _choice(obj(body[key]), names)}
    return out


def _with_names(names: Mapping[str, str], message: Json) -> Json:
    if message.get("role") in ("tool", "function") and message.get("name") in names:
        message = {**message, "name": names[message["name"]]}
    if isinstance(message.get("tool_calls"), list):
        message = {**message, "tool_calls": [_function(call, names) for call in objs(message["tool_calls"])]}
    if isinstance(message.get("function_call"), dict):
        message = {**message, "function_call": _function(obj(message["function_call"]), names)}
    return message


def _function(item: Json, names: Mapping[str, str]) -> Json:
    """A declaration, call or choice with its name, at its top or in its ``function``."""
    inner = obj(item.get("function"))
    if inner.get("name") in names:
        return {**item, "function": {**inner, "name": names[inner["name"]]}}
    return {**item, "name": names[item["name"]]} if item.get("name") in names else item


def _choice(choice: Json, names: Mapping[str, str]) -> Json:
    inner = obj(choice.get("allowed_tools")) or choice
    if not isinstance(inner.get("tools"), list):
        return _function(choice, names)
    listed = {**inner, "tools": [_function(tool, names) for tool in objs(inner["tools"])]}
    return {**choice, "allowed_tools": listed} if "allowed_tools" in choice else listed
