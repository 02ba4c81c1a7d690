"""Models and what they cost."""

from typing import Annotated, Any

import typer

from oneapi import show
from oneapi.context import Json, gateway


def prices(
    text: Annotated[str, typer.Argument(help="Only models with this in their name.", metavar="[TEXT]")] = "",
    json: Json = False,
) -> None:
    """Models that can be called, and their prices in dollars for a million tokens, before a group's factor."""
    with gateway() as caller:
        pricing = caller.get("/api/pricing")
    models = [model for model in pricing["models"] if text.lower() in model["name"].lower()]
    if json:
        return show.as_json(pricing | {"models": models})
    columns = ("model", "family", "input", "output", "other", "groups")
    show.table(columns, [_row(model) for model in models], "no model of this name can be called")
    show.note("factors: " + ", ".join(f"{group['name']} {group['ratio']}" for group in pricing["groups"]))
    return None


def _row(model: dict[str, Any]) -> tuple[Any, ...]:
    """The first price that holds; where there are several, how many."""
    if not model["offers"]:
        return (model["name"], model["family"], "", "", "", ", ".join(model["groups"]))
    offer = model["offers"][0]
    tokens = {price["kind"]: price["dollars"] for price in offer["steps"][0]["tokens"]} if offer["steps"] else {}
    other = [f"{kind} {dollars}" for kind, dollars in tokens.items() if kind not in ("input", "output")]
    other += [f"{piece['unit']} {piece['what']} {piece['dollars']}".replace("  ", " ") for piece in offer["pieces"]]
    other += [f"{len(offer['steps']) - 1} more steps"] if len(offer["steps"]) > 1 else []
    groups = ", ".join(model["groups"])
    return (model["name"], model["family"], tokens.get("input", ""), tokens.get("output", ""), "; ".join(other), groups)
