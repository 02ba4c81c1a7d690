"""Writes the commands of ``docs/cli.md`` from what the client says of itself.

python -m tools.make_cli_docs
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from oneapi.main import app

TARGET = Path(__file__).parents[1] / "docs/cli.md"
MARK = "<!-- below: written by python -m tools.make_cli_docs -->\n"


def text(before: str) -> str:
    """The page, with what stands above the mark left as it is."""
    head, mark, _ = before.partition(MARK)
    return head + mark + "".join(_sections(typer.main.get_command(app), "oneapi"))


def _sections(command: Any, name: str) -> Iterator[str]:
    if commands := getattr(command, "commands", None):
        for below, one in commands.items():
            yield from _sections(one, f"{name} {below}")
        return
    yield f"\n### {_usage(command, name)}\n\n{_sentences(command.help)}\n"
    rows = [_row(parameter) for parameter in command.params if not _is_help(parameter)]
    if rows:
        yield "\n| | |\n|---|---|\n" + "".join(rows)


def _usage(command: Any, name: str) -> str:
    arguments = [_name(one) for one in command.params if one.param_type_name == "argument"]
    return " ".join([name, *arguments])


def _row(parameter: Any) -> str:
    names = [*parameter.opts, *parameter.secondary_opts] if parameter.param_type_name == "option" else []
    shown = ", ".join(f"`{name}`" for name in names) or f"`{_name(parameter)}`"
    return f"| {shown} | {parameter.help or ''} |\n"


def _name(argument: Any) -> str:
    return argument.metavar or argument.name.upper()


def _is_help(parameter: Any) -> bool:
    return "--help" in parameter.opts


def _sentences(help_text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in help_text.split("\n\n"))


if __name__ == "__main__":
    TARGET.write_text(text(TARGET.read_text("utf-8")), encoding="utf-8")
