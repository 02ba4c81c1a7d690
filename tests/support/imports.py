"""Who imports whom in the product, read from its syntax: imports inside functions and for types only count too."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from local.places import ROOT

PACKAGES = {
    "gateway": "shared/gateway",
    "relay": "functions/relay",
    "admin": "functions/admin",
    "cron": "functions/cron",
    "local": "local",
}
Graph = Mapping[str, set[str]]


def modules() -> dict[str, Path]:
    """Every module of the product by its dotted name; a package goes by its ``__init__``."""
    found: dict[str, Path] = {}
    for package, folder in PACKAGES.items():
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT / folder).with_suffix("").parts
            found[".".join((package, *parts)).removesuffix(".__init__")] = path
    return found


def import_graph() -> Graph:
    """Module -> the modules it names in imports."""
    known = modules()
    return {name: set(_imported(path.read_text(), known)) - {name} for name, path in known.items()}


def _imported(source: str, known: Mapping[str, Path]) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                if full in known or node.module in known:
                    yield full if full in known else node.module


def cycle(graph: Graph) -> list[str]:
    """One cycle, from a module back to itself; empty where there is none."""
    done: set[str] = set()
    for start in graph:
        if found := _walk(graph, start, [], done):
            return found
    return []


def _walk(graph: Graph, name: str, path: list[str], done: set[str]) -> list[str]:
    if name in path:
        return [*path[path.index(name) :], name]
    if name in done:
        return []
    for below in sorted(graph[name]):
        if found := _walk(graph, below, [*path, name], done):
            return found
    done.add(name)
    return []
