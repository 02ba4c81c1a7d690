"""What jobs need from outside."""

from dataclasses import dataclass

from gateway.clock import Clock, SystemClock
from gateway.config import AdminSettings, RelaySettings, StoreSettings
from gateway.mail.outbox import Outbox
from gateway.security.safe_fetch import Fetcher
from gateway.store.client.async_client import Dynamo
from gateway.store.client.credentials import dynamo
from gateway.store.context import Store, open_store
from gateway.store.money.ledger import Ledger
from gateway.store.schema.tables import Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """One per run of a job."""

    clock: Clock
    dynamo: Dynamo
    ledger: Ledger
    store: Store
    settings: RelaySettings
    fetcher: Fetcher
    outbox: Outbox

    async def close(self) -> None:
        """Close what was opened."""
        await self.dynamo.close()


def build(store: StoreSettings | None = None, settings: RelaySettings | None = None) -> Deps:
    """Real dependencies from the environment."""
    store = store or StoreSettings.read()
    clock = SystemClock()
    database = dynamo(store, clock)
    admin = AdminSettings.read()
    return Deps(
        clock=clock,
        dynamo=database,
        ledger=Ledger(database, Tables(store.table_prefix), clock),
        store=open_store(store, clock=clock),
        settings=settings or RelaySettings.read(),
        fetcher=Fetcher(frozenset(admin.fetch_allowed_hosts)),
        outbox=Outbox(admin.ses_identity),
    )
