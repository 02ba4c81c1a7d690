"""An upload that takes longer than sums wait for a request: its entry must not lie behind what was added up already."""

import asyncio
import json
from datetime import datetime
from typing import Any

import httpx
import pytest

from relay.app import create_app
from tests.e2e.support import CHAT, Account, asking
from tests.support.memory_gateway import GATEWAY, MemoryOperator
from tests.support.memory_http import scope_of

Json = dict[str, Any]


def uploaded(operator: MemoryOperator, account: Account, seconds: float, path: str = CHAT) -> tuple[str, int]:
    """The id under which a request is answered whose body comes so slowly, and when its body was there."""
    memory, sent = operator.memory, list[Json]()
    request = httpx.Request("POST", GATEWAY + path, headers={"authorization": f"Bearer {account.key}"})
    body = json.dumps(asking("hi")).encode()
    pieces = [body[:10], body[10:]]
    left = asyncio.Event()

    async def receive() -> Json:
        if not pieces:
            await left.wait()
            return {"type": "http.disconnect"}
        await asyncio.sleep(seconds / 2)
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: Any) -> None:
        sent.append(message)

    begun = memory.clock.now()
    memory.loop.run_until_complete(create_app(memory.deps)(scope_of(request), receive, send))
    assert sent[0]["status"] == 200, sent
    return dict(sent[0]["headers"])[b"x-oneapi-request-id"].decode(), begun


@pytest.mark.parametrize("proxied", [False, True])
@pytest.mark.parametrize(("seconds", "anew"), [(300, True), (10, False)])
def test_a_slow_upload_is_booked_under_an_id_of_when_it_was_there(
    operator: MemoryOperator, account: Account, proxied: bool, seconds: float, anew: bool
) -> None:
    channel = operator.channel(account.group)
    path = f"/v1/oneapi/proxy/{channel.id}/v1/chat/completions" if proxied else CHAT
    request_id, begun = uploaded(operator, account, seconds, path)
    (entry,) = account.entries()
    assert entry["request_id"] == request_id
    assert (stamp(request_id) > begun + 120) is anew


def stamp(request_id: str) -> float:
    return datetime.strptime(f"{request_id[:14]}+0000", "%Y%m%d%H%M%S%z").timestamp()
