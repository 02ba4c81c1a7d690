"""DynamoDB in memory, in no time and without contention: thousands of transactions a second for property tests."""

from tests.support.contending.client import PREFIX, ContendingDynamo
from tests.support.contending.contention import INSTANT


class MemoryDynamo(ContendingDynamo):
    """``Dynamo`` with the template's tables, empty ones for each instance."""

    def __init__(self, prefix: str = PREFIX) -> None:
        super().__init__(prefix=prefix, pace=INSTANT)
