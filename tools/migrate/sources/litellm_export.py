"""Tables of LiteLLM's database as files: a folder with one for each table, JSON or CSV, named like the table."""

import csv
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from gateway.domain.limits import MOST
from tools.migrate.databases.protocol import NotReadable

Json = dict[str, Any]

_WINDOWS: Final[Mapping[str, str]] = {
    "1m": "minute",
    "5h": "5h",
    "24h": "day",
    "1d": "day",
    "7d": "week",
    "1w": "week",
    "30d": "month",
    "1mo": "month",
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
}
_RATES: Final = (("rpm_limit", "requests"), ("tpm_limit", "tokens"))


def table(folder: Path | None, name: str) -> list[Json]:
    """The rows of a table; none where there is no such file."""
    if folder is None:
        return []
    for path in (folder / f"{name}.json", folder / f"{name}.csv"):
        if path.is_file():
            return _json(path) if path.suffix == ".json" else _csv(path)
    return []


def json_of(path: Path, text: str) -> Any:
    """What a text of this file says. Raises ``NotReadable``."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise NotReadable(f"{path} is no JSON: {error}") from error


def _json(path: Path) -> list[Json]:
    text = path.read_text(encoding="utf-8").strip()
    lines = [line for line in text.splitlines() if line]
    found: Any = json_of(path, text) if text.startswith("[") else [json_of(path, line) for line in lines]
    return [row for row in found if isinstance(row, dict)]


def _csv(path: Path) -> list[Json]:
    with path.open(encoding="utf-8", newline="") as file:
        return [{name: value for name, value in row.items() if value != ""} for row in csv.DictReader(file)]


def number_of(kind: str, name: str) -> int:
    """A number for what has a name there: always the same, and of fifteen digits at most."""
    return int(hashlib.sha256(f"{kind}:{name}".encode()).hexdigest()[:12], 16)


def names(row: Json, column: str) -> list[str]:
    """A list, as JSON or PostgreSQL write it, without the names that mean all models."""
    value: Any = row.get(column) or []
    if isinstance(value, str):
        value = json.loads(value) if value.startswith("[") else value.strip("{}").split(",")
    found = [str(one).strip().strip('"') for one in value]
    return [one for one in found if one and not one.startswith("all-") and one != "*"]


def amount(row: Json, column: str) -> float | None:
    """A number, or nothing."""
    value = row.get(column)
    return None if value in (None, "", "null") else float(value)


def moment(row: Json, column: str) -> int:
    """A time in unix seconds; 0 if there is none."""
    value = row.get(column)
    if not value:
        return 0
    found = datetime.fromisoformat(str(value).replace("Z", "+00:00").replace(" UTC", "+00:00"))
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def true(row: Json, column: str) -> bool:
    """A yes."""
    return str(row.get(column)).lower() in ("true", "t", "1")


def quota(dollars: float, unit: int) -> int:
    """Dollars in quota units, to the nearest."""
    return round(dollars * unit)


def limits_of(row: Json, unit: int) -> tuple[list[Json], list[str]]:
    """Rates and budgets of a time as limits; and what of them has no window here."""
    rules: list[Json] = []
    left: list[str] = []
    for column, what in _RATES:
        if (most := amount(row, column)) is not None:
            rules.append({"what": what, "window": "minute", "most": min(int(most), MOST)})
    if (most := amount(row, "max_parallel_requests")) is not None:
        rules.append({"what": "concurrent", "most": int(most)})
    budget, lasts = amount(row, "max_budget"), str(row.get("budget_duration") or "")
    if budget is not None and lasts:
        if window := _WINDOWS.get(lasts):
            rules.append({"what": "quota", "window": window, "most": quota(budget, unit)})
        else:
            left.append(f"a budget of {budget:g} dollars each {lasts}: there is no such window here")
    return rules, left
