"""The relay in this process: the real ``Deps`` over tables in memory, in front of the fake upstream, on quick time.

``MemoryOperator`` is to tests what ``Operator`` is: accounts, channels and books; but written and read in the tables,
since the management API is not here.
"""

import asyncio
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from types import SimpleNamespace
from typing import Any, cast

import httpx
import httpx2

from gateway.clock import Clock, SystemClock
from gateway.config import RelaySettings
from gateway.domain.identity import Role
from gateway.domain.options import DEFAULTS
from gateway.security.credentials import Vault, new_key
from gateway.security.media_fetch import Allowance, FetchedMedia, MediaFetcher
from gateway.store.channels import channels
from gateway.store.client.async_client import Dynamo
from gateway.store.client.attributes import from_item, to_item
from gateway.store.client.expressions import Change, change_existing
from gateway.store.client.sync_client import Transactor
from gateway.store.context import Store
from gateway.store.schema.channels import ChannelRow, channel_context
from gateway.store.schema.logs import LogRow
from gateway.store.schema.tables import Tables, log_owner, user_key
from gateway.store.settings import options
from gateway.upstream import Upstream
from gateway.upstream.protocol import SignedRequest, Timeouts
from relay.app import create_app
from relay.asgi import assembled
from relay.deps import Deps
from tests.e2e.support import TABLES, Account, Json, Operator
from tests.fakes.upstream import UpstreamProcess
from tests.fakes.upstream.connection import Connection
from tests.fakes.upstream.state import State
from tests.fakes.upstream.steering import Steering
from tests.support.contending.virtual_time import VirtualTimeLoop
from tests.support.memory_dynamo import MemoryDynamo
from tests.support.memory_http import MemoryTransport, MemoryTransport2
from tests.support.memory_upstream import Host, MemoryClient

GATEWAY, UPSTREAM = "http://gateway.test", "upstream.test"


class QuickClock(SystemClock):
    """The loop's time, begun when the test run was, or when it is told to have."""

    __slots__ = ("_begun", "_loop")

    def __init__(self, loop: VirtualTimeLoop, begun: float = 0) -> None:
        object.__setattr__(self, "_loop", loop)
        object.__setattr__(self, "_begun", begun or time.time())

    def now(self) -> int:
        return int(self._begun + self._loop.time())

    def now_ms(self) -> int:
        return int((self._begun + self._loop.time()) * 1000)

    def monotonic(self) -> float:
        return self._loop.time()

    def wall(self) -> float:
        return self._begun + self._loop.time()


class MemoryUpstream(Steering):
    """The fake upstream without a socket."""

    url = f"http://{UPSTREAM}"

    def __init__(self) -> None:
        self.state = State()
        self._connections: set[Connection] = set()

    def connection(self) -> Connection:
        return Connection(self.state, self._connections)

    def ask(self, method: str, target: str, body: bytes = b"") -> tuple[int, Any]:
        return self.state.ask(method, target, body)


@dataclass(frozen=True, slots=True)
class MemoryMedia:
    """Fetches files from the hosts in memory."""

    client: MemoryClient

    async def fetch(self, url: str, allowance: Allowance) -> FetchedMedia:
        opened = await self.client.open(SignedRequest(method="GET", url=url, headers={}, body=b""))
        reply = await opened.read()
        return FetchedMedia(status=reply.status, headers=reply.headers, body=reply.body)

    def drop_idle(self) -> None:
        """Nothing is open."""

    async def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True, slots=True)
class MemoryTransactor:
    """The synchronous side's writes."""

    loop: VirtualTimeLoop
    tables: MemoryDynamo

    def transact(self, request: Json) -> None:
        self.loop.run_until_complete(self.tables.transact(request))

    def update(self, request: Json) -> Json:
        return self.loop.run_until_complete(self.tables.update(request))


def relay_deps(
    dynamo: Dynamo, tables: Tables, *, vault: Vault, clock: Clock, settings: RelaySettings, client: MemoryClient
) -> Deps:
    """The relay's own parts over any tables, in front of the hosts in memory."""
    fetcher = MediaFetcher(_client=MemoryMedia(client))
    return assembled(
        dynamo, tables, vault=vault, clock=clock, settings=settings, upstream=Upstream(client=client), fetcher=fetcher
    )


class MemoryGateway:
    """One relay, its tables, its providers, its time."""

    url = GATEWAY

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.loop = VirtualTimeLoop()
        self.clock = QuickClock(self.loop)
        self.tables = MemoryDynamo(TABLES.prefix)
        self.settings = RelaySettings.read(environment)
        limits = self.settings
        self.client = MemoryClient(
            Timeouts(first_byte=limits.first_byte_timeout or None, idle=limits.idle_timeout or None)
        )
        vault = Vault.from_setting(new_key())
        self.store = Store(TABLES, cast(Transactor, MemoryTransactor(self.loop, self.tables)), vault, self.clock)
        self.deps = relay_deps(
            self.tables, TABLES, vault=vault, clock=self.clock, settings=self.settings, client=self.client
        )
        app = create_app(self.deps)
        self.transport = MemoryTransport(self.loop, app)
        self.transport2 = MemoryTransport2(self.loop, app)

    def serve(self, name: str, host: Host) -> str:
        """Let somebody listen at a name; the address."""
        self.client.hosts[name] = host
        return f"http://{name}"

    def close(self) -> None:
        self.loop.run_until_complete(self.deps.close())
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()


