"""Relay, management API and jobs of one gateway in this process: one set of tables, one clock, a day in seconds."""

import asyncio
import json
from dataclasses import replace
from random import Random
from typing import Any

from admin.app import create_app as admin_app
from admin.web.deps import connect
from cron.app import JOBS
from cron.deps import Deps as CronDeps
from gateway.config import AdminSettings, RelaySettings
from gateway.mail.outbox import Outbox
from gateway.security.safe_fetch import Fetcher
from gateway.store.client.async_client import Dynamo
from gateway.store.client.attributes import from_item
from gateway.store.client.calls import failure
from gateway.store.client.signer import AwsCredentials
from gateway.store.context import open_store
from gateway.store.money.ledger import Ledger
from gateway.upstream.protocol import Timeouts
from relay.app import create_app as relay_app
from tests.admin.api import Api
from tests.relay.reseller.providers import Provider
from tests.support.contending.virtual_time import VirtualTimeLoop
from tests.support.furnished import ROOT_ACCESS_TOKEN, ROOT_PASSWORD, first_start
from tests.support.memory_gateway import QuickClock, relay_deps
from tests.support.memory_upstream import MemoryClient
from tests.support.quick_dynamo import QuickDynamo
from tests.support.tables import Stack

Json = dict[str, Any]
MIDNIGHT = 1_899_072_000  # 2030-03-07 00:00 UTC: no database drops what it holds for past
DAY = 86_400


class DayClock(QuickClock):
    """The loop's time since then, and chance by a seed."""

    __slots__ = ("_chance",)

    def __init__(self, loop: VirtualTimeLoop, seed: int, begun: int) -> None:
        super().__init__(loop, begun)
        object.__setattr__(self, "_chance", Random(seed))

    def random_digits(self, count: int) -> str:
        return f"{self._chance.randrange(10**count):0{count}d}"

    def token(self, bytes_: int = 16) -> str:
        return self._chance.randbytes(bytes_).hex()

    def fraction(self) -> float:
        return self._chance.random()


class Instant(Dynamo):
    """The asynchronous client on a loop without sockets: the database answers in the moment it is asked."""

    def __init__(self, tables: Stack, clock: DayClock) -> None:
        super().__init__(tables.endpoint_url, "us-east-1", lambda: AwsCredentials("test", "test"), clock=clock)
        self.quick = QuickDynamo(tables.endpoint_url)

    async def _once(self, operation: str, body: bytes) -> Json:
        await asyncio.sleep(0)
        status, answer = self.quick.answer(operation, body)
        if status != 200:
            raise failure(status, answer)
        return json.loads(answer)


class House:
    """The three functions over these tables."""

    def __init__(self, tables: Stack, seed: int, begun: int = MIDNIGHT) -> None:
        self.loop = VirtualTimeLoop()
        self.clock = DayClock(self.loop, seed, begun)
        self.dynamo = Instant(tables, self.clock)
        self.store = open_store(tables.settings(), clock=self.clock)
        settings = RelaySettings.read({"SYNC_FREQUENCY": "60"})
        self.customers, self.tests = MemoryClient(Timeouts()), MemoryClient(Timeouts())
        ours = self.store.tables
        self.relay = relay_app(
            relay_deps(
                self.dynamo,
                ours,
                vault=self.store.vault,
                clock=self.clock,
                settings=settings,
                client=self.customers,
            )
        )
        self.jobs = CronDeps(
            clock=self.clock,
            dynamo=self.dynamo,
            ledger=Ledger(self.dynamo, ours, self.clock),
            store=self.store,
            settings=settings,
            fetcher=Fetcher(frozenset()),
            outbox=Outbox(""),
            client=self.tests,
        )
        self.api = self._api(tables)

    def _api(self, tables: Stack) -> Api:
        """The management API, as root."""
        first_start(
            tables.settings(), root_password=ROOT_PASSWORD, root_access_token=ROOT_ACCESS_TOKEN, clock=self.clock
        )
        settings = replace(AdminSettings.read({}), global_api_rate_limit=0, session_secret="for tests")
        deps = connect(tables.settings(), settings, run_job=lambda _: {"success": True}, clock=self.clock)
        return Api(admin_app(deps), ROOT_ACCESS_TOKEN).root

    def hour(self) -> float:
        return self.loop.time() / 3600

    def serve(self, provider: Provider) -> str:
        """Its address."""
        name = f"{provider.name}.test"
        self.customers.hosts[name] = provider.listening
        self.tests.hosts[name] = lambda: provider.listening(tests=True)
        return f"http://{name}"

    async def job(self, name: str) -> Json:
        """One run of a job, as the schedule has it run."""
        return await JOBS[name](self.jobs)

    def table(self, name: str) -> list[Json]:
        """Every item of a table."""
        request: Json = {"TableName": f"{self.store.tables.logs.removesuffix('logs')}{name}"}
        items: list[Json] = []
        while True:
            page = self.dynamo.quick.call("Scan", request)
            items += map(from_item, page["Items"])
            if "LastEvaluatedKey" not in page:
                return items
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def close(self) -> None:
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()
        self.dynamo.quick.close()
