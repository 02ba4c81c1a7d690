"""What the site tells people to paste, run by what reads it."""

import os
import subprocess
import sys
import tomllib

import pytest

from tests.clients.seats import Seat, take
from tests.clients.snippets import exported, snippet
from tests.e2e.support import Operator
from tests.fakes.strict.plays import HELLO
from tests.fakes.strict.provider import StrictProvider

MODEL = "some-model"


@pytest.fixture(scope="module")
def seat(operator: Operator, provider: StrictProvider, tmp_path_factory: pytest.TempPathFactory) -> Seat:
    return take(operator, provider, tmp_path_factory.mktemp("seat"), "openai", [MODEL])


def said_by(seat: Seat, command: list[str]) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": str(seat.home)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["openai.py", "anthropic.py", "google.py"])
def test_a_snippet_of_python_is_answered(seat: Seat, name: str) -> None:
    assert HELLO in said_by(seat, [sys.executable, "-c", snippet(name, seat, MODEL)])


def test_the_curl_command_is_answered(seat: Seat) -> None:
    assert HELLO in said_by(seat, ["bash", "-c", snippet("curl.sh", seat, MODEL)])


@pytest.mark.parametrize("name", ["claude-code.sh", "codex.sh", "gemini-cli.sh"])
def test_lines_for_a_shell_set_what_they_say(seat: Seat, name: str) -> None:
    lines = snippet(name, seat, MODEL)
    shown = said_by(seat, ["bash", "-c", f"{lines}\nenv"]).splitlines()
    assert {f"{variable}={value}" for variable, value in exported(lines).items()} <= set(shown)


def test_the_configuration_of_codex_is_toml_that_names_its_key(seat: Seat) -> None:
    config = tomllib.loads(snippet("codex.config.toml", seat, MODEL))
    provider = config["model_providers"][config["model_provider"]]
    assert (config["model"], provider["base_url"]) == (MODEL, f"{seat.url}/v1")
    assert exported(snippet("codex.sh", seat, MODEL)) == {provider["env_key"]: seat.account.key}
