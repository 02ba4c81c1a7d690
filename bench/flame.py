"""``python -m bench.flame ns16 --out flame.svg``: where the gateway's processor time goes under one of the loads.

A flame graph: every bar is a function, as wide as its share of the samples, and above it what it called. Hovering tells
the share. Sampling is ``sampler``'s, in the gateway's process; the load is that of ``python -m bench``.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path

from bench import gateway
from bench.proc import processors
from bench.runner import load
from bench.scenarios import SCENARIOS
from bench.targets import start
from tests.fakes.upstream import UpstreamProcess

WIDTH, HEIGHT = 1600, 17  # pixels: of the whole, and of a bar
LETTER = 6.6  # pixels of a letter
NARROWEST = 0.4  # pixels of a bar that is drawn
_STYLE = "text{font:11px monospace;pointer-events:none}rect{stroke:#fff;stroke-width:.4}"


@dataclass(slots=True)
class Node:
    """A function at its place in the stack, and in how many samples it was."""

    name: str
    count: int = 0
    called: "dict[str, Node]" = field(default_factory=dict[str, "Node"])

    @property
    def depth(self) -> int:
        return 1 + max((node.depth for node in self.called.values()), default=0)


def tree(folded: str) -> Node:
    """The samples as a tree, without the beginning that all of them share."""
    root = Node("all")
    for line in folded.splitlines():
        stack, _, count = line.rpartition(" ")
        node = root
        node.count += int(count)
        for name in stack.split(";"):
            node = node.called.setdefault(name, Node(name))
            node.count += int(count)
    while len(root.called) == 1:
        (root,) = root.called.values()
    return root


def svg(root: Node) -> str:
    """The picture: the callers below, as flames have it."""
    tall = root.depth * HEIGHT
    bars = "".join(_bars(root, 0.0, tall - HEIGHT, WIDTH / max(root.count, 1), root.count))
    size = f'width="{WIDTH}" height="{tall}" viewBox="0 0 {WIDTH} {tall}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><style>{_STYLE}</style>{bars}</svg>\n'


def _bars(node: Node, left: float, top: int, scale: float, total: int) -> Iterator[str]:
    wide = node.count * scale
    if wide < NARROWEST:
        return
    hue = sum(node.name.rpartition("(")[2].encode()) % 55  # the same file, the same colour
    yield f'<g><title>{escape(node.name)} {100 * node.count / total:.1f} %</title><rect x="{left:.1f}" y="{top}" '
    yield f'width="{wide:.1f}" height="{HEIGHT}" fill="hsl({hue},85%,65%)"/>'
    shown = node.name[: max(0, int(wide / LETTER) - 1)]
    yield f'<text x="{left + 3:.1f}" y="{top + HEIGHT - 5}">{escape(shown)}</text></g>'
    for called in sorted(node.called.values(), key=lambda each: each.name):
        yield from _bars(called, left, top - HEIGHT, scale, total)
        left += called.count * scale


def sampled(name: str, seconds: float, work: Path) -> str:
    """Folded stacks of our gateway under a load."""
    scenario, out = SCENARIOS[name], work / "stacks"
    gateway_cpus, other_cpus = processors()
    spec = gateway.spec()
    spec = replace(spec, cmd=[sys.executable, "-m", "bench.sampler", str(out), *spec.cmd[2:]])
    with UpstreamProcess(cpus=other_cpus) as upstream:
        target = start(spec, upstream=upstream.url, work=work / "gateway", cpus=gateway_cpus)
        try:
            assert target.pid is not None
            load(scenario, target.address(scenario), target=target, seconds=1, cpus=other_cpus)
            os.kill(target.pid, signal.SIGUSR1)
            load(scenario, target.address(scenario), target=target, seconds=seconds, cpus=other_cpus)
            os.kill(target.pid, signal.SIGUSR2)
            while not out.exists():
                time.sleep(0.05)
        finally:
            target.stop()
    return out.read_text()


def main() -> None:
    parser = argparse.ArgumentParser("python -m bench.flame", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("scenario", choices=sorted(SCENARIOS))
    parser.add_argument("--secs", type=float, default=20)
    parser.add_argument("--out", type=Path, default=Path("flame.svg"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="flame-") as work:
        root = tree(sampled(given.scenario, given.secs, Path(work)))
    given.out.write_text(svg(root))
    print(f"{given.out}: {root.count} samples")


if __name__ == "__main__":
    main()
