"""The layers of docs/architecture.md hold, and a breach of any of them is noticed."""

import os
import shutil
import subprocess
import sys
import tomllib
from copy import deepcopy
from pathlib import Path

import grimp
import pytest
from grimp import ImportGraph
from importlinter.api import read_configuration
from importlinter.application.use_cases import _register_built_in_contract_types
from importlinter.domain.contract import registry

from local.places import ROOT

SHARED = "shared layers stand one above the other, and none is left out"
FUNCTIONS = "functions stand on the shared layers, local on the functions, and tools on all"
CYCLES = "a module is never below itself"
STORE = "rooms of the store stand one above the other"
ADMIN = "rooms of admin stand one above the other"
OUTBOUND = "rooms of outbound stand one above the other"
PROVIDERS = "dialects of providers are independent"
CLIENTS = "dialects of clients are independent"
PURE = "codecs, money and domain are pure"
AWS = "AWS's SDK is known to the store, and to jobs and mail for one call each"
PYNAMODB = "PynamoDB is loaded in one place, which leaves out what we do without"
HTTP = "HTTP goes out through upstream, and through security where a user names the address"
ENVIRONMENT = "the environment is read in config, and by Lambda's runtime"
FASTAPI = "only admin pays for fastapi and pydantic"
CLIENT = "the command-line client is installed by itself, so it knows nothing of the gateway's code"
TESTS = "nothing but the benchmark and the pictures borrows from tests"

