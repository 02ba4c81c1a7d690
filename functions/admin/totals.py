"""How many rows a list has, for whoever asks with ``total=true``: in ``X-Total-Count``, beside one-api's answer.

Counting reads the whole index, so a list does not do it unasked.
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Query, Response

HEADER = "X-Total-Count"


def _teller(
    response: Response,
    total: Annotated[bool, Query(description=f"Answer the number of rows in the header {HEADER}.")] = False,
) -> Callable[[Callable[[], int]], None]:
    def tell(count: Callable[[], int]) -> None:
        if total:
            response.headers[HEADER] = str(count())

    return tell


TotalOf = Annotated[Callable[[Callable[[], int]], None], Depends(_teller)]
