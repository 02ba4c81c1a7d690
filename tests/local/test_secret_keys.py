"""Secrets are made once, kept privately, and never silently replaced."""

import json
from pathlib import Path

import pytest

from gateway.security.credentials import Vault
from local.failure import RunFailed
from local.secret_keys import secret_keys


def test_keys_are_made_once_and_kept_for_their_owner_only(tmp_path: Path) -> None:
    first = secret_keys(tmp_path, {}, has_data=False)
    assert len(first["SESSION_SECRET"]) == 64
    assert Vault.from_setting(first["ENCRYPTION_KEY"]).keys
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert secret_keys(tmp_path, {}, has_data=True) == first


def test_two_installations_share_no_secret(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = (secret_keys(tmp_path / name, {}, has_data=False) for name in "ab")
    assert not set(first.values()) & set(second.values())


def test_what_the_environment_sets_wins_and_is_not_written_down(tmp_path: Path) -> None:
    keys = secret_keys(tmp_path, {"SESSION_SECRET": "from outside"}, has_data=False)
    assert keys["SESSION_SECRET"] == "from outside"
    assert json.loads((tmp_path / "secrets.json").read_text()) == {"ENCRYPTION_KEY": keys["ENCRYPTION_KEY"]}

    both = {"SESSION_SECRET": "a", "ENCRYPTION_KEY": "b"}
    (tmp_path / "secrets.json").unlink()
    assert secret_keys(tmp_path, both, has_data=True) == both
    assert not (tmp_path / "secrets.json").exists()


def test_a_lost_encryption_key_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(RunFailed, match="restore the file, or set ENCRYPTION_KEY"):
        secret_keys(tmp_path, {}, has_data=True)


@pytest.mark.parametrize("content", ["", "not json", "[1]", "7"])
def test_a_broken_file_stops_the_start(tmp_path: Path, content: str) -> None:
    (tmp_path / "secrets.json").write_text(content)
    with pytest.raises(RunFailed, match=r"cannot read .*secrets\.json"):
        secret_keys(tmp_path, {}, has_data=False)
