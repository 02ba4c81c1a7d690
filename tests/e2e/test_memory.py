"""What hostile requests and replies cost the gateway's process: under 400 MB, and nobody else waits for them.

The most memory is asked of the system, attack by attack. How long another caller waits is asserted where
``NEIGHBOUR_SECONDS`` says how long that may be (``make test-money``): a busy machine makes everybody wait.
"""

import asyncio
import gzip
import json
import os
import threading
import time
import zlib
from collections.abc import Callable, Generator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web

from tests.e2e.conftest import AT_ONCE, operating
from tests.e2e.support import MODEL, Account, Operator, asking
from tests.fakes.upstream import UpstreamProcess
from tests.support.scripted_upstream import ScriptedUpstream

MEGABYTE = 1024 * 1024
MOST = 400 * MEGABYTE
PATIENCE = float(os.environ.get("NEIGHBOUR_SECONDS", "30"))
LOOKING = "gemini-2.5-flash"
Json = dict[str, Any]
Attack = Callable[["Stage"], None]


@cache
def bomb() -> bytes:
    """400 MB of blanks in 400 kB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b" " * MEGABYTE) for _ in range(400)) + packer.flush()


async def _hostile(request: web.Request) -> web.StreamResponse:
    """Pictures of 15 MB; replies that do not end, and such that grow when they are unpacked."""
    match request.path.split("/")[1]:
        case "picture":
            return web.Response(body=b"\x89PNG\r\n\x1a\n" + bytes(15 * MEGABYTE), content_type="image/png")
        case "small":
            return web.Response(body=b"\x89PNG\r\n\x1a\n" + bytes(1000), content_type="image/png")
        case "bomb":
            headers = {"content-encoding": "gzip", "content-type": "application/json"}
            return web.Response(body=bomb(), headers=headers)
        case kind:
            begun = {"line": b"data: ", "whole": b"{", "comments": b": "}[kind]
            piece = {"line": b"x" * MEGABYTE, "whole": b" " * MEGABYTE, "comments": b"ping\n\n: " * 100_000}[kind]
            kind = "application/json" if kind == "whole" else "text/event-stream"
            return await _endless(request, begun, piece, kind)


async def _endless(request: web.Request, begun: bytes, piece: bytes, kind: str) -> web.StreamResponse:
    response = web.StreamResponse(headers={"content-type": kind})
    await response.prepare(request)
    await response.write(begun)
    while True:
        await response.write(piece)
        await asyncio.sleep(0)


class Stage:
    """A gateway, its attacker, and where what attacks it comes from."""

    def __init__(self, operator: Operator, url: str) -> None:
        self.operator = operator
        self.url = url
        self.statuses: list[int] = []
        self.attacker = operator.account(quota=10**15)
        self.attacker.http.timeout = httpx.Timeout(120)
        operator.channel(self.attacker.group, type=24, models=LOOKING)

    def channel(self, kind: str) -> str:
        """A model that is served by such a provider."""
        model = f"model-{kind}"
        self.operator.channel(self.attacker.group, models=model, base_url=f"{self.url}/{kind}")
        return model

    def at_once(self, *requests: Callable[[], Any]) -> None:
        """All of them, until each has its answer."""
        running = [threading.Thread(target=request) for request in requests]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()

    def asks(self, body: Json | bytes, path: str = "/v1/chat/completions", **headers: str) -> Callable[[], Any]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()

        def ask() -> None:
            answer = self.attacker.post(data, path=path, headers=headers)
            self.statuses.append(answer.status_code)

        return ask


def looking(*urls: str) -> Json:
    parts: list[Json] = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    return asking(model=LOOKING, messages=[{"role": "user", "content": parts}])


def pictures(stage: Stage) -> None:
    """More than are fetched, and as many as are."""
    for number in (30, 20):
        stage.at_once(stage.asks(looking(*(f"{stage.url}/picture/{index}" for index in range(number)))))


def addresses(stage: Stage) -> None:
    stage.at_once(stage.asks(looking(*(f"{stage.url}/small/{index}" for index in range(3000)))))


def endless(stage: Stage) -> None:
    """Whole and streamed, a line and lines."""
    models = {kind: stage.channel(kind) for kind in ("line", "whole", "comments")}
    stage.at_once(*(stage.asks(asking(model=model, stream=kind != "whole")) for kind, model in models.items()))


def bombs(stage: Stage) -> None:
    """A provider's, and a caller's own."""
    model = stage.channel("bomb")
    stage.at_once(
        stage.asks(asking(model=model)),
        stage.asks(asking(model=model, stream=True)),
        stage.asks(bomb(), **{"content-encoding": "gzip"}),
        stage.asks(gzip.compress(b"[" * 15 * MEGABYTE), **{"content-encoding": "gzip"}),
    )


def brackets(stage: Stage) -> None:
    """Side by side and nested, as a body and as tools."""
    flat = b"[" + b"[]," * (5 * MEGABYTE - 10) + b"[]]"
    body = b'{"model":"%s","messages":[{"role":"user","content":"x"}],"tools":%s}' % (MODEL.encode(), flat)
    stage.at_once(*(stage.asks(data) for data in (flat, b"[" * 15 * MEGABYTE, body)))


def counts(stage: Stage) -> None:
    """Four of 15 MB at once."""
    stage.operator.channel(stage.attacker.group)
    texts = (text * (15 * MEGABYTE // len(text.encode())) for text in ("word ", " ", "a", "\u4f60\u597d"))
    bodies = (json.dumps(asking(text, max_tokens=1), ensure_ascii=False).encode() for text in texts)
    stage.at_once(*(stage.asks(body, "/v1/messages/count_tokens") for body in bodies))


ATTACKS: dict[str, Attack] = {
    "pictures": pictures,
    "addresses": addresses,
    "endless": endless,
    "bombs": bombs,
    "brackets": brackets,
    "counts": counts,
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, upstream: UpstreamProcess) -> Generator[Stage]:
    """A gateway of its own: what others did in it is no matter here."""
    with ScriptedUpstream(_hostile) as hostile:
        for operator in operating(tmp_path_factory.mktemp("memory"), upstream, AT_ONCE):
            stage = Stage(operator, hostile.url)
            yield stage
            stage.attacker.close()


@pytest.fixture
def neighbour(stage: Stage) -> Generator[Account]:
    """Somebody else."""
    account = stage.operator.account()
    stage.operator.channel(account.group)
    yield account
    account.close()


def peak(pid: int) -> int:
    """The most memory that a process has had, in bytes."""
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


@pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="only Linux tells what a process has had at most"
)
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_costs_little_memory_and_nobody_else_waits(stage: Stage, neighbour: Account, name: str) -> None:
    assert neighbour.chat().status_code == 200
    pid = stage.operator.gateway.pid
    Path(f"/proc/{pid}/clear_refs").write_text("5")  # the most is counted anew
    attack = threading.Thread(target=ATTACKS[name], args=(stage,))
    attack.start()
    waited = [0.0]
    while attack.is_alive():
        before = time.monotonic()
        assert neighbour.chat().status_code == 200
        waited.append(time.monotonic() - before)
        time.sleep(0.02)
    used, statuses = peak(pid), stage.statuses
    stage.statuses = []
    assert statuses and 500 not in statuses
    print(f"{name}: {used // MEGABYTE} MB, a neighbour waited {max(waited):.2f} s at most")
    assert used < MOST
    assert max(waited) < PATIENCE
