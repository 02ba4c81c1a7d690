"""Flame graphs: from sampled stacks to a picture, and the sampler that looks at processor time."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

from bench.flame import svg, tree
from bench.targets import ROOT

STACKS = "main (a);serve (a);read (b) 3\nmain (a);serve (a);write <x> (c) 1\nmain (a);serve (a) 1\n"


def test_a_tree_begins_where_stacks_differ() -> None:
    root = tree(STACKS)
    assert (root.name, root.count, root.depth) == ("serve (a)", 5, 2)
    assert {node.name: node.count for node in root.called.values()} == {"read (b)": 3, "write <x> (c)": 1}


def test_a_bar_is_as_wide_as_its_share() -> None:
    drawn = ElementTree.fromstring(svg(tree(STACKS)))
    name = "{http://www.w3.org/2000/svg}"
    wide = {bar[0].text: float(bar[1].attrib["width"]) for bar in drawn.iter(f"{name}g")}
    assert wide == {"serve (a) 100.0 %": 1600.0, "read (b) 60.0 %": 960.0, "write <x> (c) 20.0 %": 320.0}


def test_what_works_is_sampled_and_what_waits_is_not(tmp_path: Path) -> None:
    (tmp_path / "busy.py").write_text(
        "import time\n"
        "def works():\n"
        "    return sum(range(100_000))\n"
        "print('ready', flush=True)\n"
        "while True:\n"
        "    works()\n"
        "    time.sleep(0.001)\n"
    )
    out = tmp_path / "stacks"
    command = [sys.executable, "-m", "bench.sampler", str(out), "busy"]
    env = os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    with subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGUSR1)
        time.sleep(1)
        process.send_signal(signal.SIGUSR2)
        while not out.exists():
            time.sleep(0.01)
        process.kill()
    lines = out.read_text().splitlines()
    assert sum(int(line.rpartition(" ")[2]) for line in lines if ";works (" in line) > 5
    assert not any(f"({sys.base_prefix}" in line or "site-packages" in line for line in lines)
