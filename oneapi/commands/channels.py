"""Channels: list, add, test, switch on and off, delete."""

import os
import sys
import time
from typing import Annotated, Any

import typer

from oneapi import show
from oneapi.context import Json, Yes, gateway
from oneapi.failures import Exit, Failure
from oneapi.gateway import Gateway

app = typer.Typer(help="Channels: the providers that requests go to.", no_args_is_help=True)

_STATES = {1: "enabled", 2: "disabled", 3: "out of service"}
Ids = Annotated[list[int], typer.Argument(help="Numbers of channels.", metavar="ID...")]


@app.command("list")
def list_channels(
    tag: Annotated[str | None, typer.Option(help="Only those with this tag.")] = None,
    group: Annotated[str | None, typer.Option(help="Only those of this group.")] = None,
    model: Annotated[str | None, typer.Option(help="Only those that serve this model.")] = None,
    most: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
    json: Json = False,
) -> None:
    """List channels, newest first."""
    with gateway() as caller:
        rows = list(caller.each("/api/channel/", most, tag=tag, group=group, model=model))
        names = _type_names(caller) if rows and not json else {}
    if json:
        return show.as_json(rows)
    columns = ("id", "name", "type", "state", "groups", "priority", "weight", "models", "ms", "used", "reason")
    show.table(columns, [_row(row, names) for row in rows], "no channels: oneapi channels add")
    return None


@app.command("add")
def add_channel(
    kind: Annotated[str, typer.Argument(help="The provider, by name or number.", metavar="PROVIDER")],
    name: Annotated[str, typer.Option(help="What to call it; absent, as the provider.")] = "",
    models: Annotated[
        str, typer.Option(help="Models with commas; absent, those that the provider has a price for.")
    ] = "",
    group: Annotated[str, typer.Option(help="Groups with commas.")] = "default",
    base_url: Annotated[str, typer.Option(help="Where its API is, if not where the provider has it.")] = "",
    priority: Annotated[int, typer.Option(help="Channels of the highest priority are asked first.")] = 0,
    weight: Annotated[int, typer.Option(min=0, help="Share among those of the same priority.")] = 0,
    tag: Annotated[str, typer.Option(help="A word to find it by.")] = "",
    setting: Annotated[list[str] | None, typer.Option(help="name=value, of what the provider needs besides.")] = None,
    key_env: Annotated[str, typer.Option(help="The environment variable with the key; absent, it is asked for.")] = "",
    json: Json = False,
) -> None:
    """Add a channel, after trying it. The key is asked for, piped in, or read from the environment."""
    with gateway() as caller:
        provider = _provider(caller, kind)
        form: dict[str, Any] = {"type": provider["id"], "key": _key(key_env), "base_url": base_url}
        form["config"] = _settings(setting or [])
        models = models or ",".join(_offered(caller, form))
        form |= {"name": name or provider["name"], "models": models, "group": group, "priority": priority}
        made = caller.call("POST", "/api/channel/", form | {"weight": weight, "tag": tag, "multi_key": "rotate"})
    if json:
        return show.as_json(made)
    print(f"channel {made['id']} serves {models}")
    return None


