"""Strict providers on a socket: each door refuses with a 400 what its vendor documents that it refuses."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from tests.fakes.strict import anthropic, chat, gemini, responses
from tests.fakes.strict.plays import Scene, Step, next_step
from tests.support.scripted_upstream import ScriptedUpstream, in_pieces

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One operation of one vendor. ``error``: the vendor's shape of a refusal; ``odd``: ids of calls are strange."""

    refusal: Callable[[Json, str], str]
    scene: Callable[[Json], Scene]
    whole: Callable[[Step, Json], Json]
    events: Callable[[Step, Json], Iterator[bytes]]
    error: Callable[[str], Json]
    odd: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it came in, why it was refused, and whether its address is known."""

    key: str
    path: str
    body: Json
    refusal: str
    known: bool


def _openai_error(told: str) -> Json:
    return {"error": {"message": told, "type": "invalid_request_error", "param": None, "code": None}}


def _anthropic_error(told: str) -> Json:
    return {"type": "error", "error": {"type": "invalid_request_error", "message": told}}


def _google_error(told: str) -> Json:
    return {"error": {"code": 400, "message": told, "status": "INVALID_ARGUMENT"}}


def _door(dialect: Any, refusal: Callable[[Json, str], str], error: Callable[[str], Json]) -> Door:
    return Door(refusal=refusal, scene=dialect.scene, whole=dialect.whole, events=dialect.events, error=error)


_GEMINI = _door(gemini, lambda body, _: gemini.refusal(body), _google_error)
# By the end of the path; a vendor's base URL stands before it.
DOORS: dict[str, Door] = {
    "/openai/v1/responses": _door(responses, lambda body, _: responses.refusal(body), _openai_error),
    "/openai/v1/chat/completions": _door(chat, lambda body, _: chat.refusal(body), _openai_error),
    "/copy/v1/chat/completions": replace(
        _door(chat, lambda body, _: chat.refusal_of_a_copy(body), _openai_error), odd=True
    ),
    "/anthropic/v1/messages": _door(anthropic, anthropic.refusal, _anthropic_error),
    ":generateContent": _GEMINI,
    ":streamGenerateContent": _GEMINI,
}
COUNTS = {"/anthropic/v1/messages/count_tokens": anthropic.count_tokens, ":countTokens": gemini.count_tokens}


class StrictProvider(ScriptedUpstream):
    """Every vendor in one server; ``asked`` is what came in."""

    def __init__(self) -> None:
        super().__init__(self._serve)
        self.asked: list[Asked] = []
        self._threads = anthropic.Threads()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        body = self._threads.opened(json.loads(raw) if raw else {})
        count = next((made for end, made in COUNTS.items() if request.path.endswith(end)), None)
        if count:
            return web.json_response(count(body))
        door = next((door for end, door in DOORS.items() if request.path.endswith(end)), None)
        refused = door.refusal(body, request.headers.get("anthropic-beta", "")) if door else "Not Found"
        self.asked.append(
            Asked(key=_key(request), path=request.path, body=body, refusal=refused, known=door is not None)
        )
        if door is None:
            return web.json_response({"detail": "Not Found"}, status=404)
        if refused:
            return web.json_response(door.error(refused), status=400)
        step = replace(next_step(door.scene(body)), odd=door.odd)
        self._threads.keep(body, door.whole(step, body))
        if body.get("stream") is True or request.path.endswith(":streamGenerateContent"):
            return await in_pieces(request, list(door.events(step, body)), content_type="text/event-stream")
        return web.json_response(door.whole(step, body))

    def refusals(self, key: str) -> list[Asked]:
        """What was refused of a channel's; that a server has not the address is no refusal."""
        return [asked for asked in self.asked if asked.key == key and asked.known and asked.refusal]

    def answered(self, key: str) -> list[Asked]:
        """What was answered of a channel's."""
        return [asked for asked in self.asked if asked.key == key and not asked.refusal]


def _key(request: web.Request) -> str:
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    return request.headers.get("x-api-key") or request.headers.get("x-goog-api-key") or bearer
