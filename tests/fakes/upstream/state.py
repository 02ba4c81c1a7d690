"""What one fake upstream remembers, and the requests that read and change it (paths that start with ``/__``)."""

import asyncio
import itertools
import json
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import orjson

from tests.fakes.upstream import routes
from tests.fakes.upstream.answers import Answer, Stream
from tests.fakes.upstream.audit import Audit, Record
from tests.fakes.upstream.behaviour import BadDirective, Behaviour
from tests.fakes.upstream.gates import Gates
from tests.fakes.upstream.request import Json, Request
from tests.fakes.upstream.rules import Rules, read_rule
from tests.fakes.upstream.script import Exchange, Step, steps


class State:
    """Rules, gates and books; knows nothing of sockets."""

    def __init__(self) -> None:
        self.audit = Audit()
        self.gates = Gates()
        self.rules = Rules()
        self.numbers = itertools.count(1)
        self.connections = itertools.count(1)

    def plan(self, request: Request, *, reused: bool, close: bool) -> tuple[list[Step], Record, bool]:
        """Steps of the answer, its record, and whether the connection ends with it."""
        record = self.audit.received(request, reused=reused)
        answer, behaviour = self._answer(request)
        record.status, record.stream = answer.status, isinstance(answer, Stream)
        chunked = behaviour.framing == "chunked" and not request.http10
        close = close or behaviour.close or (record.stream and not chunked)
        script = steps(answer, behaviour, Exchange(number=request.number, close=close, chunked=chunked))
        return script, record, close

    def _answer(self, request: Request) -> tuple[Answer, Behaviour]:
        try:
            behaviour, replay = self.rules.choose(request)
            return (replay.answer() if replay else routes.answer(request, behaviour)), behaviour
        except BadDirective as error:
            told = Behaviour(status=400, body={"error": {"message": f"fake upstream: {error}", "type": "fake"}})
            return routes.answer(request, told), told

    def ask(self, method: str, target: str, body: bytes = b"") -> tuple[int, Any]:
        """Everything under ``/__`` that answers at once."""
        url = urlsplit(target)
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        handlers = {
            "GET /__stats": lambda: self.audit.stats(answers=query.get("answers") != "0"),
            "GET /__requests": lambda: [record.received() for record in self.audit.records],
            "POST /__control": lambda: self._control(body),
            "POST /__release": lambda: self._release(_object(body)),
            "POST /__reset": self._reset,
        }
        handler = handlers.get(f"{method} {url.path}")
        if handler is None:
            return 404, {"error": f"no {method} {url.path}; there are {', '.join(handlers)} and GET /__wait"}
        try:
            return 200, handler()
        except (BadDirective, ValueError, TypeError) as error:
            return 400, {"error": str(error)}

    async def wait(self, *, timeout: float = 5.0, gate: str = "", count: int = 1, **counts: int) -> bool:
        """Until ``count`` answers wait at the gate and each named count (requests, aborted, ...) is reached."""

        def holds() -> bool:
            at_gate = not gate or self.gates.waiting(gate) >= count
            return at_gate and all(self.audit.counts[name] >= least for name, least in counts.items())

        return await self.audit.until(holds, timeout)

    async def ask_wait(self, target: str) -> tuple[int, Any]:
        """``GET /__wait?gate=G&count=N&timeout=S&requests=N&aborted=N``: 200, or 408 when it took too long."""
        query = {name: values[-1] for name, values in parse_qs(urlsplit(target).query).items()}
        gate, timeout = query.pop("gate", ""), float(query.pop("timeout", 5.0))
        numbers = {name: int(value) for name, value in query.items()}
        came = await self.wait(timeout=timeout, gate=gate, **numbers)
        return (200 if came else 408), {"waited": came, "stats": self.audit.stats(answers=False)}

    def _control(self, body: bytes) -> Json:
        """One rule, or ``{"rules": [...], "replace": true}``."""
        given = _object(body)
        rules = [read_rule(rule) for rule in given.get("rules", [given] if given.keys() - {"replace"} else [])]
        if given.get("replace"):
            self.rules.clear()
        for rule in rules:
            self.rules.add(rule)
        return {"rules": len(rules)}

    def _release(self, given: Json) -> Json:
        name, count = str(given.get("gate", "")), given.get("count")
        waiting = self.gates.waiting(name)
        self.gates.release(name, None if count is None else int(count))
        return {"waiting": waiting}

    def _reset(self) -> Json:
        self.rules.clear()
        self.gates.reset()
        self.audit.reset()
        return {}


def _object(body: bytes) -> Json:
    value: Any = orjson.loads(body or b"{}")
    if not isinstance(value, dict):
        raise BadDirective("the body must be a JSON object")
    return cast(Json, value)


async def answer_control(state: State, request: Request) -> bytes:
    """The whole HTTP answer to a request under ``/__``."""
    if request.path == "/__wait":
        status, value = await state.ask_wait(request.target)
    else:
        await asyncio.sleep(0)
        status, value = state.ask(request.method, request.target, request.body)
    body = json.dumps(value).encode()  # of integers beyond 64 bits, too: upstreams have billed them
    head = f"HTTP/1.1 {status} Fake\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body
