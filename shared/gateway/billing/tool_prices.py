"""What a call of a tool costs that a provider runs itself: searches, files, interpreters, pictures.

Looked up for each name that ``hosted_tools`` gives a tool, ``kind`` or ``kind/variant`` (``code_interpreter/4g``,
``image_generation/high/1024x1024``), the variant first:

1. ``calls`` of the model in option ``ModelPrice``;
2. option ``ToolPrice``, by ``name(channel type)`` and then by ``name``;
3. ``tool_prices.json``: today's vendors by channel type and model; of rows that fit the last one counts. Pictures that
   a tool makes cost what the price map says of the models that make them.

A tool without a price is not used. ``always``: what every request to a model brings along, told or not. ``silent``:
what the vendor never tells, so that a request that asks for it is taken to have used it once.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from fractions import Fraction
from functools import lru_cache

from gateway.billing import data, rational
from gateway.billing.pictures import fitting_picture
from gateway.billing.settings import read_ratios
from gateway.records import dataclass

Kinds = Mapping[str, Fraction]

OPTION = "ToolPrice"
PICTURE = "image_generation"


@dataclass(frozen=True, slots=True)
class ToolPrices:
    """Of one model on one channel type. ``own``: the operator's; ``pictures``: by the model that makes them.

    ``hosts``: the vendor is known to run tools.
    """

    own: Kinds = field(default_factory=dict[str, Fraction])
    listed: Kinds = field(default_factory=dict[str, Fraction])
    pictures: Mapping[str, Kinds] = field(default_factory=dict[str, Kinds])
    always: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    hosts: bool = False

    def of(self, name: str) -> Fraction | None:
        """Quota for one call; ``None`` where nobody has said."""
        kind = kind_of(name)
        for table in (self.own, self.listed):
            for wanted in (name, kind):
                if wanted in table:
                    return table[wanted]
        return self._picture(name) if kind == PICTURE and self.pictures else None

    def untold(self, name: str, *, chat: bool) -> bool:
        """Whether the provider says nothing of such calls: nor do chats of tools that only the operator knows."""
        kind = kind_of(name)
        return kind in self.silent or (chat and kind not in self.listed and self.of(name) is not None)

    def _picture(self, name: str) -> Fraction | None:
        """``image_generation/QUALITY/SIZE``, with ``:MODEL`` behind the kind; the dearest that fits if nobody says."""
        tool, _, described = name.partition("/")
        quality, _, size = described.partition("/")
        table = self.pictures.get(tool.partition(":")[2])
        tables = [table] if table else list(self.pictures.values())
        prices = [fitting_picture(table, size, quality) if size else _dearest(table, quality) for table in tables]
        return max((price for price in prices if price is not None), default=None)


NO_TOOLS = ToolPrices()


def _dearest(table: Kinds, quality: str) -> Fraction | None:
    """Of whatever size."""
    fitting = [price for name, price in table.items() if name.startswith(f"{quality}/")] if quality else []
    return max(fitting or table.values(), default=None)


def kind_of(name: str) -> str:
    """``code_interpreter`` of ``code_interpreter/4g``."""
    return name.partition("/")[0].partition(":")[0]


def tool_prices(model: str, channel_type: int, options: Kinds, own: Kinds) -> ToolPrices:
    """What tools cost beside this model; ``own`` are the model's prices, ``options`` the operator's for every model."""
    calls: dict[str, Fraction] = {}
    pictures: dict[str, Kinds] = {}
    always, silent = set[str](), set[str]()
    for row in _rows(model, channel_type):
        calls |= row.calls
        pictures |= {name: images for name in row.pictures if (images := _images(name, channel_type))}
        always |= row.always
        silent |= row.silent
    return ToolPrices(
        own={**_typed(options, channel_type), **own},
        listed=calls,
        pictures=pictures,
        always=frozenset(always),
        silent=frozenset(silent),
        hosts=bool(calls),
    )


def read_tool_prices(text: str) -> Kinds:
    """The option; raises ``InvalidPrices`` naming the tool."""
    return read_ratios(OPTION, text)


def missing(kind: str, channel_type: int) -> str:
    """What is wrong, and what an administrator can do about it."""
    return (
        f"the tool {kind!r} has no price here. An administrator can set one: add {kind!r} (or '{kind}({channel_type})' "
        f"for this channel type only) with the quota for one call to the option {OPTION}; 0 where it costs nothing"
    )


def _typed(options: Kinds, channel_type: int) -> Kinds:
    """The prices for this channel type, those that are for no other included."""
    plain = {name: price for name, price in options.items() if not name.endswith(")")}
    mark = f"({channel_type})"
    return plain | {name.removesuffix(mark): price for name, price in options.items() if name.endswith(mark)}


@dataclass(frozen=True, slots=True)
class _Row:
    types: frozenset[int]
    models: re.Pattern[str] | None
    calls: Kinds
    pictures: tuple[str, ...]
    always: frozenset[str]
    silent: frozenset[str]


def _rows(model: str, channel_type: int) -> Iterator[_Row]:
    for row in _table():
        if channel_type in row.types and (row.models is None or row.models.fullmatch(model)):
            yield row


@lru_cache(maxsize=1)
def _table() -> tuple[_Row, ...]:
    return tuple(
        _Row(
            types=frozenset(row["types"]),
            models=re.compile(row["models"]) if "models" in row else None,
            calls={name: rational.parse(price) for name, price in row.get("calls", {}).items()},
            pictures=tuple(row.get("pictures", ())),
            always=frozenset(row.get("always", ())),
            silent=frozenset(row.get("silent", ())),
        )
        for row in data.tools()
    )


def _images(model: str, channel_type: int) -> Kinds:
    rows = data.prices()
    row = rows.get(f"{model}({channel_type})") or rows.get(model) or {}
    return {name: rational.parse(price) for name, price in row.get("images", {}).items()}
