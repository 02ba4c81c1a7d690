"""The relay's entry points, and the only place with side effects.

``app`` is the ASGI application (a server, or ``gateway.lambda_runtime`` with streaming); ``handler`` answers
the same events buffered, for hosts that start the stock Lambda runtime.
"""

from typing import Any

from gateway import log
from gateway.clock import Clock, SystemClock
from gateway.config import RelaySettings, StoreSettings
from gateway.security.credentials import SealBroken, Vault
from gateway.security.media_fetch import MediaFetcher, networks
from gateway.store.channels.rests import Rests
from gateway.store.channels.states import States
from gateway.store.client.async_client import Dynamo
from gateway.store.client.credentials import dynamo
from gateway.store.money.failures import Failures
from gateway.store.money.ledger import Ledger
from gateway.store.money.reminders import Reminders
from gateway.store.money.windows import Windows
from gateway.store.reader import Reader
from gateway.store.schema.tables import Tables
from gateway.upstream import Upstream
from gateway.upstream.protocol import Timeouts
from gateway.upstream.tokens import ProviderTokens
from relay.app import create_app
from relay.asgi_types import Receive, Scope, Send
from relay.deps import Deps
from relay.failures import FailureLog
from relay.health import Health
from relay.reminding import Reminding


def build(
    store: StoreSettings | None = None, settings: RelaySettings | None = None, clock: Clock | None = None
) -> Deps:
    """Real dependencies from the environment."""
    store = store or StoreSettings.read()
    settings = settings or RelaySettings.read()
    clock = clock or SystemClock()
    return assembled(
        dynamo(store, clock),
        Tables(store.table_prefix),
        vault=Vault.from_setting(store.encryption_key),
        clock=clock,
        settings=settings,
        upstream=Upstream(timeouts=_timeouts(settings), proxy=settings.relay_proxy),
        fetcher=MediaFetcher(
            timeout=settings.user_content_timeout,
            proxy=settings.user_content_proxy,
            allowed=networks(settings.user_content_allow),
        ),
    )


def assembled(
    database: Dynamo,
    tables: Tables,
    *,
    vault: Vault,
    clock: Clock,
    settings: RelaySettings,
    upstream: Upstream,
    fetcher: MediaFetcher,
) -> Deps:
    """The relay's own parts over what leaves the process."""
    return Deps(
        settings=settings,
        clock=clock,
        vault=vault,
        reader=Reader(database, tables, vault, clock, settings.sync_frequency),
        ledger=Ledger(database, tables, clock, linger=settings.wallet_linger / 1000),
        reminding=Reminding(Reminders(database, tables), clock),
        failures=FailureLog(Failures(database, tables), clock),
        windows=Windows(database, tables, clock),
        states=States(database, tables),
        upstream=upstream,
        health=Health(clock, Rests(database, tables)),
        tokens=ProviderTokens(upstream, clock),
        fetcher=fetcher,
    )


def _timeouts(settings: RelaySettings) -> Timeouts:
    longest = settings.relay_timeout or None
    first = min(settings.first_byte_timeout or longest or 0, longest or settings.first_byte_timeout) or None
    return Timeouts(connect=settings.connect_timeout or None, first_byte=first, idle=settings.idle_timeout or None)


class Application:
    """The relay, built when its server starts it, or else by its first request: importing this module does nothing."""

    def __init__(self) -> None:
        self._app: Any = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            app = self._app or self._build()
        except (SealBroken, ValueError) as error:
            if scope["type"] != "lifespan":
                raise
            await receive()
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await app(scope, receive, send)

    def _build(self) -> Any:
        settings = RelaySettings.read()
        log.configure("DEBUG" if settings.debug else "INFO")
        self._app = create_app(build(settings=settings))
        return self._app


app = Application()


def handler(event: Any, context: Any) -> Any:
    """A Lambda handler that answers buffered."""
    from mangum import Mangum  # noqa: PLC0415 (only for hosts without the streaming runtime)

    return Mangum(app, lifespan="off")(event, context)
