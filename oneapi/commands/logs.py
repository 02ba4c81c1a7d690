"""The log: following it, and why a request cost what it did."""

import time
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from oneapi import show
from oneapi.context import Json, gateway, per_unit
from oneapi.gateway import Gateway

app = typer.Typer(help="The log, and what requests cost.", no_args_is_help=True)

_KINDS = {1: "top-up", 2: "use", 3: "manage", 4: "system", 5: "test", 6: "refund", 8: "failed"}
_BACK = 180  # seconds: an entry stands where its request began, and is written when that has ended


@app.command("tail")
def tail(
    lines: Annotated[int, typer.Option("-n", "--lines", min=1, help="How many of the latest.")] = 20,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on with what comes.")] = False,
    mine: Annotated[bool, typer.Option(help="One's own, which everybody may see.")] = False,
    failures: Annotated[bool, typer.Option(help="With failed requests.")] = False,
    model: Annotated[str | None, typer.Option(help="Only of this model.")] = None,
    key: Annotated[str | None, typer.Option(help="Only of keys with this name.")] = None,
    every: Annotated[float, typer.Option(min=0.2, help="Seconds between two looks.")] = 3,
    json: Json = False,
) -> None:
    """Print the latest entries, the newest last."""
    path = "/api/log/self" if mine else "/api/log/"
    query = {"model_name": model, "token_name": key, "failures": "true" if failures else None}
    with gateway() as caller:
        there = (
            _recent(caller, path, query) if follow else []
        )  # before what is printed, so that nothing is lost between
        rows = list(caller.each(path, lines, **query))[::-1]
        _print(rows, json)
        if follow:
            for row in _coming(caller, path, query, {row["request_id"] for row in (*there, *rows)}, every):
                _print([row], json)


@app.command("cost")
def cost(
    request: Annotated[str, typer.Argument(help="The request's id, as X-Oneapi-Request-Id has it.")],
    json: Json = False,
) -> None:
    """Why a request cost what it did, term by term."""
    with gateway() as caller:
        receipt = caller.get(f"/api/log/receipt/{request}")
        unit = per_unit(caller)
    if json:
        return show.as_json(receipt)
    pairs = [(term["name"], f"{term['amount']} at {term['price']}") for term in receipt["terms"]]
    verdict = "computed again: equal" if receipt["agrees"] else f"computed again: {receipt['computed']}"
    known = [
        ("shortfall", receipt["shortfall"]),
        ("quarantined", receipt["quarantined"]),
        ("cost", receipt.get("cost")),
    ]
    show.fields(
        [
            ("charged", f"{receipt['quota']} quota, {show.dollars(receipt['quota'], unit)} ({verdict})"),
            ("model", f"{receipt['requested_model']} as {receipt['model_name']}"),
            ("when", show.when(receipt["created_at"])),
            ("channel", receipt["channel"] or ""),
            ("group", receipt["group"]),
            ("result", receipt["result"]),
            *pairs,
            *((name, value) for name, value in known if value),
        ]
    )
    return None


def _coming(
    caller: Gateway, path: str, query: dict[str, Any], seen: set[str], every: float
) -> Iterator[dict[str, Any]]:
    """What comes, each entry once: asked from a few minutes back, because entries are written late."""
    while True:
        time.sleep(every)
        rows = _recent(caller, path, query)
        yield from (row for row in rows if row["request_id"] not in seen)
        seen |= {row["request_id"] for row in rows}


def _recent(caller: Gateway, path: str, query: dict[str, Any]) -> list[dict[str, Any]]:
    since = int(time.time()) - _BACK
    return list(caller.each(path, 500, start_timestamp=since, **query))[::-1]


def _print(rows: list[dict[str, Any]], json: bool) -> None:
    if json:
        for row in rows:
            show.as_json_line(row)
        return
    for row in rows:
        print(_line(row), flush=True)


def _line(row: dict[str, Any]) -> str:
    """One entry in one line; what a failed request says stands in place of its price."""
    kind = _KINDS.get(row["type"], str(row["type"]))
    said = f"{row['quota']} quota" if row["type"] in (1, 2, 6) else row["content"]
    where = f"{row.get('username') or ''}/{row['token_name']}".strip("/")
    tokens = f"{row['prompt_tokens']}+{row['completion_tokens']}" if row["type"] in (2, 5) else ""
    parts = (show.when(row["created_at"]), f"{kind:<7}", row["model_name"], where, tokens, said, row["request_id"])
    return "  ".join(part for part in parts if part)
