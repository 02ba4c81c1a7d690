"""What one request may make the gateway fetch: so many files, so many bytes, so long, and nothing after a failure."""

import asyncio
from dataclasses import dataclass, field

import pytest

from gateway.security import media_fetch
from gateway.security.media import AT_ONCE_PER_HOST, MOST_BYTES, MOST_FILES, Allowance, FetchedMedia, MediaRefused
from gateway.security.media_client import MediaClient
from gateway.security.media_fetch import MediaFetcher


@dataclass(slots=True)
class Hosts:
    """Files of a size; ``/missing`` is none, ``/slow`` never comes."""

    size: int = 10
    asked: list[str] = field(default_factory=list[str])
    given_up: list[str] = field(default_factory=list[str])

    async def fetch(self, url: str, allowance: Allowance) -> FetchedMedia:
        self.asked.append(url)
        try:
            await asyncio.sleep(3600 if url.endswith("/slow") else 0)
        except asyncio.CancelledError:
            self.given_up.append(url)
            raise
        try:
            allowance.take(self.size)
        except ValueError as error:
            raise MediaRefused(str(error)) from error
        return FetchedMedia(status=404 if url.endswith("/missing") else 200, headers={}, body=url.encode())

    async def close(self) -> None:
        """Nothing is open."""


def urls(number: int) -> list[str]:
    return [f"https://host.test/{place}" for place in range(number)]


async def test_files_come_in_the_order_they_were_asked_for() -> None:
    found = await MediaFetcher(_client=Hosts()).fetch(urls(MOST_FILES))
    assert [file.body.decode() for file in found] == urls(MOST_FILES)


async def test_more_files_than_a_request_may_name_are_not_asked_for_at_all() -> None:
    hosts = Hosts()
    with pytest.raises(MediaRefused, match="3000 files"):
        await MediaFetcher(_client=hosts).fetch(urls(3000))
    assert hosts.asked == []


async def test_files_that_are_too_large_together_are_refused() -> None:
    with pytest.raises(MediaRefused, match="together"):
        await MediaFetcher(_client=Hosts(size=MOST_BYTES // 3)).fetch(urls(4))


async def test_the_first_file_that_is_missing_ends_the_others() -> None:
    hosts = Hosts()
    with pytest.raises(MediaRefused, match="status 404"):
        await MediaFetcher(_client=hosts).fetch(
            ["https://a.test/slow", "https://b.test/missing", "https://c.test/slow"]
        )
    assert hosts.given_up == ["https://a.test/slow", "https://c.test/slow"]


async def test_files_that_take_too_long_together_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_fetch, "MOST_SECONDS", 0.01)
    hosts = Hosts()
    with pytest.raises(MediaRefused, match="too long"):
        await MediaFetcher(timeout=0.01, _client=hosts).fetch(["https://a.test/slow"])
    assert hosts.given_up == ["https://a.test/slow"]


async def test_a_host_is_asked_for_a_few_files_at_a_time() -> None:
    client = MediaClient()
    session = client._open()
    assert session.connector is not None
    assert session.connector.limit_per_host == AT_ONCE_PER_HOST
    await client.close()
