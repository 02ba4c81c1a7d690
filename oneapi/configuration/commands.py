"""``config``: a gateway's configuration into a file, what a file would change, and making it so."""

import json as jsons
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from oneapi import show
from oneapi.configuration import references, to_file
from oneapi.configuration.documents import Document, parse, read, write
from oneapi.configuration.schema import schema as file_schema
from oneapi.configuration.to_api import Translation, Wanted, at_line
from oneapi.context import Json, Yes, gateway
from oneapi.failures import Exit, Failure
from oneapi.gateway import Gateway, Refusal

app = typer.Typer(help="Configuration as code.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="The file; - is standard input.")]
Prune = Annotated[bool, typer.Option(help="Remove what the file does not name.")]
Partly = Annotated[bool, typer.Option("--without-secrets", help="Leave secrets as they are that lead nowhere here.")]
HEADING = "Written by oneapi config export. What is at its default is left out; secrets are references."


@app.command("export")
def export(
    to: Annotated[Path | None, typer.Option("--to", "-o", help="The file; absent, standard output.")] = None,
    json: Json = False,
) -> None:
    """Write a gateway's configuration. Two gateways that are set up alike give the same file."""
    with gateway() as caller:
        found = caller.get("/api/configuration")
        if json:
            return show.as_json(found)
        names = {number: name for name, number in _providers(caller).items()}
        text = write(to_file.document(found, caller.get("/api/option/schema"), names), HEADING)
    if to is None:
        print(text, end="")
    else:
        to.write_text(text, encoding="utf-8")
        show.note(f"wrote {to}")
    return None


@app.command("diff")
def diff(file: File, prune: Prune = False, json: Json = False) -> None:
    """Show how a gateway differs from a file: what apply would change. Ends with 5 if anything does."""
    document = _document(file)
    with gateway() as caller:
        wanted = _wanted(caller, document, prune)
        plan = _asked(caller, "POST", "/api/configuration/plan", document, wanted)
    for missing in wanted.missing:
        show.note(f"not compared: {missing}")
    show.as_json(plan) if json else _print(plan["changes"])
    if plan["changes"]:
        raise typer.Exit(Exit.DIFFERS)


@app.command("apply")
def apply(file: File, prune: Prune = False, partly: Partly = False, yes: Yes = False, json: Json = False) -> None:
    """Make a gateway as a file says: all of it or nothing. Shows what it changes, and asks."""
    document = _document(file)
    with gateway() as caller:
        wanted = _wanted(caller, document, prune)
        if wanted.missing and not partly:
            raise Failure("\n".join(["secrets that lead nowhere here:", *wanted.missing]), Exit.USAGE)
        plan = _asked(caller, "POST", "/api/configuration/plan", document, wanted)
        if plan["changes"]:
            if not yes:
                _print(plan["changes"], sys.stderr)
                typer.confirm(f"Change this at {caller.address}?", abort=True, err=True)
            wanted.body["revision"] = plan["revision"]
            plan = _asked(caller, "PUT", "/api/configuration", document, wanted)
    show.as_json(plan) if json else print(f"{len(plan['changes'])} changed" if plan["changes"] else "nothing to change")


@app.command("seal")
def seal(
    new_key: Annotated[bool, typer.Option(help=f"Print a new key for {references.KEY} instead.")] = False,
) -> None:
    """Seal a secret from standard input, to stand in a file as {sealed: ...}."""
    if new_key:
        print(references.new_key())
        return
    secret = str(typer.prompt("Secret", hide_input=True, err=True)) if sys.stdin.isatty() else sys.stdin.read().strip()
    print(references.seal(secret))


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of the file, for editors and checks."""
    print(jsons.dumps(file_schema(), indent=2, ensure_ascii=False))


def _document(file: Path) -> Document:
    return parse(sys.stdin.read(), "standard input") if str(file) == "-" else read(file)


def _providers(caller: Gateway) -> dict[str, int]:
    return {row["name"]: row["id"] for row in caller.get("/api/providers")}


def _wanted(caller: Gateway, document: Document, prune: bool) -> Wanted:
    options = caller.get("/api/option/schema")
    wanted = Translation(document, options, _providers(caller), references.resolved).wanted()
    wanted.body["prune"] = prune
    return wanted


def _asked(caller: Gateway, method: str, path: str, document: Document, wanted: Wanted) -> Any:
    try:
        return caller.call(method, path, wanted.body)
    except Refusal as refusal:
        raise at_line(document, wanted, refusal, refusal.fields) from None


def _print(changes: list[dict[str, Any]], to: Any = None) -> None:
    """A line for each thing and each field: what it is, what it would be."""
    signs = {"add": "+", "change": "~", "remove": "-"}
    for change in changes:
        print(f"{signs[change['action']]} {change['kind']} {change['name']}", file=to)
        for one in change.get("differences", []):
            said = "another secret" if one["secret"] else f"{_short(one['before'])} -> {_short(one['after'])}"
            print(f"    {one['field']}: {said}", file=to)
    if not changes:
        print("everything is as the file says", file=to)


def _short(text: str) -> str:
    quoted = jsons.dumps(text, ensure_ascii=False)
    return quoted if len(quoted) <= 200 else quoted[:199] + '…"'
