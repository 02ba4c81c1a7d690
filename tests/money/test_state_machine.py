"""The machine of money, played: in memory with a great many games, and a few on the embedded database."""

import asyncio
import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from gateway.clock import SystemClock
from gateway.store.client.credentials import dynamo
from tests.money.machine import Money
from tests.support.contending.virtual_time import VirtualTimeLoop
from tests.support.memory_dynamo import MemoryDynamo
from tests.support.tables import DynamoDB

ASKED = os.environ.get("MONEY_EXAMPLES")  # `make test` always plays the same games; more of them are others each time
EXAMPLES, SHARES = (int(ASKED), 4) if ASKED else (200, 1)


def play(database: Callable[[], tuple[Any, str, asyncio.AbstractEventLoop]], examples: int, steps: int) -> None:
    class Played(Money):
        pass

    Played.database = staticmethod(database)
    run_state_machine_as_test(
        Played,
        settings=settings(
            max_examples=examples,
            derandomize=not ASKED,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


@pytest.mark.timeout(36_000)
@pytest.mark.parametrize("share", range(SHARES))
def test_the_books_agree_whatever_happens_in_memory(share: int) -> None:
    play(lambda: (MemoryDynamo(), "memory-", VirtualTimeLoop()), examples=EXAMPLES // SHARES, steps=50)


@pytest.mark.timeout(900)
def test_the_books_agree_whatever_happens_in_dynamodb(dynamodb: DynamoDB) -> None:
    def fresh() -> tuple[Any, str, asyncio.AbstractEventLoop]:
        stack = dynamodb.tables()
        return dynamo(stack.settings(), SystemClock()), stack.prefix, asyncio.new_event_loop()

    play(fresh, examples=4, steps=25)
