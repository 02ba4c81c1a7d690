"""Quota as people read it, in the words one-api puts into its log entries."""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal


def amount_text(quota: int, options: Mapping[str, str]) -> str:
    """``＄1.500000 额度`` where amounts are shown in currency, else ``750000 点额度``."""
    if options["DisplayInCurrencyEnabled"] != "true":
        return f"{quota} 点额度"
    dollars = (Decimal(quota) / Decimal(options["QuotaPerUnit"])).quantize(Decimal("0.000001"), ROUND_HALF_EVEN)
    return f"＄{dollars} 额度"
