"""Where things lie in this checkout."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "infra" / "template.yaml"
BUILT_SITE = ROOT / "frontend" / "dist"


def add_source_folders() -> None:
    """Make ``gateway``, ``relay``, ``admin`` and ``cron`` importable, as their Lambda layer and roots do."""
    folders = [str(ROOT / "shared"), str(ROOT / "functions")]
    sys.path[:0] = [folder for folder in folders if folder not in sys.path]
