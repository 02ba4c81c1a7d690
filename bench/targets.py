"""A gateway under test: how it is started, addressed and ended."""

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from bench.proc import on
from bench.scenarios import SCENARIOS, Scenario

ROOT = Path(__file__).resolve().parent.parent
START_LIMIT = 180.0
_CHAT = "/v1/chat/completions"


class TargetFailed(Exception):
    """The gateway did not come up or gave no good answer; the message says where its output is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """One gateway. Texts may hold ``{port} {upstream} {upstream_port} {work} {root}`` and names of the environment."""

    name: str
    cmd: list[str] = field(default_factory=list[str])
    env: dict[str, str] = field(default_factory=dict[str, str])
    files: dict[str, str] = field(default_factory=dict[str, str])  # written into {work} before the start
    headers: list[str] = field(default_factory=list[str])
    path: str = _CHAT
    embed_path: str = "/v1/embeddings"
    model: str = "fake"
    ready: str = ""  # a path that answers 200 when it is up; empty: when the port accepts
    need: str = ""  # text a good plain answer holds, for gateways that rewrite the text
    skip: list[str] = field(default_factory=list[str])  # scenarios it cannot do
    note: str = ""
    aims: dict[str, float] = field(default_factory=dict[str, float])  # of the ratio table, by scenario, and "rss"
    setup: Callable[[str, str], None] | None = None  # (its address, the upstream's) once it is ready


@dataclass(slots=True, kw_only=True)
class Target:
    """A running gateway; ``process`` is ``None`` when somebody else started it."""

    spec: Spec
    url: str
    pid: int | None = None
    process: subprocess.Popen[bytes] | None = None
    output: IO[bytes] | None = None
    ready_s: float | None = None  # from start to ready
    first_s: float | None = None  # from start to the first good relayed answer, the set-up included

    def address(self, scenario: Scenario) -> str:
        return self.url + (self.spec.embed_path if scenario.kind == "embeddings" else self.spec.path)

    def stop(self) -> None:
        """Ends the process, then whatever it left behind in its group."""
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process = None
        if self.output:
            self.output.close()


def load_specs(path: Path) -> dict[str, Spec]:
    """Every table of a TOML file as a gateway; raises ``ValueError`` for fields nobody knows."""
    specs: dict[str, Spec] = {}
    for name, table in tomllib.loads(path.read_text()).items():
        unknown = set(table) - (set(Spec.__dataclass_fields__) - {"name", "setup"})
        if unknown:
            raise ValueError(f"{path}: [{name}] has unknown fields: {', '.join(sorted(unknown))}")
        specs[name] = Spec(name=name, **table)
    return specs


def start(spec: Spec, *, upstream: str, work: Path, cpus: set[int] | None) -> Target:
    """Starts it and waits for its first good answer; raises ``TargetFailed``."""
    port = free_port()
    spec = filled(spec, upstream=upstream, port=port, work=work)
    work.mkdir(parents=True, exist_ok=True)
    for name, text in spec.files.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text(text)
    log = work / "output.log"
    output = log.open("wb")
    begin = time.monotonic()
    with on(cpus):
        process = subprocess.Popen(
            spec.cmd,
            cwd=ROOT,
            env={**os.environ, **spec.env},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    target = Target(spec=spec, url=f"http://127.0.0.1:{port}", pid=process.pid, process=process, output=output)
    try:
        _until(lambda: _is_up(target), target, begin)
        target.ready_s = time.monotonic() - begin
        if spec.setup:
            spec.setup(target.url, upstream)
        _until(lambda: _answers(target), target, begin)
        target.first_s = time.monotonic() - begin
    except (TargetFailed, OSError) as error:
        target.stop()
        last = log.read_text(errors="replace")[-2000:]
        raise TargetFailed(f"{spec.name}: {error}\n{last}") from error
    return target


def filled(spec: Spec, *, upstream: str, port: int, work: Path) -> Spec:
    """The spec with its placeholders filled in; unknown ones stay as they are."""
    names = {**os.environ, "port": str(port), "upstream": upstream, "work": str(work), "root": str(ROOT)}
    names["upstream_port"] = str(urlsplit(upstream).port)

    def fill(text: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda found: names.get(found[1], found[0]), text)

    return replace(
        spec,
        cmd=[fill(word) for word in spec.cmd],
        env={name: fill(text) for name, text in spec.env.items()},
        files={name: fill(text) for name, text in spec.files.items()},
        headers=[fill(line) for line in spec.headers],
    )


def post(
    url: str, body: bytes, headers: list[str], *, timeout: float = 10.0, method: str = "POST"
) -> tuple[int, bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        pairs = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in headers)}
        connection.request(method, parts.path, body or None, {"content-type": "application/json", **pairs})
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _until(holds: Callable[[], str], target: Target, begin: float) -> None:
    """``holds`` gives what is still missing, or nothing."""
    while missing := holds():
        if target.process and target.process.poll() is not None:
            raise TargetFailed(f"ended with {target.process.returncode}: {missing}")
        if time.monotonic() - begin > START_LIMIT:
            raise TargetFailed(f"not within {START_LIMIT:.0f} s: {missing}")
        time.sleep(0.01)


def _is_up(target: Target) -> str:
    try:
        if target.spec.ready:
            status, _ = post(target.url + target.spec.ready, b"", [], method="GET")
            return "" if status == 200 else f"{target.spec.ready} answers {status}"
        with socket.create_connection(("127.0.0.1", urlsplit(target.url).port or 80), 1):
            return ""
    except (OSError, http.client.HTTPException) as error:
        return str(error)


def _answers(target: Target) -> str:
    scenario = SCENARIOS["ns1"]
    try:
        status, body = post(target.address(scenario), scenario.body(target.spec.model), target.spec.headers)
    except (OSError, http.client.HTTPException) as error:
        return str(error)
    good = status == 200 and (target.spec.need or scenario.expected()).encode() in body
    return "" if good else f"answers {status} {body[:300]!r}"
