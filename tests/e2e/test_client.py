"""The command-line client against a running gateway: every command there is, as it is typed."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer

from local.places import ROOT
from oneapi.commands import logs
from oneapi.configuration import references
from oneapi.failures import Exit
from oneapi.main import app, run
from tests.e2e.conftest import AT_ONCE, NewAccount, operating
from tests.e2e.support import MODEL, Account, Operator
from tests.fakes.upstream import UpstreamProcess

QUESTION = {"model": MODEL, "messages": [{"role": "user", "content": "hi"}]}
CALLED: set[str] = set()


@dataclass(frozen=True, slots=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Type = Callable[..., Said]


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory, upstream: UpstreamProcess) -> Generator[Operator]:
    """A gateway of its own: a configuration is all of it."""
    yield from operating(tmp_path_factory.mktemp("client"), upstream, AT_ONCE)


@pytest.fixture
def type_(
    operator: Operator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Type:
    """Types a command, as root unless signed in otherwise."""
    for name in ("ONEAPI_ADDRESS", "ONEAPI_TOKEN", "ONEAPI_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ONEAPI_CONFIG", str(tmp_path / "of the client" / "profiles.json"))

    def say(*words: str, answers: dict[str, str] | None = None, stdin: str | None = None) -> Said:
        CALLED.add(" ".join(word for word in words[:2] if word.isalpha() or "-" in word[1:]))
        with monkeypatch.context() as patched:
            patched.setattr(typer, "prompt", lambda label, **_: (answers or {})[label])
            patched.setattr("sys.stdin", _Typed(stdin))
            code = run(list(words))
        read = capsys.readouterr()
        return Said(code, read.out, read.err)

    return say


class _Typed:
    """Standard input that is piped, or a terminal at which nobody types unasked."""

    def __init__(self, text: str | None) -> None:
        self._text = text

    def isatty(self) -> bool:
        return self._text is None

    def read(self) -> str:
        return self._text or ""

    def readline(self, *_: int) -> str:
        return self._text or ""


@pytest.fixture
def root(type_: Type, operator: Operator) -> Type:
    """Signed in as root with the access token there is."""
    said = type_("login", operator.gateway.url, "--token-stdin", stdin=operator.gateway.root_access_token + "\n")
    assert said.code == 0, said.err
    return type_


def test_signing_in_by_password_keeps_a_token_that_nobody_else_may_read(
    type_: Type, operator: Operator, new_account: NewAccount, tmp_path: Path
) -> None:
    alice = operator.call("POST", "/api/user/", {"username": "alice-cli", "password": "a good one"})
    assert type_("status").code == Exit.SIGNED_OUT
    wrong = type_("login", operator.gateway.url, "-u", "alice-cli", answers={"Password": "wrong"})
    assert (wrong.code, wrong.out) == (Exit.FAILED, "")
    answers = {"Username": "alice-cli", "Password": "a good one"}
    said = type_("login", operator.gateway.url, answers=answers)
    assert said.out == f"signed in to {operator.gateway.url} as alice-cli (user)\n"
    kept = tmp_path / "of the client" / "profiles.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    shown = type_("status")
    assert "alice-cli (user, group default)" in shown.out
    assert type_("status", "--json").json["account"]["id"] == alice["id"]
    assert type_("logout").code == 0
    assert type_("logout").code == Exit.SIGNED_OUT
    assert type_("status").err == "oneapi: nobody is signed in: oneapi login ADDRESS\n"


def test_an_environment_needs_no_file(type_: Type, operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEAPI_ADDRESS", operator.gateway.url)
    monkeypatch.setenv("ONEAPI_TOKEN", "nobody's")
    assert type_("keys", "list").code == Exit.SIGNED_OUT
    monkeypatch.setenv("ONEAPI_TOKEN", operator.gateway.root_access_token)
    assert type_("keys", "list").code == 0


def test_profiles_are_several_gateways(root: Type, operator: Operator) -> None:
    token = operator.gateway.root_access_token
    assert root("--profile", "work", "login", operator.gateway.url, "--token-stdin", stdin=token).code == 0
    assert root("--profile", "work", "status").code == 0
    assert root("--profile", "home", "status").code == Exit.SIGNED_OUT


@pytest.mark.parametrize(
    ("address", "said"), [("http://127.0.0.1:9", "cannot be reached"), ("http://[", "cannot be reached"), ("x y", "")]
)
def test_an_address_that_is_no_gateway_is_said(type_: Type, address: str, said: str) -> None:
    answer = type_("login", address, "--token-stdin", stdin="t")
    assert answer.code in (Exit.FAILED, Exit.USAGE)
    assert said in answer.err
    assert "Traceback" not in answer.err


def test_channels_from_adding_to_deleting(root: Type, operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVIDER_KEY", "sk-of-the-environment")
    base = operator.upstream.url
    made = root(
        "channels",
        "add",
        "openai",
        "--name",
        "cli",
        "--key-env",
        "PROVIDER_KEY",
        "--base-url",
        base,
        "--models",
        MODEL,
        "--tag",
        "cli-test",
        "--priority",
        "3",
        "--json",
    )
    number = str(made.json["id"])
    piped = root("channels", "add", "1", "--name", "cli2", "--base-url", base, "--models", MODEL, stdin="sk-piped\n")
    assert piped.out.endswith(f"serves {MODEL}\n")
    shown = root("channels", "list", "--tag", "cli-test")
    assert [line.split()[:4] for line in shown.out.splitlines()[1:]] == [[number, "cli", "OpenAI", "enabled"]]
    assert "sk-" not in shown.out + root("channels", "list", "--json").out
    tested = root("channels", "test", number)
    assert tested.code in (0, Exit.FAILED)
    assert root("channels", "test").code == Exit.USAGE
    assert root("channels", "test", "--all", "--json").json["total"] >= 2
    assert root("channels", "disable", number).out == "disabled 1 of 1\n"
    assert root("channels", "list", "--tag", "cli-test", "--json").json[0]["status"] == 2
    assert root("channels", "enable", number, "999999").code == Exit.NOT_FOUND
    assert root("channels", "delete", number, "--yes").out == "deleted 1 of 1\n"
    assert root("channels", "list", "--tag", "cli-test").out == "no channels: oneapi channels add\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "nonsense"), "is no provider"),
        (("add", "open"), "is more than one provider"),
        (("add", "OpenAI", "--key-env", "NOT_SET_AT_ALL"), "NOT_SET_AT_ALL is not set"),
        (("add", "OpenAI", "--setting", "x"), "name=value"),
        (("list", "--most", "0"), "most"),
    ],
)
def test_a_command_line_that_does_not_do_says_why(root: Type, words: tuple[str, ...], said: str) -> None:
    answer = root("channels", *words, stdin="k")
    assert answer.code == Exit.USAGE
    assert said in answer.err


def test_a_provider_that_does_not_answer_makes_no_channel(root: Type) -> None:
    before = root("channels", "list", "--json").json
    said = root("channels", "add", "OpenAI", "--base-url", "http://127.0.0.1:9", stdin="sk-x")
    assert said.code == Exit.FAILED
    assert "does not answer" in said.err
    assert root("channels", "list", "--json").json == before


def test_keys_from_making_to_revoking(root: Type) -> None:
    made = root("keys", "create", "cli-key", "--quota", "$5", "--expires", "30d", "--models", MODEL)
    key = made.out.strip()
    assert key.startswith("sk-")
    row = next(row for row in root("keys", "list", "--json").json if row["name"] == "cli-key")
    assert (row["remain_quota"], row["unlimited_quota"], row["models"]) == (2_500_000, False, MODEL)
    assert "cli-key" in root("keys", "list").out
    assert root("keys", "revoke", str(row["id"])).out == "cli-key is switched off\n"
    assert next(one for one in root("keys", "list", "--json").json if one["id"] == row["id"])["status"] == 2
    assert root("keys", "revoke", str(row["id"]), "--delete", "--yes").out == "cli-key is deleted\n"
    assert root("keys", "revoke", str(row["id"])).code == Exit.NOT_FOUND
    assert root("keys", "create", "free", "--json").json["unlimited_quota"] is True


@pytest.mark.parametrize("amount", ["$0.0000001", "five", "1.5", "$", "9" * 30])
def test_an_amount_that_is_none_is_refused_before_anything_is_done(root: Type, amount: str) -> None:
    assert root("keys", "create", "x", "--quota", amount).code == Exit.USAGE
    assert root("users", "top-up", "root", amount).code == Exit.USAGE


def test_an_account_is_topped_up(root: Type, operator: Operator) -> None:
    operator.call("POST", "/api/user/", {"username": "bob-cli", "password": "a good one"})
    before = root("users", "list", "bob-cli", "--json").json[0]
    said = root("users", "top-up", "bob-cli", "$2.50", "--remark", "invoice 17")
    assert said.out.startswith("bob-cli: +1250000 quota ($2.5), now ")
    after = root("users", "list", "bob-cli", "--json").json[0]
    assert after["quota"] == before["quota"] + 1_250_000
    assert root("users", "top-up", str(after["id"]), "1", "--json").json["quota"] == after["quota"] + 1
    assert root("users", "top-up", "nobody-cli", "1").code == Exit.NOT_FOUND
    assert "bob-cli" in root("users", "list").out


def test_a_request_is_in_the_log_with_what_it_cost(root: Type, operator: Operator, account: Account) -> None:
    channel = operator.channel(account.group)
    channel.behaves(prompt_tokens=10, completion_tokens=3)
    answer = account.post(QUESTION)
    (entry,) = account.settled(1)
    request = answer.headers["x-oneapi-request-id"]
    tail = root("logs", "tail", "-n", "5", "--failures")
    assert request in tail.out
    lines = [json.loads(line) for line in root("logs", "tail", "--json", "--model", MODEL).out.splitlines()]
    assert lines[-1]["request_id"] == request
    cost = root("logs", "cost", request)
    assert f"{entry['quota']} quota" in cost.out
    assert "computed again: equal" in cost.out
    assert root("logs", "cost", request, "--json").json["agrees"] is True
    assert root("logs", "cost", "nonsense").code == Exit.NOT_FOUND
    assert root("logs", "tail", "--mine", "--key", "none").out == ""


def test_following_the_log_tells_each_entry_once(
    root: Type, operator: Operator, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = "gpt-4o"
    operator.channel(account.group, models=model).behaves(prompt_tokens=10, completion_tokens=3)
    looks = iter(range(1, 5))

    def look(_: float) -> None:
        if (entries := next(looks, None)) is None:
            raise KeyboardInterrupt
        account.post(QUESTION | {"model": model})
        account.settled(entries)

    # the command's clock alone: what waits for the entry sleeps as ever
    monkeypatch.setattr(logs, "time", SimpleNamespace(**vars(time) | {"sleep": look}))
    said = root("logs", "tail", "-f", "-n", "1", "--model", model, "--json")
    told = [json.loads(line)["request_id"] for line in said.out.splitlines()]
    assert len(told) == len(set(told)) == 4


def test_prices_are_shown_for_what_can_be_called(root: Type, operator: Operator) -> None:
    operator.channel("default")
    shown = root("prices", MODEL)
    assert [line.split()[:4] for line in shown.out.splitlines()[1:]] == [[MODEL, "openai", "0.15", "0.6"]]
    assert root("prices", MODEL, "--json").json["models"][0]["name"] == MODEL
    assert root("prices", "no-such-model").out == "no model of this name can be called\n"


FILE = """version: 1
options: {RetryTimes: 1, Notice: "two\\nlines", SMTPToken: {env: ONEAPI_SMTPTOKEN}}
groups: {default: 1, vip: 0.80}
announcements: [{title: One}]
channels:
  - {name: yaml, provider: OpenAI, key: {sealed: SEALED}, models: [a-model], tag: yaml}
  - {name: other, provider: OpenAI, models: [b-model]}
