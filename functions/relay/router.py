"""From method and path to an endpoint.

Starlette's router does it too, and loads forms, cookies, files and an HTTP client: a tenth of a cold start. Paths are
written as there: ``{name}`` is a part without a slash, ``{name:path}`` anything.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Generic, TypeVar

E = TypeVar("E")

PARAMETER = re.compile(r"\{(\w+)(:path)?\}")


class Router(Generic[E]):
    """Routes without parameters are looked up, the others tried in their order. A HEAD is asked of whoever answers GET.

    A path with another method is as unknown as another path: one-api's callers get the same 404.
    """

    def __init__(self, routes: Iterable[tuple[str, str, E]]) -> None:
        self._plain: dict[tuple[str, str], E] = {}
        self._patterns: list[tuple[str, str, str, E]] = []
        for method, path, endpoint in routes:
            start, parameters, _ = path.partition("{")
            if parameters:
                self._patterns.append((method, start, path, endpoint))
            else:
                self._plain.setdefault((method, path), endpoint)

    def find(self, method: str, path: str) -> tuple[E, dict[str, str]] | None:
        """The endpoint, and what the path's parameters are."""
        asked = "GET" if method == "HEAD" else method
        if (plain := self._plain.get((asked, path))) is not None:
            return plain, {}
        for other, start, pattern, endpoint in self._patterns:
            # Comparing beginnings first also spares compiling fifty expressions of which a process needs two.
            if other == asked and path.startswith(start) and (match := _compiled(pattern).match(path)):
                return endpoint, match.groupdict()
        return None


@cache
def _compiled(path: str) -> re.Pattern[str]:
    between, names, wide = (PARAMETER.split(path)[start::3] for start in range(3))
    parts = [f"(?P<{name}>{'.*' if anything else '[^/]+'})" for name, anything in zip(names, wide, strict=True)]
    ends = [re.escape(text) for text in between]
    return re.compile("^" + ends[0] + "".join(part + end for part, end in zip(parts, ends[1:], strict=True)) + "$")
