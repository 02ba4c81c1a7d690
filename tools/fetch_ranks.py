"""Installs the tokenizer rank files into ``shared/gateway/billing/ranks`` (not committed, part of the build).

They lie in the pinned PyPI wheel of ``litellm`` under tiktoken's cache names. The wheel is read as a zip file
and never imported. r50k is the first part of p50k (which only adds runs of spaces). Each result is
checked against the digest the program checks again when it loads it.

    python -m tools.fetch_ranks                 download the wheel, install what is missing
    python -m tools.fetch_ranks --wheel FILE    use a wheel that is already here
"""

import argparse
import hashlib
import sys
import zipfile
from pathlib import Path

from tools.make_prices import ROOT, wheel

sys.path.insert(0, str(ROOT / "shared"))

from gateway.billing.encodings import CL100K, O200K, P50K, R50K, RANK_FILES

FOLDER = "litellm/litellm_core_utils/tokenizers"
MEMBERS = {
    CL100K: "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
    O200K: "fb374d419588a4632f3f557e76b4b70aebbca790",
    P50K: "ec7223a39ce59f226a68acc30dc1af2788490e15",
}
R50K_LINES = 50_256
TARGET = ROOT / "shared/gateway/billing/ranks"


def extract(path: Path) -> dict[str, bytes]:
    """Encoding name to the content of its rank file."""
    with zipfile.ZipFile(path) as archive:
        found = {name: archive.read(f"{FOLDER}/{member}") for name, member in MEMBERS.items()}
    lines = found[P50K].splitlines(keepends=True)
    found[R50K] = b"".join(lines[:R50K_LINES])
    return found


def verify(name: str, content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest()
    if digest != RANK_FILES[name].sha256:
        raise SystemExit(f"{name}: sha256 {digest} is not {RANK_FILES[name].sha256}")


def installed() -> bool:
    """Whether every file is there and right."""
    files = {name: TARGET / f"{name}.tiktoken" for name in RANK_FILES}
    return all(
        path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == RANK_FILES[name].sha256
        for name, path in files.items()
    )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheel", type=Path, help="a wheel that is already downloaded")
    options = parser.parse_args(arguments)
    if installed():
        print("rank files are installed")
        return 0
    contents = extract(options.wheel or wheel())
    TARGET.mkdir(exist_ok=True)
    for name, content in contents.items():
        verify(name, content)
        (TARGET / f"{name}.tiktoken").write_bytes(content)
    print(f"installed {', '.join(sorted(contents))} into {TARGET.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
