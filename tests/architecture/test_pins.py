"""What is installed is pinned, hashed and the same everywhere; the locks name no registry."""

import json
import re
from importlib import metadata
from pathlib import Path

import pytest

from local.places import ROOT

REQUIREMENTS = ROOT / "requirements"
LOCKS = sorted(REQUIREMENTS.glob("*.lock"))
SUBSETS = ("local", "relay", "runtime")


def entries(lock: Path) -> list[str]:
    """One text per requirement, its hashes and comments included."""
    return re.split(r"\n(?=[a-zA-Z])", lock.read_text().strip())


def pins(lock: Path) -> set[str]:
    """``name==version`` and its marker."""
    return {entry.split(" \\\n")[0] for entry in entries(lock)}


def declared(source: Path) -> set[str]:
    """The names that an ``.in`` file asks for, its own includes aside."""
    lines = (line.split("#")[0].strip() for line in source.read_text().splitlines())
    return {re.split(r"[\[<>=~! ;]", line)[0].lower() for line in lines if line and not line.startswith("-")}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_pins_and_hashes_everything(lock: Path) -> None:
    for entry in entries(lock):
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==[^\s;]+( ; .+)? \\\n    --hash=sha256:[0-9a-f]{64}", entry), entry


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_has_what_its_source_asks_for(lock: Path) -> None:
    locked = {pin.split("==")[0].split("[")[0] for pin in pins(lock)}
    assert declared(lock.with_suffix(".in")) <= locked


@pytest.mark.parametrize("name", SUBSETS)
def test_what_runs_is_what_was_checked(name: str) -> None:
    def plain(lock: Path) -> set[str]:
        return {pin.split(" ;")[0] for pin in pins(lock)}

    assert plain(REQUIREMENTS / f"{name}.lock") <= plain(REQUIREMENTS / "dev.lock")


@pytest.mark.parametrize("name", sorted(declared(REQUIREMENTS / "relay.in") | declared(REQUIREMENTS / "runtime.in")))
def test_what_the_functions_ask_for_they_import(name: str) -> None:
    found = metadata.packages_distributions().items()
    modules = [
        module for module, packages in found if name in [package.lower().replace("_", "-") for package in packages]
    ]
    importing = re.compile(rf"^\s*(import|from) ({'|'.join(modules)})\b", re.MULTILINE)
    sources = [path for folder in ("shared", "functions") for path in (ROOT / folder).rglob("*.py")]
    assert modules
    assert any(importing.search(path.read_text()) for path in sources)


def test_no_lock_names_a_registry() -> None:
    for lock in (*LOCKS, ROOT / "package-lock.json"):
        assert not re.search(
            r"--(extra-)?index-url|--find-links|file:|\"resolved\"|https?://(?!github\.com)", lock.read_text()
        )


def test_npm_packages_are_pinned_to_one_version() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    wanted = {
        name: version for kind in package if kind.endswith("ependencies") for name, version in package[kind].items()
    }
    assert wanted
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name, version in wanted.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert locked[f"node_modules/{name}"]["version"] == version
    assert all(entry.get("integrity") for path, entry in locked.items() if path)


def test_nothing_is_installed_without_a_digest_and_no_package_runs_a_script() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert "--require-hashes" in makefile
    installs = [line for line in makefile.splitlines() if "pip install" in line and not line.startswith("PIP_INSTALL")]
    assert installs == []
    assert "ignore-scripts=true" in (ROOT / ".npmrc").read_text().splitlines()
