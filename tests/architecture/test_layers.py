"""The layers of docs/architecture.md hold, and a breach of any of them is noticed."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from local.places import ROOT

PURE = "codecs, money and domain are pure"
LAYERS = "functions stand on the shared layers, one above the other"
AWS = "only the store (and security, for KMS) knows AWS"
HTTP = "only upstream and safe_fetch talk HTTP"
FASTAPI = "only admin pays for fastapi and pydantic"

# Each is appended to a file that is there today.
BREACHES = [
    ("functions/relay/__init__.py", "import admin", LAYERS),
    ("functions/cron/__init__.py", "import relay", LAYERS),
    ("shared/gateway/upstream/__init__.py", "import gateway.upkeep", LAYERS),
    ("shared/gateway/domain/__init__.py", "import gateway.wire", LAYERS),
    ("shared/gateway/store/__init__.py", "import gateway.upstream", LAYERS),
    ("shared/gateway/providers/__init__.py", "import gateway.store", LAYERS),
    ("shared/gateway/wire/__init__.py", "import httpx", PURE),
    ("shared/gateway/outbound/__init__.py", "import os", PURE),
    ("shared/gateway/billing/__init__.py", "import gateway.config", PURE),
    ("functions/relay/inbound/__init__.py", "import starlette", PURE),
    ("functions/relay/__init__.py", "import boto3", AWS),
    ("functions/admin/__init__.py", "import pynamodb", AWS),
    ("functions/admin/__init__.py", "import httpx", HTTP),
    ("functions/relay/__init__.py", "import fastapi", FASTAPI),
    ("shared/gateway/__init__.py", "import pydantic", FASTAPI),
]


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join(str(root / folder) for folder in ("shared", "functions", "."))
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": paths, "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("copy")
    for folder in ("shared", "functions", "local"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def test_every_contract_holds() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_contract_is_put_to_the_test() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = {contract["name"] for contract in config["tool"]["importlinter"]["contracts"]}
    assert contracts == {contract for _, _, contract in BREACHES}


@pytest.mark.parametrize(("file", "line", "contract"), BREACHES)
def test_a_forbidden_import_breaks_its_contract(copy: Path, file: str, line: str, contract: str) -> None:
    target = copy / file
    before = target.read_text()
    target.write_text(f"{before}\n{line}\n")
    try:
        result = lint_imports(copy)
    finally:
        target.write_text(before)
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{contract} BROKEN" in result.stdout
