"""``python -m bench.relay_alone``: the memory of the relay by itself, without management API, jobs and site.

A whole local gateway brings tables, an account and a channel; beside it the relay is served by uvicorn alone, on the
same tables, and has all of the load.
"""

import re
import secrets
import sys
import tempfile
import time
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

from bench import gateway, proc
from bench.runner import load, stopping
from bench.scenarios import SCENARIOS
from bench.targets import ROOT, Spec, Target, TargetFailed, start
from tests.fakes.upstream import UpstreamProcess

LOADS = ("ns16", "st16", "paced8", "big16")
SECONDS = 3.0


def main() -> int:
    """Print megabytes, idle and after each load."""
    gateway_cpus, other_cpus = proc.processors()
    running: list[Target] = []
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        UpstreamProcess(cpus=other_cpus) as upstream,
        stopping(running),
    ):
        work, whole = Path(folder), _whole()
        running.append(start(whole, upstream=upstream.url, work=work / "whole", cpus=gateway_cpus))
        endpoint = _database_of(work / "whole" / "output.log")
        relay = start(_relay(whole, endpoint), upstream=upstream.url, work=work / "relay", cpus=gateway_cpus)
        running.append(relay)
        _say("idle", relay)
        for name in LOADS:
            scenario = SCENARIOS[name]
            load(scenario, relay.address(scenario), target=relay, seconds=SECONDS, cpus=other_cpus)
            _say(f"after {name}", relay)
    return 0


def _whole() -> Spec:
    """With keys that the relay can be told."""
    spec = gateway.spec()
    keys = {name: b64encode(secrets.token_bytes(32)).decode() for name in ("ENCRYPTION_KEY", "SESSION_SECRET")}
    return replace(spec, env=spec.env | keys)


def _relay(whole: Spec, endpoint: str) -> Spec:
    settings = {
        "AWS_ENDPOINT_URL_DYNAMODB": endpoint,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": "us-east-1",
        "PYTHONPATH": f"{ROOT / 'shared'}:{ROOT / 'functions'}",
    }
    cmd = [sys.executable, "-m", "uvicorn", "relay.asgi:app", "--port", "{port}", "--loop", "uvloop", "--no-access-log"]
    return replace(whole, name="relay", cmd=cmd, env=whole.env | settings, ready="", setup=None)


def _database_of(log: Path) -> str:
    found = re.search(r"database +\w+ at (\S+),", log.read_text())
    if found is None:
        raise TargetFailed(f"no embedded database in {log}")
    return found[1]


def _say(when: str, relay: Target) -> None:
    time.sleep(1)
    memory = proc.memory(relay.pid or 0)
    print(f"{memory.rss:7.1f} MB  (most {memory.peak:.1f})  {when}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
