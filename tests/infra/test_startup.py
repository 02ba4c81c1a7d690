"""What is loaded when a function starts: each module costs every cold start."""

import subprocess
import sys

import pytest

from local.places import ROOT

HEAVY = (
    "fastapi",
    "pydantic",
    "boto3",
    "botocore",
    "botocore.client",
    "botocore.session",
    "pynamodb",
    "tiktoken",
    "regex",
    "requests",
    "aws_xray_sdk",
    "aws_lambda_powertools",
    "websockets",
    "nh3",
    "markdown_it",
)
START = {
    "relay": (
        "import gateway.lambda_runtime.__main__, relay.asgi;"
        "deps = relay.asgi.build(); from relay.app import create_app; create_app(deps)"
    ),
    "admin": "import admin.asgi",
    "cron": "import cron.entry",
}
MAY_LOAD = {"relay": set[str](), "cron": {"botocore", "pynamodb", "aws_lambda_powertools"}}
MAY_LOAD["admin"] = MAY_LOAD["cron"] | {"fastapi", "pydantic"}


@pytest.mark.parametrize("function", START)
def test_a_function_starts_without_what_it_does_not_need(function: str) -> None:
    loaded = modules(START[function])
    heavy = {name for name in HEAVY if name in loaded}
    assert heavy <= MAY_LOAD[function]
    others = {"relay", "admin", "cron"} - {function}
    assert not others & loaded


def modules(code: str) -> set[str]:
    environment = {
        "PYTHONPATH": f"{ROOT / 'shared'}:{ROOT / 'functions'}",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "ENCRYPTION_KEY": "A" * 43,
    }
    script = f"{code}\nimport sys\nprint(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    return set(result.stdout.split())
