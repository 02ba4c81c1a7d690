"""What relaying needs from outside. ``asgi`` builds it, for tests too, over the tables and addresses it is given."""

from dataclasses import field

from gateway.clock import Clock
from gateway.config import RelaySettings
from gateway.records import dataclass
from gateway.security.credentials import Vault
from gateway.security.media_fetch import MediaFetcher
from gateway.store.channels.states import States
from gateway.store.money.ledger import Ledger
from gateway.store.money.windows import Windows
from gateway.store.reader import Reader
from gateway.upstream import Upstream
from gateway.upstream.tokens import ProviderTokens
from relay.ending import Ending
from relay.failures import FailureLog
from relay.health import Health
from relay.options import Prices
from relay.policies import Policy
from relay.reminding import Reminding


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """One per process."""

    settings: RelaySettings
    clock: Clock
    vault: Vault
    reader: Reader
    ledger: Ledger
    reminding: Reminding
    failures: FailureLog
    windows: Windows
    states: States
    upstream: Upstream
    health: Health
    tokens: ProviderTokens
    fetcher: MediaFetcher
    prices: Prices = field(default_factory=Prices)
    policies: tuple[Policy, ...] = ()
    ending: Ending = field(default_factory=Ending)

    def thawed(self) -> None:
        """The process stood still: what it kept open has likely died, and what is too old only takes room."""
        self.reader.drop_stale()
        self.reminding.drop_stale()
        self.tokens.drop_stale()
        self.health.affinity.drop_stale()
        self.health.rests.drop_stale()
        self.upstream.drop_idle()
        self.fetcher.drop_idle()
        self.ledger.dynamo.drop_idle()

    async def close(self) -> None:
        """Close every connection."""
        await self.upstream.close()
        await self.fetcher.close()
        await self.ledger.dynamo.close()
