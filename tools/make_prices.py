"""Writes ``shared/gateway/billing/prices.json`` from the public price map inside a pinned wheel.

Beside it ``shared/gateway/providers/model_abilities.json``: what models can do.

The figures come from ``model_prices_and_context_window_backup.json`` of the PyPI package ``litellm``
(MIT licence). The wheel is downloaded to ``.build`` and read as a zip file; nothing in it is ever
imported or run. With ``--check`` nothing is written: each committed price is compared with the map.

    python -m tools.make_prices                 download, write prices.json and docs/prices-report.md
    python -m tools.make_prices --check         download and compare, exit 1 on any difference
    python -m tools.make_prices --wheel FILE    use a wheel that is already here
"""

import argparse
import json
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "shared"))

from gateway.billing import oneapi
from tools.price_map import Entry, is_unread, read_entry
from tools.price_report import report
from tools.price_sources import choose

ROOT = Path(__file__).resolve().parent.parent
PACKAGE, VERSION = "litellm", "1.110.2"
MEMBER = "litellm/model_prices_and_context_window_backup.json"
BUILD = ROOT / ".build"
PRICES = ROOT / "shared/gateway/billing/prices.json"
RATIOS = ROOT / "shared/gateway/billing/ratios.json"
ABILITIES = ROOT / "shared/gateway/providers/model_abilities.json"
REPORT = ROOT / "docs/prices-report.md"

# What the map says a model can do, in our words; a model it says nothing of is in no list.
FLAGS = {
    "supports_vision": "vision",
    "supports_audio_input": "hearing",
    "supports_function_calling": "tools",
    "supports_reasoning": "reasoning",
}


@dataclass(frozen=True, slots=True)
class Result:
    """What a run makes: the texts of the table, of what models can do, and of the report."""

    table: str
    abilities: str
    report: str


def wheel() -> Path:
    """The pinned wheel, fetched with pip into ``.build`` unless it is there already."""
    pattern, wanted = f"{PACKAGE}-{VERSION}-*.whl", f"{PACKAGE}=={VERSION}"
    if not list(BUILD.glob(pattern)):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(BUILD), wanted]
        subprocess.run(command, check=True)  # noqa: S603 - fixed arguments
    return next(BUILD.glob(pattern))


def read_map(path: Path) -> dict[str, dict[str, Any]]:
    """The price map in a wheel, numbers as exact decimals."""
    with zipfile.ZipFile(path) as archive:
        loaded: dict[str, dict[str, Any]] = json.loads(archive.read(MEMBER), parse_float=Decimal)
    loaded.pop("sample_spec", None)
    return loaded


def make(price_map: Mapping[str, dict[str, Any]], date: str) -> Result:
    """Turns the map into our table and its report."""
    entries = [entry for key, value in price_map.items() if (entry := read_entry(key, value))]
    rows = choose(entries)
    table = render(rows, date)
    ratios = json.loads(RATIOS.read_text("utf-8"))
    return Result(
        table,
        abilities(rows, price_map),
        report(rows, ratios, one_api_completion, skipped=unread_fields(rows, price_map), source=f"{PACKAGE} {VERSION}"),
    )


def one_api_completion(model: str) -> Fraction:
    return oneapi.completion_ratio(model, 1, {})


def unread_fields(rows: Mapping[str, Entry], price_map: Mapping[str, dict[str, Any]]) -> Counter[str]:
    """Price fields of the models we carry that our table does not, with how many rows have them."""
    return Counter(name for entry in rows.values() for name in price_map[entry.key] if is_unread(name))


def render(rows: Mapping[str, Entry], date: str) -> str:
    """One model per line, so that a price change is a one-line difference."""
    head = {
        "source": f"{MEMBER.rsplit('/', 1)[-1]} in the PyPI wheel {PACKAGE} {VERSION} (MIT)",
        "date": date,
        "unit": "quota: 500000 = $1; per token, image, second, character or request",
    }
    lines = [f"{json.dumps(name)}:{row.to_json()}" for name, row in sorted(rows.items())]
    return json.dumps(head)[:-1] + ',"models":{\n' + ",\n".join(lines) + "\n}}\n"


def abilities(rows: Mapping[str, Entry], price_map: Mapping[str, dict[str, Any]]) -> str:
    """The models that can do something, by what it is; one a line."""
    able = {
        ability: [name for name, row in sorted(rows.items()) if price_map[row.key].get(flag) is True]
        for flag, ability in FLAGS.items()
    }
    return json.dumps(able, indent=0, ensure_ascii=False) + "\n"


def differences(price_map: Mapping[str, dict[str, Any]], committed: Mapping[str, Any]) -> list[str]:
    """Every committed price that is not what the map says, and every priced model that is missing."""
    wanted = json.loads(make(price_map, "").table)["models"]
    found: list[str] = []
    for name in sorted(wanted.keys() | committed["models"].keys()):
        ours, theirs = committed["models"].get(name), wanted.get(name)
        if ours != theirs:
            found.append(f"{name}: committed {json.dumps(ours)}, the map says {json.dumps(theirs)}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare the committed table, write nothing")
    parser.add_argument("--wheel", type=Path, help="a wheel that is already downloaded")
    options = parser.parse_args()
    price_map = read_map(options.wheel or wheel())
    if options.check:
        problems = differences(price_map, json.loads(PRICES.read_text("utf-8")))
        print("\n".join(problems) or "every committed price agrees with the map")
        return 1 if problems else 0
    result = make(price_map, datetime.now(UTC).date().isoformat())
    PRICES.write_text(result.table, "utf-8")
    ABILITIES.write_text(result.abilities, "utf-8")
    REPORT.write_text(result.report, "utf-8")
    print(f"wrote {PRICES.relative_to(ROOT)} and {REPORT.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