"""


@pytest.fixture
def file(root: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of a configuration, and the key that its sealed secret is opened by."""
    monkeypatch.setenv(references.KEY, root("config", "seal", "--new-key").out.strip())
    sealed = root("config", "seal", stdin="sk-sealed").out.strip()
    path = tmp_path / "gateway.yaml"
    path.write_text(FILE.replace("SEALED", sealed), "utf-8")
    return path


def test_a_file_is_shown_and_applied(root: Type, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert root("config", "apply", str(file), "--yes").code == Exit.USAGE  # a secret is not there
    monkeypatch.setenv("ONEAPI_SMTPTOKEN", "s3cret")
    differs = root("config", "diff", str(file), "--prune")
    assert differs.code == Exit.DIFFERS
    assert "+ channel yaml" in differs.out
    applied = root("config", "apply", str(file), "--prune", "--yes")
    assert applied.code == 0, applied.err
    assert root("config", "diff", str(file), "--prune").code == 0
    assert root("channels", "list", "--json").json[0]["status"] == 2  # it has no key: it is off


def test_a_configuration_goes_out_and_in_and_out_again(
    root: Type, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONEAPI_SMTPTOKEN", "s3cret")
    monkeypatch.setenv("ONEAPI_YAML_KEY", "sk-sealed")
    assert root("config", "apply", str(file), "--prune", "--yes").code == 0
    again = tmp_path / "again.yaml"
    root("config", "export", "--to", str(again))
    text = again.read_text("utf-8")
    assert "s3cret" not in text
    assert root("config", "diff", str(again), "--prune").out == "everything is as the file says\n"
    assert root("config", "apply", "-", "--prune", "--yes", stdin="version: 1\n").code == 0
    assert root("config", "apply", "-", "--prune", "--yes", stdin=text).code == 0
    assert root("config", "export").out == text
    assert root("config", "export", "--json").json["secrets"] == ["SMTPToken"]
    told = root("config", "apply", "-", "--yes", stdin=text.replace("RetryTimes: 1", "RetryTimes: many"))
    assert told.code == Exit.USAGE
    assert "standard input:7: options.RetryTimes: " in told.err
    assert root("config", "export").out == text
    assert root("config", "schema").json["title"].startswith("Configuration")


def test_it_runs_as_a_program_and_has_completion() -> None:
    command = [sys.executable, "-m", "oneapi.main"]
    helped = subprocess.run([*command, "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert "channels" in helped.stdout
    tool = [sys.executable, "-m", "tools.config", "schema"]
    told = subprocess.run(tool, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(told.stdout)["title"]
    completion = [*command, "--show-completion", "bash"]
    named = {**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}  # else it is for whatever calls this
    shown = subprocess.run(completion, cwd=ROOT, env=named, capture_output=True, text=True, timeout=60, check=False)
    assert "complete" in shown.stdout


def test_every_command_was_typed_here() -> None:
    top = typer.main.get_command(app)
    every = {
        f"{name} {below}" if below else name
        for name, command in top.commands.items()  # pyright: ignore[reportAttributeAccessIssue]
        for below in getattr(command, "commands", {"": None})
    }
    assert not {name for name in every if not any(called.startswith(name) for called in CALLED)}
