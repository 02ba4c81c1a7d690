"""The two secrets of an installation: from the environment, else made once and kept in the data folder."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from gateway.security.credentials import new_key
from local.failure import RunFailed

FILE = "secrets.json"
NAMES = ("SESSION_SECRET", "ENCRYPTION_KEY")


def secret_keys(data_dir: Path, environment: Mapping[str, str], *, has_data: bool) -> dict[str, str]:
    """A value for each of NAMES. ``has_data`` says whether a database from before lies in the folder: what is
    sealed in it opens with the old key only, so a lost file is an error rather than a new key.
    """
    path = data_dir / FILE
    given = {name: environment[name] for name in NAMES if environment.get(name)}
    kept = _read(path)
    if "ENCRYPTION_KEY" not in {*given, *kept} and has_data:
        raise RunFailed(
            f"{path} is missing, and the channels' keys in {data_dir} open only with the key it held; "
            "restore the file, or set ENCRYPTION_KEY"
        )
    made = {"SESSION_SECRET": secrets.token_hex(32), "ENCRYPTION_KEY": new_key()}
    keys = {**made, **kept, **given}
    if missing := [name for name in NAMES if name not in {*given, *kept}]:
        _write(path, {**kept, **{name: keys[name] for name in missing}})
    return keys


def _read(path: Path) -> dict[str, str]:
    try:
        content: dict[str, str] = dict(json.loads(path.read_text()))
        return {name: content[name] for name in NAMES if name in content}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError) as error:
        raise RunFailed(f"cannot read {path}: {error}; restore it from a backup") from None


def _write(path: Path, keys: dict[str, str]) -> None:
    """Whole or not at all, and never readable by others."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(keys, file, indent=1)
        os.fsync(descriptor)
    draft.replace(path)
