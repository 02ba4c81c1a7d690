"""Our own gateway as a target: started as on a laptop, with one channel that leads to the fake upstream."""

import json
import secrets
import sys
from urllib.parse import urlsplit

from bench.targets import Spec, TargetFailed, post

NAME = "ours"
OPTIONS = {
    "UnknownModelPrice": "1",  # the fake model is in nobody's price list
    "MostOpenRequests": "2000",  # one account opens the 1,000 streams
}


def spec() -> Spec:
    """With fresh keys; they live as long as the run."""
    key, access = secrets.token_hex(24), secrets.token_hex(16)

    def set_up(url: str, upstream: str) -> None:
        admin = [f"authorization: {access}"]
        for option, value in OPTIONS.items():
            given = json.dumps({"key": option, "value": value}).encode()
            accepted(post(f"{url}/api/option/", given, admin, method="PUT"))
        channel = {
            "type": 1,
            "name": "bench",
            "key": "sk-upstream",
            "base_url": f"http://{urlsplit(upstream).netloc}",
            "models": "fake",
            "group": "default",
        }
        accepted(post(f"{url}/api/channel/", json.dumps(channel).encode(), admin))

    return Spec(
        name=NAME,
        cmd=[sys.executable, "-m", "local", "--port", "{port}", "--data-dir", "{work}/data"],
        env={"INITIAL_ROOT_TOKEN": key, "INITIAL_ROOT_ACCESS_TOKEN": access},
        headers=[f"authorization: Bearer sk-{key}"],
        ready="/api/status",
        setup=set_up,
        note="local run: relay, admin and tables in one process tree",
    )


def accepted(answer: tuple[int, bytes]) -> None:
    """Raises ``TargetFailed`` unless the management API did what it was asked."""
    status, body = answer
    if status != 200 or not json.loads(body).get("success"):
        raise TargetFailed(f"the gateway refused its set-up: {status} {body[:300]!r}")
