"""What the operator's options are for: by section, in English, Chinese and Japanese. The texts are data."""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

_FILE = Path(__file__).parent / "options.json"


class Described(NamedTuple):
    """Where an option belongs in a page of settings, and what it does."""

    section: str
    en: str
    zh: str
    ja: str = ""


@cache
def texts() -> dict[str, Described]:
    """Every option that is described, by key."""
    sections: dict[str, dict[str, dict[str, str]]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return {key: Described(section, **said) for section, options in sections.items() for key, said in options.items()}


def described(key: str) -> Described:
    """What is said of an option."""
    return texts().get(key) or Described("system", "", "")
