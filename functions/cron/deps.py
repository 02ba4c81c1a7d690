"""What jobs need from outside."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from gateway.alarms.office import Office
from gateway.alarms.sending import Sender
from gateway.clock import Clock, SystemClock
from gateway.config import AdminSettings, RelaySettings, StoreSettings
from gateway.mail.outbox import Outbox
from gateway.security.safe_fetch import Fetcher
from gateway.store.client.async_client import Dynamo
from gateway.store.client.credentials import dynamo
from gateway.store.context import Store, open_store
from gateway.store.money.ledger import Ledger
from gateway.store.schema.tables import Tables
from gateway.upstream.protocol import UpstreamClient


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
    client: UpstreamClient | None = None  # what providers are asked with; none: the real one, made when it is needed
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep  # how a job waits for others

    def office(self, options: Mapping[str, str]) -> Office:
        """What alarms are told with, under the options as they are now."""
        return Office(store=self.store, sender=Sender(self.fetcher), outbox=self.outbox, options=options)

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
