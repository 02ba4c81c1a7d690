"""The genuine runtime interface emulator accepts our loop. Its front door buffers, so this is about form, not time.

The binary ships inside aws-sam-cli (``samcli/local/rapid``), which lives in an environment of its own because of its
pins; ``make test-infra`` makes that environment and runs this test. RUNTIME_INTERFACE_EMULATOR may name another.
"""

import asyncio
import json
import os
import platform
import sys
from pathlib import Path

import pytest

from tests.emulators.invocation import SEPARATOR
from tests.emulators.runtime_process import ROOT, WRAPPER, started

ARCHITECTURE = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")
APPS = [Path(__file__).parent / "apps"]
EVENT = (Path(__file__).parents[2] / "events" / "rest_v1.json").read_bytes()


def rie() -> Path:
    """The emulator's binary."""
    if named := os.environ.get("RUNTIME_INTERFACE_EMULATOR"):
        return Path(named)
    (found,) = ROOT.glob(f".venv-sam/lib/python*/site-packages/samcli/local/rapid/aws-lambda-rie-{ARCHITECTURE}")
    return found


@pytest.mark.infra
async def test_the_genuine_emulator_accepts_our_answers(tmp_path: Path, unused_tcp_port_factory) -> None:
    binary = tmp_path / "aws-lambda-rie"
    binary.write_bytes(rie().read_bytes())
    binary.chmod(0o755)  # wheels do not keep the mode
    door, api = (f"127.0.0.1:{unused_tcp_port_factory()}" for _ in range(2))
    bootstrap = tmp_path / "bootstrap"
    bootstrap.write_text(f'#!/bin/sh\nexec {WRAPPER} {sys.executable} /var/runtime/bootstrap.py "$@"\n')
    bootstrap.chmod(0o755)
    addresses = ["--runtime-interface-emulator-address", door, "--runtime-api-address", api]
    command = [str(binary), *addresses, str(bootstrap), "lambda_apps.handler"]
    async with started(command, api, "lambda_apps.handler", APPS, {}):
        for _ in range(3):
            prelude, separator, body = (await invoked(door, EVENT)).partition(SEPARATOR)
            assert separator == SEPARATOR
            assert json.loads(prelude)["statusCode"] == 200
            assert json.loads(body)["path"] == "/v1/chat/completions"
        refused = json.loads(await invoked(door, b'{"source": "aws.events"}'))
        assert refused["errorType"] == "Runtime.UnsupportedEvent"


async def invoked(door: str, event: bytes) -> bytes:
    """What the emulator's front door answers to an event; it opens a moment after the process has started."""
    host, port = door.split(":")
    for _ in range(100):
        try:
            reader, writer = await asyncio.open_connection(host, int(port))
            break
        except ConnectionRefusedError:
            await asyncio.sleep(0.05)
    head = f"POST /2015-03-31/functions/function/invocations HTTP/1.0\r\nContent-Length: {len(event)}\r\n\r\n"
    writer.write(head.encode() + event)
    answer = await reader.read()
    writer.close()
    return answer.partition(b"\r\n\r\n")[2]
