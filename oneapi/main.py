"""``oneapi``: an operator's and a customer's gateway from a terminal.

    oneapi login https://gateway.example.org
    oneapi channels list

``oneapi --help`` names the commands. What goes wrong is one sentence, and the process ends with what ``failures`` says.
"""

import os
import sys
from typing import Annotated

import typer

from oneapi import profiles
from oneapi.commands import channels, keys, logs, prices, signing_in, users
from oneapi.configuration import commands as configuration
from oneapi.context import chosen
from oneapi.failures import Exit, Failure

app = typer.Typer(
    name="oneapi",
    help="Channels, keys, users, logs and prices of a gateway, from a terminal.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
for name, group in {"channels": channels, "keys": keys, "users": users, "logs": logs, "config": configuration}.items():
    app.add_typer(group.app, name=name)
for command in (signing_in.login, signing_in.logout, signing_in.status, prices.prices):
    app.command()(command)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 (3 ms, and hardly ever asked)

        try:
            print(version("one-api-serverless"))
        except PackageNotFoundError:
            print("not installed")
        raise typer.Exit


@app.callback()
def options(
    profile: Annotated[
        str, typer.Option(help="The name under which a gateway is kept.", envvar="ONEAPI_PROFILE")
    ] = profiles.DEFAULT,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
) -> None:
    """Channels, keys, users, logs and prices of a gateway, from a terminal."""
    chosen.profile = profile


def run(arguments: list[str] | None = None) -> int:
    """One command; answers what the process ends with."""
    try:
        return int(app(arguments, prog_name="oneapi", standalone_mode=False) or Exit.DONE)
    except Failure as failure:
        print(f"oneapi: {failure}", file=sys.stderr)
        return failure.code
    except typer.Abort:
        print("oneapi: nothing was done", file=sys.stderr)
        return Exit.FAILED
    except BrokenPipeError:  # what it was piped into has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except OSError as error:  # a file that cannot be read or written
        print(f"oneapi: {error}", file=sys.stderr)
        return Exit.USAGE
    except KeyboardInterrupt:
        return 130
    except typer.TyperException as mistake:
        mistake.show()
        return Exit.USAGE


def main() -> None:
    """The installed command."""
    sys.exit(run())


if __name__ == "__main__":
    main()
