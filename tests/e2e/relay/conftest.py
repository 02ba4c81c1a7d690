"""A running gateway in front of a provider that the test scripts."""

from collections.abc import Generator

import pytest

from tests.e2e.conftest import AT_ONCE, account, channel, new_account, operating, option, upstream
from tests.e2e.support import Operator
from tests.fakes.upstream import UpstreamProcess

__all__ = ["account", "channel", "new_account", "option", "upstream"]  # fixtures, here for this folder

SETTINGS = AT_ONCE | {"USER_CONTENT_ALLOW_NETWORKS": "127.0.0.0/8"}


@pytest.fixture(scope="session")
def operator(tmp_path_factory: pytest.TempPathFactory, upstream: UpstreamProcess) -> Generator[Operator]:
    """Root, at a gateway whose callers may point at files on this machine."""
    yield from operating(tmp_path_factory.mktemp("relay"), upstream, SETTINGS)
