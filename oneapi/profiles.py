"""Where one is signed in: an address and an access token by name, in one file that nobody else may read.

``ONEAPI_ADDRESS`` and ``ONEAPI_TOKEN`` go before the file, so that a pipeline needs none.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from oneapi.failures import Exit, Failure

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Profile:
    """A gateway and who calls it."""

    address: str
    token: str


def path() -> Path:
    """The file: ``ONEAPI_CONFIG``, or below the folder for such files."""
    named = os.environ.get("ONEAPI_CONFIG")
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return Path(named) if named else folder / "oneapi" / "profiles.json"


def read(name: str) -> Profile:
    """The profile of this name; ``Failure`` says how to make one."""
    address, token = os.environ.get("ONEAPI_ADDRESS"), os.environ.get("ONEAPI_TOKEN")
    if address and token:
        return Profile(address.rstrip("/"), token)
    kept = _all().get(name)
    if kept is None:
        option = "" if name == DEFAULT else f"--profile {name} "
        raise Failure(f"nobody is signed in: oneapi {option}login ADDRESS", Exit.SIGNED_OUT)
    return Profile((address or kept.address).rstrip("/"), token or kept.token)


def keep(name: str, profile: Profile) -> None:
    """Write it into the file, which is its owner's alone."""
    _write({**_all(), name: profile})


def forget(name: str) -> bool:
    """Take it out of the file; whether it was in it."""
    profiles = _all()
    found = profiles.pop(name, None)
    if found is not None:
        _write(profiles)
    return found is not None


def _all() -> dict[str, Profile]:
    try:
        kept: dict[str, dict[str, Any]] = json.loads(path().read_text("utf-8"))
        return {name: Profile(**profile) for name, profile in kept.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, AttributeError) as error:
        raise Failure(f"{path()} cannot be read ({error}): delete it and sign in again", Exit.USAGE) from None


def _write(profiles: dict[str, Profile]) -> None:
    path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path().with_suffix(".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({name: asdict(profile) for name, profile in profiles.items()}, file, indent=2)
    new.replace(path())
