"""A release holds what a build has, finds it from wherever it lies, and is not deployed when it is damaged."""

import tarfile
import zipfile
from pathlib import Path

import pytest

from local.places import TEMPLATE
from local.tables import read_template
from tools import release
from tools.release import PARTS, ReleaseBroken


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    for part in PARTS:
        (tmp_path / "build" / part).mkdir(parents=True)
        (tmp_path / "build" / part / "code.py").write_text(f"# {part}\n")
    script = tmp_path / "build" / "RelayFunction" / "bootstrap-stream"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("<!doctype html>")
    return release.make(tmp_path / "build", tmp_path / "out", tmp_path / "site")


def test_what_is_unpacked_is_what_was_packed(archive: Path, tmp_path: Path) -> None:
    folder = release.opened(archive, tmp_path / "there")
    assert {file.name for file in folder.iterdir()} == {
        *PARTS.values(), "site.zip", "template.yaml", "template-s3.yaml", "CHANGELOG.md", "SHA256SUMS",
    }  # fmt: skip
    with zipfile.ZipFile(folder / "relay.zip") as relay:
        assert relay.read("code.py") == b"# RelayFunction\n"
        assert relay.getinfo("bootstrap-stream").external_attr >> 16 == 0o755


def test_the_same_build_makes_the_same_zips(archive: Path, tmp_path: Path) -> None:
    again = release.make(tmp_path / "build", tmp_path / "again", tmp_path / "site")
    first, second = (release.opened(one, tmp_path / one.parent.name) for one in (archive, again))
    assert (first / "SHA256SUMS").read_text() == (second / "SHA256SUMS").read_text()


def test_templates_find_the_zips_beside_them_or_in_a_bucket(archive: Path, tmp_path: Path) -> None:
    folder, whole = release.opened(archive, tmp_path / "there"), read_template(TEMPLATE)
    beside, in_s3 = read_template(folder / "template.yaml"), read_template(folder / "template-s3.yaml")
    for part, name in PARTS.items():
        key = "CodeUri" if part.endswith("Function") else "ContentUri"
        assert beside["Resources"][part]["Properties"][key] == name
        place = {"Bucket": {"Ref": "ArtifactBucket"}, "Key": {"Fn::Sub": f"${{ArtifactPrefix}}{name}"}}
        assert in_s3["Resources"][part]["Properties"][key] == place
        assert "Metadata" not in beside["Resources"][part]
    assert beside["Parameters"] == whole["Parameters"]
    assert in_s3["Parameters"].keys() - whole["Parameters"].keys() == {"ArtifactBucket", "ArtifactPrefix"}
    assert beside["Resources"].keys() == in_s3["Resources"].keys() == whole["Resources"].keys()


def test_a_damaged_release_is_refused(archive: Path, tmp_path: Path) -> None:
    folder = release.opened(archive, tmp_path / "there")
    (folder / "cron.zip").write_bytes(b"something else")
    with tarfile.open(tmp_path / "damaged.tar.gz", "w:gz") as tar:
        tar.add(folder, folder.name)
    with pytest.raises(ReleaseBroken, match=r"cron\.zip"):
        release.opened(tmp_path / "damaged.tar.gz", tmp_path / "elsewhere")


def test_what_is_not_built_is_not_released(tmp_path: Path) -> None:
    with pytest.raises(ReleaseBroken, match="make release"):
        release.make(tmp_path, tmp_path / "out")


def test_without_a_site_there_is_no_release(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(ReleaseBroken, match="not built"):
        release.make(tmp_path / "build", tmp_path / "again", tmp_path / "nowhere")
