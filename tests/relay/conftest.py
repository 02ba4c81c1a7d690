"""The relay in this process, in front of a provider that the test scripts; no sockets, and time passes at once."""

from collections.abc import Generator

import pytest

from tests.e2e.conftest import AT_ONCE, account, channel, new_account, option
from tests.support.memory_gateway import MemoryOperator, MemoryUpstream, operating_in_memory

__all__ = ["account", "channel", "new_account", "option"]  # fixtures, here for this folder


@pytest.fixture(scope="session")
def upstream() -> MemoryUpstream:
    return MemoryUpstream()


@pytest.fixture(scope="session")
def operator(upstream: MemoryUpstream) -> Generator[MemoryOperator]:
    """Root of the relay in memory. Modules that need other settings override this fixture."""
    with operating_in_memory(upstream, AT_ONCE) as operator:
        yield operator