@app.command("test")
def test_channels(
    ids: Annotated[list[int] | None, typer.Argument(help="Numbers of channels.", metavar="[ID...]")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    model: Annotated[str | None, typer.Option(help="Which model to ask.")] = None,
    json: Json = False,
) -> None:
    """Ask channels one short question each. Ends with 1 if one does not answer."""
    if bool(ids) == every:
        raise Failure("name channels, or --all", Exit.USAGE)
    with gateway() as caller:
        if every:
            return _test_all(caller, json)
        query = {"model": model} if model else {}
        tested = {number: caller.whole("POST", f"/api/channel/test/{number}", params=query) for number in ids or []}
    if json:
        show.as_json([{"id": number, **answer} for number, answer in tested.items()])
    else:
        rows = [
            (number, _answers(answer), answer.get("modelName"), answer.get("time"), answer["message"])
            for number, answer in tested.items()
        ]
        show.table(("id", "state", "model", "seconds", "message"), rows, "")
    if not all(answer["success"] for answer in tested.values()):
        raise typer.Exit(Exit.FAILED)
    return None


@app.command("enable")
def enable_channels(ids: Ids) -> None:
    """Put channels into service."""
    _batch(ids, "enable")


@app.command("disable")
def disable_channels(ids: Ids) -> None:
    """Take channels out of service."""
    _batch(ids, "disable")


@app.command("delete")
def delete_channels(ids: Ids, yes: Yes = False) -> None:
    """Delete channels. Their log entries stay."""
    if not yes:
        typer.confirm(f"Delete {len(ids)} channel(s)?", abort=True, err=True)
    _batch(ids, "delete")


def _batch(ids: list[int], action: str) -> None:
    with gateway() as caller:
        done = caller.call("POST", "/api/channel/batch", {"ids": ids, "action": action})
    print(f"{action}d {done} of {len(set(ids))}")
    if done < len(set(ids)):
        raise typer.Exit(Exit.NOT_FOUND)


def _row(row: dict[str, Any], names: dict[int, str]) -> tuple[Any, ...]:
    models = row["models"].split(",")
    shown = ", ".join(models[:2]) + (f" and {len(models) - 2} more" if len(models) > 2 else "")
    state = _STATES.get(row["status"], "unknown")
    kind = names.get(row["type"], row["type"])
    asked = (row["priority"], row["weight"], shown, row["response_time"] or "", row["used_quota"])
    return (row["id"], row["name"], kind, state, row["group"], *asked, row["status_reason"])


def _answers(answer: dict[str, Any]) -> str:
    return "answers" if answer["success"] else "fails"


def _type_names(caller: Gateway) -> dict[int, str]:
    return {provider["id"]: provider["name"] for provider in caller.get("/api/providers")}


def _provider(caller: Gateway, kind: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = caller.get("/api/providers")
    exact = [row for row in rows if kind in (str(row["id"]), row["name"]) or row["name"].lower() == kind.lower()]
    found = exact or [row for row in rows if kind.lower() in row["name"].lower()]
    if len(found) != 1:
        near = ", ".join(f"{row['name']} ({row['id']})" for row in found or rows)
        raise Failure(f"{kind} is {'more than one provider' if found else 'no provider'}: {near}", Exit.USAGE)
    return found[0]


def _key(variable: str) -> str:
    if variable:
        if variable not in os.environ:
            raise Failure(f"{variable} is not set", Exit.USAGE)
        return os.environ[variable].strip()
    if not sys.stdin.isatty():
        return sys.stdin.read().strip()
    return str(typer.prompt("Key", hide_input=True, err=True))


def _settings(given: list[str]) -> str:
    from json import dumps  # noqa: PLC0415 (an option of the commands has that name)

    pairs = [one.partition("=") for one in given]
    if odd := [one for one, (_, equals, _) in zip(given, pairs, strict=True) if not equals]:
        raise Failure(f"--setting {odd[0]}: name=value", Exit.USAGE)
    return dumps({name: value for name, _, value in pairs}) if pairs else ""


def _offered(caller: Gateway, form: dict[str, Any]) -> list[str]:
    """The models that have a price, of a channel that answers."""
    found = caller.call("POST", "/api/channel/probe", form)
    if message := found["fault"].get("message"):
        hint = f" ({found['fault']['hint']})" if found["fault"].get("hint") else ""
        raise Failure(f"the provider does not answer: {message}{hint}; name --models to add it")
    if not found["priced"]:
        raise Failure("none of its models has a price: name --models, and set prices")
    show.note(f"{found['model']} answered within {found['ms']} ms")
    return list(found["priced"])


def _test_all(caller: Gateway, json: bool) -> None:
    caller.call("POST", "/api/channel/test")
    while (run := caller.get("/api/channel/test/progress"))["state"] == "running":
        show.note(f"{run['done']} of {run['total']}")
        time.sleep(2)
    show.as_json(run) if json else print(f"tested {run['done']} of {run['total']}, {run['failed']} failed")
    if run["failed"]:
        raise typer.Exit(Exit.FAILED)
