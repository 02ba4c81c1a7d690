"""What ``sam build`` packs: the shared layer and the functions, for Lambda's Python whatever Python builds them.

    python -m tools.bundle relay DIR                        a function: relay, admin or cron
    python -m tools.bundle layer DIR --architecture arm64   the layer: dependencies, ``gateway``, rank files
    python -m tools.bundle layer DIR --native               for emulators that run functions with this very Python
    python -m tools.bundle python                           says which Python compiles, and fails where there is none

Dependencies come from requirements/runtime.lock as wheels for the architecture; nothing is compiled from source.
Everything carries bytecode, because Lambda cannot keep what it compiles: its folders are read-only, so without it every
cold start compiles anew. A Python 3.13 compiles: the one LAMBDA_PYTHON names, on PATH, of pyenv or uv, or the one that
``make build`` has uv fetch where there is none. BUNDLE_WITHOUT_BYTECODE=1 packs without.
"""

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "runtime.lock"
PYTHON = "3.13"  # of the managed runtime, as in infra/template.yaml
FUNCTIONS = ("relay", "admin", "cron")
MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
GLIBC = ("manylinux_2_28", "manylinux2014", "manylinux_2_17")  # the runtime has 2.34
CODE = shutil.ignore_patterns("__pycache__", "*.pyc")

NO_PYTHON = (
    f"bundle: no Python {PYTHON} compiles here. Install one (Debian: apt install python{PYTHON}; or: "
    f"uv python install {PYTHON}), name it with LAMBDA_PYTHON, or pack with BUNDLE_WITHOUT_BYTECODE=1 "
    "and slower cold starts"
)

# In the managed runtime already, and in the emulator: 25 MB, used for calls that have been stable for years.
PROVIDED = {"boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3"}
# Declared by packages we use for what we do not use them for: tiktoken downloads with requests.
UNUSED = {"charset-normalizer", "requests"}


def function(name: str, target: Path) -> None:
    """The package of one function; the relay's also has the script that starts our runtime."""
    shutil.copytree(ROOT / "functions" / name, target / name, ignore=CODE, dirs_exist_ok=True)
    if name == "relay":
        shutil.copy(ROOT / "infra" / "bootstrap-stream", target / "bootstrap-stream")
        (target / "bootstrap-stream").chmod(0o755)


def layer(target: Path, architecture: str, *, native: bool = False) -> None:
    """The layer. ``native`` packs for this Python, and only a README where the architecture is another machine's."""
    folder = target / "python"
    if native and MACHINES[architecture] != platform.machine():
        folder.mkdir(parents=True)
        (folder / "README").write_text("The emulator does not use this layer.\n")
        return
    _require_ranks()
    lock = locked(LOCK.read_text(), UNUSED | PROVIDED)
    if native:
        _copy_installed(lock, folder)
    else:
        _install(lock, folder, architecture)
    shutil.copytree(ROOT / "shared" / "gateway", folder / "gateway", ignore=CODE, dirs_exist_ok=True)


def flatten(target: Path, architecture: str, *, native: bool) -> None:
    """What the layer would bring, in the function itself."""
    with tempfile.TemporaryDirectory() as scratch:
        layer(Path(scratch), architecture, native=native)
        shutil.copytree(Path(scratch) / "python", target, dirs_exist_ok=True)


def locked(lock: str, without: set[str]) -> str:
    """A lock file's text without some packages."""
    entries = re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE)
    return "".join(entry for entry in entries if entry.partition("==")[0].lower() not in without)


def compile_all(target: Path, deployed: str, interpreter: str | None) -> None:
    """Bytecode beside every source, valid whatever the archive does to times; paths as they are on Lambda."""
    if interpreter is None and os.environ.get("BUNDLE_WITHOUT_BYTECODE"):
        print(f"bundle: no python{PYTHON} here, so no bytecode: cold starts will take longer", file=sys.stderr)
        return
    if interpreter is None:
        raise SystemExit(NO_PYTHON)
    how = ["--invalidation-mode", "unchecked-hash", "-s", str(target), "-p", deployed]
    subprocess.run([interpreter, "-I", "-m", "compileall", "-q", "-j", "0", *how, str(target)], check=True)  # noqa: S603


