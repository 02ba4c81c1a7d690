"""The stack in an emulator of AWS: the same template, by the real ``sam deploy``.

    python -m tools.local_stack up       build, deploy, publish the site, make root, look at it (``make deploy-local``)
    python -m tools.local_stack down     delete it, and end the emulator that ``up`` started (``make destroy-local``)

What answers on the port is used: LocalStack (`make localstack-up`; its last image without a token is 4.14) or
ministack; where nothing does, ministack is started from .venv-ministack. One without CloudFront gets the stack without
a site, and with BUNDLE_FLAT=1 functions carry what is in the layer, for one without layers. No emulator streams through
API Gateway, so the relay's routes are deployed buffered there, and the plain handler answers. That is the only
difference to what goes to AWS.
"""

import argparse
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from local.places import ROOT
from tools import publish, root_account, smoke
from tools.bundle import MACHINES
from tools.stack import find

SAM = ROOT / ".venv-sam" / "bin" / "sam"
MINISTACK = ROOT / ".venv-ministack" / "bin" / "ministack"
START_SECONDS = 30
STACK = "one-api-local"
REGION = "us-east-1"
SETTINGS = "DeletionProtection=false SyncFrequency=1 GlobalApiRateLimit=0 GlobalWebRateLimit=0"


class LocalStackFailed(Exception):
    """A step did not succeed; the message is for the operator."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the emulator is, what it keeps between ``up`` and ``down``, and where the build goes."""

    port: int = 4566
    folder: Path = field(default=ROOT / ".build" / "emulator")
    build: Path = field(default=ROOT / ".aws-sam" / "local")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid_file(self) -> Path:
        return self.folder / f"{self.port}.pid"

    def environment(self) -> dict[str, str]:
        """What AWS's tools need to mean the emulator and nothing else."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))}
        dummy = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}
        place = {"AWS_ENDPOINT_URL": self.url, "AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION}
        return kept | dummy | place | {"SAM_CLI_TELEMETRY": "0"}


def start(place: Place) -> None:
    """Have an emulator answer; ours ends with ``stop``."""
    if health(place) is not None:
        return
    if not MINISTACK.exists():
        raise LocalStackFailed(f"nothing answers at {place.url} and ministack is not installed; use make deploy-local")
    place.folder.mkdir(parents=True, exist_ok=True)
    with (place.folder / f"{place.port}.log").open("wb") as log:
        environment = place.environment() | {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(place.port)}
        process = subprocess.Popen([MINISTACK], env=environment, stdout=log, stderr=log, start_new_session=True)  # noqa: S603
    place.pid_file.write_text(str(process.pid))
    deadline = time.monotonic() + START_SECONDS
    while health(place) is None:
        if process.poll() is not None or time.monotonic() > deadline:
            raise LocalStackFailed(f"ministack does not start; see {log.name}")
        time.sleep(0.05)


def stop(place: Place) -> None:
    """End the emulator that ``start`` started, if it did."""
    if not place.pid_file.exists():
        return
    subprocess.run(["kill", place.pid_file.read_text()], check=False)  # noqa: S603, S607
    place.pid_file.unlink()


def health(place: Place) -> dict[str, Any] | None:
    """What the emulator says about itself; ``None`` when nothing answers."""
    try:
        return httpx.get(f"{place.url}/_localstack/health", timeout=2, trust_env=False).json()
    except (httpx.HTTPError, ValueError):
        return None


def build(place: Place) -> None:
    """Pack as for AWS; for ministack, which runs functions with this machine's Python, with wheels for that."""
    native = {} if _runs_images(place) else {"BUNDLE_NATIVE": "1"}
    _sam(place, "build", "--build-dir", str(place.build), environment=native)
    template = place.build / "template.yaml"
    text, routes = re.subn(r"(ResponseTransferMode: )RESPONSE_STREAM\b", r"\1BUFFERED", template.read_text())
    if not routes:
        raise LocalStackFailed("the built template has no streaming route")
    text = re.sub(r"(TimeoutInMillis: )900000\b", r"\g<1>29000", text)
    template.write_text(_without_layers(text) if os.environ.get("BUNDLE_FLAT") else text)


def _without_layers(template: str) -> str:
    """What sam has built, with no function asking for a layer."""
    text, count = re.subn(r"^    Layers:\n(?:    (?:- |  ).*\n)+", "", template, flags=re.MULTILINE)
    if not count:
        raise LocalStackFailed("the built template has no layers to leave out")
    return text


def deploy(place: Place) -> None:
    """The real ``sam deploy``, to the emulator."""
    machine = next(name for name, machine in MACHINES.items() if machine == platform.machine())
    site = "true" if "cloudfront" in (health(place) or {}).get("services", {}) else "false"
    settings = f"{SETTINGS} Architecture={machine} WithSite={site}"
    _sam(place, "deploy", "--template-file", str(place.build / "template.yaml"), "--parameter-overrides", settings)


def delete(place: Place) -> None:
    """Delete the stack, what ``sam deploy`` uploaded for it, and the key that outlives every stack."""
    stack = find(STACK, REGION)
    publish.empty(stack)
    _sam(place, "delete", "--no-prompts", "--region", REGION, "--stack-name", STACK, config=False)
    key = stack.outputs["EncryptionKeyArn"]
    stack.client("secretsmanager").delete_secret(SecretId=key, ForceDeleteWithoutRecovery=True)


def up(place: Place) -> bool:
    """All of it; whether the checks held."""
    start(place)
    build(place)
    deploy(place)
    if publish.main(["--stack", STACK]) or root_account.main(["--stack", STACK]):
        return False
    stack = find(STACK, REGION)
    print(f"management API  {stack.management_url}/api/\nrelay           {stack.relay_base_url}")
    return smoke.visit(stack)


def down(place: Place) -> bool:
    """Leave nothing."""
    if health(place) is not None:
        delete(place)
    stop(place)
    return True


def _runs_images(place: Place) -> bool:
    """LocalStack starts functions in containers of AWS's images; ministack with the Python it runs in."""
    return not httpx.get(f"{place.url}/_ministack/health", trust_env=False).is_success


def _sam(place: Place, *arguments: str, environment: Mapping[str, str] | None = None, config: bool = True) -> None:
    if not SAM.exists():
        raise LocalStackFailed("aws-sam-cli is not installed; use make deploy-local")
    settings = ["--config-file", str(ROOT / "samconfig.toml"), "--config-env", "local"] if config else []
    command = [str(SAM), *arguments, *settings]
    result = subprocess.run(  # noqa: S603
        command,
        cwd=ROOT,
        env=place.environment() | dict(environment or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise LocalStackFailed(f"sam {arguments[0]} failed:\n{result.stdout[-3000:]}\n{result.stderr[-3000:]}")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("up", "down"))
    parser.add_argument("--port", type=int, default=4566)
    options = parser.parse_args(arguments)
    place = Place(options.port)
    os.environ.update(place.environment())
    try:
        done = up(place) if options.what == "up" else down(place)
    except LocalStackFailed as failed:
        print(f"local stack: {failed}", file=sys.stderr)
        return 1
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
