"""What every store function needs: which tables, how to write to them, the vault for credentials, the time."""

from dataclasses import dataclass

from gateway.clock import Clock, SystemClock
from gateway.config import StoreSettings
from gateway.security.credentials import Vault
from gateway.store.models import bind
from gateway.store.tables import Tables
from gateway.store.transact import Transactor


@dataclass(frozen=True, slots=True)
class Store:
    """The synchronous side of the tables. Reads go through the PynamoDB models, writes through ``transactor``."""

    tables: Tables
    transactor: Transactor
    vault: Vault
    clock: Clock


def open_store(settings: StoreSettings, *, clock: Clock | None = None) -> Store:
    """A store on the tables the settings name. Raises ``SealBroken`` if ENCRYPTION_KEY is unusable."""
    clock = clock or SystemClock()
    return Store(
        tables=bind(settings),
        transactor=Transactor(settings, clock=clock),
        vault=Vault.from_setting(settings.encryption_key),
        clock=clock,
    )
