"""Writes what the site knows of the management API: ``frontend/openapi.json``, from which its client's types are made.

    python -m tools.site_api           write it
    python -m tools.site_api --check   only compare; ends with 1 where it differs

Examples stay out: no type is made of them, and every sentence would be a difference.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, cast

from local.places import ROOT, add_source_folders

add_source_folders()

from admin.app import bare_app  # noqa: E402

DOCUMENT = ROOT / "frontend" / "openapi.json"
LEFT_OUT = ("example", "examples", "title")


def rendered() -> str:
    """The document as it is kept: sorted, a value a line, so that two changes seldom meet."""
    return json.dumps(_slim(bare_app("").openapi()), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main(arguments: list[str], path: Path = DOCUMENT) -> int:
    """Write or compare; answers what the process ends with."""
    parser = argparse.ArgumentParser(prog="python -m tools.site_api", description="Write the site's copy of the API.")
    parser.add_argument("--check", action="store_true", help="only compare what lies there")
    new = rendered()
    if not parser.parse_args(arguments).check:
        path.write_text(new, encoding="utf-8")
        return 0
    if path.is_file() and path.read_text(encoding="utf-8") == new:
        return 0
    print(f"{path.name} is not what the management API says: run python -m tools.site_api", file=sys.stderr)
    return 1


def _slim(value: Any, named: bool = False) -> Any:
    """Without examples; ``named`` says that the keys are names of ours, not of the format."""
    if isinstance(value, dict):
        pairs = cast(dict[str, Any], value).items()
        return {
            key: _slim(inner, named=not named and key in ("properties", "schemas"))
            for key, inner in pairs
            if named or key not in LEFT_OUT
        }
    return [_slim(item) for item in cast(list[Any], value)] if isinstance(value, list) else value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
