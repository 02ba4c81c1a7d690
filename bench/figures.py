"""Percentiles and medians, and nothing measured is invented: no value gives ``None``."""

import math
import statistics
from collections.abc import Iterable, Sequence

Summary = dict[str, float]


def percentile(ordered: Sequence[float], share: float) -> float:
    """Nearest rank: the smallest value that at least ``share`` of all values do not exceed."""
    rank = max(1, math.ceil(share * len(ordered)))
    return ordered[rank - 1]


def summary(values: Iterable[float]) -> Summary | None:
    """n, mean, p50, p90, p99 and max."""
    ordered = sorted(values)
    if not ordered:
        return None
    return {
        "n": len(ordered),
        "mean": statistics.fmean(ordered),
        "p50": percentile(ordered, 0.50),
        "p90": percentile(ordered, 0.90),
        "p99": percentile(ordered, 0.99),
        "max": ordered[-1],
    }


def median(values: Iterable[float | None]) -> float | None:
    """Of the values that exist."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def ratio(above: float | None, below: float | None) -> float | None:
    return None if above is None or not below else above / below


def difference(value: float | None, base: float | None) -> float | None:
    return None if value is None or base is None else value - base


def number(value: float | None, digits: int, unit: str = "") -> str:
    return "-" if value is None else f"{value:,.{digits}f}{unit}"
