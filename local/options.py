"""The command line, with the environment's defaults."""

import argparse
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from gateway import __version__
from local.failure import RunFailed

DEFAULT_PORT = 3000
EmulatorChoice = Literal["auto", "dynoxide", "ministack"]

EPILOG = """\
environment (also read from .env in the working folder):
  PORT                         default of --port
  INITIAL_ROOT_PASSWORD        root's password at the first start; random and printed once when unset
  INITIAL_ROOT_TOKEN           an API key for root, made at the first start
  INITIAL_ROOT_ACCESS_TOKEN    a management access token for root, made at the first start
  SESSION_SECRET, ENCRYPTION_KEY   made once and kept in the data folder when unset
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the operator asked for. ``endpoint_url`` empty: the embedded DynamoDB."""

    host: str
    port: int
    data_dir: Path
    log_dir: Path
    endpoint_url: str
    stack_name: str
    emulator: EmulatorChoice

    @property
    def table_prefix(self) -> str:
        return f"{self.stack_name}-"


def read_options(arguments: Sequence[str] | None, environment: Mapping[str, str]) -> Options:
    """Parse the command line; ``SystemExit`` after ``--help``, ``--version`` or a wrong option."""
    given = _parser(environment).parse_args(arguments)
    return Options(
        host=given.host,
        port=given.port,
        data_dir=Path(given.data_dir).absolute(),
        log_dir=Path(given.log_dir).absolute(),
        endpoint_url=(given.endpoint_url or "").rstrip("/"),
        stack_name=given.stack_name,
        emulator=cast("EmulatorChoice", given.emulator),
    )


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local",
        description="Serve relay, management API and site on one port, with an embedded DynamoDB.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s; 0.0.0.0: every interface)")
    add("--port", type=_port, default=_default_port(environment), help="port to listen on (default: %(default)s)")
    add("--data-dir", default="./data", help="folder of the database and the secrets (default: %(default)s)")
    add("--log-dir", default="./logs", help="folder of the logs (default: %(default)s)")
    add("--endpoint-url", type=_url, help="use this DynamoDB endpoint instead of the embedded one")
    add("--stack-name", type=_stack, default="one-api", help="first part of the tables' names (default: %(default)s)")
    add(
        "--emulator",
        choices=("auto", "dynoxide", "ministack"),
        default="auto",
        help="which embedded DynamoDB (default: dynoxide where it runs, else ministack)",
    )
    add("--version", action="version", version=f"one-api-serverless {__version__}")
    return parser


def _default_port(environment: Mapping[str, str]) -> int:
    text = environment.get("PORT") or str(DEFAULT_PORT)
    try:
        return _port(text)
    except argparse.ArgumentTypeError as error:
        raise RunFailed(f"the environment variable PORT is wrong: {error}") from None


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 (any free one) to 65535, not {text!r}")
    return int(text)


def _url(text: str) -> str:
    if not re.fullmatch(r"https?://[^/\s]+/?", text):
        raise argparse.ArgumentTypeError(f"an endpoint looks like http://127.0.0.1:8000, not {text!r}")
    return text


def _stack(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,127}", text):
        raise argparse.ArgumentTypeError(f"a stack name is letters, digits and hyphens, a letter first, not {text!r}")
    return text
