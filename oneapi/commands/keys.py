"""Keys (tokens) of one's own account."""

import time
from typing import Annotated, Any

import typer

from oneapi import show
from oneapi.amounts import moment_of, quota_of
from oneapi.context import Json, Yes, gateway, per_unit

app = typer.Typer(help="Keys: what programs call the gateway with.", no_args_is_help=True)

_STATES = {1: "enabled", 2: "disabled", 3: "expired", 4: "used up"}


@app.command("list")
def list_keys(
    most: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
    json: Json = False,
) -> None:
    """List one's keys, newest first."""
    with gateway() as caller:
        rows = list(caller.each("/api/token/", most))
    if json:
        return show.as_json(rows)
    shown = [
        (
            row["id"],
            row["name"],
            row["key"],
            _STATES.get(row["status"], ""),
            row["used_quota"],
            _left(row),
            show.when(max(row["expired_time"], 0)) or "never",
            show.when(row["accessed_time"]),
            row["models"],
        )
        for row in rows
    ]
    columns = ("id", "name", "key", "state", "used", "left", "expires", "last used", "models")
    show.table(columns, shown, "no keys: oneapi keys create NAME")
    return None


@app.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="What to call it.")],
    quota: Annotated[str, typer.Option(help="What it may use, as $5 or 2500000; absent, all of the account's.")] = "",
    expires: Annotated[str, typer.Option(help="30d, 12h, a date, or never.")] = "never",
    models: Annotated[str, typer.Option(help="Models with commas; absent, all.")] = "",
    subnet: Annotated[str, typer.Option(help="Networks it may be used from, with commas; absent, all.")] = "",
    json: Json = False,
) -> None:
    """Make a key. It is printed this once, alone on standard output."""
    form: dict[str, Any] = {"name": name, "models": models, "subnet": subnet}
    form["expired_time"] = moment_of(expires, int(time.time()))
    with gateway() as caller:
        if quota:
            form |= {"remain_quota": quota_of(quota, per_unit(caller)), "unlimited_quota": False}
        else:
            form["unlimited_quota"] = True
        made = caller.call("POST", "/api/token/", form)
    if json:
        return show.as_json(made)
    show.note(f"key {made['id']}; it is not shown again:")
    print(f"sk-{made['key'].removeprefix('sk-')}")  # as every client's form expects it; both work
    return None


@app.command("revoke")
def revoke_key(
    number: Annotated[int, typer.Argument(help="Its number.", metavar="ID")],
    delete: Annotated[
        bool, typer.Option(help="Delete it; else it is switched off and can be switched on again.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Switch a key off, or delete it."""
    with gateway() as caller:
        row = caller.get(f"/api/token/{number}")
        if delete and not yes:
            typer.confirm(f"Delete {row['name']}?", abort=True, err=True)
        if delete:
            caller.call("DELETE", f"/api/token/{number}")
        else:
            caller.call("PUT", "/api/token/", {"id": number, "status": 2}, {"status_only": "1"})
    print(f"{row['name']} is {'deleted' if delete else 'switched off'}")


def _left(row: dict[str, Any]) -> Any:
    return "no limit" if row["unlimited_quota"] else row["remain_quota"]
