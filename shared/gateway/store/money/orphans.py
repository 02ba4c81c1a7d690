"""Holds of tokens that no account's hold leads to: a write that arrived after its request had been finished.

The sweep finds a token's hold through the account's, which goes in first and out last. What is left in a token alone,
long after its time, is finished here by the entry of its request, or given back if there is none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from gateway.domain.money import EntryType
from gateway.errors import ConditionFailed
from gateway.records import dataclass
from gateway.store.money import wallet
from gateway.store.money.ledger import Ledger
from gateway.store.money.sweep import as_hold
from gateway.store.money.wallet import Finish, OpenHold, open_holds

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Orphan:
    """A hold that only a token has."""

    user_id: int
    token_id: int
    hold: OpenHold


def orphans(user_id: int, wallets: Iterable[Item], tokens: Iterable[Item]) -> list[Orphan]:
    """The holds of an account's tokens that none of its wallets has."""
    known = {hold.request_id for item in wallets for hold in open_holds(item)}
    found = [(token["id"], hold) for token in tokens for hold in open_holds(token)]
    return [Orphan(user_id, token_id, hold) for token_id, hold in found if hold.request_id not in known]


async def finish(ledger: Ledger, orphan: Orphan, now: int) -> bool:
    """Take an orphan out of its token; ``False`` if it is gone, or the account's after all."""
    items = await ledger.parts.items(orphan.user_id)
    request_id, amount = orphan.hold.request_id, orphan.hold.amount
    if any(hold.request_id == request_id for item in items for hold in open_holds(item)):
        return False
    held = replace(as_hold(orphan.user_id, 0, orphan.hold), token_id=orphan.token_id, limited=True)
    decided = await ledger.decided(held)
    charged = decided is not None and decided.type == EntryType.CONSUME
    quota = decided.quota if decided is not None and charged else 0
    step = Finish(request_id, amount, quota, charged, decided.created_at if decided is not None else now)
    try:
        await ledger.writer.write(wallet.of_token(ledger.tables, orphan.user_id, orphan.token_id), step)
    except ConditionFailed:
        return False
    return True
