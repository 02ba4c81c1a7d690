"""A DynamoDB that loses races: a proxy in front of the real one, refusing transactions as a contended table does."""

import asyncio
import json
import random
import threading
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

import aiohttp
from aiohttp import web

TRANSACTION = "DynamoDB_20120810.TransactWriteItems"


class ConflictingDynamoDB:
    """Passes everything on to ``endpoint``, but refuses or forgets a share of the transactions.

    ``conflicts``: share that is refused before anything happened. ``lost``: share that happens, and whose answer is
    a server error. ``seen`` counts transactions by what became of them.
    """

    def __init__(self, endpoint: str, *, conflicts: float = 0.5, lost: float = 0.0, seed: int = 7) -> None:
        self._endpoint = endpoint
        self._conflicts, self._lost = conflicts, lost
        self._chance = random.Random(seed)
        self._session: aiohttp.ClientSession | None = None
        self.seen: Counter[str] = Counter()
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        """One call."""
        body = await request.read()
        fate = self._fate() if request.headers.get("x-amz-target") == TRANSACTION else "passed"
        if fate == "refused":
            return _refusal(json.loads(body))
        assert self._session is not None
        headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        async with self._session.post(self._endpoint, data=body, headers=headers) as reply:
            content = await reply.read()
            if fate == "forgotten":
                return web.json_response({"__type": "com.amazonaws#InternalServerError"}, status=500)
            return web.Response(body=content, status=reply.status, content_type="application/x-amz-json-1.0")

    def _fate(self) -> str:
        drawn = self._chance.random()
        lost = self._conflicts <= drawn < self._conflicts + self._lost
        fate = "refused" if drawn < self._conflicts else "forgotten" if lost else "passed"
        self.seen[fate] += 1
        return fate

    async def serve(self, started: threading.Event, ended: asyncio.Event) -> None:
        """Until ``ended`` is set."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{rest:.*}", self.answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=256), trust_env=False) as session:
            self._session = session
            await site.start()
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            started.set()
            await ended.wait()
            await runner.cleanup()


@contextmanager
def conflicting(endpoint: str, **shares: float) -> Generator[ConflictingDynamoDB]:
    """A proxy of its own thread, for the time of the block."""
    proxy = ConflictingDynamoDB(endpoint, **shares)
    started = threading.Event()
    loop = asyncio.new_event_loop()
    ended = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(proxy.serve(started, ended)), daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(10)
        loop.close()


def _refusal(request: dict[str, list[object]]) -> web.Response:
    """What DynamoDB says when one item of a transaction is in another one."""
    items = request["TransactItems"]
    met = {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}
    reasons = [met, *({"Code": "None"} for _ in items[1:])]
    body = {
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "message": "Transaction cancelled, please refer cancellation reasons for specific reasons",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons",
        "CancellationReasons": reasons,
    }
    return web.json_response(body, status=400, content_type="application/x-amz-json-1.0")
