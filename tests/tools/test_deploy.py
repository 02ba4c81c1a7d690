"""All steps of a deployment go to one place, wherever its name comes from."""

import sys
from pathlib import Path

import pytest

from tools import deploy, publish, release, root_account, smoke, undo_failed
from tools.deploy import Where, where

SAVED = """
[default.global.parameters]
stack_name = "saved"
[default.deploy.parameters]
region = "eu-west-1"
profile = "prod"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "samconfig.toml").write_text(SAVED)
    return tmp_path / "samconfig.toml"


def test_what_nobody_says_is_what_samconfig_says(config: Path) -> None:
    assert where({}, [], config) == Where(stack="saved", region="eu-west-1", profile="prod")
    assert where({}, [], config.with_name("none.toml")) == Where(stack="one-api")


def test_the_command_line_comes_first_and_what_goes_to_sam_next(config: Path) -> None:
    sams = ["--region", "eu-west-3", "--profile=test", "--stack-name", "other"]
    assert where({}, sams, config) == Where(stack="other", region="eu-west-3", profile="test")
    assert where({"stack": "mine", "region": "us-west-2"}, sams, config) == Where(
        stack="mine", region="us-west-2", profile="test"
    )


def test_what_was_typed_at_the_prompts_counts_for_the_steps_after_them(config: Path) -> None:
    assert where({"stack": "offered"}, ["--guided"], config).stack == "saved"


def test_an_environment_of_samconfig_is_read_as_sam_reads_it(config: Path) -> None:
    config.write_text(SAVED + '[prod.deploy.parameters]\nstack_name = "live"\n')
    assert where({}, ["--config-env", "prod"], config) == Where(stack="live")


def test_every_step_is_told_the_same_stack_region_and_profile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    heard: dict[str, object] = {}
    script = tmp_path / "sam"
    script.write_text(
        f'#!/bin/sh\necho "$@" > {tmp_path}/sam.txt\necho $AWS_REGION $AWS_PROFILE >> {tmp_path}/sam.txt\n'
    )
    script.chmod(0o755)
    monkeypatch.setattr(deploy, "SAM", script)
    monkeypatch.setattr(undo_failed, "undo_if_failed", lambda *given: heard.update(undo=given))
    for tool in (publish, root_account, smoke):
        monkeypatch.setattr(tool, "main", lambda arguments, name=tool.__name__: heard.update({name: arguments}) or 0)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.setenv(name, "before")  # so that what the deployment sets is taken back
    place = ["--stack", "mine", "--region", "eu-west-1", "--profile", "prod"]
    assert deploy.main([*place, "--", "--parameter-overrides", "Debug=true"]) == 0
    said, environment = (tmp_path / "sam.txt").read_text().splitlines()
    assert said == "deploy --stack-name mine --region eu-west-1 --profile prod --parameter-overrides Debug=true"
    assert environment == "eu-west-1 prod"
    assert heard == {
        "undo": ("mine", "eu-west-1"),
        "tools.publish": place,
        "tools.root_account": place,
        "tools.smoke": place,
    }


def test_a_release_brings_its_own_site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(release, "opened", lambda _: tmp_path)
    monkeypatch.setattr(deploy, "deploy", lambda *_: Where(stack="mine"))
    heard: list[list[str]] = []
    for tool in (publish, root_account, smoke):
        monkeypatch.setattr(tool, "main", lambda arguments: heard.append(arguments) or 0)
    assert deploy.main(["--stack", "mine", "--release", "one.tar.gz"]) == 0
    assert heard[0] == ["--stack", "mine", "--site", str(tmp_path / "site.zip")]


def test_after_a_deployment_that_failed_nothing_else_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deploy, "SAM", Path(sys.executable))  # which knows no file named deploy
    monkeypatch.setattr(undo_failed, "undo_if_failed", lambda *_: False)
    monkeypatch.setattr(deploy, "finish", lambda *_: pytest.fail("the steps after it were taken"))
    assert deploy.main(["--stack", "mine"]) == 1
