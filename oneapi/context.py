"""What every command has at hand: the profile that was asked for, and whether it answers JSON."""

from dataclasses import dataclass
from typing import Annotated

import typer

from oneapi import profiles
from oneapi.gateway import Gateway

Json = Annotated[bool, typer.Option("--json", help="Print what the API answers.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@dataclass(slots=True)
class Chosen:
    """Filled in once, from the options before the command."""

    profile: str = profiles.DEFAULT


chosen = Chosen()


def gateway() -> Gateway:
    """The gateway of the chosen profile; ``Failure`` if nobody is signed in."""
    return Gateway(profiles.read(chosen.profile))


def per_unit(caller: Gateway) -> str:
    """How much quota a dollar is, as text."""
    return str(caller.get("/api/status")["quota_per_unit"])
