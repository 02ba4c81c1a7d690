"""``python -m bench``: what the gateway costs, in about three minutes."""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import gateway, proc
from bench.runner import Report, Runner, stopping
from bench.scenarios import SCENARIOS
from bench.table import tables
from bench.targets import ROOT, Spec, Target, TargetFailed, load_specs, start
from tests.fakes.upstream import RemoteUpstream, UpstreamProcess

LAMBDA = Path("lambda")  # in place of a file of targets
ROUNDS = 2


def parser() -> argparse.ArgumentParser:
    about = "\n".join(f"  {row.name:8}{row.about}" for row in SCENARIOS.values())
    made = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measures our gateway beside direct calls to the same upstream; bench/README.md explains.",
        epilog=f"scenarios:\n{about}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = made.add_argument
    usual = ",".join(row.name for row in SCENARIOS.values() if not row.many)
    add("--scenarios", default=usual, help="comma separated (default: all but paced64 and paced1000)")
    add("--secs", type=float, default=1.5, help="of each gateway measurement (default 1.5)")
    add("--rounds", type=int, help=f"medians are taken over them (default {ROUNDS}, of lambda 3)")
    add("--out", type=Path, metavar="FILE.json", help="write every sample there")
    further = "further gateways; or the word lambda: invocations and cold starts of the function instead"
    add("--target", type=Path, metavar="FILE.toml", action="append", default=[], help=further)
    add("--only", default="", help=f"the gateways to run, ours is {gateway.NAME!r}; the first is the base of 'CPU x'")
    attach = made.add_argument_group("a gateway that is already running")
    add = attach.add_argument
    add("--attach", action="store_true", help="measure it; needs --url, better with --pid too")
    add("--url", default="", help="its address, such as http://127.0.0.1:3000")
    add("--pid", type=int, help="the process whose tree is measured")
    add("--upstream", default="", help="the fake upstream it calls; else one is started for direct calls only")
    add("--model", default="fake", help="the model to ask it for (default fake)")
    add("-H", dest="headers", action="append", default=[], metavar="'name: value'", help="a header for it")
    return made


def main() -> int:
    made = parser()
    given = made.parse_args()
    names = [name for name in given.scenarios.split(",") if name]
    unknown = [name for name in names if name not in SCENARIOS]
    if unknown:
        made.error(f"no scenario {', '.join(unknown)}; there are: {', '.join(SCENARIOS)}")
    if given.attach and not given.url:
        made.error("--attach needs --url")
    if LAMBDA in given.target:
        return _on_lambda(given)
    try:
        report = _attached(given, names) if given.attach else _started(given, names)
    except (TargetFailed, ValueError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    print(f"\n{tables(report)}")
    if given.out:
        given.out.write_text(report.as_json())
    return 0


def _started(given: argparse.Namespace, names: list[str]) -> Report:
    """Starts upstream and gateways, measures, ends them."""
    gateway_cpus, other_cpus = proc.processors()
    running: list[Target] = []
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as work,
        UpstreamProcess(cpus=other_cpus) as upstream,
        stopping(running),
    ):
        for spec in _specs(given):
            print(f"starting {spec.name}", flush=True)
            running.append(start(spec, upstream=upstream.url, work=Path(work) / spec.name, cpus=gateway_cpus))
        runner = Runner(direct_url=upstream.url, books=upstream, cpus=other_cpus, seconds=given.secs)
        return runner.rounds(running, names, given.rounds or ROUNDS)


def _on_lambda(given: argparse.Namespace) -> int:
    """In a process of its own, which finds the code where a function does."""
    command = [sys.executable, "-m", "bench.lambda_run"]
    command += ["--rounds", str(given.rounds)] if given.rounds else []
    command += ["--out", str(given.out.resolve())] if given.out else []
    places = ":".join(str(ROOT / folder) for folder in ("shared", "functions", "."))
    return subprocess.call(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": places})


def _specs(given: argparse.Namespace) -> list[Spec]:
    known = {gateway.NAME: gateway.spec()}
    for path in given.target:
        known |= load_specs(path)
    wanted = given.only.split(",") if given.only else list(known)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise ValueError(f"no target {', '.join(unknown)}; there are: {', '.join(known)}")
    return [known[name] for name in wanted]


def _attached(given: argparse.Namespace, names: list[str]) -> Report:
    """Measures what is already running; its processor is left as it is."""
    _, other_cpus = proc.processors()
    spec = Spec(name="attached", headers=given.headers, model=given.model)
    target = Target(spec=spec, url=given.url.rstrip("/"), pid=given.pid)
    if given.upstream:
        behind = RemoteUpstream(given.upstream)
        runner = Runner(direct_url=behind.url, books=behind, cpus=other_cpus, seconds=given.secs)
        return runner.rounds([target], names, given.rounds or ROUNDS)
    with UpstreamProcess(cpus=other_cpus) as beside:
        runner = Runner(direct_url=beside.url, books=None, cpus=other_cpus, seconds=given.secs)
        return runner.rounds([target], names, given.rounds or ROUNDS)


if __name__ == "__main__":
    sys.exit(main())
