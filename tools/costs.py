"""What a stack costs, computed from the template, measured figures and a list of prices.

    python -m tools.costs            prints the tables
    python -m tools.costs --write    puts them into docs/operations.md, where a test compares them

Measured is infra/measured.json (``python -m bench.lambda_share`` writes it). Prices are us-east-1's of 2025.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from local.places import ROOT, TEMPLATE
from local.tables import read_template

MEASURED = ROOT / "infra" / "measured.json"
DOCUMENT = ROOT / "docs" / "operations.md"
BEGIN, END = "<!-- computed by tools/costs.py -->", "<!-- end of what is computed -->"
MILLION = 1_000_000
WHOLE = 1769  # megabytes that come with one vCPU

# https://aws.amazon.com/lambda/pricing/ and the pages beside it; dollars
GB_SECOND, INVOCATION, API_CALL = 0.0000133334, 0.20 / MILLION, 3.50 / MILLION
WRITE, READ, LOG_GB, OUT_GB = 0.625 / MILLION, 0.125 / MILLION, 0.50, 0.09
SECRET, ALARM, METRIC, SCHEDULED = 0.40, 0.10, 0.30, 1.00 / MILLION
MINUTES = 43_800  # of a month

CHAT = {"seconds": 8, "answer_kb": 20, "log_kb": 1.5, "writes": 7, "reads": 2}
SECONDS = (3, 8, 30, 120)
JOB = {"seconds": 0.25, "log_kb": 1.0, "reads": 8}  # one run that finds nothing to do; assumed

Json = Mapping[str, Any]
Row = tuple[str, str, float]


def chat(memory: int, seconds: float = CHAT["seconds"]) -> list[Row]:
    """A million streamed chats."""
    n = MILLION
    time = f"{n:,} x {seconds:g} s x {memory / 1024:g} GB x {GB_SECOND:.10f}"
    return [
        ("Lambda, time", time, n * seconds * memory / 1024 * GB_SECOND),
        ("Lambda, requests", "0.20 a million", n * INVOCATION),
        ("API Gateway", "3.50 a million", n * API_CALL),
        (
            "DynamoDB, writes",
            "the hold in (1), a note of what is due (1), the entry (1) and its index (1), the hold out (1), a limited "
            "token 2 more: at most 7 units. Many at once at one account cost more, up to 14, since an item with many "
            "holds is larger",
            n * CHAT["writes"] * WRITE,
        ),
        ("DynamoDB, reads", "mostly from memory; some 2 units", n * CHAT["reads"] * READ),
        ("CloudWatch Logs", f"{CHAT['log_kb']} kB a chat", n * CHAT["log_kb"] / MILLION * LOG_GB),
        ("data out", f"{CHAT['answer_kb']} kB a chat", n * CHAT["answer_kb"] / MILLION * OUT_GB),
    ]


def total(rows: Sequence[Row]) -> float:
    return sum(dollars for _, _, dollars in rows)


def runs(template: Json) -> float:
    """Of all schedules that are on by default, in a month."""
    schedules = [r for r in template["Resources"].values() if r["Type"] == "AWS::Scheduler::Schedule"]
    expressions = [s["Properties"]["ScheduleExpression"] for s in schedules if "Condition" not in s]
    return sum(_monthly(expression) for expression in expressions)


def _monthly(expression: str) -> float:
    if found := re.fullmatch(r"rate\((\d+) minutes?\)", expression):
        return MINUTES / int(found[1])
    assert re.fullmatch(r"cron\(\d+ \d+ \* \* \? \*\)", expression), expression
    return MINUTES / 60 / 24


def idle(template: Json) -> list[Row]:
    """A month in which nobody asks; free tiers are not counted."""
    kinds = [resource["Type"] for resource in template["Resources"].values()]
    alarms, secrets = kinds.count("AWS::CloudWatch::Alarm"), kinds.count("AWS::SecretsManager::Secret")
    jobs = runs(template)
    watched = {a["Properties"]["Dimensions"][0]["Value"] for a in template["Resources"].values() if _misses_a_job(a)}
    metrics = len(watched) + 2  # each job, all together, cold starts
    memory = template["Resources"]["CronFunction"]["Properties"]["MemorySize"] / 1024
    return [
        ("secrets", f"{secrets} x 0.40", secrets * SECRET),
        ("alarms", f"{alarms} x 0.10", alarms * ALARM),
        ("metrics of jobs", f"{metrics} x 0.30", metrics * METRIC),
        (
            "jobs, time",
            f"{jobs:,.0f} runs x {JOB['seconds']} s x {memory:g} GB",
            jobs * JOB["seconds"] * memory * GB_SECOND,
        ),
        ("jobs, calls", "Lambda and Scheduler", jobs * (INVOCATION + SCHEDULED)),
        ("jobs, reads", f"{JOB['reads']} units a run", jobs * JOB["reads"] * READ),
        ("jobs, log lines", f"{JOB['log_kb']:g} kB a run", jobs * JOB["log_kb"] / MILLION * LOG_GB),
    ]


def _misses_a_job(resource: Json) -> bool:
    return resource.get("Properties", {}).get("MetricName") == "JobDone"


def sheet(rows: Sequence[Row]) -> Iterator[str]:
    yield from ("| | | dollars |", "|---|---|---|")
    for name, how, dollars in rows:
        yield f"| {name} | {how} | {dollars:.2f} |"
    yield f"| **together** | | **{total(rows):.2f}** |"


def by_memory(measured: Json) -> Iterator[str]:
    """Dollars a million for each size and length, and what was measured there."""
    heads = [f"{seconds} s" for seconds in SECONDS]
    seen_there = ("start until ready", "first chat of a process", "later first bytes", "of a stream's time at work")
    yield f"| memory | {' | '.join([*heads, *seen_there])} |"
    yield "|---|" + "---|" * (len(heads) + 4)
    for size, seen in measured["relay"].items():
        memory = int(size)
        dollars = [f"{total(chat(memory, seconds)):.0f}" for seconds in SECONDS]
        work = seen["stream_cpu_ms"] / (memory / WHOLE) / (CHAT["seconds"] * 1000)
        figures = [f"{seen[key]} ms" for key in ("cold_start_ms", "first_chat_ms", "first_byte_ms")]
        yield f"| {memory} MB | {' | '.join([*dollars, *figures])} | {work:.1%} |"


def render() -> str:
    """The part of the page between the marks."""
    template, measured = read_template(TEMPLATE), json.loads(MEASURED.read_text())
    memory = template["Parameters"]["RelayMemory"]["Default"]
    peak = max(seen["peak_mb"] for seen in measured["relay"].values())
    parts = [
        f"A million streamed chats, each {CHAT['seconds']} seconds and {CHAT['answer_kb']} kB, {memory} MB on arm64:",
        "\n".join(sheet(chat(memory))),
        "Dollars for a million by memory and by seconds of an answer, with what the relay did under that share of a "
        f"processor (a stream of 160 pieces; it took {peak} MB at most):",
        "\n".join(by_memory(measured)),
        "A month in which nobody asks, without the free tiers; storage comes on top (0.25 a GB, and recovery 0.20):",
        "\n".join(sheet(idle(template))),
    ]
    return "\n\n".join(parts)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    if not parser.parse_args(arguments).write:
        print(render())
        return 0
    before, _, rest = DOCUMENT.read_text().partition(BEGIN)
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n{render()}\n\n{END}{rest.partition(END)[2]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
