"""The relay's own client on an engine in the same process: everything but the connection is the real one."""

import json
from functools import cache
from typing import Any

from gateway.clock import Clock
from gateway.store.client.async_client import Dynamo
from gateway.store.client.calls import failure
from gateway.store.client.signer import AwsCredentials
from local.places import TEMPLATE
from local.tables import Table, read_tables
from tests.support.contending.contention import Pace
from tests.support.contending.engine import Engine

Json = dict[str, Any]
PREFIX = "memory-"


class ContendingDynamo(Dynamo):
    """``Dynamo`` with the tables of the template. Several clients may share an engine."""

    def __init__(
        self,
        engine: Engine | None = None,
        *,
        prefix: str = PREFIX,
        pace: Pace | None = None,
        clock: Clock | None = None,
    ) -> None:
        super().__init__("http://in.process", "us-east-1", lambda: AwsCredentials("", "", ""), clock=clock)
        self.engine = engine or furnished(Engine(pace), prefix)

    async def _once(self, operation: str, body: bytes) -> Json:
        status, answer = await self.engine.call(operation, json.loads(body))
        if status == 200:
            return answer
        raise failure(status, answer)


def furnished(engine: Engine, prefix: str = PREFIX) -> Engine:
    """With the template's tables under a prefix."""
    for table in _defined(prefix):
        engine.create({"TableName": table.name, **table.definition})
    return engine


@cache
def _defined(prefix: str) -> list[Table]:
    return read_tables(TEMPLATE, prefix.removesuffix("-"))
