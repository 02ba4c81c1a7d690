"""The relay in memory with policies in force, and a provider that says what it is given."""

import itertools
import json
from dataclasses import replace
from typing import Any

import httpx
from aiohttp import web

from relay.app import create_app
from relay.policies import Policy
from tests.support.memory_gateway import GATEWAY, MemoryOperator
from tests.support.memory_http import MemoryTransport
from tests.support.scripted_upstream import in_pieces

MODELS = "gpt-4o-mini,claude-sonnet-4-5-20250929,gemini-2.5-flash"
_numbers = itertools.count(1)


class PolicedRelay:
    """One account with one channel; ``asked`` are the bodies that its provider got."""

    def __init__(
        self, operator: MemoryOperator, pieces: list[bytes], *policies: Policy, type: int = 1, **config: str
    ) -> None:
        self.asked: list[bytes] = []
        self.pieces = pieces
        gateway = operator.memory
        url = gateway.serve(f"provider{next(_numbers)}.test", web.Server(self._answer, loop=gateway.loop))
        self.account = operator.account()
        self.channel = operator.channel(
            self.account.group, type=type, models=MODELS, base_url=url, config=json.dumps(config)
        )
        app = create_app(replace(gateway.deps, policies=policies))
        self.account.http = httpx.Client(base_url=GATEWAY, transport=MemoryTransport(gateway.loop, app))

    def post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        return self.account.post(body, path=path)

    def free(self) -> bool:
        """Whether nobody was asked, nothing charged, nothing ever held."""
        return not (self.asked or self.account.entries() or self.account.holds())

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append(await request.read())
        kind = "application/json" if self.pieces[0].startswith(b"{") else "text/event-stream"
        return await in_pieces(request, self.pieces, content_type=kind)  # pyright: ignore[reportArgumentType]
