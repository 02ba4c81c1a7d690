"""Our own gateway as a target: started as on a laptop, with one channel that leads to the fake upstream."""

import json
import secrets
import sys
from urllib.parse import urlsplit

from bench.targets import Spec, TargetFailed, post

NAME = "ours"


def spec() -> Spec:
    """With fresh keys; they live as long as the run."""
    key, access = secrets.token_hex(24), secrets.token_hex(16)

    def add_channel(url: str, upstream: str) -> None:
        channel = {
            "type": 1,
            "name": "bench",
            "key": "sk-upstream",
            "base_url": f"http://{urlsplit(upstream).netloc}",
            "models": "fake",
            "group": "default",
        }
        status, body = post(f"{url}/api/channel/", json.dumps(channel).encode(), [f"authorization: {access}"])
        if status != 200 or not json.loads(body).get("success"):
            raise TargetFailed(f"the channel was refused: {status} {body[:300]!r}")

    return Spec(
        name=NAME,
        cmd=[sys.executable, "-m", "local", "--port", "{port}", "--data-dir", "{work}/data"],
        env={"INITIAL_ROOT_TOKEN": key, "INITIAL_ROOT_ACCESS_TOKEN": access},
        headers=[f"authorization: Bearer sk-{key}"],
        ready="/api/status",
        setup=add_channel,
        note="local run: relay, admin and tables in one process tree",
    )
