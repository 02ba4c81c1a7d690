"""An account whose wallet a crowd has split."""

from gateway.clock import SystemClock, new_request_id
from gateway.domain.money import Hold
from gateway.store.money.ledger import Ledger

_CROWD = 16


async def split(ledger: Ledger, user_id: int) -> None:
    """Split it by requests that hold nothing, and let those end."""
    now = SystemClock().now()
    crowd = [
        await ledger.reserve(
            Hold(
                request_id=new_request_id(SystemClock()),
                user_id=user_id,
                token_id=0,
                limited=False,
                amount=0,
                created_at=now,
                expires_at=now + 600,
            )
        )
        for _ in range(_CROWD)
    ]
    await ledger.parts.split(user_id, 1)
    for hold in crowd:
        await ledger.release(hold, now)
    (account, *others) = await ledger.parts.items(user_id)
    assert account["spread"] and others
