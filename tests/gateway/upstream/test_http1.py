"""Our own HTTP/1.1 to providers against a server that says whatever it is told to, byte for byte."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest

from gateway.errors import UpstreamBroken
from gateway.upstream.direct import DirectClient, target_of
from gateway.upstream.protocol import SignedRequest, Timeouts
from tests.support.listening import listening

OK = b"HTTP/1.1 200 OK\r\n"
SAYS_TWO = OK + b"content-length: 2\r\n\r\nhi"


class Scripted:
    """Answers each request of each connection with the next of its lines: bytes, pauses, ``None`` to hang up."""

    def __init__(self) -> None:
        self.script: list[list[bytes | float | None]] = []
        self.heard: list[bytes] = []
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while self.script:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int([*head.lower().split(b"content-length: "), b"0\r"][1].split(b"\r")[0])
                self.heard.append(head + await reader.readexactly(length))
                for step in self.script.pop(0):
                    if step is None:
                        return
                    if isinstance(step, bytes):
                        writer.write(step)
                        await writer.drain()
                    else:
                        await asyncio.sleep(step)
            await reader.read()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def provider() -> AsyncGenerator[tuple[Scripted, str]]:
    scripted = Scripted()
    async with listening(scripted.serve) as address:
        yield scripted, f"http://{address}"


@pytest.fixture
async def client() -> AsyncGenerator[DirectClient]:
    made = DirectClient(Timeouts(connect=1, first_byte=1, idle=1))
    yield made
    await made.close()


def asks(url: str, method: str = "POST", body: bytes = b"{}", **headers: str) -> SignedRequest:
    return SignedRequest(method=method, url=url + "/v1/x?a=b", headers=headers, body=body)


WHOLE: list[tuple[str, list[bytes | float | None]]] = [
    ("a length", [SAYS_TWO]),
    ("chunks", [OK + b"transfer-encoding: chunked\r\n\r\n1\r\nh\r\n1\r\ni\r\n0\r\n\r\n"]),
    ("chunks with extensions and a trailer", [
        OK + b"transfer-encoding: chunked\r\n\r\n2;x=y\r\nhi\r\n0\r\nx-sum: 7\r\n\r\n"
    ]),
    ("chunks with blanks behind their size", [OK + b"transfer-encoding: chunked\r\n\r\n2  \r\nhi\r\n0\r\n\r\n"]),
    ("the end of the connection", [OK + b"\r\nhi", None]),
    ("byte by byte", [part for byte in SAYS_TWO for part in (bytes([byte]), 0.001)]),
    ("behind a notice to go on", [b"HTTP/1.1 100 Continue\r\n\r\n" + SAYS_TWO]),
    ("behind early hints", [b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n", 0.01, SAYS_TWO]),
    ("line ends without their returns", [b"HTTP/1.1 200 OK\ncontent-length: 2\n\nhi"]),
    ("the older protocol", [b"HTTP/1.0 200 OK\r\n\r\nhi", None]),
]  # fmt: skip


@pytest.mark.parametrize("script", [script for _, script in WHOLE], ids=[name for name, _ in WHOLE])
async def test_a_reply_ends_where_its_framing_says(
    provider: tuple[Scripted, str], client: DirectClient, script: list[bytes | float | None]
) -> None:
    scripted, url = provider
    scripted.script = [script]
    reply = await (await client.open(asks(url))).read()
    assert (reply.status, reply.body) == (200, b"hi")
    assert "link" not in reply.headers and "content-length" not in reply.headers


BROKEN: list[tuple[str, list[bytes | float | None]]] = [
    ("less than its length", [OK + b"content-length: 3\r\n\r\nhi", None]),
    ("chunks without an end", [OK + b"transfer-encoding: chunked\r\n\r\n2\r\nhi\r\n", None]),
    ("a chunk of no size", [OK + b"transfer-encoding: chunked\r\n\r\nz\r\nhi\r\n"]),
    ("two lengths", [OK + b"content-length: 2\r\ncontent-length: 3\r\n\r\nhi"]),
    ("a length and chunks", [OK + b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"]),
    ("no HTTP", [b"hello\r\n\r\n"]),
    ("half a head", [b"HTTP/1.1 200 OK\r\ncontent-", None]),
    ("a header without end", [OK + b"x: " + b"y" * 400_000]),
    ("headers without end", [OK + b"x: y\r\n" * 70_000]),
    ("a trailer without end", [OK + b"transfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n" + b"x: y\r\n" * 70_000]),
    ("notices without end", [b"HTTP/1.1 100 Continue\r\n\r\n" * 20_000]),
]


@pytest.mark.parametrize("script", [script for _, script in BROKEN], ids=[name for name, _ in BROKEN])
async def test_what_is_no_reply_is_broken(
    provider: tuple[Scripted, str], client: DirectClient, script: list[bytes | float | None]
) -> None:
    scripted, url = provider
    scripted.script = [script]
    with pytest.raises(UpstreamBroken) as broken:
        await (await client.open(asks(url))).read()
    assert broken.value.kind == "closed"


async def test_what_was_read_before_a_break_is_handed_on(provider: tuple[Scripted, str], client: DirectClient) -> None:
    scripted, url = provider
    scripted.script = [[OK + b"content-length: 9\r\n\r\nhi", None]]
    opened = await client.open(asks(url))
    seen: list[bytes] = []
    with pytest.raises(UpstreamBroken):
        async for piece in opened.chunks():
            seen.append(piece)
    assert seen == [b"hi"]


async def test_what_comes_with_one_read_is_one_piece(provider: tuple[Scripted, str], client: DirectClient) -> None:
    scripted, url = provider
    burst = b"".join(b"1\r\n%d\r\n" % number for number in range(10))
    scripted.script = [[OK + b"transfer-encoding: chunked\r\n\r\n" + burst, 0.05, b"1\r\nx\r\n0\r\n\r\n"]]
    opened = await client.open(asks(url))
    assert [piece async for piece in opened.chunks()] == [b"0123456789", b"x"]


NOT_AGAIN: list[tuple[str, list[bytes | float | None]]] = [
    ("more than was asked for", [SAYS_TWO + SAYS_TWO]),
    ("rubbish behind it", [SAYS_TWO + b"rubbish"]),
    ("the wish to close", [OK + b"connection: close\r\ncontent-length: 2\r\n\r\nhi"]),
    ("the older protocol", [b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nhi"]),
    ("another protocol", [b"HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nhi"]),
]


@pytest.mark.parametrize("script", [script for _, script in NOT_AGAIN], ids=[name for name, _ in NOT_AGAIN])
async def test_a_connection_that_said_something_odd_is_not_used_again(
    provider: tuple[Scripted, str], client: DirectClient, script: list[bytes | float | None]
) -> None:
    scripted, url = provider
    scripted.script = [script, [SAYS_TWO]]
    await (await client.open(asks(url))).read()
    assert (await (await client.open(asks(url))).read()).body == b"hi"
    assert scripted.connections == 2


async def test_bytes_that_nobody_asked_for_are_no_reply_to_the_next_request(
    provider: tuple[Scripted, str], client: DirectClient
) -> None:
    scripted, url = provider
    scripted.script = [[SAYS_TWO, 0.05, OK + b"content-length: 4\r\n\r\nevil"], [SAYS_TWO]]
    await (await client.open(asks(url))).read()
    await asyncio.sleep(0.1)
    assert (await (await client.open(asks(url))).read()).body == b"hi"
    assert scripted.connections == 2


async def test_a_reply_that_is_not_read_to_its_end_takes_its_connection_along(
    provider: tuple[Scripted, str], client: DirectClient
) -> None:
    scripted, url = provider
    scripted.script = [[OK + b"content-length: 4\r\n\r\nhi", 0.5], [SAYS_TWO]]
    await (await client.open(asks(url))).close()
    assert (await (await client.open(asks(url))).read()).body == b"hi"
    assert scripted.connections == 2


async def test_a_reply_to_head_has_no_body(provider: tuple[Scripted, str], client: DirectClient) -> None:
    scripted, url = provider
    scripted.script = [[OK + b"content-length: 400\r\n\r\n"]]
    assert (await (await client.open(asks(url, "HEAD", b""))).read()).body == b""


@pytest.mark.parametrize("status", [204, 304])
async def test_a_status_without_a_body_ends_at_its_head(
    provider: tuple[Scripted, str], client: DirectClient, status: int
) -> None:
    scripted, url = provider
    scripted.script = [[b"HTTP/1.1 %d X\r\n\r\n" % status], [SAYS_TWO]]
    assert (await (await client.open(asks(url))).read()).status == status
    assert (await (await client.open(asks(url))).read()).body == b"hi"
    assert scripted.connections == 1


async def test_headers_that_come_again_are_joined(provider: tuple[Scripted, str], client: DirectClient) -> None:
    scripted, url = provider
    scripted.script = [[OK + b"X-A: 1\r\nx-a: \xc3\xa4\r\nx-b: \xe4\r\ncontent-length: 0\r\n\r\n"]]
    headers = (await client.open(asks(url))).headers
    assert (headers["x-a"], headers["x-b"]) == ("1, ä", "ä")


@pytest.mark.parametrize(
    "headers",
    [
        *({"x": value} for value in ("a\r\nevil: 1", "a\nevil: 1", "a\rb", "a\0b", "ä")),
        *({name: "1"} for name in ("x\r\nevil", "x y", "x:y", "")),
    ],
)
async def test_no_header_smuggles_another(
    provider: tuple[Scripted, str], client: DirectClient, headers: dict[str, str]
) -> None:
    scripted, url = provider
    with pytest.raises(UpstreamBroken):
        await client.open(asks(url, **headers))
    assert scripted.connections == 0


async def test_a_request_is_written_as_it_is(provider: tuple[Scripted, str], client: DirectClient) -> None:
    scripted, url = provider
    scripted.script = [[SAYS_TWO], [SAYS_TWO], [SAYS_TWO]]
    body = b"x" * 300_000
    await (await client.open(asks(url, body=body, **{"Content-Type": "text/x", "HOST": "a.example"}))).read()
    await (await client.open(asks(url, body=b""))).read()
    await (await client.open(asks(url, "GET", b""))).read()
    long, empty, get = scripted.heard
    assert long.startswith(b"POST /v1/x?a=b HTTP/1.1\r\nhost: a.example\r\n") and long.endswith(b"\r\n\r\n" + body)
    assert long.lower().count(b"content-type") == 1
    assert b"content-length: 0\r\n" in empty and b"content-type" not in empty
    assert b"content-length" not in get


async def test_a_reader_who_is_slow_is_waited_for(provider: tuple[Scripted, str], client: DirectClient) -> None:
    scripted, url = provider
    size = 20_000_000
    scripted.script = [[OK + b"content-length: %d\r\n\r\n" % size, b"x" * size], [SAYS_TWO]]
    opened: Any = await client.open(asks(url))
    await asyncio.sleep(0.2)
    assert opened._size < 2_000_000
    assert sum([len(piece) async for piece in opened.chunks()]) == size
    assert (await (await client.open(asks(url))).read()).body == b"hi"
    assert scripted.connections == 1


async def test_silence_is_counted_from_the_last_byte(provider: tuple[Scripted, str]) -> None:
    scripted, url = provider
    client = DirectClient(Timeouts(connect=1, first_byte=1, idle=0.3))
    drip: Callable[[int], list[bytes | float | None]] = lambda times: [  # noqa: E731
        step for _ in range(times) for step in (b"x", 0.1)
    ]
    scripted.script = [[OK + b"content-length: 8\r\n\r\n", *drip(8)], [OK + b"content-length: 8\r\n\r\nxx", 2.0]]
    assert (await (await client.open(asks(url))).read()).body == b"x" * 8
    with pytest.raises(UpstreamBroken) as broken:
        await (await client.open(asks(url))).read()
    assert broken.value.kind == "timeout"
    await client.close()


PLAIN = ["http://a.example", "https://a.example:8443/v1/x?y=1&z=%2F", "http://127.0.0.1:80/a:b@c", "http://localhost/"]
ODD = [
    "http://[::1]/", "http://u:p@a.example/", "http://a.example/ä", "http://a.example/a b", "http://a.example/#x",
    "http://a.example/../b", "http://a..b/", "http://A.example/", "http://ä.example/", "ftp://a.example/", "a.example",
    "http://a.example:99999/", "http://a.example/\r\nx", "http:///x", "http://a.example\n", "http://-a.example/",
]  # fmt: skip


def test_addresses_that_everybody_writes_alike_need_no_general_client() -> None:
    assert all(target_of(url) for url in PLAIN)
    assert target_of("https://a.example:443/x") == target_of("https://a.example/x")


@pytest.mark.parametrize("url", ODD)
def test_any_other_address_is_left_to_it(url: str) -> None:
    assert target_of(url) is None


async def test_a_connection_that_was_idle_for_long_is_hung_up(
    provider: tuple[Scripted, str], client: DirectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted, url = provider
    monkeypatch.setattr("gateway.upstream.pool.KEEP", 0.1)
    scripted.script = [[SAYS_TWO], [SAYS_TWO]]
    await (await client.open(asks(url))).read()
    await asyncio.sleep(0.3)
    assert not client._pool._open  # pyright: ignore[reportPrivateUsage]
    assert (await (await client.open(asks(url))).read()).body == b"hi"


async def test_of_several_addresses_of_a_name_the_one_that_answers_is_taken(
    provider: tuple[Scripted, str], client: DirectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted, url = provider
    scripted.script = [[SAYS_TWO]]
    port = int(url.rpartition(":")[2])
    kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")

    async def two(*_: Any, **__: Any) -> list[Any]:
        return [(*kind, ("127.0.0.9", 1)), (*kind, ("127.0.0.1", port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", two)
    assert (await (await client.open(asks(f"http://many.example:{port}"))).read()).body == b"hi"
