"""What requests would have cost at another gateway's prices: option ``ShadowPrices``, for who is about to move.

    {"ModelRatio": {"gpt-4o": 2.5}, "CompletionRatio": {"gpt-4o": 3}, "GroupRatio": {"vip": 0.9}, "cached": false}

Its values are the old gateway's options of these names; what it does not name is priced as one-api prices it. Cached
tokens count as any others, as one-api has it, unless ``cached`` is true. ``ShadowShare`` is which part of the requests
is compared, in percent. Nothing is charged by any of it.
"""

import json
import zlib
from collections.abc import Mapping

from gateway.billing.charging import ImplausibleUsage, charge
from gateway.billing.pricing import PriceBook, UnknownPrice
from gateway.billing.settings import InvalidPrices, read_object
from gateway.domain.usage import Usage
from gateway.records import dataclass

OPTION, SHARE = "ShadowPrices", "ShadowShare"
OPTIONS = (OPTION, SHARE)
TABLES = ("ModelRatio", "CompletionRatio", "GroupRatio", "ModelPrice")
_WHOLE = 100_00  # percent, in hundredths


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """One set of another gateway's prices. Immutable: a changed option makes a new one."""

    book: PriceBook
    hundredths: int
    cached: bool

    @classmethod
    def from_options(cls, options: Mapping[str, str]) -> "Shadow | None":
        """``None``: nothing is compared. Raises ``InvalidPrices`` naming the bad entry; whether each price can be
        charged was looked at when the option was set.
        """
        given = read_object(OPTION, options.get(OPTION) or "")
        if not given:
            return None
        if unknown := sorted(given.keys() - {*TABLES, "cached"}):
            raise InvalidPrices(f"{OPTION}: unknown field {unknown[0]!r}; known: {[*TABLES, 'cached']}", param=OPTION)
        cached = given.get("cached", False)
        if not isinstance(cached, bool):
            raise InvalidPrices(f"{OPTION}: 'cached' must be true or false", param=OPTION)
        book = PriceBook.from_options({name: json.dumps(given[name], default=str) for name in TABLES if name in given})
        return cls(book=book, hundredths=round(float(options.get(SHARE) or 100) * 100), cached=cached)

    def compared(self, request_id: str) -> bool:
        """Whether a request is one of the share: always the same answer for the same one."""
        return zlib.crc32(request_id.encode()) % _WHOLE < self.hundredths

    def quota(self, model: str, channel_type: int, usage: Usage, group: str) -> int | None:
        """What it would have cost; ``None``: the other gateway has no price for it."""
        if not self.cached:
            usage = Usage(prompt=usage.prompt, completion=usage.completion)
        try:
            return charge(self.book.price(model, channel_type), usage, self.book.group_ratio(group)).quota
        except (UnknownPrice, ImplausibleUsage):
            return None
