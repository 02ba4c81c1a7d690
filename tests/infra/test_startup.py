"""What is loaded when a function starts: each module costs every cold start."""

import subprocess
import sys

import pytest

from local.places import ROOT

HEAVY = (
    "fastapi",
    "pydantic",
    "pydantic.v1.main",
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
MOST_OWN, MOST_OTHERS = 270, 190
# Each was there once, and came with something the relay did not ask for.
UNASKED = (
    "starlette",
    "anyio",
    "email",
    "http",
    "html",
    "tempfile",
    "importlib.resources",
    "concurrent.futures.thread",
)
COUNTED = """
import dataclasses, sys
made, plain = [], dataclasses.dataclass
def counted(cls=None, **options):
    made.extend([] if options.get("init") is False else [sys._getframe(1).f_globals["__name__"]])
    return plain(cls, **options)
dataclasses.dataclass = counted
"""
MAY_LOAD = {"relay": set[str](), "cron": {"botocore", "pynamodb", "aws_lambda_powertools"}}
MAY_LOAD["admin"] = MAY_LOAD["cron"] | {"fastapi", "pydantic"}


@pytest.mark.parametrize("function", START)
def test_a_function_starts_without_what_it_does_not_need(function: str) -> None:
    loaded = modules(START[function])
    heavy = {name for name in HEAVY if name in loaded}
    assert heavy <= MAY_LOAD[function]
    others = {"relay", "admin", "cron"} - {function}
    assert not others & loaded


def test_the_relay_starts_with_no_more_modules_than_it_was_measured_with() -> None:
    loaded = modules(START["relay"])
    own = {name for name in loaded if name.partition(".")[0] in ("gateway", "relay")}
    assert not loaded & set(UNASKED)
    assert len(own) <= MOST_OWN and len(loaded - own) <= MOST_OTHERS


def test_the_relay_starts_without_compiling_classes_for_the_standard_librarys_dataclasses() -> None:
    made = printed(f"{COUNTED}\n{START['relay']}\nprint(*made)").split()
    assert not made, "gateway.records has a dataclass that is compiled when its first object is made"


def modules(code: str) -> set[str]:
    return set(printed(f"{code}\nimport sys\nprint(*sys.modules)").split())


def printed(script: str) -> str:
    environment = {
        "PYTHONPATH": f"{ROOT / 'shared'}:{ROOT / 'functions'}",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "ENCRYPTION_KEY": "A" * 43,
    }
    result = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    return result.stdout
