"""The data and log folders, and the lock that keeps two gateways off the same data."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from local.failure import RunFailed


def writable_folder(path: Path, option: str) -> Path:
    """The folder, made if need be. Only its owner may look inside: it holds accounts and keys."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = path / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise RunFailed(f"cannot write to {path}: {error.strerror}; name another folder with {option}") from None
    return path


@contextmanager
def owned(data_dir: Path) -> Generator[None]:
    """Hold the data folder for this process. The kernel lets go of it however the process ends."""
    lock = LockFile(data_dir / "gateway.lock")
    if not lock.acquire():
        raise RunFailed(
            f"the gateway of process {lock.holder()} already uses {data_dir}; stop it, or name another with --data-dir"
        )
    try:
        lock.sign(os.getpid())
        yield
    finally:
        lock.close()


class LockFile:
    """A file locked as long as any process has this descriptor; its text is the holder's process id."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise RunFailed(f"cannot write to {path}: {error.strerror}") from None

    def acquire(self) -> bool:
        """Take the lock if nobody has it."""
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def sign(self, pid: int) -> None:
        """Leave a process id for whoever finds the lock taken."""
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, str(pid).encode(), 0)

    def holder(self) -> int:
        """The process id left in the file; 0 when there is none."""
        text = os.pread(self.descriptor, 20, 0)
        return int(text) if text.isdigit() else 0

    def close(self) -> None:
        """Let go here; processes that inherited the descriptor keep the lock."""
        os.close(self.descriptor)
