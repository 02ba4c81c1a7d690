"""Pictures by URL for providers that take only bytes: read through the fetcher that refuses what is not public."""

import base64
from collections.abc import Generator
from typing import Any

import pytest
from aiohttp import web

from tests.e2e.conftest import operating
from tests.e2e.support import Account, Operator, asking, error_of
from tests.fakes.upstream import UpstreamProcess
from tests.support.scripted_upstream import ScriptedUpstream

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


async def _files(request: web.Request) -> web.StreamResponse:
    match request.path:
        case "/pixel.png":
            return web.Response(body=PIXEL, content_type="image/png")
        case _:
            raise web.HTTPNotFound


@pytest.fixture(scope="module")
def files() -> Generator[str]:
    with ScriptedUpstream(_files) as server:
        yield server.url


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory, upstream: UpstreamProcess) -> Generator[Operator]:
    """A gateway that allows nothing beyond public addresses."""
    yield from operating(tmp_path_factory.mktemp("strict"), upstream, {"SYNC_FREQUENCY": "0"})


def looking_at(url: str, model: str) -> dict[str, Any]:
    parts = [{"type": "text", "text": "what is it?"}, {"type": "image_url", "image_url": {"url": url}}]
    return asking(model=model, messages=[{"role": "user", "content": parts}])


def gemini(operator: Operator, group: str) -> Any:
    return operator.channel(group, type=24, models="gemini-2.5-flash")


def test_a_provider_without_urls_gets_the_bytes(operator: Operator, account: Account, files: str) -> None:
    channel = gemini(operator, account.group)
    answer = account.post(looking_at(f"{files}/pixel.png", "gemini-2.5-flash"))
    assert answer.status_code == 200, answer.text
    (seen,) = [one for one in operator.upstream.requests() if one.header("x-goog-api-key") == channel.key]
    parts = seen.json["contents"][0]["parts"]
    assert {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(PIXEL).decode()}} in parts


def test_a_provider_that_takes_urls_gets_the_url(operator: Operator, account: Account, files: str) -> None:
    channel = operator.channel(account.group)
    body = looking_at(f"{files}/not-even-there.png", "gpt-4o-mini")
    assert account.post(body).status_code == 200
    (seen,) = channel.asked()
    assert seen.json["messages"] == body["messages"]


def test_a_url_that_leads_nowhere_is_the_callers_400(operator: Operator, account: Account, files: str) -> None:
    gemini(operator, account.group)
    answer = account.post(looking_at(f"{files}/missing.png", "gemini-2.5-flash"))
    assert (answer.status_code, error_of(answer)["code"]) == (400, "url_not_fetchable")
    assert account.quota() == 10**9


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/x.png", "http://localhost:9/x.png", "http://[::1]:9/x.png", "http://10.1.2.3/x.png",
        "http://169.254.169.254/latest/meta-data", "http://0x7f000001/x.png", "http://[::ffff:127.0.0.1]/x.png",
    ],
)  # fmt: skip
def test_a_private_address_is_refused_in_so_many_words(strict: Operator, url: str) -> None:
    account = strict.account()
    gemini(strict, account.group)
    answer = account.post(looking_at(url, "gemini-2.5-flash"))
    assert (answer.status_code, error_of(answer)["code"]) == (400, "url_not_fetchable")
    assert "public" in error_of(answer)["message"] or "private" in error_of(answer)["message"]
    assert account.quota() == 10**9
    account.close()