# Each is added to a file that is there today.
BREACHES = [
    ("functions/relay/__init__.py", "import admin", FUNCTIONS),
    ("functions/cron/__init__.py", "import relay", FUNCTIONS),
    ("functions/cron/__init__.py", "import local", FUNCTIONS),
    ("shared/gateway/jobs.py", "import cron", FUNCTIONS),
    ("local/places.py", "import tools.stack", FUNCTIONS),
    ("oneapi/profiles.py", "import gateway.domain", CLIENT),
    ("shared/gateway/upstream/__init__.py", "import gateway.upkeep", SHARED),
    ("shared/gateway/domain/__init__.py", "import gateway.wire", SHARED),
    ("shared/gateway/store/__init__.py", "import gateway.upstream", SHARED),
    ("shared/gateway/providers/__init__.py", "import gateway.store", SHARED),
    ("shared/gateway/mail/__init__.py", "import gateway.upstream", SHARED),
    ("shared/gateway/security/__init__.py", "import gateway.store", SHARED),
    ("shared/gateway/lambda_runtime/__init__.py", "import gateway.config", SHARED),
    ("shared/gateway/config.py", "import gateway.log", SHARED),
    ("functions/relay/limits.py", "import relay.pipeline", CYCLES),
    ("shared/gateway/billing/price.py", "import gateway.billing.charging", CYCLES),
    ("shared/gateway/store/schema/__init__.py", "import gateway.store.client", STORE),
    ("shared/gateway/store/money/__init__.py", "import gateway.store.accounts", STORE),
    ("functions/admin/web/__init__.py", "import admin.auth", ADMIN),
    ("functions/admin/auth/__init__.py", "import admin.resources", ADMIN),
    ("shared/gateway/outbound/canonical/__init__.py", "import gateway.outbound.tables", OUTBOUND),
    ("shared/gateway/outbound/errors/__init__.py", "import gateway.outbound.openai", OUTBOUND),
    ("shared/gateway/outbound/ollama.py", "import gateway.outbound.openai.reply", PROVIDERS),
    ("shared/gateway/outbound/bedrock/__init__.py", "import gateway.outbound.gemini", PROVIDERS),
    ("shared/gateway/outbound/retired/palm.py", "import gateway.outbound.retired.cohere_v1", PROVIDERS),
    ("functions/relay/inbound/gemini/__init__.py", "import relay.inbound.anthropic", CLIENTS),
    ("functions/relay/inbound/openai/__init__.py", "import relay.inbound.responses", CLIENTS),
    ("shared/gateway/wire/__init__.py", "import httpx", PURE),
    ("shared/gateway/outbound/__init__.py", "import os", PURE),
    ("shared/gateway/billing/__init__.py", "import gateway.config", PURE),
    ("functions/relay/inbound/__init__.py", "import starlette", PURE),
    ("functions/relay/__init__.py", "import boto3", AWS),
    ("functions/admin/__init__.py", "import pynamodb", PYNAMODB),
    ("shared/gateway/store/client/__init__.py", "import pynamodb", PYNAMODB),
    ("shared/gateway/security/__init__.py", "import botocore", AWS),
    ("shared/gateway/mail/smtp.py", "import boto3", AWS),
    ("functions/admin/__init__.py", "import httpx", HTTP),
    ("shared/gateway/store/__init__.py", "import aiohttp", HTTP),
    ("functions/relay/__init__.py", "import os", ENVIRONMENT),
    ("shared/gateway/store/__init__.py", "import os", ENVIRONMENT),
    ("functions/relay/__init__.py", "import fastapi", FASTAPI),
    ("shared/gateway/__init__.py", "import pydantic", FASTAPI),
    ("tools/stack.py", "import tests.support.clock", TESTS),
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
    for folder in ("shared", "functions", "local", "bench", "tools", "oneapi"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__", "ranks"))
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def test_every_contract_holds() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_contract_is_put_to_the_test() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = {contract["name"] for contract in config["tool"]["importlinter"]["contracts"]}
    assert contracts == {contract for _, _, contract in BREACHES}


@pytest.mark.parametrize(("file", "line", "contract"), BREACHES[:1])
def test_a_line_in_a_file_fails_the_check(copy: Path, file: str, line: str, contract: str) -> None:
    with (copy / file).open("a") as target:
        target.write(f"\n{line}\n")
    result = lint_imports(copy)
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{contract} BROKEN" in result.stdout


@pytest.fixture(scope="module")
def imports() -> ImportGraph:
    """Who imports whom, as the check reads it."""
    options = read_configuration(str(ROOT / "pyproject.toml"))["session_options"]
    return grimp.build_graph(*options["root_packages"], include_external_packages=True, cache_dir=None)


def kept(imports: ImportGraph, name: str) -> bool:
    """Whether one contract is kept."""
    found = read_configuration(str(ROOT / "pyproject.toml"))
    (options,) = [options for options in found["contracts_options"] if options["name"] == name]
    _register_built_in_contract_types()
    contract = registry.get_contract_class(options["type"])(name, found["session_options"], options)
    return contract.check(deepcopy(imports), verbose=False).kept


@pytest.mark.parametrize(("file", "line", "contract"), BREACHES)
def test_a_forbidden_import_breaks_its_contract(imports: ImportGraph, file: str, line: str, contract: str) -> None:
    parts = Path(file.removeprefix("shared/").removeprefix("functions/")).with_suffix("").parts
    importer = ".".join(parts).removesuffix(".__init__")
    imported = line.removeprefix("import ")
    with_it = deepcopy(imports)
    if imported not in with_it.modules:  # others' packages stand in it as a whole
        with_it.add_module(imported := imported.partition(".")[0], is_squashed=True)
    with_it.add_import(importer=importer, imported=imported, line_number=1, line_contents=line)
    assert importer in imports.modules
    assert kept(imports, contract) and not kept(with_it, contract)


@pytest.mark.parametrize(
    ("contract", "root", "folder", "shared"),
    [
        (
            PROVIDERS,
            "gateway.outbound",
            "shared/gateway/outbound",
            {
                "canonical",
                "errors",
                "streams",
                "exchange",
                "homeward",
                "json_bodies",
                "protocol",
                "registry",
                "tables",
                "tasks",
            },
        ),
        (
            CLIENTS,
            "relay.inbound",
            "functions/relay/inbound",
            {"checks", "model_lists", "encoders", "openai_errors", "protocol", "strict_openai", "tool_results"},
        ),
    ],
)
def test_a_new_dialect_is_either_in_its_contract_or_named_here(
    contract: str, root: str, folder: str, shared: set[str]
) -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    modules = next(one["modules"] for one in config["tool"]["importlinter"]["contracts"] if one["name"] == contract)
    dialects = {module.removeprefix(f"{root}.").removesuffix(".*") for module in modules}
    there = {path.stem for path in (ROOT / folder).iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert dialects | shared == there - {"__init__"}
