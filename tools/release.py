"""What an operator deploys without building: everything packed, for both processors, with checksums.

    python -m tools.release                  .build/release/one-api-VERSION.tar.gz of what ``sam build`` built
    python -m tools.release --open FILE      checks and unpacks one; prints the template for ``sam deploy``

In it are the two layers, the three functions and the site as zips, ``template.yaml`` that finds them beside itself, and
``template-s3.yaml`` for whoever puts them into a bucket: where is two parameters. infra/released.yaml becomes the
template of this release, by which the next one's is measured.
"""

import argparse
import hashlib
import re
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from local.places import BUILT_SITE, ROOT, TEMPLATE
from local.static_site import NOT_BUILT
from local.static_site import built as site_is_built

sys.path.insert(0, str(ROOT / "shared"))

from gateway import __version__

BUILT = ROOT / ".aws-sam" / "build"
TARGET = ROOT / ".build" / "release"
RELEASED = ROOT / "infra" / "released.yaml"
PARTS = {
    "RelayFunction": "relay.zip", "AdminFunction": "admin.zip", "CronFunction": "cron.zip",
    "SharedArm64": "layer-arm64.zip", "SharedX86": "layer-x86_64.zip",
}  # fmt: skip
SUMS = "SHA256SUMS"
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # so that the same files make the same zip
IN_S3 = """\
  ArtifactBucket: {Type: String, Description: Bucket in this region that holds the release's zips.}
  ArtifactPrefix: {Type: String, Default: '', Description: 'What their keys begin with, a slash at its end.'}
"""


class ReleaseBroken(Exception):
    """A release that is not what its checksums say, or cannot be made."""


def make(built: Path = BUILT, target: Path = TARGET, site: Path = BUILT_SITE) -> Path:
    """The archive, of what ``sam build`` has built."""
    missing = [part for part in PARTS if not (built / part).is_dir()]
    if missing:
        raise ReleaseBroken(f"{', '.join(missing)} are not built; use make release")
    if not site_is_built(site):
        raise ReleaseBroken(NOT_BUILT)
    folder = target / f"one-api-{__version__}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for part, name in PARTS.items():
        pack(built / part, folder / name)
    pack(site, folder / "site.zip")
    text = TEMPLATE.read_text()
    (folder / "template.yaml").write_text(beside(text))
    (folder / "template-s3.yaml").write_text(in_s3(text))
    shutil.copy(ROOT / "CHANGELOG.md", folder)
    (folder / SUMS).write_text("".join(f"{digest(file)}  {file.name}\n" for file in sorted(folder.iterdir())))
    archive = target / f"{folder.name}.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(folder, folder.name)
    return archive


def pack(folder: Path, target: Path) -> None:
    """A zip that depends on nothing but the files; who may execute what is kept."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), LONG_AGO)
            entry.external_attr = (0o755 if file.stat().st_mode & 0o100 else 0o644) << 16
            made.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)


def beside(template: str) -> str:
    """The template with zips in its own folder in the place of sources."""
    return _placed(template, lambda name: name)


def in_s3(template: str) -> str:
    """The same with zips in a bucket that parameters name."""
    made = _placed(template, lambda name: f"{{Bucket: !Ref ArtifactBucket, Key: !Sub '${{ArtifactPrefix}}{name}'}}")
    return made.replace("Parameters:\n", f"Parameters:\n{IN_S3}", 1)


def _placed(template: str, address: Callable[[str], str]) -> str:
    text = re.sub(r"^    Metadata: \{BuildMethod: makefile.*\n", "", template, flags=re.MULTILINE)
    for part, name in PARTS.items():
        uri = r"(CodeUri|ContentUri): \.\./\w+"
        found = re.compile(rf"(^  {part}:\n(?:(?!^  \w).*\n)*?      ){uri}", re.MULTILINE)
        text, count = found.subn(lambda m, name=name: f"{m[1]}{m[2]}: {address(name)}", text)
        if count != 1:
            raise ReleaseBroken(f"the template has no code of {part}")
    return text


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def opened(archive: Path, target: Path = TARGET) -> Path:
    """The folder of a release, unpacked and checked."""
    with tarfile.open(archive) as tar:
        (name,) = {member.name.partition("/")[0] for member in tar.getmembers()}
        tar.extractall(target / "opened", filter="data")
    folder = target / "opened" / name
    for line in (folder / SUMS).read_text().splitlines():
        wanted, _, file = line.partition("  ")
        if digest(folder / file) != wanted:
            raise ReleaseBroken(f"{file} of {archive} is not what {SUMS} says; get it again")
    return folder


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--open", type=Path, help="a release to check and unpack")
    options = parser.parse_args(arguments)
    try:
        if options.open:
            print(opened(options.open) / "template.yaml")
            return 0
        archive = make()
    except (OSError, tarfile.TarError, ReleaseBroken) as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    shutil.copy(TEMPLATE, RELEASED)
    print(f"release: {archive}, {archive.stat().st_size / 1e6:.1f} MB, sha256 {digest(archive)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
