"""The benchmark of the function itself: it measures what it says it does; how much that is, is for people."""

import json
import subprocess
import sys
from pathlib import Path

from bench import lambda_run
from bench.share import limits
from bench.targets import ROOT


def test_invocations_and_a_start_are_measured_through_the_runtime_api(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    short = ["--rounds", "1", "--calls", "1", "--sizes", "1769", "--chats", "1"]
    assert lambda_run.main([*short, "--out", str(out)]) == 0
    written = json.loads(out.read_text())
    assert list(written["invocations"]) == ["whole", "streamed", "200 KB"]
    assert all(row["cpu_ms"] > 0 and row["ms"] > 0 for row in written["invocations"].values())
    ((size, start),) = written["starts"].items()
    assert size in {"1769", lambda_run.FREE}, "who may not make a cgroup measures the whole processor"
    assert all(figure > 0 for figure in start.values())


def test_the_command_leads_there() -> None:
    command = [sys.executable, "-m", "bench", "--target", "lambda", "--rounds", "none"]
    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    helped = subprocess.run([*command[:3], "--help"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "the word lambda" in helped.stdout


def test_figures_stand_in_two_tables() -> None:
    start = {"cold_start_ms": 900.0, "cold_start_cpu_ms": 200.0, "first_ms": 950.0, "bare_ms": 500.0}
    chats = {"first_chat_ms": 300.0, "first_byte_ms": 12.0, "peak_mb": 61.0}
    text = lambda_run.tables_of({"whole": {"cpu_ms": 1.25, "ms": 4.0}}, {"256": start | chats})
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line]
    assert rows[2] == ["whole", "1.250", "4.00"]
    assert rows[5] == ["256", "900", "200", "950", "500", "1.90", "300", "12", "61"]


def test_a_share_is_written_as_each_version_of_cgroups_reads_it() -> None:
    assert limits(1769, first_version=True) == {"cpu.cfs_period_us": "100000", "cpu.cfs_quota_us": "100000"}
    assert limits(256, first_version=False) == {"cpu.max": "14471 100000"}
