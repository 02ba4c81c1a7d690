"""Lists in parts: pages as one-api counts them, and beyond it order, totals and cursors.

What one-api does not have travels in headers, so that an answer stays what its clients know. A cursor is signed
together with the caller, the list and its filters: it opens nothing but the list it was given for.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response

from admin.texts import messages
from admin.web import signed
from admin.web.deps import DepsOf
from admin.web.envelope import Refused
from admin.web.fields import PAGE, PageNumber, PageSize, start_of
from admin.web.session import CallerOf
from gateway.store.client.pages import Part, Place

TOTAL, NEXT = "X-Total-Count", "X-Next-Cursor"

_ORDERS = {"desc": False, "asc": True}


@dataclass(frozen=True, slots=True)
class _Where:
    """What tells a part of a list from another."""

    p: PageNumber = 0
    page_size: PageSize = PAGE
    cursor: Annotated[str, Query(description=f"`{NEXT}` of an answer: go on there; `p` counts no more.")] = ""
    total: Annotated[bool, Query(description=f"Answer the number of rows in the header `{TOTAL}`.")] = False


@dataclass(frozen=True, slots=True)
class Paging:
    """Which part of a list is wanted, and the headers of its answer."""

    part: Part
    _response: Response
    _secret: bytes
    _salt: str
    _wants_total: bool

    def goes_on(self, place: Place) -> None:
        """Tell where the next part begins, unless the list has ended."""
        if place:
            self._response.headers[NEXT] = signed.sealed(place, self._secret, self._salt)

    @property
    def headers(self) -> dict[str, str]:
        """What was told so far, for an answer that is made by hand."""
        return dict(self._response.headers)

    def total(self, count: Callable[[], int | None]) -> None:
        """Tell how many rows the list has, if that was asked for and can be told: counting reads them all."""
        if self._wants_total and (number := count()) is not None:
            self._response.headers[TOTAL] = str(number)


def paging(*sorts: str, oldest_first: bool = False, unless_asked: int = PAGE) -> Any:
    """The dependency of a list that can be sorted by these columns, of which the first is its own order.

    ``unless_asked`` is how many rows come where the caller names no number.
    """
    columns = ", ".join(f"`{name}`" for name in sorts)

    def read(
        request: Request,
        response: Response,
        caller: CallerOf,
        deps: DepsOf,
        where: Annotated[_Where, Depends()],
        sort: Annotated[str, Query(description=f"What to sort by: {columns}; the first if absent.")] = "",
        order: Annotated[str, Query(description="`asc` or `desc`; without `sort` also a column, largest first.")] = "",
    ) -> Paging:
        if not sort and order in sorts:  # how one-api asks
            sort, order = order, ""
        if sort and (sort not in sorts or order not in ("", *_ORDERS)):
            raise Refused(messages.SORT_UNKNOWN.of(columns=", ".join(sorts)))
        size = where.page_size if "page_size" in request.query_params else unless_asked
        salt = _salt(caller.user.id, request)
        part = Part(
            offset=start_of(where.p, size),
            count=size,
            sort=sort,
            ascending=_ORDERS.get(order, oldest_first and not sort),
            after=_opened(where.cursor, deps.session_secret, salt) if where.cursor else (),
        )
        return Paging(part, response, deps.session_secret, salt, where.total)

    return Depends(read)


def _opened(cursor: str, secret: bytes, salt: str) -> Place:
    place: Any = signed.opened(cursor, secret, salt)
    if place is None:
        raise Refused(messages.CURSOR_INVALID)
    return tuple(place)


_WHERE = {field.name for field in fields(_Where)}


def _salt(user_id: int, request: Request) -> str:
    """What tells cursors of this caller for this list with these filters from all others."""
    filters = sorted((name, value) for name, value in request.query_params.multi_items() if name not in _WHERE)
    return f"cursor:{user_id}:{request.url.path}:{urlencode(filters)}"
