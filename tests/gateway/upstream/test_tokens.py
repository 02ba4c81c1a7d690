"""Fetched tokens: how long they are kept."""

import json
from typing import cast

import pytest

from gateway.domain.channel import Channel
from gateway.outbound.protocol import WireResponse
from gateway.providers.catalog import provider
from gateway.upstream import Upstream
from gateway.upstream.protocol import SignedRequest
from gateway.upstream.tokens import ProviderTokens
from tests.support.clock import FixedClock

QIANFAN = provider(15)
DAY = 86_400
CHANNEL = Channel(id=1, type=15, name="", status=1, keys=("a|b",))


class Issuer:
    """Gives out a token good for thirty days each time."""

    def __init__(self) -> None:
        self.asked = 0

    async def complete(self, outgoing: SignedRequest) -> WireResponse:
        self.asked += 1
        body = json.dumps({"access_token": f"t{self.asked}", "expires_in": 30 * DAY}).encode()
        return WireResponse(status=200, body=body, headers={})


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def tokens(clock: FixedClock) -> ProviderTokens:
    return ProviderTokens(cast(Upstream, Issuer()), clock)


async def text(tokens: ProviderTokens) -> str:
    return await tokens.get(QIANFAN, CHANNEL, "a|b")


async def test_a_token_is_kept_while_it_is_good(tokens: ProviderTokens, clock: FixedClock) -> None:
    assert await text(tokens) == "t1"
    clock.freeze(20 * DAY)
    tokens.drop_stale()
    assert await text(tokens) == "t1"


@pytest.mark.parametrize("dropped", [True, False])
async def test_a_token_ages_while_the_process_is_frozen(
    tokens: ProviderTokens, clock: FixedClock, dropped: bool
) -> None:
    assert await text(tokens) == "t1"
    clock.freeze(31 * DAY)
    if dropped:
        tokens.drop_stale()
    assert await text(tokens) == "t2"
