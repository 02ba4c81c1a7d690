"""The command line."""

from pathlib import Path

import pytest

from local.failure import RunFailed
from local.options import read_options


def test_defaults_are_those_of_the_readme() -> None:
    options = read_options([], {})
    assert (options.host, options.port, options.table_prefix) == ("127.0.0.1", 3000, "one-api-")
    assert (options.data_dir, options.log_dir) == (Path("data").absolute(), Path("logs").absolute())
    assert (options.endpoint_url, options.emulator) == ("", "auto")


def test_the_port_comes_from_the_environment_unless_an_option_names_it() -> None:
    assert read_options([], {"PORT": "8080"}).port == 8080
    assert read_options(["--port", "8081"], {"PORT": "8080"}).port == 8081
    with pytest.raises(RunFailed, match="the environment variable PORT is wrong: a port is a number"):
        read_options([], {"PORT": "http"})


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--port", "70000"], "a port is a number from 0 (any free one) to 65535, not '70000'"),
        (["--port", "-1"], "a port is a number"),
        (["--endpoint-url", "localhost:8000"], "an endpoint looks like http://127.0.0.1:8000"),
        (["--stack-name", "a/b"], "a stack name is letters, digits and hyphens"),
        (["--emulator", "moto"], "invalid choice"),
    ],
)
def test_a_wrong_option_is_told_with_what_is_expected(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        read_options(arguments, {})
    assert end.value.code == 2
    assert told in capsys.readouterr().err


def test_an_endpoint_loses_its_last_slash() -> None:
    assert read_options(["--endpoint-url", "http://127.0.0.1:8000/"], {}).endpoint_url == "http://127.0.0.1:8000"
