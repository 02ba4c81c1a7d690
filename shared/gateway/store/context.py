"""What every store function needs: which tables, how to write to them, the vault for credentials, the time."""

from collections.abc import Mapping, Sequence
from dataclasses import field

from gateway.clock import Clock, SystemClock
from gateway.config import StoreSettings
from gateway.errors import ConditionFailed
from gateway.records import dataclass
from gateway.security.credentials import Vault
from gateway.store.client.pynamo import bind
from gateway.store.client.sync_client import Json, Transactor
from gateway.store.schema.tables import Tables


@dataclass(frozen=True, slots=True)
class Store:
    """The synchronous side of the tables. Reads go through the PynamoDB models, writes through ``transactor``.

    ``defaults`` are of options that this host has defaults of its own for.
    """

    tables: Tables
    transactor: Transactor
    vault: Vault
    clock: Clock
    defaults: Mapping[str, str] = field(default_factory=dict[str, str])

    def attempt(self, actions: Sequence[Json]) -> bool:
        """All of these actions in one transaction, or none: ``False`` if a condition of theirs does not hold."""
        try:
            self.transactor.transact({"TransactItems": list(actions)})
        except ConditionFailed:
            return False
        return True


def open_store(
    settings: StoreSettings, *, clock: Clock | None = None, defaults: Mapping[str, str] | None = None
) -> Store:
    """A store on the tables the settings name. Raises ``SealBroken`` if ENCRYPTION_KEY is unusable."""
    clock = clock or SystemClock()
    return Store(
        tables=bind(settings),
        transactor=Transactor(settings, clock=clock),
        vault=Vault.from_setting(settings.encryption_key),
        clock=clock,
        defaults=defaults or {},
    )
