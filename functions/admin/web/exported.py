"""Lists as files: CSV for spreadsheets, JSON Lines for programs; the same columns in the same order for good.

A new column comes behind the others. An amount is a whole number of quota units, and beside it dollars as exact text,
so that no program rounds them.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Query, Response

from admin.web.paging import Paging
from gateway.billing import rational

Format = Literal["csv", "jsonl"]
FormatAsked = Annotated[
    Format, Query(alias="format", description="`csv` with a first line of names, or `jsonl`: one JSON object a line.")
]
Value = str | int | bool | None
Row = TypeVar("Row")
Columns = Mapping[str, Callable[[Row], Value]]

_TYPES: Mapping[Format, str] = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}
_FORMULAS = frozenset("=+-@\t\r\n")  # how what a spreadsheet computes may begin; full-width signs count as well
_FULL_WIDTH = frozenset("＝＋－＠")

RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}},
            _TYPES["jsonl"]: {"schema": {"type": "string"}},
            _TYPES["csv"]: {"schema": {"type": "string"}},
        }
    }
}


class Exact(str):
    """A number as text, which may begin with a minus and is no formula."""

    __slots__ = ()


def exported(name: str, kind: Format, columns: Columns[Row], rows: Iterable[Row], pages: Paging) -> Response:
    """A part of a list as a file. The names of columns stand in the first part only, so that parts can be joined."""
    values = [[value(row) for value in columns.values()] for row in rows]
    body = _csv(columns, values, named=not pages.part.after) if kind == "csv" else _jsonl(list(columns), values)
    headers = pages.headers | {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(body, media_type=_TYPES[kind], headers=headers)


def cell(value: object) -> object:
    """A text that spreadsheets would take for a formula is marked as text.

    https://owasp.org/www-community/attacks/CSV_Injection
    """
    return f"'{value}" if isinstance(value, str) and value[:1] in _FORMULAS | _FULL_WIDTH else value


def dollars(quota: int | None, options: Mapping[str, str]) -> Exact | None:
    """An amount in dollars, exactly: a decimal number, or a fraction where no decimal is exact."""
    return None if quota is None else Exact(rational.text(quota / rational.parse(options["QuotaPerUnit"])))


def moment(seconds: int) -> str:
    """A time for people and programs, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _csv(names: Iterable[str], rows: Sequence[Sequence[Value]], *, named: bool) -> str:
    table = io.StringIO()
    writer = csv.writer(table)
    if named:
        writer.writerow(names)
    writer.writerows([_plain(value) for value in row] for row in rows)
    return table.getvalue()


def _plain(value: Value) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value if isinstance(value, Exact) else cell(value)


def _jsonl(names: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    lines = (json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) for row in rows)
    return "".join(line + "\n" for line in lines)