class MemoryOperator(Operator):
    """Root of a gateway in memory."""

    def __init__(self, gateway: MemoryGateway, upstream: MemoryUpstream) -> None:
        self.memory = gateway
        shown = SimpleNamespace(url=gateway.url, root_access_token="")
        super().__init__(cast(Any, shown), cast(UpstreamProcess, upstream))
        shown.root_key = self.account(role=Role.ROOT, group="default").key

    def connect(self, **options: Any) -> httpx.Client:
        return httpx.Client(base_url=GATEWAY, transport=self.memory.transport, **options)

    def connect2(self) -> httpx2.Client:
        """For libraries that use ``httpx2``."""
        return httpx2.Client(base_url=GATEWAY, transport=self.memory.transport2)

    def time(self) -> float:
        return self.memory.loop.time()

    def sleep(self, seconds: float) -> None:
        self.memory.loop.pass_(seconds)

    def call(self, method: str, path: str, body: Json | None = None) -> Any:
        raise AssertionError(f"{method} {path}: the management API is not here")

    def options(self) -> dict[str, str]:
        return DEFAULTS | {row["key"]: row.get("value", "") for row in self.table("options")}

    def option(self, key: str, value: str) -> None:
        options.put(self.memory.store, key, value)

    def add_channel(self, given: Json) -> int:
        fields = {name: value for name, value in given.items() if name != "key"}
        (row,) = channels.create(self.memory.store, ChannelRow(id=0, **fields), [given["key"]])
        return row.id

    def change_channel(self, channel_id: int, fields: Json) -> None:
        sets = dict(fields)
        assert not sets.keys() & {"models", "group"}, "abilities would not come along"
        if key := sets.pop("key", ""):
            sets["sealed_key"] = self.memory.store.vault.seal(key, channel_context(channel_id))
        self.write([change_existing(TABLES.channels, {"id": channel_id}, Change(sets=sets))])

    def channel_row(self, channel_id: int) -> Json:
        return self.item("channels", {"id": {"N": str(channel_id)}})

    def user_row(self, user_id: int) -> Json:
        return self.item("users", {"pk": {"S": user_key(user_id)}})

    def change_user(self, user_id: int, fields: Json) -> None:
        self.write([change_existing(TABLES.users, {"pk": user_key(user_id)}, Change(sets=fields))])

    def logs_of(self, owner: str) -> list[Json]:
        request = {
            "TableName": TABLES.logs,
            "KeyConditionExpression": "#owner = :owner",
            "ExpressionAttributeNames": {"#owner": "owner"},
            "ExpressionAttributeValues": to_item({":owner": owner}),
        }
        return self.memory.loop.run_until_complete(self.memory.tables.query(request))

    def entries(self, account: Account) -> list[Json]:
        mine = [row for row in self.logs_of(log_owner(account.id)) if row["type"] == 2]
        shown = [{name: row[name] for name in row.keys() & LogRow.__slots__} for row in mine]
        rows = [asdict(LogRow(**fields)) for fields in shown]
        return [row | {"channel": row["channel_id"]} for row in sorted(rows, key=lambda row: row["id"], reverse=True)]

    def table(self, name: str) -> list[Json]:
        request: Json = {"TableName": f"{TABLES.prefix}{name}"}
        items: list[Json] = []
        while True:
            page = self.memory.loop.run_until_complete(self.memory.tables.engine.call("Scan", request))[1]
            items += map(from_item, page["Items"])
            if "LastEvaluatedKey" not in page:
                return items
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def item(self, table: str, key: Json) -> Json:
        found = self.memory.loop.run_until_complete(self.memory.tables.get(f"{TABLES.prefix}{table}", key))
        assert found is not None, f"no {key} in {table}"
        return found

    def write(self, actions: list[Json]) -> None:
        self.memory.store.transactor.transact({"TransactItems": actions})


@contextmanager
def operating_in_memory(upstream: MemoryUpstream, environment: Mapping[str, str]) -> Generator[MemoryOperator]:
    """An operator of a relay with these settings, for the time of the block."""
    gateway = MemoryGateway(environment)
    gateway.serve(UPSTREAM, upstream.connection)
    operator = MemoryOperator(gateway, upstream)
    operator.option("RetryTimes", "3")
    try:
        yield operator
    finally:
        operator.close()
        upstream.reset()
        gateway.close()
