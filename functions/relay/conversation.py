"""What a request goes on from, and the name that the requests of one conversation have in common.

A **state** is what a request names of earlier ones: the response that it goes on from, reasoning that only its maker
can read, a session. The **name** leads a conversation to the same channel and key in every process, without a store:
who holds its prompt cache is a matter of arithmetic (``relay.routing``). It is a session in an agent's headers, else
the prompt cache's key, else what the conversation began with. All of it is the user's own: nobody is led by another's.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.domain.channel import Channel
from gateway.records import record
from gateway.wire.json import Json, array, obj, objs, string
from relay.http_request import HttpRequest
from relay.inbound.protocol import ParsedRequest
from relay.inbound.responses.sealed import is_ours

# Sessions in headers: Codex, Claude Code, OpenCode, and what others send like them.
SESSION_HEADERS = (
    "session_id",
    "session-id",
    "x-claude-code-session-id",
    "x-opencode-session",
    "x-session-affinity",
    "x-session-id",
)
_BEGINS = 2000  # characters of a text that tell how a conversation began
_PARTS = 8  # of a message
_SYSTEM = ("system", "developer")
_NAMING = frozenset({"previous_response_id", "thread", "input", "prompt_cache_key", "metadata"})  # fields with a state
_NAMING_HEADERS = frozenset(SESSION_HEADERS)


@record
class Conversation:
    """The one that a request belongs to. ``kept``: whether the operator wants conversations kept together at all."""

    user_id: int
    incoming: HttpRequest
    parsed: ParsedRequest
    kept: bool = True

    def states(self) -> list[str]:
        """The states that the request names, the most binding first."""
        if _NAMING.isdisjoint(self.parsed.body) and _NAMING_HEADERS.isdisjoint(self.incoming.headers):
            return []  # as of most, three times a request
        return [_name(self.user_id, kind, value) for kind, value in self._found() if value]

    def bound(self) -> bool:
        """Whether it names something that only its maker knows: that leads, whatever the operator wants."""
        return any(value for _, value in _bonds(self.parsed.body))

    def stays_with(self, channel: Channel) -> bool:
        """Whether it is to be kept together where nothing but a prompt cache is lost."""
        return self.kept and channel.affinity

    def name(self) -> str:
        """What its requests have in common, as a hash; empty where there is nothing, or nobody is to be led by it."""
        if not self.kept:
            return ""
        named = next(((kind, value) for kind, value in _sessions(self.incoming, self.parsed.body) if value), None)
        kind, value = named or ("opening", _opening(self.parsed))
        return _name(self.user_id, kind, value) if value else ""

    def _found(self) -> Iterator[tuple[str, str]]:
        yield from _bonds(self.parsed.body)
        yield from _sessions(self.incoming, self.parsed.body)


def response_state(user_id: int, response_id: str) -> str:
    """The state that a response is; a whole message of Anthropic's is known here by the id of a completion."""
    return _name(user_id, "response", response_id.removeprefix("chatcmpl-"))


def continued(body: Json) -> str:
    """The id of the response, or of the message of a thread, that a request goes on from."""
    return string(body.get("previous_response_id")) or string(obj(body.get("thread")).get("previous_message_id"))


def _name(user_id: int, kind: str, value: str) -> str:
    return hashlib.sha256(f"{user_id} {kind} {value}".encode(errors="replace")).hexdigest()


def _bonds(body: Json) -> Iterator[tuple[str, str]]:
    yield "response", continued(body)
    for item in objs(array(body.get("input"))):
        if item.get("encrypted_content") and not is_ours(item):
            yield "encrypted", string(item["encrypted_content"])


def _sessions(incoming: HttpRequest, body: Json) -> Iterator[tuple[str, str]]:
    yield from (("session", incoming.headers.get(name, "")) for name in SESSION_HEADERS)
    yield "cache", string(body.get("prompt_cache_key"))
    yield "session", _session_in(obj(body.get("metadata")))


def _session_in(metadata: Mapping[str, Any]) -> str:
    """Claude Code's session, at the end of its user's id."""
    found = re.search(r"_session_([0-9a-f-]{36})|\"session_id\": ?\"([0-9a-f-]{36})\"", string(metadata.get("user_id")))
    return (found[1] or found[2]) if found else ""


def _opening(parsed: ParsedRequest) -> str:
    """How a conversation begins: what the system says and the user's first words, as far as they tell it apart."""
    if parsed.operation == "chat":
        return _first_words(array(parsed.body.get("messages")))
    if parsed.operation == "responses":
        said = parsed.body.get("input")
        turns = [{"role": "user", "content": said}] if isinstance(said, str) else array(said)
        return _first_words([{"role": "system", "content": parsed.body.get("instructions")}, *turns])
    return ""


def _first_words(turns: list[Any]) -> str:
    words: list[str] = []
    for turn in objs(turns):
        if turn.get("role") == "user":
            return "\0".join([*words, _text(turn.get("content"))])
        if turn.get("role") in _SYSTEM:
            words.append(_text(turn.get("content")))
    return ""


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content[:_BEGINS]
    return "\0".join(_part(part)[:_BEGINS] for part in objs(array(content)[:_PARTS]))


def _part(part: Json) -> str:
    """A part's text, or the beginning of where its file lies."""
    image = part.get("image_url")
    return string(part.get("text")) or string(image) or string(obj(image).get("url"))
