"""A fake upstream as a process of its own, and the handle on it."""

import http.client
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

import orjson

from tests.fakes.upstream.steering import Steering

ROOT = Path(__file__).resolve().parents[3]


class RemoteUpstream(Steering):
    """A fake upstream that somebody else started."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def ask(self, method: str, target: str, body: bytes = b"", timeout: float = 30.0) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=timeout)
        try:
            connection.request(method, target, body)
            answer = connection.getresponse()
            return answer.status, orjson.loads(answer.read())
        finally:
            connection.close()

    def wait(self, *, timeout: float = 5.0, gate: str = "", count: int = 1, **counts: int) -> None:
        """Until ``count`` answers wait at the gate and every named count is reached, or ``TimeoutError``."""
        query = {"timeout": timeout, **counts} | ({"gate": gate, "count": count} if gate else {})
        status, value = self.ask("GET", f"/__wait?{urlencode(query)}", timeout=timeout + 10)
        if status != 200:
            raise TimeoutError(f"waited {timeout} s for {query}; the upstream has {value}")


class UpstreamProcess(RemoteUpstream):
    """``with UpstreamProcess() as up``: started on a free port, ended with the block."""

    def __init__(self, *, port: int = 0, log: Path | None = None, cpus: set[int] | None = None) -> None:
        super().__init__("")
        self._command = [sys.executable, "-m", "tests.fakes.upstream", "--port", str(port)]
        self._command += ["--log", str(log)] if log else []
        self._command += ["--cpus", ",".join(map(str, sorted(cpus)))] if cpus else []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Returns when it listens."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.stop()
            raise RuntimeError(f"the fake upstream ended with {self._process.returncode}")
        self.url = line.split()[-1]
        self.pid = self._process.pid

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        if self._process.stdout:
            self._process.stdout.close()
