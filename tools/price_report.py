"""The readable side of ``prices.json``: what it covers and where one-api's own table disagrees."""

from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tools.price_map import Entry

INTRO = """# Prices: the map and one-api's table

Written by `make prices`; do not edit. Source: `{source}`. {count} rows.

Figures are quota per token, which is what a ratio is: 1 = $2 per million tokens. Where one-api's table has a
model, its input and completion ratio are what is charged (see [billing.md](billing.md)); the map adds cached,
cache-write, audio, image, long-context and service-tier prices in proportion. To follow the map, set `ModelRatio` and
`CompletionRatio` (output divided by input) to the map's figures.
"""


def report(
    rows: Mapping[str, Entry],
    ratios: Mapping[str, Any],
    completion: Callable[[str], Fraction],
    *,
    skipped: Mapping[str, int],
    source: str,
) -> str:
    """The whole report as Markdown. ``completion`` is one-api's completion ratio of a model."""
    parts = [
        INTRO.format(source=source, count=len(rows)),
        disagreements(rows, ratios, completion),
        zeros(rows, ratios),
        left_out(rows, skipped),
        coverage(rows),
    ]
    return "\n".join(parts)


def both_prices(entry: Entry) -> tuple[Fraction, Fraction] | None:
    """Input and output price of the map's short standard request."""
    if "input" not in entry.base:
        return None
    return Fraction(entry.base["input"]), Fraction(entry.base.get("output", entry.base["input"]))


def disagreements(rows: Mapping[str, Entry], ratios: Mapping[str, Any], completion: Callable[[str], Fraction]) -> str:
    lines = [
        "## Where they disagree",
        "",
        "Input and output price per token. Embedding models have no output.",
        "",
        "| model | one-api input | map input | one-api output | map output |",
        "|---|--:|--:|--:|--:|",
    ]
    shared = [name for name in sorted(ratios["model_ratio"]) if name in rows and both_prices(rows[name])]
    agreeing = 0
    for name in shared:
        ratio, mapped = Fraction(ratios["model_ratio"][name]), both_prices(rows[name])
        ours = (ratio, ratio * completion(name))
        if ours == mapped or (ours[0] == mapped[0] and rows[name].mode in ("embedding", "moderation")):
            agreeing += 1
            continue
        lines.append(
            f"| `{name}` | {' | '.join(f'{float(x):.6g}' for x in (ours[0], mapped[0], ours[1], mapped[1]))} |"
        )
    lines += ["", f"{len(shared)} models are sold by token in both tables; {agreeing} agree.", ""]
    return "\n".join(lines)


def zeros(rows: Mapping[str, Entry], ratios: Mapping[str, Any]) -> str:
    free_map = sorted(name for name, entry in rows.items() if entry.free)
    free_own = sorted(name for name, text in ratios["model_ratio"].items() if Fraction(text) == 0)
    lines = ["## Price zero", "", "Because one-api's table says so:", "", *(f"- `{name}`" for name in free_own)]
    lines += ["", "Because the map says so:", "", *(f"- `{name}` (from `{rows[name].key}`)" for name in free_map), ""]
    return "\n".join(lines)


def left_out(rows: Mapping[str, Entry], skipped: Mapping[str, int]) -> str:
    lines = [
        "## Left out",
        "",
        "Fields of the map that no usage figure corresponds to, with the models that have them:",
    ]
    lines += ["", *(f"- `{name}`: {count}" for name, count in sorted(skipped.items()))]
    lines += [
        "",
        "Single figures that would have given tokens away (a zero for one kind of a model that costs money, or a",
    ]
    lines += ["cache write below the plain input price). The plain price stands in:", ""]
    lines += [f"- `{name}`: {'; '.join(entry.dropped)}" for name, entry in sorted(rows.items()) if entry.dropped]
    return "\n".join([*lines, ""])


def coverage(rows: Mapping[str, Entry]) -> str:
    modes = Counter(entry.mode for entry in rows.values())
    lines = [
        "## Coverage",
        "",
        "| mode | rows |",
        "|---|--:|",
        *(f"| {mode} | {n} |" for mode, n in sorted(modes.items())),
    ]
    features: dict[str, Callable[[Entry], bool]] = {
        "cached reads": lambda e: "cached" in e.base,
        "cache writes": lambda e: "cache_write" in e.base,
        "one-hour cache writes": lambda e: "cache_write_1h" in e.base,
        "long-context tiers": lambda e: len(e.plans.get("", {})) > 1,
        "batch": lambda e: "batch" in e.plans,
        "flex": lambda e: "flex" in e.plans,
        "priority": lambda e: "priority" in e.plans,
        "audio": lambda e: "audio_in" in e.base or "audio_out" in e.base,
        "picture tokens": lambda e: "image_in" in e.base or "image_out" in e.base,
        "per picture": lambda e: "image" in e.units or bool(e.images),
        "per second": lambda e: "second" in e.units,
        "per character": lambda e: "character" in e.units,
        "per request": lambda e: e.units.get("request", Decimal(0)) > 0,
    }
    lines += ["", "| price | rows |", "|---|--:|"]
    lines += [f"| {name} | {sum(map(test, rows.values()))} |" for name, test in features.items()]
    return "\n".join([*lines, ""])
