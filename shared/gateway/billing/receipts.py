"""What an entry was charged for, computed again from what it keeps: prices may have changed a hundred times since."""

from collections.abc import Mapping
from typing import Any

from gateway.billing.charging import Term, read_terms, recompute
from gateway.records import dataclass

RESERVED = "reservation"  # the only term of an entry in quarantine: what was held is what was charged
DUE = "due"  # the only term of an entry whose process died: what was noted while its answer went out


class NoReceipt(ValueError):
    """The entry keeps no terms: it is no consumption, or something else wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """``computed`` is what the terms come to; ``shortfall`` the part of it that no balance was left for.

    ``quarantined`` says why the provider's usage was not believed, empty when it was.
    """

    charged: int
    computed: int
    shortfall: int
    terms: tuple[Term, ...]
    price_version: str
    quarantined: str

    @property
    def agrees(self) -> bool:
        """Whether the terms explain the charge to the last quota."""
        return self.computed - self.shortfall == self.charged


def receipt(charged: int, details: Mapping[str, Any]) -> Receipt:
    """The receipt of an entry with this charge and these details; raises ``NoReceipt``."""
    try:
        terms = read_terms(details["terms"])
    except (KeyError, TypeError, ValueError) as error:
        raise NoReceipt(f"the entry keeps no terms: {error}") from error
    return Receipt(
        charged=charged,
        computed=recompute(terms),
        shortfall=int(details.get("shortfall", 0)),
        terms=terms,
        price_version=str(details.get("price_version", "")),
        quarantined=str(details.get("quarantined", "")),
    )
