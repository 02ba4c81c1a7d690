"""Three providers that keep books of their own: what they were asked, what came of it, and which tokens they told.

What they do depends on the hour and on the number of the request, so that a day is the same whoever asks first.
"""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from aiohttp import web

from tests.support.memory_upstream import broken

ASK = re.compile(r"ask (\d+)")
FORBIDDEN = "forbidden words"  # a request with these is refused, whoever is asked
CHUNKS = 8
# What a status is called in the gateway's statistics.
KINDS = {400: "invalid", 401: "credentials", 500: "server", 503: "overloaded"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct:
    """How a request is dealt with. ``breaks``: its stream ends in the middle; ``deaf``: nobody listens."""

    delay: float = 0.3
    status: int = 200
    breaks: bool = False
    deaf: bool = False


@dataclass(slots=True, kw_only=True)
class Heard:
    """One request in a provider's books. ``came`` is what became of it, in the word of a failure if it is one."""

    ask: int  # 0: nobody's, a test of the channel
    model: str = ""
    response_id: str = ""
    came: str = "open"
    prompt: int = 0
    completion: int = 0


@dataclass(slots=True)
class Provider:
    """OpenAI's dialect, behind the seam of ``MemoryClient``. ``hour`` tells the time of day."""

    name: str
    conduct: Callable[[float, Random], Conduct]
    hour: Callable[[], float]
    heard: list[Heard] = field(default_factory=list[Heard])
    _server: web.Server | None = None

    @property
    def asked(self) -> list[Heard]:
        """What customers asked."""
        return [one for one in self.heard if one.ask]

    @property
    def tested(self) -> list[Heard]:
        return [one for one in self.heard if not one.ask]

    def listening(self, *, tests: bool = False) -> asyncio.Protocol:
        """A connection, for customers or for tests of the channel."""
        if self.conduct(self.hour(), Random(0)).deaf:
            self.heard.append(Heard(ask=0 if tests else -1, came="unreachable"))
            raise broken("connect")
        self._server = self._server or web.Server(self._answer)  # pyright: ignore[reportArgumentType]
        return self._server()

    async def _answer(self, request: web.Request) -> web.StreamResponse:  # pyright: ignore
        body = await request.json()
        found = ASK.search(body["messages"][-1]["content"])
        one = Heard(ask=int(found[1]) if found else 0, model=body["model"])
        one.response_id = f"chatcmpl-{self.name}-{len(self.heard)}"
        self.heard.append(one)
        chance = Random(f"{self.name} {one.ask} {one.model}")
        conduct = self.conduct(self.hour(), chance)
        await asyncio.sleep(conduct.delay)
        status = 400 if FORBIDDEN in body["messages"][-1]["content"] else conduct.status
        if status != 200:
            one.came = KINDS[status]
            return web.json_response({"error": {"message": f"{self.name} says {status}"}}, status=status)
        words = len(body["messages"][-1]["content"].split())
        prompt, completion = chance.randint(3, 3 + words), chance.randint(1, body.get("max_tokens") or CHUNKS)
        if body.get("stream"):
            return await self._stream(request, one, conduct, (prompt, completion))
        one.prompt, one.completion, one.came = prompt, completion, "answered"
        message = {"role": "assistant", "content": "word " * CHUNKS}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return web.json_response(_reply(one, "chat.completion") | {"choices": [choice], "usage": _usage(one)})

    async def _stream(
        self, request: web.Request, one: Heard, conduct: Conduct, tokens: tuple[int, int]
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        for number in range(CHUNKS):
            if conduct.breaks and number == CHUNKS // 2:
                one.came = "broken"
                assert request.transport is not None
                request.transport.abort()
                return response
            choice = {"index": 0, "delta": {"role": "assistant", "content": "word "}, "finish_reason": None}
            await _send(response, _reply(one, "chat.completion.chunk") | {"choices": [choice]})
            await asyncio.sleep(conduct.delay / CHUNKS)
        one.prompt, one.completion, one.came = *tokens, "answered"
        ended = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
        await _send(response, _reply(one, "chat.completion.chunk") | ended)
        await _send(response, _reply(one, "chat.completion.chunk") | {"choices": [], "usage": _usage(one)})
        await response.write(b"data: [DONE]\n\n")
        await response.write_eof()
        return response


async def _send(response: web.StreamResponse, event: dict[str, Any]) -> None:
    await response.write(f"data: {json.dumps(event)}\n\n".encode())


def _reply(one: Heard, kind: str) -> dict[str, Any]:
    return {"id": one.response_id, "object": kind, "created": 1, "model": one.model}


def _usage(one: Heard) -> dict[str, int]:
    total = one.prompt + one.completion
    return {"prompt_tokens": one.prompt, "completion_tokens": one.completion, "total_tokens": total}


def degrading(hour: float, chance: Random) -> Conduct:
    """Slower by the hour, and in the evening every third request fails."""
    drawn = chance.random()
    if drawn < hour / 72:
        return Conduct(delay=0.3 + hour / 6, status=chance.choice([500, 503]))
    return Conduct(delay=0.3 + hour / 6, breaks=drawn > 0.92)


def dying(hour: float, chance: Random) -> Conduct:
    """Until noon quick and right; then nobody is at home for an hour; after that its key is refused."""
    return Conduct(deaf=12 <= hour < 13, status=401 if hour >= 13 else 200)


def slow(hour: float, chance: Random) -> Conduct:
    """Right, in its own time."""
    return Conduct(delay=6)
