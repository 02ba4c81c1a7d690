"""The embedded DynamoDB: which program it is, starting it, stopping it, taking over a forgotten one.

The emulator inherits a locked descriptor of ``dynamodb.lock``, so the lock tells whether one still runs on the
data, even when the gateway that started it was killed.
"""

import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from local.failure import RunFailed
from local.folders import LockFile
from local.options import EmulatorChoice
from local.places import ROOT

START_SECONDS = 20
STOP_SECONDS = 10
LOG_LIMIT = 10 * 1024 * 1024
PR_SET_PDEATHSIG = 1  # prctl(2)


@dataclass(frozen=True, slots=True)
class Program:
    """How to start one kind of emulator on a port of 127.0.0.1, its data in a file or folder."""

    name: str
    binary: Path
    data_name: str  # inside the data folder
    arguments: Callable[[int, Path], list[str]]
    environment: Callable[[int, Path], dict[str, str]]


def dynoxide(root: Path = ROOT) -> Program:
    """A single binary over SQLite, whose data survives kill -9; built for Linux on x86-64 only."""
    return Program(
        name="dynoxide",
        binary=root / "node_modules" / "@dynoxide" / "linux-x64" / "dynoxide",
        data_name="dynamodb.db",
        arguments=lambda port, data: ["serve", "--port", str(port), "--db-path", str(data)],
        environment=lambda port, data: {},
    )


def ministack(root: Path = ROOT) -> Program:
    """Python, for every machine; it saves its data when it ends in peace."""
    return Program(
        name="ministack",
        binary=root / ".venv-ministack" / "bin" / "ministack",
        data_name="ministack",
        arguments=lambda port, data: [],
        environment=lambda port, data: {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "PERSIST_STATE": "1",
            "STATE_DIR": str(data),
            "SERVICES": "dynamodb",
        },
    )


@dataclass(slots=True)
class Emulator:
    """A running emulator."""

    program: Program
    data: Path
    port: int
    process: subprocess.Popen[bytes] = field(repr=False)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def running(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        """Ask it to save and end; insist after a while."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def choose(choice: EmulatorChoice, root: Path = ROOT) -> Program:
    """dynoxide where its binary runs, else ministack, unless one was named."""
    first, second = dynoxide(root), ministack(root)
    if choice != "ministack" and _runs(first.binary):
        return first
    if choice != "dynoxide" and second.binary.exists():
        return second
    wanted = "neither dynoxide nor ministack is" if choice == "auto" else f"{choice} is not"
    raise RunFailed(
        f"no embedded DynamoDB: {wanted} installed here; "
        "use `make run`, which installs one, or name a DynamoDB with --endpoint-url"
    )


@contextmanager
def embedded(program: Program, data_dir: Path, log_dir: Path) -> Generator[Emulator]:
    """Run the emulator for the time of the block."""
    lock = LockFile(data_dir / "dynamodb.lock")
    try:
        _end_forgotten(lock)
        with _log(log_dir / "dynamodb.log") as log:
            emulator = start(program, data_dir / program.data_name, log, inherit=lock.descriptor)
        lock.sign(emulator.process.pid)
    finally:
        lock.close()
    try:
        wait_until_it_answers(emulator, log_dir / "dynamodb.log")
        yield emulator
    finally:
        emulator.stop()


def start(program: Program, data: Path, log: IO[bytes], *, inherit: int | None = None) -> Emulator:
    """Start it in a session of its own, so that a Ctrl-C in the terminal reaches it only through us."""
    port = _free_port()
    process = subprocess.Popen(
        [str(program.binary), *program.arguments(port, data)],
        env={**os.environ, **program.environment(port, data)},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        pass_fds=() if inherit is None else (inherit,),
        preexec_fn=_die_with_parent(),  # noqa: PLW1509 (no thread runs yet)
    )
    return Emulator(program, data, port, process)


def wait_until_it_answers(emulator: Emulator, log: Path) -> None:
    """Return when it answers; ``RunFailed`` when it ends or stays silent."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if not emulator.running():
            raise RunFailed(f"the embedded DynamoDB ({emulator.program.name}) ended at once; see {log}")
        if _answers(emulator.port):
            return
        time.sleep(0.02)
    raise RunFailed(f"the embedded DynamoDB ({emulator.program.name}) did not answer in {START_SECONDS} s; see {log}")


def _die_with_parent() -> Callable[[], None] | None:
    """What asks Linux to end the child when we are gone, be it by kill -9."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _end_forgotten(lock: LockFile) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if lock.acquire():
            return
        if pid := lock.holder():
            _send(pid, sign)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            if lock.acquire():
                return
            time.sleep(0.05)
    raise RunFailed(f"an embedded DynamoDB (process {lock.holder()}) still holds the data and cannot be ended")


def _send(pid: int, sign: signal.Signals) -> None:
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        pass  # it ended by itself
    except PermissionError:
        raise RunFailed(f"another user's process {pid} holds the embedded DynamoDB's data; stop it") from None


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _runs(binary: Path) -> bool:
    try:
        return subprocess.run([binary, "--version"], capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _log(path: Path) -> IO[bytes]:
    """Open for appending; a large one makes room once, its predecessor kept."""
    try:
        if path.exists() and path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_suffix(".log.1"))
        return path.open("ab")
    except OSError as error:
        raise RunFailed(f"cannot write to {path}: {error.strerror}; name another folder with --log-dir") from None
