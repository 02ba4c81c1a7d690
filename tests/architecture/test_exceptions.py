"""The drawing in gateway.errors has every exception of the gateway and the functions, below what it derives from."""

import ast
import builtins
import re
from collections.abc import Iterator

import gateway.errors
from local.places import ROOT
from tests.support.sources import nodes

GROUPS = {"Attempts", "Data", "Services", "Machinery"}  # headings of roots that are caught where they are raised
LINE = re.compile(r"^(?P<branch>[│├└─ ]*)(?P<name>[A-Z]\w+) {2,}\S")


def drawn() -> dict[str, str]:
    """Class -> what it derives from by the drawing; empty for a root."""
    found: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for line in (gateway.errors.__doc__ or "").splitlines():
        if match := LINE.match(line):
            depth = len(match["branch"])
            above = [one for one in above if one[0] < depth]
            parent = above[-1][1] if above else ""
            found[match["name"]] = "" if parent in GROUPS else parent
            above.append((depth, match["name"]))
    return {name: parent for name, parent in found.items() if name not in GROUPS}


def classes() -> Iterator[tuple[str, list[str]]]:
    for folder in ("shared/gateway", "functions"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in nodes(path):
                if isinstance(node, ast.ClassDef):
                    yield node.name, [ast.unparse(base).rpartition(".")[2] for base in node.bases]


def written() -> dict[str, str]:
    """The same of the code; what derives from Python's own exceptions is a root."""
    bases = dict(classes())

    def is_exception(name: str) -> bool:
        return _is_builtin(name) or any(map(is_exception, bases.get(name, [])))

    public = [name for name in bases if is_exception(name) and not name.startswith("_")]
    found = {name: next(filter(is_exception, bases[name])) for name in public}
    return {name: "" if _is_builtin(base) else base for name, base in found.items()}


def _is_builtin(name: str) -> bool:
    known = getattr(builtins, name, None)
    return isinstance(known, type) and issubclass(known, BaseException)


def test_every_exception_stands_in_the_drawing_below_its_base() -> None:
    assert drawn() == written()
