"""Regular expressions that are compiled when they are first used.

The relay's modules have 83 of them: 6 ms of a cold start, for what most processes never search.
"""

import re
from typing import Any, AnyStr, cast


def pattern(expression: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """``re.compile``, later. (The functions of ``re`` itself do not take it in a pattern's place.)"""
    return cast(re.Pattern[AnyStr], _Later(expression, flags))


class _Later:
    """Becomes a pattern's methods and attributes, one by one, as they are asked for."""

    def __init__(self, expression: Any, flags: int) -> None:
        self._given = expression, flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # what copies ask for
            raise AttributeError(name)
        value = getattr(re.compile(*self._given), name)  # asked for once each: re keeps what it compiled
        setattr(self, name, value)
        return value
