"""The report as text: medians over the rounds, ratios within each round."""

from collections.abc import Callable
from typing import Any

from bench import ratios
from bench.figures import Summary, difference, median, number, ratio
from bench.load import Result
from bench.runner import Report, Sample

_HEAD = [
    "scenario",
    "target",
    "req/s",
    "direct/gw",
    "CPU ms/req",
    "own",
    "database",
    "CPU x",
    "p50 ms",
    "p99 ms",
    "+p50",
    "+p99",
    "TTFB ms",
    "+TTFB",
    "chunk us p50/p99",
    "direct",
    "KB held",
    "bad",
    "reuse",
]


def tables(report: Report) -> str:
    """The scenarios, the processes, and the first gateway beside the others."""
    beside = ratios.rows(report)
    parts = [_scenarios(report), _processes(report), *([aligned(beside)] if beside else [])]
    return "\n\n".join(parts)


def _scenarios(report: Report) -> str:
    rows: list[list[str]] = []
    first = next(iter(report.targets), "")
    for name in dict.fromkeys(sample.scenario for sample in report.samples):
        of = [sample for sample in report.samples if sample.scenario == name]
        base = _cpu([sample for sample in of if sample.target == first])
        for target in report.targets:
            if own := [sample for sample in of if sample.target == target]:
                rows.append(_row(name, target, own, base))
    return aligned([_HEAD, *rows])


def _row(name: str, target: str, samples: list[Sample], base: float | None) -> list[str]:
    def over(figure: Callable[[Sample], float | None]) -> float | None:
        return median(figure(sample) for sample in samples)

    def latency(key: str) -> Callable[[Sample], float | None]:
        return lambda sample: _of(sample.gateway.latency_ms, key)

    def added(key: str) -> Callable[[Sample], float | None]:
        return lambda sample: difference(_of(sample.gateway.latency_ms, key), _of(sample.direct.latency_ms, key))

    def first_byte_added(sample: Sample) -> float | None:
        return difference(_of(sample.gateway.first_byte_ms, "p50"), _of(sample.direct.first_byte_ms, "p50"))

    bad = sum(sum(sample.gateway.bad.values()) for sample in samples)
    return [
        name,
        target,
        number(over(lambda sample: sample.gateway.rate), 1),
        number(over(lambda sample: ratio(sample.direct.rate, sample.gateway.rate)), 2, "x"),
        number(_cpu(samples), 3),
        number(median(sample.own_ms for sample in samples), 3),
        number(median(difference(sample.cpu_ms, sample.own_ms) for sample in samples), 3),
        number(ratio(_cpu(samples), base), 2, "x"),
        number(over(latency("p50")), 2),
        number(over(latency("p99")), 2),
        number(over(added("p50")), 2),
        number(over(added("p99")), 2),
        number(over(lambda sample: _of(sample.gateway.first_byte_ms, "p50")), 2),
        number(over(first_byte_added), 2),
        _chunks([sample.gateway for sample in samples]),
        _chunks([sample.direct for sample in samples]),
        number(max((sample.held_kb for sample in samples if sample.held_kb is not None), default=None), 0),
        str(bad),
        number(over(lambda sample: sample.reuse), 1),
    ]


def _chunks(results: list[Result]) -> str:
    """The delay of a chunk, where there are any."""
    half, most = (median(_of(result.chunk_us, key) for result in results) for key in ("p50", "p99"))
    return "-" if half is None else f"{number(half, 0)} / {number(most, 0)}"


def _processes(report: Report) -> str:
    head = ["target", "ready s", "first answer s", "RSS idle MB", "after", "of it own", "peak", "processes", "note"]
    rows: list[list[str]] = []
    for name, facts in report.targets.items():
        idle: dict[str, Any] = facts.get("idle") or {}
        after: dict[str, Any] = facts.get("after") or {}
        own: dict[str, Any] = facts.get("own") or {}
        times = [number(facts.get("ready_s"), 2), number(facts.get("first_s"), 2)]
        sizes = [number(idle.get("rss"), 0), number(after.get("rss"), 0), number(own.get("rss"), 0)]
        sizes.append(number(after.get("peak"), 0))
        note = f"DIED with {facts['died']}" if "died" in facts else str(facts.get("note", ""))
        rows.append([name, *times, *sizes, str(after.get("processes", "-")), note])
    return aligned([head, *rows])


def _cpu(samples: list[Sample]) -> float | None:
    return median(sample.cpu_ms for sample in samples)


def _of(summary: Summary | None, key: str) -> float | None:
    return summary[key] if summary else None


def aligned(rows: list[list[str]]) -> str:
    """A Markdown table that is also readable as it stands."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
