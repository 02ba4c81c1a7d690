"""``sam build`` without Docker and without Lambda's Python: what it packs, for both processors."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.billing.encodings import RANK_FILES
from local.places import ROOT
from tools.bundle import FUNCTIONS, LOCK, MACHINES, PROVIDED, UNUSED, breakdown, compile_all, locked, size
from tools.local_stack import SAM

pytestmark = [pytest.mark.infra, pytest.mark.timeout(400)]  # a build takes as long as the registry does

LAYERS = {"arm64": "SharedArm64", "x86_64": "SharedX86"}
PACKAGES = {"relay": "RelayFunction", "admin": "AdminFunction", "cron": "CronFunction"}
ENTRIES = {"relay": "relay.asgi", "admin": "admin.asgi", "cron": "cron.entry"}
LIMIT = 250_000_000  # bytes of layer and function together, unpacked
ELF_MACHINES = {"arm64": 0xB7, "x86_64": 0x3E}  # https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that ``sam build`` makes, started as a user starts it."""
    target = tmp_path_factory.mktemp("build")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [str(SAM), "build", "--build-dir", str(target)]
    result = subprocess.run(
        command,
        cwd=ROOT,
        env=inherited | {"SAM_CLI_TELEMETRY": "0"},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return target


@pytest.mark.parametrize("architecture", LAYERS)
def test_the_layer_has_wheels_for_the_runtimes_python_on_that_processor(built: Path, architecture: str) -> None:
    python = built / LAYERS[architecture] / "python"
    binaries = [path for path in python.rglob("*.so*") if path.is_file()]
    assert len(binaries) > 10
    for binary in binaries:
        assert int.from_bytes(binary.read_bytes()[18:20], "little") == ELF_MACHINES[architecture], binary
    tagged = [path.name for path in binaries if "cpython" in path.name]
    assert {re.findall(r"cpython-\d+-\w+", name)[0] for name in tagged} == {f"cpython-313-{MACHINES[architecture]}"}


@pytest.mark.parametrize("architecture", LAYERS)
def test_the_layer_has_what_the_lock_names_and_nothing_the_runtime_brings(built: Path, architecture: str) -> None:
    python = built / LAYERS[architecture] / "python"
    names = {re.sub(r"[-_.]+", "-", path.name.split("-")[0]).lower() for path in python.glob("*.dist-info")}
    wanted = set(re.findall(r"^([a-z0-9-]+)==", locked(LOCK.read_text(), PROVIDED | UNUSED), flags=re.MULTILINE))
    assert names == wanted
    assert not {"boto3", "botocore", "bin"} & {path.name for path in python.iterdir()}
    assert {path.stem for path in (python / "gateway/billing/ranks").iterdir()} == RANK_FILES.keys()


def test_a_function_has_its_own_code_and_the_relay_its_runtime(built: Path) -> None:
    for name in FUNCTIONS:
        package = built / PACKAGES[name]
        assert {path.name for path in package.iterdir()} - {"bootstrap-stream"} == {name}
    bootstrap = built / PACKAGES["relay"] / "bootstrap-stream"
    assert bootstrap.read_bytes().startswith(b"#!/bin/sh\n") and os.access(bootstrap, os.X_OK)


def test_every_source_has_bytecode_for_lambdas_python(built: Path) -> None:
    compiled = list(built.rglob("*.pyc"))
    assert {path.name.split(".")[-2] for path in compiled} == {"cpython-313"}
    sources = [path for path in built.rglob("*.py") if "gateway" in path.parts or path.parent.parent.parent == built]
    missing = [path for path in sources if not (path.parent / "__pycache__" / f"{path.stem}.cpython-313.pyc").exists()]
    assert len(sources) > 300 and missing == []


def test_without_lambdas_python_nothing_is_packed_unless_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit, match="no Python"):
        compile_all(tmp_path, "/opt", None)
    monkeypatch.setenv("BUNDLE_WITHOUT_BYTECODE", "1")
    compile_all(tmp_path, "/opt", None)


def test_everything_together_stays_far_below_lambdas_limit(
    built: Path, capsys: pytest.CaptureFixture[str], environment: Mapping[str, str]
) -> None:
    with capsys.disabled():
        for architecture, layer in LAYERS.items():
            parts = ", ".join(f"{name} {bytes_ / 1e6:.1f}" for name, bytes_ in breakdown(built / layer / "python"))
            print(f"\n  layer {architecture}: {size(built / layer) / 1e6:.1f} MB: {parts}")
        for name in FUNCTIONS:
            package = built / PACKAGES[name]
            milliseconds, modules = import_time(ENTRIES[name], environment)
            print(f"  {name}: {size(package) / 1e3:.0f} kB, {modules} modules in {milliseconds:.0f} ms (this Python)")
            assert size(package) + max(size(built / layer) for layer in LAYERS.values()) < LIMIT / 2


def import_time(module: str, environment: Mapping[str, str]) -> tuple[float, int]:
    """Milliseconds and modules of an import, the better of two."""
    script = (
        f"import sys, time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t, len(sys.modules))"
    )
    runs = [
        subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    seconds = min(float(run.stdout.split()[0]) for run in runs)
    return seconds * 1000, int(runs[0].stdout.split()[1])


@pytest.fixture
def environment() -> dict[str, str]:
    code = ":".join(str(ROOT / folder) for folder in ("shared", "functions"))
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": code,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "ENCRYPTION_KEY": "A" * 43,
        "SESSION_SECRET": "for a test",
    }


def test_the_lock_asks_nothing_of_the_python_that_builds() -> None:
    """pip judges markers by its own Python, not by the one it fetches wheels for."""
    judged = r"^\S+==\S+ ; .*(?:python_version|python_full_version|sys_platform)"
    assert not re.findall(judged, LOCK.read_text(), flags=re.MULTILINE)
