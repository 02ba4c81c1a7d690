"""The cold start comparison works; its figures are for people, not for a test."""

import re

import pytest

from bench import cold_start


def test_both_starts_and_their_ratio_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cold_start.main(["bench.bare_starlette:app", "--runs", "1", "--path", "/v1/models", "--limit", "100"]) == 0
    application, bare, ratio = capsys.readouterr().out.splitlines()
    assert re.search(r"\d+\.\d ms +status 200 +bench\.bare_starlette:app$", application)
    assert bare.startswith("bare Starlette")
    assert float(ratio.split()[1]) > 0


def test_a_ratio_above_the_limit_is_a_failure() -> None:
    assert cold_start.main(["bench.bare_starlette:app", "--runs", "1", "--limit", "0.01"]) == 1


def test_an_application_that_does_not_start_is_named_with_its_error() -> None:
    with pytest.raises(SystemExit, match=r"nosuch:app ended before it answered[\s\S]*ImportModuleError"):
        cold_start.main(["nosuch:app", "--runs", "1"])


def test_help_says_what_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cold_start.main(["--help"])
    assert "first answer" in capsys.readouterr().out
