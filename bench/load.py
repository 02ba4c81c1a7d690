"""The load client: ``python -m bench.load`` reads a plan from standard input and prints what it measured, both JSON."""

import asyncio
import gc
import json
import random
import sys
from collections import deque
from dataclasses import asdict, dataclass, field
from time import monotonic_ns
from typing import Any
from urllib.parse import urlsplit

from bench.figures import Summary, summary
from bench.wire import Ask, Client, Tally

try:
    from uvloop import run
except ImportError:
    from asyncio import run


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to send where for how long. ``rate`` makes it an open loop with random gaps, the same in every run."""

    url: str
    body: str
    concurrency: int
    seconds: float
    headers: list[str] = field(default_factory=list[str])
    text: str = ""
    chunks: int | None = None
    rate: float = 0.0
    timeout: float = 30.0
    requests: int | None = None  # stop starting requests after so many

    def ask(self) -> Ask:
        url = urlsplit(self.url)
        body = self.body.encode()
        path = url.path + (f"?{url.query}" if url.query else "")
        lines = [f"POST {path} HTTP/1.1", f"host: {url.netloc}", "content-type: application/json", *self.headers]
        head = "\r\n".join([*lines, f"content-length: {len(body)}", "", ""])
        return Ask(wire=head.encode() + body, text=self.text.encode(), chunks=self.chunks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Times in milliseconds, chunk delays in microseconds. ``rate`` is good answers a second."""

    good: int
    bad: dict[str, int]
    sample: str
    seconds: float
    rate: float
    latency_ms: Summary | None
    first_byte_ms: Summary | None
    chunk_us: Summary | None

    @property
    def finished(self) -> int:
        return self.good + sum(self.bad.values())


class Run:
    """Starts requests on idle connections: at once (closed loop), or when their moment has come (open loop)."""

    def __init__(self, plan: Plan) -> None:
        url = urlsplit(plan.url)
        self._plan = plan
        self._address = (url.hostname or "127.0.0.1", url.port or 80)
        self._ask = plan.ask()
        self.tally = Tally()
        self._clients: set[Client] = set()
        self._idle: list[Client] = []
        self._due: deque[int] = deque()
        self._left = plan.requests if plan.requests is not None else sys.maxsize
        self._opening: set[asyncio.Task[None]] = set()

    async def measure(self) -> Result:
        begin = self._ended = monotonic_ns()
        self._stop = begin + int(self._plan.seconds * 1e9)
        if self._plan.rate:
            await self._arrive(begin)
        else:
            for _ in range(self._plan.concurrency):
                self._open()
        await self._drain()
        spent = (self._ended - begin) / 1e9
        for client in list(self._clients):
            client.close()
        return self._result(spent)

    def _open(self) -> None:
        task = asyncio.get_running_loop().create_task(self._connect())
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _connect(self) -> None:
        """A connection for the next request; a refused one is a bad answer, and not tried again at full speed."""
        try:
            _, client = await asyncio.get_running_loop().create_connection(
                lambda: Client(self._ask, self.tally, self._next), *self._address
            )
        except OSError as error:
            if self._job() is not None:
                self.tally.count_bad("connect", str(error))
            await asyncio.sleep(0.05)
            if monotonic_ns() < self._stop and not self._plan.rate:
                self._open()
            return
        self._clients.add(client)
        self._next(client)

    def _next(self, client: Client) -> None:
        """Gives an idle connection its next request; a closed one is replaced while there is work."""
        self._ended = monotonic_ns()
        if client.closed:
            self._clients.discard(client)
            if self._due or (not self._plan.rate and self._left > 0 and monotonic_ns() < self._stop):
                self._open()
            return
        job = self._job()
        if job is None:
            self._idle.append(client)
        else:
            client.send(job)

    def _job(self) -> int | None:
        """The moment the next request was meant for, if there is one to send now."""
        if self._plan.rate:
            return self._due.popleft() if self._due else None
        now = monotonic_ns()
        if now >= self._stop or self._left <= 0:
            return None
        self._left -= 1
        return now

    async def _arrive(self, begin: int) -> None:
        chance = random.Random(1)
        moment = float(begin)
        while self._left > 0 and moment < self._stop:
            await asyncio.sleep(max(0.0, (moment - monotonic_ns()) / 1e9))
            self._left -= 1
            self._due.append(int(moment))
            self._dispatch()
            moment += chance.expovariate(self._plan.rate) * 1e9

    def _dispatch(self) -> None:
        while self._idle and self._due:
            client = self._idle.pop()
            if client.closed:
                self._clients.discard(client)
            else:
                client.send(self._due.popleft())
        if self._due and len(self._clients) + len(self._opening) < self._plan.concurrency:
            self._open()

    async def _drain(self) -> None:
        """Until every started request is answered or given up."""
        while self._opening or self._due or any(client.busy_since for client in self._clients):
            late = monotonic_ns() - int(self._plan.timeout * 1e9)
            for client in [c for c in self._clients if c.busy_since and c.busy_since < late]:
                client.give_up()
            busy = monotonic_ns() < self._stop
            await asyncio.sleep(0.02 if busy else 0.002)

    def _result(self, spent: float) -> Result:
        tally = self.tally
        return Result(
            good=len(tally.latency),
            bad=tally.bad,
            sample=tally.sample,
            seconds=spent,
            rate=len(tally.latency) / spent if spent else 0.0,
            latency_ms=summary(ns / 1e6 for ns in tally.latency),
            first_byte_ms=summary(ns / 1e6 for ns in tally.first_byte),
            chunk_us=summary(ns / 1e3 for ns in tally.chunk_delay),
        )


async def measure(plan: Plan) -> Result:
    """Runs the plan in this event loop."""
    return await Run(plan).measure()


def main() -> None:
    given: dict[str, Any] = json.load(sys.stdin)
    gc.disable()
    json.dump(asdict(run(measure(Plan(**given)))), sys.stdout)


if __name__ == "__main__":
    main()
