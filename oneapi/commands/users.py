"""Accounts: list, top up."""

from typing import Annotated, Any

import typer

from oneapi import show
from oneapi.amounts import quota_of
from oneapi.context import Json, gateway, per_unit
from oneapi.failures import Exit, Failure
from oneapi.gateway import Gateway

app = typer.Typer(help="Accounts of the gateway.", no_args_is_help=True)

_STATES = {1: "enabled", 2: "disabled"}


@app.command("list")
def list_users(
    keyword: Annotated[str, typer.Argument(help="How the name or address begins, or the number.")] = "",
    group: Annotated[str | None, typer.Option(help="Only those of this group.")] = None,
    most: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
    json: Json = False,
) -> None:
    """List accounts, newest first."""
    with gateway() as caller:
        if keyword:
            found: list[dict[str, Any]] = caller.get("/api/user/search", keyword=keyword)
            rows = [row for row in found if group in (None, row["group"])][:most]
        else:
            rows = list(caller.each("/api/user/", most, group=group))
    if json:
        return show.as_json(rows)
    shown = [
        (
            row["id"],
            row["username"],
            row["display_name"],
            row["group"],
            show.ROLES.get(row["role"], ""),
            _STATES.get(row["status"], ""),
            row["quota"],
            row["used_quota"],
            row["request_count"],
        )
        for row in rows
    ]
    columns = ("id", "name", "shown as", "group", "role", "state", "balance", "used", "requests")
    show.table(columns, shown, "no accounts found")
    return None


@app.command("top-up")
def top_up(
    user: Annotated[str, typer.Argument(help="Its number or name.")],
    amount: Annotated[str, typer.Argument(help="What is added, as $5 or 2500000.")],
    remark: Annotated[str, typer.Option(help="What the log says about it.")] = "",
    json: Json = False,
) -> None:
    """Add to an account's balance."""
    with gateway() as caller:
        unit = per_unit(caller)
        quota = quota_of(amount, unit)
        account = _account(caller, user)
        caller.call("POST", "/api/topup", {"user_id": account["id"], "quota": quota, "remark": remark})
        after = caller.get(f"/api/user/{account['id']}")
    if json:
        return show.as_json(after)
    left = after["quota"]
    print(
        f"{after['username']}: {quota:+} quota ({show.dollars(quota, unit)}), now {left} ({show.dollars(left, unit)})"
    )
    return None


def _account(caller: Gateway, user: str) -> dict[str, Any]:
    if user.isdecimal():
        return caller.get(f"/api/user/{user}")
    found = [row for row in caller.get("/api/user/search", keyword=user) if row["username"] == user]
    if not found:
        raise Failure(f"there is no account {user}", Exit.NOT_FOUND)
    return found[0]
