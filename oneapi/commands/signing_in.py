"""Signing in and out, and how the gateway is."""

import sys
from typing import Annotated, Any

import typer

from oneapi import profiles, show
from oneapi.context import Json, chosen, gateway
from oneapi.failures import Exit, Failure
from oneapi.gateway import Gateway
from oneapi.profiles import Profile


def login(
    address: Annotated[str, typer.Argument(help="Where the gateway is, as https://gateway.example.org.")],
    username: Annotated[str, typer.Option("--username", "-u", help="Who signs in; asked for if absent.")] = "",
    token_stdin: Annotated[bool, typer.Option(help="Read an access token from standard input instead.")] = False,
) -> None:
    """Sign in and keep an access token for the commands that follow.

    With a password a new access token is made, which ends the one before; who uses that elsewhere passes it with
    --token-stdin, or sets ONEAPI_ADDRESS and ONEAPI_TOKEN and need not sign in.
    """
    address = address.rstrip("/") if "://" in address else f"https://{address.rstrip('/')}"
    token = sys.stdin.readline().strip() if token_stdin else _made(address, username)
    with Gateway(Profile(address, token)) as caller:
        account = caller.get("/api/user/self")
    profiles.keep(chosen.profile, Profile(address, token))
    print(f"signed in to {address} as {account['username']} ({show.ROLES.get(account['role'], 'user')})")


def logout() -> None:
    """Forget the access token that was kept. It stays good: sign out on the site to end it."""
    if not profiles.forget(chosen.profile):
        raise Failure(f"nobody is signed in under {chosen.profile}", Exit.SIGNED_OUT)
    print(f"forgot {chosen.profile}")


def status(json: Json = False) -> None:
    """How the gateway is, and who one is there."""
    with gateway() as caller:
        known, account = caller.get("/api/status"), caller.get("/api/user/self")
    if json:
        return show.as_json({"status": known, "account": account})
    unit = str(known["quota_per_unit"])
    show.fields(
        [
            ("gateway", f"{known['system_name']} at {caller.address}"),
            ("version", known["version"]),
            ("relay", known["relay_base_url"]),
            ("up since", show.when(known["start_time"])),
            (
                "signed in as",
                f"{account['username']} ({show.ROLES.get(account['role'], 'user')}, group {account['group']})",
            ),
            ("balance", f"{account['quota']} quota, {show.dollars(account['quota'], unit)}"),
            ("used", f"{account['used_quota']} quota, {show.dollars(account['used_quota'], unit)}"),
        ]
    )
    return None


def _made(address: str, username: str) -> str:
    """A new access token, by password and what else is asked for."""
    username = username or typer.prompt("Username", err=True)
    password = typer.prompt("Password", hide_input=True, err=True)
    with Gateway(Profile(address, "")) as caller:
        answer: Any = caller.call("POST", "/api/user/login", {"username": username, "password": password})
        if isinstance(answer, dict) and answer.get("require_2fa"):
            code = typer.prompt("Code of the second factor", err=True)
            caller.call("POST", "/api/user/login/2fa", {"ticket": answer["ticket"], "code": code})
        return str(caller.get("/api/user/token"))
