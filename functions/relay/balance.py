"""What an account has, over all parts of its wallet: the caller that a request brings knows its own item only."""

from typing import NamedTuple

from gateway.domain.identity import User
from gateway.store.money.wallet_parts import Balance
from relay.deps import Deps


class Funds(NamedTuple):
    """In quota units; ``free`` is below zero where something is owed."""

    free: int
    held: int
    used: int


async def funds(deps: Deps, user: User) -> Funds:
    """Read only where the account has parts."""
    if not user.parts:
        return Funds(user.quota, user.held, user.used_quota)
    found = Balance.of(await deps.ledger.parts.items(user.id))
    return Funds(found.free, found.held, found.used_quota)
