"""The recipes work as they are written: every step is taken in a copy of the repository."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from local.places import ROOT

DOCUMENT = ROOT / "docs" / "recipes.md"
COPIED = ("shared", "functions", "local", "bench", "tests", "tools", "oneapi", "docs", "infra", "pyproject.toml")
LINKED = (".venv", ".venv-ministack", "node_modules")
_BLOCK = re.compile(r"^```(\w+)(?: (\S+))?(?: before ([^\n]+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass
class Recipe:
    """Files to make, lines to put in front of others, commands to run; in their order."""

    name: str
    files: list[tuple[str, str]] = field(default_factory=list)
    lines: list[tuple[str, str, str]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)


def recipes() -> dict[str, Recipe]:
    sections = DOCUMENT.read_text("utf-8").split("\n## ")[1:]
    return {recipe.name: recipe for recipe in map(read, sections)}


def read(section: str) -> Recipe:
    recipe = Recipe(section.partition("\n")[0])
    for language, path, anchor, text in _BLOCK.findall(section):
        if language == "sh":
            recipe.commands += text.strip().splitlines()
        elif anchor:
            recipe.lines.append((path, anchor, text))
        else:
            recipe.files.append((path, text))
    return recipe


def follow(recipe: Recipe, copy: Path) -> None:
    for path, text in recipe.files:
        target = copy / path
        assert not target.exists(), f"{path} is there already"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    for path, anchor, text in recipe.lines:
        lines = (copy / path).read_text("utf-8").splitlines(keepends=True)
        (place,) = [at for at, line in enumerate(lines) if line.strip() == anchor]
        (copy / path).write_text("".join([*lines[:place], text, *lines[place:]]))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in COPIED:
        source = ROOT / name
        ignored = shutil.ignore_patterns(
            "*.tiktoken"
        )  # bytecode comes along: compiling all would take most of the time
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=ignored)
        else:
            shutil.copy(source, tmp_path / name)
    for name in LINKED:
        if (ROOT / name).exists():
            (tmp_path / name).symlink_to((ROOT / name).resolve())
    return tmp_path


def run(command: str, copy: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": "shared:functions:."}
    return subprocess.run(command.split(), cwd=copy, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.e2e
@pytest.mark.parametrize("name", recipes())
def test_a_recipe_can_be_followed_to_the_letter(copy: Path, name: str) -> None:
    recipe = recipes()[name]
    assert recipe.commands
    follow(recipe, copy)
    for command in recipe.commands:
        done = run(command, copy)
        assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-2000:]}"


def test_contributing_points_here() -> None:
    assert "docs/recipes.md" in (ROOT / "CONTRIBUTING.md").read_text("utf-8")
