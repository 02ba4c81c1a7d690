"""What a process tree costs, read from /proc."""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_UTIME, _CUTIME_END = 11, 15  # fields of stat after the command name


def tree(pid: int) -> list[int]:
    """The process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))):
            children.setdefault(int(stat[1]), []).append(int(entry.name))
    found, todo = list[int](), [pid]
    while todo:
        found.append(todo.pop())
        todo += children.get(found[-1], [])
    return found


@dataclass(frozen=True, slots=True)
class Cpu:
    """Seconds of CPU a tree has used, counted twice: by the scheduler, fine, without ended threads and children;
    and in ticks, coarse, with them."""

    fine: float
    coarse: float

    def since(self, before: "Cpu") -> float:
        """The fine count, unless the coarse one shows that something ended with its share."""
        fine, coarse = self.fine - before.fine, self.coarse - before.coarse
        return coarse if coarse > fine * 1.05 + 0.05 else fine


DATABASES = ("dynoxide",)  # programs of the tree that are the database's, on AWS another machine's


def cpu(pid: int) -> Cpu:
    """Of the whole tree."""
    own, databases = cpus(pid)
    return Cpu(own.fine + databases.fine, own.coarse + databases.coarse)


def cpus(pid: int) -> tuple[Cpu, Cpu]:
    """Of what of the tree is the gateway, and of what is an embedded database."""
    fine, coarse = [0.0, 0.0], [0.0, 0.0]
    for member in tree(pid):
        part = _named(member) in DATABASES
        fine[part] += sum(_scheduled(member)) / 1e9
        if stat := _stat(member):
            own_only = _UTIME + 2
            times = stat[_UTIME : _CUTIME_END if member == pid else own_only]
            coarse[part] += sum(map(int, times)) / _TICKS
    return Cpu(fine[0], coarse[0]), Cpu(fine[1], coarse[1])


def _members(pid: int, *, databases: bool) -> list[int]:
    members = tree(pid)
    return members if databases else [member for member in members if _named(member) not in DATABASES]


def _named(pid: int) -> str:
    return _read(_PROC / str(pid) / "comm").strip()


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes, summed over the tree; pages shared by its processes count in each."""

    rss: float
    peak: float
    processes: int


def memory(pid: int, *, databases: bool = True) -> Memory:
    """Of the whole tree, or of what of it is the gateway."""
    rss = peak = 0
    members = _members(pid, databases=databases)
    for member in members:
        rows = dict(line.split(":", 1) for line in _read(_PROC / str(member) / "status").splitlines() if ":" in line)
        rss += int(rows.get("VmRSS", "0").split()[0])
        peak += int(rows.get("VmHWM", "0").split()[0])
    return Memory(rss / 1024, peak / 1024, len(members))


def forget_peak(pid: int) -> bool:
    """Lets the gateway's high-water marks begin anew at what it holds now; says whether the kernel let us."""
    try:
        for member in _members(pid, databases=False):
            (_PROC / str(member) / "clear_refs").write_text("5")
    except OSError:
        return False
    return True


def busy_seconds() -> float:
    """CPU seconds the whole machine has spent working, for telling whether others were at work."""
    numbers = [int(word) for word in _read(_PROC / "stat").split("\n", 1)[0].split()[1:9]]
    user, nice, system, _idle, _iowait, irq, softirq, _steal = numbers
    return (user + nice + system + irq + softirq) / _TICKS


def processors() -> tuple[set[int] | None, set[int] | None]:
    """One for the gateway and one for the rest, or ``None`` where there is only one to have."""
    allowed = sorted(os.sched_getaffinity(0))
    return ({allowed[0]}, {allowed[1]}) if len(allowed) > 1 else (None, None)


@contextmanager
def on(cpus: set[int] | None) -> Generator[None, None, None]:
    """Processes started in this block run on these processors only."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cpus or before)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _scheduled(pid: int) -> Iterator[int]:
    try:
        threads = list((_PROC / str(pid) / "task").iterdir())
    except OSError:
        return
    for thread in threads:
        if words := _read(thread / "schedstat").split():
            yield int(words[0])


def _stat(pid: int) -> list[str]:
    """The fields after the command name, whose own text may hold blanks and brackets; empty when it is gone."""
    return _read(_PROC / str(pid) / "stat").rpartition(")")[2].split()


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
