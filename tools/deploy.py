"""``sam deploy`` and all that follows it, in one account, region and stack (``make deploy``).

    python -m tools.deploy --stack one-api --region eu-west-1 --profile prod -- --guided
    python -m tools.deploy --stack one-api --release one-api-0.1.0.tar.gz

What follows ``--`` goes to sam. Name, region and profile come from the command line, else from samconfig.toml, where
``--guided`` saves its answers; all steps get the same. A first deployment that has failed is taken back before.
"""

import argparse
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.places import ROOT
from tools import publish, release, root_account, smoke, undo_failed

SAM = ROOT / ".venv-sam" / "bin" / "sam"
CONFIG = ROOT / "samconfig.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A stack, and the way to it; empty is what AWS's tools choose."""

    stack: str
    region: str = ""
    profile: str = ""

    def options(self, name: str) -> list[str]:
        """For a command that calls the stack's name by this option."""
        given = {name: self.stack, "--region": self.region, "--profile": self.profile}
        return [word for option, value in given.items() if value for word in (option, value)]


def where(options: Mapping[str, str], arguments: Sequence[str], config: Path = CONFIG) -> Where:
    """The command line first, what goes to sam next, then samconfig.toml; with ``--guided`` its answers are first."""
    saved = _saved(config, _option(arguments, "--config-env") or "default")
    given = {
        "stack": options.get("stack") or _option(arguments, "--stack-name"),
        "region": options.get("region") or _option(arguments, "--region"),
        "profile": options.get("profile") or _option(arguments, "--profile"),
    }
    first, second = (saved, given) if _guided(arguments) else (given, saved)
    chosen = {name: first.get(name) or second.get(name) or "" for name in given}
    return Where(**chosen | {"stack": chosen["stack"] or "one-api"})


def _guided(arguments: Sequence[str]) -> bool:
    return bool({"--guided", "-g"} & set(arguments))


def _option(arguments: Sequence[str], name: str) -> str:
    for number, word in enumerate(arguments):
        if word == name and number + 1 < len(arguments):
            return arguments[number + 1]
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return ""


def _saved(config: Path, environment: str) -> dict[str, str]:
    sections: dict[str, Any] = tomllib.loads(config.read_text()).get(environment, {}) if config.exists() else {}
    found: dict[str, Any] = {}
    for command in ("global", "deploy"):
        found |= sections.get(command, {}).get("parameters", {})
    return {
        "stack": found.get("stack_name", ""),
        "region": found.get("region", ""),
        "profile": found.get("profile", ""),
    }


def deploy(options: Mapping[str, str], arguments: Sequence[str], template: str = "") -> Where | None:
    """sam's part; where it has deployed, or ``None`` if it failed."""
    before = where(options, [word for word in arguments if word not in ("--guided", "-g")])
    _point_at(before)
    undo_failed.undo_if_failed(before.stack, before.region)
    given = ["--template-file", template] if template else []
    command = [str(SAM), "deploy", *before.options("--stack-name"), *given, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | {"SAM_CLI_TELEMETRY": "0"}, check=False)  # noqa: S603
    return where(options, arguments) if done.returncode == 0 else None


def _point_at(place: Where) -> None:
    """Every client of this process looks there."""
    if place.region:
        os.environ.update(AWS_REGION=place.region, AWS_DEFAULT_REGION=place.region)
    if place.profile:
        os.environ["AWS_PROFILE"] = place.profile


def finish(place: Where, site: Sequence[str] = ()) -> int:
    """The site, root, and a look at it from outside: each in the same place."""
    _point_at(place)
    arguments = place.options("--stack")
    return publish.main([*arguments, *site]) or root_account.main(arguments) or smoke.main(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    words = list(sys.argv[1:] if arguments is None else arguments)
    at = words.index("--") if "--" in words else len(words)
    ours, sams = words[:at], words[at + 1 :]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--stack", "--region", "--profile", "--release"):
        parser.add_argument(name, default="")
    options = vars(parser.parse_args(ours))
    try:
        released = release.opened(Path(options["release"])) if options["release"] else None
        place = deploy(options, sams, str(released / "template.yaml") if released else "")
    except (release.ReleaseBroken, undo_failed.NotEmpty) as error:
        print(f"deploy: {error}", file=sys.stderr)
        return 1
    site = ["--site", str(released / "site.zip")] if released else []
    return finish(place, site) if place else 1


if __name__ == "__main__":
    sys.exit(main())
