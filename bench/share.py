"""The share of a processor that Lambda gives a function of some megabytes, held to by a cgroup.

A function gets a whole vCPU at 1,769 MB and its part of one below
(https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html).
"""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

WHOLE = 1769  # megabytes that come with one vCPU
PERIOD = 100_000  # microseconds
_FIRST, _SECOND = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup")  # of the two versions


@contextmanager
def share(megabytes: int) -> Generator[Path]:
    """A group whose processes get that share; ``PermissionError`` or another ``OSError`` where nobody may make one."""
    parent = _FIRST if _FIRST.exists() else _SECOND
    group = parent / f"one-api-{os.getpid()}-{megabytes}"
    group.mkdir()
    try:
        for name, text in limits(megabytes, first_version=parent == _FIRST).items():
            (group / name).write_text(text)
        yield group
    finally:
        group.rmdir()


def limits(megabytes: int, *, first_version: bool) -> dict[str, str]:
    """The files of a group, and what is written into them."""
    quota = PERIOD * megabytes // WHOLE
    if first_version:
        return {"cpu.cfs_period_us": str(PERIOD), "cpu.cfs_quota_us": str(quota)}
    return {"cpu.max": f"{quota} {PERIOD}"}


def join(group: Path | None, pid: int) -> None:
    """Hold a process to it; threads and children that come later are held too."""
    if group is not None:
        (group / "cgroup.procs").write_text(str(pid))
