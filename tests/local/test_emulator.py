"""Which emulator runs, and what is said when none can."""

from pathlib import Path

import pytest

from local.emulator import choose, dynoxide, embedded, ministack
from local.failure import RunFailed


def install(binary: Path, script: str) -> None:
    binary.parent.mkdir(parents=True)
    binary.write_text(f"#!/bin/sh\n{script}\n")
    binary.chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Where both are installed and run."""
    install(dynoxide(tmp_path).binary, "exit 0")
    install(ministack(tmp_path).binary, "exit 0")
    return tmp_path


def test_dynoxide_goes_first_unless_ministack_is_named(checkout: Path) -> None:
    assert choose("auto", checkout).name == "dynoxide"
    assert choose("dynoxide", checkout).name == "dynoxide"
    assert choose("ministack", checkout).name == "ministack"


def test_ministack_steps_in_where_the_binary_does_not_run(checkout: Path) -> None:
    dynoxide(checkout).binary.write_bytes(b"\x7fELF built for another machine")
    assert choose("auto", checkout).name == "ministack"
    with pytest.raises(RunFailed, match="dynoxide is not installed here"):
        choose("dynoxide", checkout)


def test_nothing_installed_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RunFailed) as told:
        choose("auto", tmp_path)
    assert str(told.value) == (
        "no embedded DynamoDB: neither dynoxide nor ministack is installed here; "
        "use `make run`, which installs one, or name a DynamoDB with --endpoint-url"
    )


def test_an_emulator_that_ends_at_once_points_to_its_log(tmp_path: Path) -> None:
    install(dynoxide(tmp_path).binary, "echo 'no space left'; exit 3")
    with (
        pytest.raises(RunFailed, match=r"ended at once; see .*dynamodb\.log"),
        embedded(dynoxide(tmp_path), tmp_path, tmp_path),
    ):
        pass
    assert (tmp_path / "dynamodb.log").read_text() == "no space left\n"
