"""What relaying needs from outside. ``asgi`` builds the real one; tests build theirs by hand."""

from dataclasses import dataclass, field

from gateway.clock import Clock
from gateway.config import RelaySettings
from gateway.store.ledger import Ledger
from gateway.store.reader import Reader
from gateway.upstream import Upstream
from relay.health import Health
from relay.options import Prices


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """One per process."""

    settings: RelaySettings
    clock: Clock
    reader: Reader
    ledger: Ledger
    upstream: Upstream
    health: Health
    prices: Prices = field(default_factory=Prices)
