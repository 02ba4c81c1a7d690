"""Which channel and key hold the state of a conversation, as this container has seen it.

What a request carries of state: the response that it goes on from, reasoning that only its maker can read, and what
names the conversation (a prompt cache's key, the session in an agent's headers). Whoever answered for one of these is
asked first when it comes again. Forgotten with the container, but for responses that a provider keeps, of which
processes tell one another (``relay.holders``): an optimisation for most, and for the rest the loop asks
other channels and keys when one does not know the state, and at last asks without it (``relay.stateless``).
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.clock import Clock
from gateway.store.client.cache import TimedCache
from gateway.wire.json import Json, array, obj, objs, string
from relay.http_request import HttpRequest
from relay.inbound.protocol import ParsedRequest
from relay.inbound.responses.sealed import is_ours

MOST = 20_000  # states that are remembered
LASTS = 3600  # seconds since it was last used
# Sessions in headers: Codex, Claude Code, OpenCode.
SESSION_HEADERS = ("session_id", "session-id", "x-claude-code-session-id", "x-opencode-session", "x-session-affinity")


@dataclass(frozen=True, slots=True)
class Holder:
    """Where a state is held."""

    channel_id: int
    key_index: int


class Affinity:
    """Remembers, per user, who answered for a state."""

    def __init__(self, clock: Clock) -> None:
        self._held: TimedCache[Holder] = TimedCache(clock, LASTS, MOST)
        self.drop_stale = self._held.drop_stale

    def holder(self, states: list[str]) -> Holder | None:
        """Who holds the first of these states that is known."""
        return next((held for state in states if (held := self._held.peek(state))), None)

    def remember(self, states: list[str], channel_id: int, key_index: int) -> None:
        """This channel and key answered for these states."""
        for state in states:
            self._held.put(state, Holder(channel_id, key_index))


def states_of(user_id: int, incoming: HttpRequest, parsed: ParsedRequest) -> list[str]:
    """The states that a request names, the most binding first. They are the user's own: nobody is led by another's."""
    return [_name(user_id, kind, value) for kind, value in _found(incoming, parsed.body) if value]


def response_state(user_id: int, response_id: str) -> str:
    """The state that a response is; a whole message of Anthropic's is known here by the id of a completion."""
    return _name(user_id, "response", response_id.removeprefix("chatcmpl-"))


def continued(body: Json) -> str:
    """The id of the response, or of the message of a thread, that a request goes on from."""
    return string(body.get("previous_response_id")) or string(obj(body.get("thread")).get("previous_message_id"))


def _name(user_id: int, kind: str, value: str) -> str:
    return hashlib.sha256(f"{user_id} {kind} {value}".encode(errors="replace")).hexdigest()


def _found(incoming: HttpRequest, body: Json) -> Iterator[tuple[str, str]]:
    yield "response", continued(body)
    for item in objs(array(body.get("input"))):
        if item.get("encrypted_content") and not is_ours(item):
            yield "encrypted", string(item["encrypted_content"])
    yield from (("session", incoming.headers.get(name, "")) for name in SESSION_HEADERS)
    yield "cache", string(body.get("prompt_cache_key"))
    yield "session", _session_in(obj(body.get("metadata")))


def _session_in(metadata: Mapping[str, Any]) -> str:
    """Claude Code's session, at the end of its user's id."""
    found = re.search(r"_session_([0-9a-f-]{36})|\"session_id\": ?\"([0-9a-f-]{36})\"", string(metadata.get("user_id")))
    return (found[1] or found[2]) if found else ""
