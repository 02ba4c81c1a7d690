"""A contending endpoint with the template's tables, in the place of the embedded database's."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from gateway.security.credentials import new_key
from tests.support.contending.client import PREFIX, furnished
from tests.support.contending.contention import Pace
from tests.support.contending.engine import Engine
from tests.support.contending.meter import Meter
from tests.support.contending.server import contending_endpoint
from tests.support.tables import Stack


@dataclass(frozen=True, slots=True)
class ContendingStack(Stack):
    """Tables of the template. The engine is at work in another thread: only its meter is for the test."""

    engine: Engine

    @property
    def meter(self) -> Meter:
        return self.engine.meter


@contextmanager
def contending_stack(pace: Pace | None = None, prefix: str = PREFIX) -> Generator[ContendingStack]:
    """Over HTTP, for the time of the block."""
    with contending_endpoint(pace) as endpoint:
        yield ContendingStack(endpoint.endpoint_url, prefix, new_key(), furnished(endpoint.engine, prefix))
