"""What is held against what."""

from collections.abc import Mapping
from typing import Any

from tools.migrate.move import Move


def tell(move: Move, kind: str, number: int | str, name: str, pairs: Mapping[str, tuple[Any, Any]]) -> None:
    """Note what of a record is not what it was there: by its name, what it is here and what it was."""
    move.report.compared[kind] += 1
    wrong = [f"{what} is {here!r}, there {there!r}" for what, (here, there) in pairs.items() if here != there]
    if wrong:
        move.report.add("differs", kind, number, name, "; ".join(wrong))


def missing(move: Move, kind: str, number: int | str, name: str) -> None:
    """Note that a record that came along is not there."""
    move.report.compared[kind] += 1
    move.report.add("differs", kind, number, name, "it came along, and is not here any more")
