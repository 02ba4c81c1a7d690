"""The project's own Python files, for tests that judge them."""

import ast
from collections.abc import Iterator
from pathlib import Path

from local.places import ROOT

FOLDERS = ("shared", "functions", "local", "bench", "tools", "oneapi", "tests")


def python_files() -> Iterator[Path]:
    """Every file we write by hand."""
    for folder in FOLDERS:
        yield from sorted((ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    """As it is named in lists and messages."""
    return path.relative_to(ROOT).as_posix()


def nodes(path: Path) -> Iterator[ast.AST]:
    """The syntax tree, flat."""
    return ast.walk(ast.parse(path.read_text(), path.name))
