"""The gateway as its users start it: ``python -m local`` in a folder of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from local.places import ROOT

ROOT_PASSWORD = "correct horse battery"
ROOT_KEY = "sk-" + "TestRootKey1" * 4
ROOT_ACCESS_TOKEN = "rootaccesstokenfortests0123456789"
READY = "  ready "
START_SECONDS = 30
STOP_SECONDS = 45
KNOWN_ROOT = {
    "INITIAL_ROOT_PASSWORD": ROOT_PASSWORD,
    "INITIAL_ROOT_TOKEN": ROOT_KEY,
    "INITIAL_ROOT_ACCESS_TOKEN": ROOT_ACCESS_TOKEN,
}
# Of this environment the gateway gets nothing else, so that no setting of the machine changes a test.
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE")


class GatewayProcess:
    """A gateway on a port that it keeps over restarts. Data, logs and terminal output lie in ``folder``.

    ``root_password``, ``root_key`` (an API key) and ``root_access_token`` sign in as root, unless
    ``environment`` says otherwise. Rate limits are off.
    """

    root_password = ROOT_PASSWORD
    root_key = ROOT_KEY
    root_access_token = ROOT_ACCESS_TOKEN
    default_module = "local"  # what runs where a test names nothing else
    folders: ClassVar[list[Path]] = []  # of every gateway of this process

    def __init__(
        self,
        folder: Path,
        *,
        environment: Mapping[str, str] | None = None,
        options: Sequence[str] = (),
        module: str = "",
        known_root: bool = True,
    ) -> None:
        self.folder = folder
        self.folders.append(folder)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._command = [sys.executable, "-m", module or self.default_module, "--port", str(self.port), *options]
        self._environment = {
            **{name: os.environ[name] for name in INHERITED if name in os.environ},
            **(KNOWN_ROOT if known_root else {}),
            "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "shared", ROOT / "functions"))),
            "GLOBAL_API_RATE_LIMIT": "0",
            "GLOBAL_WEB_RATE_LIMIT": "0",
            **(environment or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of the running gateway."""
        return self._running().pid

    @property
    def terminal(self) -> Path:
        """What it printed, standard error included; over restarts it grows."""
        return self.folder / "terminal.txt"

    def start(self) -> "GatewayProcess":
        """Start and return when it serves; ``RuntimeError`` with its output when it ends instead."""
        self.folder.mkdir(parents=True, exist_ok=True)
        before = len(self.output())
        self.launch()
        deadline = time.monotonic() + START_SECONDS
        while READY not in self.output()[before:]:
            if self._running().poll() is not None or time.monotonic() > deadline:
                self.kill9()
                raise RuntimeError(f"the gateway does not start:\n{self.output()[before:]}")
            time.sleep(0.02)
        return self

    def launch(self) -> None:
        """Start without waiting."""
        with self.terminal.open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def output(self) -> str:
        """Everything printed so far."""
        return self.terminal.read_text() if self.terminal.exists() else ""

    def stop(self) -> int:
        """As Ctrl-C does; the exit code."""
        return self._end(signal.SIGINT)

    def kill(self) -> int:
        """As a supervisor stops a service (SIGTERM); the exit code."""
        return self._end(signal.SIGTERM)

    def kill9(self) -> int:
        """Without any notice (SIGKILL)."""
        return self._end(signal.SIGKILL)

    def restart(self) -> "GatewayProcess":
        """Start again on the same data; ended first, politely, if it still runs."""
        if self._process and self._process.poll() is None:
            self.kill()
        return self.start()

    def wait(self, seconds: float = STOP_SECONDS) -> int:
        """Until it ends by itself; the exit code."""
        return self._running().wait(seconds)

    def close(self) -> None:
        """For the end of a test, whatever happened in it."""
        if self._process and self._process.poll() is None:
            try:
                self.kill()
            except subprocess.TimeoutExpired:
                self.kill9()

    def _end(self, sign: signal.Signals) -> int:
        process = self._running()
        if process.poll() is None:
            process.send_signal(sign)
        return process.wait(STOP_SECONDS)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("this gateway was not started")
        return self._process


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
