"""What the documentation names in backticks is there: files, folders, modules, and what they contain."""

import ast
import re
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest

from local.places import ROOT
from tests.support.imports import modules
from tests.support.sources import nodes

PAGES = sorted([ROOT / "README.md", ROOT / "README.zh.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
DOUBLE_TICKED = re.compile(r"``([^`\n]+)``")
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
TICKED = re.compile(r"`([^`\n]+)`")
PATH = re.compile(
    r"[\w.*-]+(/[\w.*-]+)*\.(py|md|json|toml|yaml|in|txt|mjs|sh)|(shared|functions|local|tests|docs)/[\w./-]+"
)
DOTTED = re.compile(r"(gateway|relay|admin|cron|local|tools|bench)(\.\w+)+")
NO_MODULES = {"gateway.deadline": "a key of an ASGI scope"}
FOLDERS = (
    "shared",
    "functions",
    "local",
    "bench",
    "tools",
    "oneapi",
    "tests",
    "infra",
    "docs",
    "requirements",
    "frontend/src",
)


@cache
def files() -> frozenset[str]:
    """Every file and folder of ours, each with all the ends of its path that a page may name it by."""
    there = [path for folder in FOLDERS for path in [ROOT / folder, *(ROOT / folder).rglob("*")]]
    there += [path for folder in (ROOT, ROOT / "frontend") for path in folder.iterdir() if path.is_file()]
    parts = [path.relative_to(ROOT).parts for path in there]
    return frozenset("/".join(part[start:]) for part in parts for start in range(len(part)))


def names(page: Path) -> set[str]:
    return set(TICKED.findall(FENCED.sub("", page.read_text())))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths_that_a_page_names_exist(page: Path) -> None:
    paths = {name for name in names(page) if PATH.fullmatch(name)}
    assert not sorted(path for path in paths if not _is_there(path))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_modules_that_a_page_names_exist(page: Path) -> None:
    dotted = {name for name in names(page) if DOTTED.fullmatch(name) and not PATH.fullmatch(name)} - NO_MODULES.keys()
    assert not sorted(name for name in dotted if not _is_named(name))


@pytest.mark.parametrize("package", sorted({name.rpartition(".")[0] or name for name in modules()}))
def test_modules_that_docstrings_of_a_package_name_exist(package: str) -> None:
    own = [path for name, path in modules().items() if (name.rpartition(".")[0] or name) == package]
    texts = [ast.get_docstring(node) or "" for path in own for node in nodes(path) if isinstance(node, DOCUMENTED)]
    named = {name for text in texts for name in DOUBLE_TICKED.findall(text)} - NO_MODULES.keys()
    assert not sorted(name for name in named if DOTTED.fullmatch(name) and not _is_named(name))
    assert not sorted(name for name in named if PATH.fullmatch(name) and not _is_there(name))


def test_every_target_of_the_table_of_places_exists() -> None:
    page = (ROOT / "docs/architecture.md").read_text()
    rows = page.partition("## Where is")[2].partition("\n## ")[0].splitlines()
    targets = [TICKED.findall(row.split("|")[2]) for row in rows if row.startswith("| ") and "`" in row.split("|")[2]]
    assert len(targets) > 20
    paths = [name for found in targets for name in found if "/" in name]
    assert not [path for path in paths if not (ROOT / path).exists()]


def _is_there(path: str) -> bool:
    if "*" in path:
        return any(fnmatchcase(name, path) for name in files())
    return path.rstrip("/") in files()


def _is_named(name: str) -> bool:
    """A module, or a name at the top of one."""
    known = modules()
    if name in known or (ROOT / name.replace(".", "/")).with_suffix(".py").exists():
        return True
    module, _, last = name.rpartition(".")
    if module not in known:
        return False
    tops = {node.id for node in ast.walk(ast.parse(known[module].read_text())) if isinstance(node, ast.Name)}
    return last in tops or f"def {last}(" in known[module].read_text() or f"class {last}" in known[module].read_text()
