"""Agents from npm as their users start them: in a home of their own, told what the site says, silent towards others."""

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from local.places import ROOT
from tests.clients.seats import Seat
from tests.clients.snippets import claude_environment, exported, snippet

MODULES = ROOT / "node_modules"
SECONDS = 100
NOBODY = "http://127.0.0.1:9"  # a proxy where nobody listens


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What an agent said, and how it ended."""

    code: int
    said: str
    complained: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What an agent is to do: a prompt of a text, or of calls of its tools that read the note. ``model``: asked for."""

    model: str
    calls: Callable[[Path], list[tuple[str, dict[str, str]]]] = lambda _: []

    def prompt(self, note: Path) -> str:
        told = [f"@@call {tool} {json.dumps(arguments)}@@" for tool, arguments in self.calls(note)]
        return f"Read my note. {' '.join(told)}" if told else "Say hello."


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """``run`` starts it with a prompt and a model; ``beside``: models that it asks for things of its own."""

    run: Callable[[Seat, str, str], Ran]
    tasks: dict[str, Task]
    beside: tuple[str, ...] = ()

    @property
    def models(self) -> list[str]:
        """Everything that it asks for."""
        return sorted({task.model for task in self.tasks.values()} | {*self.beside})


def codex(seat: Seat, model: str, prompt: str) -> Ran:
    """https://developers.openai.com/codex/config-reference"""
    folder = seat.home / ".codex"
    folder.mkdir(exist_ok=True)
    quiet = "check_for_update_on_startup = false\nanalytics = { enabled = false }\n"
    (folder / "config.toml").write_text(quiet + snippet("codex.config.toml", seat, model))
    script = MODULES / "@openai/codex/bin/codex.js"
    free = ["--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"]
    return _ran(seat, ["node", str(script), "exec", *free, prompt], exported(snippet("codex.sh", seat, model)))


def claude_code(seat: Seat, model: str, prompt: str) -> Ran:
    """https://code.claude.com/docs/en/settings#environment-variables"""
    script = MODULES / "@anthropic-ai/claude-code/cli-wrapper.cjs"
    settings = {
        **claude_environment(seat, model),
        "ANTHROPIC_DEFAULT_HAIKU_MODEL": HAIKU,
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
        "IS_SANDBOX": "1",  # so that it runs for root, too
    }
    return _ran(seat, ["node", str(script), "-p", prompt, "--permission-mode", "bypassPermissions"], settings)


def gemini_cli(seat: Seat, model: str, prompt: str) -> Ran:
    """https://geminicli.com/docs/reference/configuration"""
    folder = seat.home / ".gemini"
    folder.mkdir(exist_ok=True)
    quiet = {
        "privacy": {"usageStatisticsEnabled": False},
        "general": {"enableAutoUpdate": False, "enableAutoUpdateNotification": False},
        "security": {"auth": {"selectedType": "gemini-api-key"}},
    }
    (folder / "settings.json").write_text(json.dumps(quiet))
    settings = {
        **exported(snippet("gemini-cli.sh", seat, model)),
        "GEMINI_CLI_TRUST_WORKSPACE": "true",
    }
    script = MODULES / "@google/gemini-cli/bundle/gemini.js"
    return _ran(seat, ["node", str(script), "-m", model, "--yolo", "-p", prompt], settings)


def _ran(seat: Seat, command: list[str], settings: dict[str, str]) -> Ran:
    """Of this environment an agent gets the path to programs and nothing else, and of the net this machine alone."""
    own = {"PATH": os.environ["PATH"], "HOME": str(seat.home), "TMPDIR": str(seat.folder)}
    environment = {**own, "HTTPS_PROXY": NOBODY, "HTTP_PROXY": NOBODY, "NO_PROXY": "127.0.0.1", **settings}
    done = subprocess.run(
        command,
        cwd=seat.work,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return Ran(code=done.returncode, said=done.stdout, complained=done.stderr)


PATCH = "*** Begin Patch\n*** Add File: made.txt\n+patched\n*** End Patch"
SCRIPT = "const done = await tools.exec_command({{cmd: 'cat {note}'}}); text(done.output);"
CODEX, CODEX_WITH_CODE = "gpt-5.5", "gpt-6-sol"  # one declares its tools in the request, one in the conversation
SONNET, HAIKU = "claude-sonnet-4-6", "claude-haiku-4-5"
PRO = "gemini-2.5-pro"

AGENTS = {
    "codex": Agent(
        run=codex,
        tasks={
            "text": Task(model=CODEX),
            "tool": Task(model=CODEX, calls=lambda note: [("exec_command", {"cmd": f"cat {note}"})]),
            "custom tool": Task(
                model=CODEX,
                calls=lambda note: [
                    ("apply_patch", {"input": PATCH}),
                    ("exec_command", {"cmd": f"cat made.txt {note}"}),
                ],
            ),
            "custom tool of a namespace": Task(
                model=CODEX_WITH_CODE, calls=lambda note: [("functions__exec", {"input": SCRIPT.format(note=note)})]
            ),
        },
    ),
    "claude code": Agent(
        run=claude_code,
        beside=(HAIKU,),
        tasks={
            "text": Task(model=SONNET),
            "tool": Task(
                model=SONNET,
                calls=lambda note: [
                    ("Bash", {"command": "echo begun", "description": "Say that it began"}),
                    ("Read", {"file_path": str(note)}),
                ],
            ),
        },
    ),
    "gemini cli": Agent(
        run=gemini_cli,
        beside=("gemini-2.5-flash", "gemini-2.5-flash-lite"),
        tasks={
            "text": Task(model=PRO),
            "tool": Task(model=PRO, calls=lambda note: [("run_shell_command", {"command": f"cat {note}"})]),
        },
    ),
}
