"""What a command prints: a table for people, or with ``--json`` what the API answered."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

ROLES = {1: "user", 10: "administrator", 100: "root"}

Row = Sequence[Any]


def as_json(value: Any) -> None:
    """One JSON text."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def as_json_line(value: Any) -> None:
    """One JSON text a line, at once: for what goes on."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def table(columns: Sequence[str], rows: Iterable[Row], empty: str) -> None:
    """Columns under their names, numbers to the right; a sentence where there is no row."""
    found = [[_text(value) for value in row] for row in rows]
    if not found:
        print(empty)
        return
    shown = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for place, name in enumerate(columns):
        number = all(row[place].replace(".", "").lstrip("-$").isdigit() or not row[place] for row in found)
        shown.add_column(name, justify="right" if number else "left", overflow="fold", no_wrap=place == 0)
    for row in found:
        shown.add_row(*row)
    _console().print(shown)


def fields(pairs: Iterable[tuple[str, Any]]) -> None:
    """Names and values, one a line."""
    known = [(name, _text(value)) for name, value in pairs]
    width = max((len(name) for name, _ in known), default=0)
    for name, value in known:
        print(f"{name:<{width}}  {value}")


def note(text: str) -> None:
    """What is said beside the result, so that the result can be piped."""
    print(text, file=sys.stderr)


def when(seconds: int) -> str:
    """A time in this machine's zone."""
    return datetime.fromtimestamp(seconds, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S") if seconds else ""


def dollars(quota: int, per_unit: str) -> str:
    """An amount of quota in dollars, exact up to nine places, never rounded to nothing."""
    amount = Decimal(quota) / Decimal(per_unit)
    shown = amount.quantize(Decimal("0.000000001")).normalize()
    if quota and not shown:
        return f"{'-' if quota < 0 else ''}<$0.000000001"
    return f"{'-' if quota < 0 else ''}${abs(shown):f}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if value is None else str(value)


def _console() -> Console:
    """As wide as the terminal; a pipe gets whole rows."""
    return Console(highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else 400)
