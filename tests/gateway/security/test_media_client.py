"""What users' URLs lead to: the address that is checked is the one that is connected to, however it is written."""

import ipaddress
import socket
from collections.abc import AsyncGenerator
from typing import Any, ClassVar

import aiohttp
import pytest
from aiohttp import web

from gateway.security.media import Allowance, MediaRefused
from gateway.security.media_client import MAX_REDIRECTS, MediaClient

LOCAL = (ipaddress.ip_network("127.0.0.1/32"),)


@pytest.fixture
async def server() -> AsyncGenerator[str]:
    """A server on a private address, as ``host:port``; ``/to?url`` redirects, ``/round`` for ever."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/to":
            return web.Response(status=302, headers={"location": request.query_string})
        if request.path == "/round":
            return web.Response(status=307, headers={"location": "/round"})
        return web.Response(text="secret", content_type="text/plain")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield runner.addresses[0][0] + f":{runner.addresses[0][1]}"
    await runner.cleanup()


async def fetched(url: str, **settings: Any) -> bytes:
    client = MediaClient(timeout=2, **settings)
    try:
        return (await client.fetch(url, Allowance())).body
    finally:
        await client.close()


WRITTEN = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "0",
    "0.0.0.0",
    "127.0.0.1.",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "１２７.0.0.1",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "127．0．0．1",
    "ｌocalhost",
    "%31%32%37.0.0.1",
    "[::1]",
    "[::]",
    "[::1%25lo]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[fec0::1]",
    "[fe80::1%25eth0]",
    "[fd00:ec2::254]",
    "169.254.169.254",
    "169.254.170.2",
    "100.100.100.200",
    "10.0.0.1",
    "192.168.0.1",
]


@pytest.mark.parametrize("host", WRITTEN)
async def test_a_private_host_is_refused_however_it_is_written(server: str, host: str) -> None:
    with pytest.raises(MediaRefused):
        await fetched(f"http://{host}:{server.rpartition(':')[2]}/")


async def test_full_width_digits_reach_the_address_that_was_checked(server: str) -> None:
    port = server.rpartition(":")[2]
    assert await fetched(f"http://１２７.0.0.1:{port}/", allowed=LOCAL) == b"secret"


@pytest.mark.parametrize(
    "url",
    [
        "http://user@{server}/",
        "http://user:password@{server}/",
        "http://public.example@{server}/",
        "http://public.example\\@{server}/",
        "http://public.example:80#@{server}/",
        "ftp://{server}/",
        "file:///etc/passwd",
        "gopher://{server}/",
        "data:text/plain,x",
        "//{server}/",
        "http:///x",
        "http://{server}0000/",
        "http://[::1/",
        "",
    ],
)
async def test_an_address_of_another_form_is_refused_even_where_the_host_is_allowed(server: str, url: str) -> None:
    with pytest.raises(MediaRefused):
        await fetched(url.format(server=server), allowed=LOCAL)


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest",
        "//[::1]/",
        "http://１０.0.0.1/",
        "http://a:b@{server}/",
        "ftp://x/",
    ],
)
async def test_a_redirect_is_checked_like_the_address_before_it(server: str, target: str) -> None:
    with pytest.raises(MediaRefused):
        await fetched(f"http://{server}/to?{target.format(server=server)}", allowed=LOCAL)


async def test_redirects_end(server: str) -> None:
    assert await fetched(f"http://{server}/to?/elsewhere", allowed=LOCAL) == b"secret"
    with pytest.raises(MediaRefused, match="too often"):
        await fetched(f"http://{server}/round", allowed=LOCAL)
    assert MAX_REDIRECTS == 3


class Fickle(aiohttp.abc.AbstractResolver):
    """Names that change their mind: each question has the next answer."""

    answers: ClassVar[list[list[str]]] = []
    asked = 0

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[Any]:
        Fickle.asked += 1
        return [
            {"hostname": host, "host": one, "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}
            for one in Fickle.answers.pop(0)
        ]

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def fickle(monkeypatch: pytest.MonkeyPatch) -> type[Fickle]:
    Fickle.answers, Fickle.asked = [], 0
    monkeypatch.setattr("gateway.security.media_client.aiohttp.ThreadedResolver", Fickle)
    return Fickle


async def test_a_name_is_asked_once_and_what_was_checked_is_connected_to(server: str, fickle: type[Fickle]) -> None:
    fickle.answers = [["127.0.0.1"], ["10.0.0.1"]]
    port = server.rpartition(":")[2]
    assert await fetched(f"http://rebinding.example:{port}/", allowed=LOCAL) == b"secret"
    assert fickle.asked == 1
    with pytest.raises(MediaRefused, match="not public"):
        await fetched(f"http://rebinding.example:{port}/", allowed=LOCAL)


async def test_one_private_answer_among_others_refuses_them_all(server: str, fickle: type[Fickle]) -> None:
    fickle.answers = [["1.1.1.1", "192.168.0.1"]]
    with pytest.raises(MediaRefused, match="not public"):
        await fetched("http://mixed.example/")


async def test_behind_a_proxy_names_are_checked_before_it_is_asked(server: str, fickle: type[Fickle]) -> None:
    """The proxy's own name may be private: the operator wrote it."""
    proxy = f"http://proxy.internal:{server.rpartition(':')[2]}"
    fickle.answers = [["10.0.0.1"]]
    with pytest.raises(MediaRefused, match="not public"):
        await fetched("http://private.example/x", proxy=proxy)
    fickle.answers = [["1.1.1.1"], ["127.0.0.1"]]
    assert await fetched("http://public.example/x", proxy=proxy) == b"secret"


async def test_connections_can_be_dropped_between_files() -> None:
    callers = set[object]()

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        callers.add(request.transport.get_extra_info("peername") if request.transport else None)
        return web.Response(text="file")

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    client = MediaClient(timeout=2, allowed=LOCAL)
    for _ in range(2):
        await client.fetch(f"http://127.0.0.1:{runner.addresses[0][1]}/", Allowance())
        await client.fetch(f"http://127.0.0.1:{runner.addresses[0][1]}/", Allowance())
        client.drop_idle()
    assert len(callers) == 2
    await client.close()
    await runner.cleanup()
