"""What the operator's options are for: by section, in English, Chinese and Japanese. The texts are data."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

OPTIONS_FILE = Path(__file__).parent / "options.json"


class Described(NamedTuple):
    """Where an option belongs in a page of settings, what it is called by language, and what it does."""

    section: str
    title: Mapping[str, str]
    en: str
    zh: str
    ja: str = ""


@cache
def texts() -> dict[str, Described]:
    """Every option that is described, by key."""
    sections: dict[str, dict[str, dict[str, Any]]] = json.loads(OPTIONS_FILE.read_text(encoding="utf-8"))
    return {key: Described(section, **said) for section, options in sections.items() for key, said in options.items()}


def described(key: str) -> Described:
    """What is said of an option."""
    return texts().get(key) or Described("system", dict.fromkeys(("en", "zh", "ja"), key), "", "")
