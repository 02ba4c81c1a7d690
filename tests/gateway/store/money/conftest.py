"""A bank of one account for each test."""

from collections.abc import AsyncGenerator

import pytest

from tests.gateway.store.money.bank import Bank
from tests.support.tables import Stack


@pytest.fixture
async def bank(tables: Stack) -> AsyncGenerator[Bank]:
    made = await Bank(tables.settings()).open()
    yield made
    await made.dynamo.close()
