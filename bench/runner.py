"""Every scenario goes round direct and all gateways before the next, so that ratios are of one moment."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from bench import proc
from bench.figures import ratio
from bench.load import Plan, Result
from bench.scenarios import SCENARIOS, Scenario
from bench.targets import ROOT, Target
from tests.fakes.upstream import RemoteUpstream


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One scenario, one round, one target. ``cpu_ms`` per finished request, ``own_ms`` of it without an embedded
    database; ``held_kb`` of its memory for each request at once; ``busy`` cores of the whole machine."""

    scenario: str
    target: str
    round: int
    direct: Result
    gateway: Result
    cpu_ms: float | None
    own_ms: float | None
    held_kb: float | None
    reuse: float | None  # model calls for each upstream connection that served them
    busy: float


@dataclass(slots=True, kw_only=True)
class Report:
    """Everything measured in one run."""

    samples: list[Sample] = field(default_factory=list[Sample])
    targets: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    def as_json(self) -> str:
        return json.dumps({"samples": [asdict(row) for row in self.samples], "targets": self.targets}, indent=1)


def load(scenario: Scenario, url: str, *, target: Target | None, seconds: float, cpus: set[int] | None) -> Result:
    """Runs the load client in a process of its own."""
    spec = target.spec if target else None
    plan = Plan(
        url=url,
        body=scenario.body(spec.model if spec else "fake").decode(),
        concurrency=scenario.concurrency,
        seconds=scenario.timeout if scenario.many else seconds,
        requests=scenario.many or None,
        headers=spec.headers if spec else [],
        text=(spec.need if spec and scenario.kind == "chat" else "") or scenario.expected(),
        chunks=scenario.chunks,
        rate=scenario.rate,
        timeout=scenario.timeout,
    )
    with proc.on(cpus):
        command, given = [sys.executable, "-m", "bench.load"], json.dumps(asdict(plan)).encode()
        done = subprocess.run(command, input=given, capture_output=True, cwd=ROOT, check=False)
    if done.returncode:
        raise RuntimeError(f"the load client failed: {done.stderr.decode()[-2000:]}")
    return Result(**json.loads(done.stdout))


@dataclass(slots=True, kw_only=True)
class Runner:
    """``books``: the upstream behind the gateways, if its counts can be read; ``direct_url``: called beside them."""

    direct_url: str
    books: RemoteUpstream | None
    cpus: set[int] | None
    seconds: float
    say: Callable[[str], None] = lambda line: print(line, flush=True)

    def rounds(self, targets: list[Target], names: list[str], count: int) -> Report:
        """Measures running targets."""
        report = Report()
        for target in targets:
            report.targets[target.spec.name] = _begin(target)
            load(SCENARIOS["ns16"], target.address(SCENARIOS["ns16"]), target=target, seconds=0.5, cpus=self.cpus)
        for number in range(count):
            for name in names:
                report.samples += self.once(SCENARIOS[name], targets, number)
        for target in targets:
            report.targets[target.spec.name] |= _end(target)
        return report

    def once(self, scenario: Scenario, targets: list[Target], number: int) -> Iterator[Sample]:
        """Direct, then each target that can do the scenario."""
        able = [target for target in targets if scenario.name not in target.spec.skip]
        if able:
            path = "/v1/embeddings" if scenario.kind == "embeddings" else "/v1/chat/completions"
            direct = load(scenario, self.direct_url + path, target=None, seconds=min(1.0, self.seconds), cpus=self.cpus)
            for target in able:
                sample = self._measure(scenario, target, direct, number)
                self.say(_line(sample))
                yield sample

    def _measure(self, scenario: Scenario, target: Target, direct: Result, number: int) -> Sample:
        if self.books:
            self.books.reset()
        before, held = _used(target), _held(target, scenario)
        begin, busy = time.monotonic(), proc.busy_seconds()
        result = load(scenario, target.address(scenario), target=target, seconds=self.seconds, cpus=self.cpus)
        wall = time.monotonic() - begin
        own, database = (now.since(then) * 1000 for then, now in zip(before, _used(target), strict=True))
        return Sample(
            scenario=scenario.name,
            target=target.spec.name,
            round=number,
            direct=direct,
            gateway=result,
            cpu_ms=ratio(own + database if target.pid else None, result.finished),
            own_ms=ratio(own if target.pid else None, result.finished),
            held_kb=held(),
            reuse=self._reuse(),
            busy=(proc.busy_seconds() - busy) / wall,
        )

    def _reuse(self) -> float | None:
        """Also counts connections that were open before: those made no new one."""
        if not self.books:
            return None
        stats = self.books.stats(answers=False)
        return ratio(stats["requests"], max(1, stats["requests"] - stats["connections_reused"]))


def _used(target: Target) -> tuple[proc.Cpu, proc.Cpu]:
    """By the gateway alone, and by an embedded database."""
    if not target.pid:
        return proc.Cpu(0, 0), proc.Cpu(0, 0)
    return proc.cpus(target.pid)


def _held(target: Target, scenario: Scenario) -> Callable[[], float | None]:
    """To be asked after the load: kilobytes the gateway held at most for each request, beyond what it held before.

    Memory that earlier loads left free is used first and not seen: the first of such loads tells most.
    """
    pid = target.pid
    if not scenario.many or pid is None or not proc.forget_peak(pid):
        return lambda: None
    before = proc.memory(pid, databases=False).rss
    return lambda: (proc.memory(pid, databases=False).peak - before) * 1024 / scenario.many


def _begin(target: Target) -> dict[str, Any]:
    time.sleep(1)
    idle = {"idle": asdict(proc.memory(target.pid))} if target.pid else {}
    return {
        "ready_s": target.ready_s,
        "first_s": target.first_s,
        "note": target.spec.note,
        "aims": target.spec.aims,
        **idle,
    }


def _end(target: Target) -> dict[str, Any]:
    if target.process and target.process.poll() is not None:
        return {"died": target.process.returncode}
    if not target.pid:
        return {}
    return {"after": asdict(proc.memory(target.pid)), "own": asdict(proc.memory(target.pid, databases=False))}


def _line(sample: Sample) -> str:
    latency, result = sample.gateway.latency_ms or {}, sample.gateway
    cpu = "-" if sample.cpu_ms is None else f"{sample.cpu_ms:.3f}"
    wrong = f"  BAD {result.bad} {result.sample[:200]}" if result.bad else ""
    times = f"{result.rate:9.1f}/s (direct {sample.direct.rate:9.1f}/s)  p50 {latency.get('p50', 0):8.2f} ms"
    what = f"  round {sample.round} {sample.scenario:7} {sample.target:14}"
    return f"{what} {times}  cpu {cpu:>8} ms  busy {sample.busy:.1f}{wrong}"


@contextlib.contextmanager
def stopping(targets: list[Target]) -> Any:
    """Ends them whatever happens."""
    try:
        yield
    finally:
        for target in targets:
            target.stop()
