"""What the first gateway takes beside each of the others, as shares of theirs in the same rounds."""

from collections.abc import Callable
from typing import Any

from bench.figures import median, number, ratio
from bench.runner import Report, Sample

MEMORY = "rss"  # in a gateway's aims, beside the names of scenarios


def rows(report: Report) -> list[list[str]]:
    """The head and, for each other gateway, its rows; nothing when there is no other."""
    first, *others = report.targets or [""]
    if not others:
        return []
    names = list(dict.fromkeys(sample.scenario for sample in report.samples))
    head = [f"{first} over", "CPU and memory of", *names, "RSS after"]
    return [head, *(row for other in others for row in _beside(report, first, other, names))]


def _beside(report: Report, first: str, other: str, names: list[str]) -> list[list[str]]:
    aims: dict[str, float] = report.targets[other].get("aims") or {}

    def shares(figure: Callable[[Sample], float | None]) -> list[str]:
        return [number(_share(report, name, (first, other), figure), 3) for name in names]

    def memory(which: str) -> str:
        mine, theirs = (_resident(report.targets[name], which) for name in (first, other))
        return number(ratio(mine, theirs), 2)

    made = [
        [other, "own process", *shares(lambda sample: sample.own_ms), memory("own")],
        [other, "whole tree", *shares(lambda sample: sample.cpu_ms), memory("after")],
    ]
    if aims:
        made.append([other, "aim of own", *(number(aims.get(name), 3) for name in names), number(aims.get(MEMORY), 2)])
    return made


def _share(
    report: Report, scenario: str, pair: tuple[str, str], figure: Callable[[Sample], float | None]
) -> float | None:
    """The median of what the rounds gave, each round's two measurements within seconds of each other."""
    mine, theirs = (
        {sample.round: figure(sample) for sample in report.samples if (sample.scenario, sample.target) == key}
        for key in ((scenario, pair[0]), (scenario, pair[1]))
    )
    return median(ratio(mine[count], theirs[count]) for count in mine if count in theirs)


def _resident(facts: dict[str, Any], which: str) -> float | None:
    memory: dict[str, Any] = facts.get(which) or {}
    return memory.get("rss")