def lambda_python() -> str | None:
    """A Python of the runtime's version on this machine, if there is one that starts."""
    named = [os.environ.get("LAMBDA_PYTHON"), sys.executable, f"python{PYTHON}"]
    for name in [*named, *_kept_apart()]:
        found = shutil.which(name or "")
        if found and _version(found) == PYTHON:
            return found
    return None


def _kept_apart() -> list[str]:
    """Where version managers keep theirs, the newest last release first; ours among them."""
    home = Path.home()
    places = [
        (ROOT / ".tools" / "python", "*"),
        (home / ".pyenv" / "versions", ""),
        (home / ".local/share/uv/python", "*"),
    ]
    found = [path for folder, before in places for path in folder.glob(f"{before}{PYTHON}.*/bin/python{PYTHON}")]
    return [str(path) for path in sorted(found, reverse=True)]


def breakdown(folder: Path, most: int = 8) -> list[tuple[str, int]]:
    """The largest entries of a folder with their bytes, largest first."""
    sizes = [(entry.name, size(entry)) for entry in folder.iterdir()]
    return sorted(sizes, key=lambda pair: pair[1], reverse=True)[:most]


def size(path: Path) -> int:
    """Bytes of a file, or of everything in a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def _install(lock: str, folder: Path, architecture: str) -> None:
    """Wheels for Lambda's Python, whatever Python this is."""
    platforms = [option for glibc in GLIBC for option in ("--platform", f"{glibc}_{MACHINES[architecture]}")]
    target = [*platforms, "--implementation", "cp", "--python-version", PYTHON, "--only-binary=:all:"]
    quiet = ["-qq", "--disable-pip-version-check", "--no-input", "--no-compile", "--no-deps", "--require-hashes"]
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "layer.lock"
        file.write_text(lock)
        pip = [sys.executable, "-m", "pip", "install", *quiet, *target, "--target", str(folder), "-r", str(file)]
        subprocess.run(pip, check=True)  # noqa: S603
    shutil.rmtree(folder / "bin", ignore_errors=True)


def _copy_installed(lock: str, folder: Path) -> None:
    """What is installed here, if it is what the lock names."""
    for name, version in re.findall(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)", lock, flags=re.MULTILINE):
        found = metadata.distribution(name)
        if found.version != version:
            raise SystemExit(f"bundle: {name} is {found.version} here and {version} in the lock; run make test or run")
        for file in found.files or []:
            if ".." not in file.parts and file.suffix != ".pyc":
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(Path(str(file.locate())), folder / file)


def _version(interpreter: str) -> str:
    script = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        # A version manager's stand-in exists for versions that are not there, and fails when it is called.
        answer = subprocess.run([interpreter, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return ""
    return answer.stdout.strip()


def _require_ranks() -> None:
    from tools import fetch_ranks  # noqa: PLC0415 (functions need none)

    if not fetch_ranks.installed() and fetch_ranks.main([]):
        raise SystemExit("bundle: the tokenizer rank files cannot be fetched")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=(*FUNCTIONS, "layer", "python"))
    parser.add_argument("target", type=Path, nargs="?", default=Path())
    parser.add_argument("--architecture", choices=sorted(MACHINES), default="arm64")
    parser.add_argument("--native", action="store_true", help="for this machine and this Python, or nothing at all")
    options = parser.parse_args(arguments)
    if options.what == "python":
        print(found := lambda_python() or NO_PYTHON)
        return int(found == NO_PYTHON)
    if options.what == "layer":
        layer(options.target, options.architecture, native=options.native)
    else:
        function(options.what, options.target)
        if os.environ.get("BUNDLE_FLAT"):  # for emulators without layers
            flatten(options.target, options.architecture, native=bool(os.environ.get("BUNDLE_NATIVE")))
    interpreter = sys.executable if options.native else lambda_python()
    compile_all(options.target, "/opt" if options.what == "layer" else "/var/task", interpreter)
    contents = options.target / "python" if options.what == "layer" else options.target
    parts = ", ".join(f"{name} {bytes_ / 1e6:.1f}" for name, bytes_ in breakdown(contents))
    print(f"bundle: {options.what} is {size(options.target) / 1e6:.1f} MB unpacked; the largest: {parts}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
