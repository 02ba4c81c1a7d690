"""``sam deploy --guided`` with Enter at every prompt: it must ask nothing that has no good default, and reach AWS.

No AWS answers: a small server stands for it that hears the first call and refuses it.
"""

import os
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from local.places import ROOT, TEMPLATE
from local.tables import read_template
from tools.local_stack import SAM

pytestmark = pytest.mark.infra

PROMPTS = 200  # newlines; far more than there are prompts


class _Aws(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        vars(self.server)["heard"].append(body.decode())
        content = (
            b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>this is no AWS</Message></Error></ErrorResponse>"
        )
        self.send_response(403)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def refusing_aws() -> Generator[tuple[str, list[str]]]:
    """Its address, and what it was asked."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Aws)
    heard: list[str] = []
    vars(server).update(heard=heard)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def deploy_guided(folder: Path, aws: str) -> str:
    """Everything it prints."""
    (folder / "samconfig.toml").write_bytes((ROOT / "samconfig.toml").read_bytes())
    arguments = ["--template-file", str(TEMPLATE), "--config-file", str(folder / "samconfig.toml")]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "AWS_ENDPOINT_URL": aws,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAM_CLI_TELEMETRY": "0",
    }
    done = subprocess.run(
        [str(SAM), "deploy", "--guided", *arguments],
        cwd=folder, env=environment, input="\n" * PROMPTS, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


def test_enter_at_every_prompt_of_a_guided_deployment_reaches_aws(tmp_path: Path) -> None:
    began = time.monotonic()
    with refusing_aws() as (url, heard):
        log = deploy_guided(tmp_path, url)
    print(f"sam deploy --guided, Enter at every prompt ({time.monotonic() - began:.0f} s):\n{log}")
    assert "Security Constraints Not Satisfied" not in log
    assert "is this okay" not in log.lower()
    assert all(f"Parameter {name} [" in log for name in read_template(TEMPLATE)["Parameters"])
    assert any("Action=DescribeStacks" in call for call in heard), log
