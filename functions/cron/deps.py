"""What jobs need from outside."""

from dataclasses import dataclass

from gateway.clock import Clock, SystemClock
from gateway.config import StoreSettings
from gateway.store.connect import dynamo
from gateway.store.dynamo import Dynamo
from gateway.store.ledger import Ledger
from gateway.store.tables import Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """One per run of a job."""

    clock: Clock
    dynamo: Dynamo
    ledger: Ledger

    async def close(self) -> None:
        """Close what was opened."""
        await self.dynamo.close()


def build(settings: StoreSettings | None = None) -> Deps:
    """Real dependencies from the environment."""
    settings = settings or StoreSettings.read()
    clock = SystemClock()
    database = dynamo(settings, clock)
    return Deps(clock=clock, dynamo=database, ledger=Ledger(database, Tables(settings.table_prefix)))
