"""Tools that make starts find what they import by themselves, as nothing around them says where it lies."""

import os
import re
import subprocess
import sys

import pytest

from local.places import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()
ALONE = sorted(
    {
        name
        for line in MAKEFILE.splitlines()
        if "PYTHONPATH=" not in line
        for name in re.findall(r"-m (tools\.\w+|local)\b", line)
        if name != "tools.local_stack"  # whose emulator has an environment of its own
    }
)


def test_there_are_some() -> None:
    assert {"tools.publish", "tools.deploy"} <= set(ALONE)


@pytest.mark.parametrize("name", ALONE)
def test_it_starts_without_being_told_where_things_lie(name: str) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    started = subprocess.run(
        [sys.executable, "-m", name, "--help"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert started.returncode == 0, started.stderr
