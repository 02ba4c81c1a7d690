"""Amounts and times as they are typed: dollars or quota, ``30d`` or a date."""

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from oneapi.failures import Exit, Failure

_SPANS = {"m": 60, "h": 3600, "d": 86400, "w": 604800}
_LARGEST = 2**53 - 1


def quota_of(text: str, per_unit: str) -> int:
    """``$2.50`` or ``500000``, as quota; ``Failure`` for what is not a whole amount of it."""
    dollars = text.startswith("$")
    try:
        amount = Decimal(text.removeprefix("$")) * (Decimal(per_unit) if dollars else 1)
        whole = int(amount)
    except (InvalidOperation, ValueError, OverflowError):
        raise Failure(f"{text} is no amount: $2.50, or quota as 1250000", Exit.USAGE) from None
    if whole != amount:
        raise Failure(f"{text} is not a whole amount of quota: a dollar is {per_unit}", Exit.USAGE)
    if abs(whole) > _LARGEST:
        raise Failure(f"{text} is more than there can be", Exit.USAGE)
    return whole


def moment_of(text: str, now: int) -> int:
    """``never``, a span from now (``30d``), or a date; as unix seconds, -1 for never."""
    if text == "never":
        return -1
    if span := re.fullmatch(r"([1-9][0-9]{0,5})([mhdw])", text):
        return now + int(span[1]) * _SPANS[span[2]]
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Failure(f"{text} is no time: 30d, 12h, 2027-01-31 or never", Exit.USAGE) from None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())
