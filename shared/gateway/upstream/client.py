"""The general client, for what is rare: httpx requests over the aiohttp transport, and aiohttp's WebSockets.

A quarter of plain httpx's processor time per streamed reply. The transport is used without ``httpx.AsyncClient``,
whose cookies, redirects and auth flows we do not want. Connections are ``pool``'s.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Generator, Mapping
from contextlib import contextmanager
from typing import Any

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport
from httpx_aiohttp.transport import AiohttpResponseStream, map_aiohttp_exceptions
from yarl import URL

from gateway.errors import UpstreamBroken
from gateway.outbound.protocol import WireResponse
from gateway.upstream.aiohttp_pool import ProviderPool, once_more
from gateway.upstream.broken import broken
from gateway.upstream.pool import open_socket
from gateway.upstream.protocol import DEFAULT_HEADERS, HandshakeRefused, SignedRequest, Timeouts
from gateway.wire.bounds import MOST_EVENT, check_reply

_HIDDEN = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive"})


class OpenedReply:
    """A reply whose status and headers are here and whose body may still be coming."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers: Mapping[str, str] = {name.lower(): value for name, value in response.headers.items()}

    async def chunks(self, until: float | None = None) -> AsyncIterator[bytes]:
        """The body as it arrives, one piece per read; ``until`` is the loop's time at which to give up."""
        body = self._body()
        with _translated():
            while True:
                try:
                    async with asyncio.timeout_at(until):
                        data = await anext(body)
                except StopAsyncIteration:
                    return
                if data:
                    yield data

    def _body(self) -> AsyncIterator[bytes]:
        stream = self._response.stream
        # httpx's own decoding loop costs as much as the read itself, and nothing here is encoded
        assert isinstance(stream, httpx.AsyncByteStream)
        return aiter(stream)

    async def read(self, until: float | None = None) -> WireResponse:
        """The rest of the body at once; raises ``ReplyTooLarge``."""
        pieces, size = list[bytes](), 0
        async for piece in self.chunks(until):
            pieces.append(piece)
            check_reply(size := size + len(piece))
        return WireResponse(status=self.status, body=b"".join(pieces), headers=self.passable_headers())

    def passable_headers(self) -> dict[str, str]:
        """Headers that still describe the body as we have it: decoded, its framing gone."""
        return {name: value for name, value in self.headers.items() if name not in _HIDDEN}

    async def close(self) -> None:
        """Give the connection up, or back if everything was read."""
        with _translated():
            await self._response.aclose()


class OpenSocket:
    """An open WebSocket whose frames are read like a body."""

    def __init__(self, session: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._session = session
        self._socket = socket

    async def chunks(self, until: float | None = None) -> AsyncIterator[bytes]:
        """Text and binary frames, one by one, until either side closes; ``until`` as for ``Opened``."""
        with _translated():
            while True:
                async with asyncio.timeout_at(until):
                    message = await self._socket.receive()
                if message.type == aiohttp.WSMsgType.TEXT:
                    yield message.data.encode()
                elif message.type == aiohttp.WSMsgType.BINARY:
                    yield message.data
                elif message.type == aiohttp.WSMsgType.ERROR:
                    raise broken("closed")
                else:
                    return

    async def close(self) -> None:
        """Say goodbye and close."""
        with _translated():
            await self._socket.close()
            await self._session.close()


class HttpClient:
    """One pool of connections for the life of the process."""

    def __init__(self, timeouts: Timeouts, proxy: str) -> None:
        self._timeouts = timeouts
        self._proxy = proxy
        self._tls = ssl.create_default_context()
        self._transport: AiohttpTransport | None = None
        self._closing = set[asyncio.Task[None]]()

    async def open(self, outgoing: SignedRequest) -> OpenedReply:
        """Send, and wait for status and headers."""
        transport = self._transport or self._connect()
        limits = {"connect": self._timeouts.connect, "read": self._timeouts.idle, "write": None, "pool": None}
        request = httpx.Request(
            outgoing.method,
            outgoing.url,
            headers={**DEFAULT_HEADERS, **outgoing.headers},
            content=outgoing.body,
            extensions={"timeout": limits},
        )
        with _translated():
            async with asyncio.timeout(self._timeouts.first_byte):
                response = await once_more(lambda: transport.handle_async_request(request))
        response.request = request
        opened = OpenedReply(response)
        if opened.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            await opened.close()
            # Nobody asked for it, and what a few bytes unpack to has no bound.
            raise broken("encoded")
        return opened

    async def websocket(self, outgoing: SignedRequest, frames: list[bytes]) -> OpenSocket:
        """Connect, and send these text frames; raises ``HandshakeRefused``."""
        limits = self._timeouts
        timeout = aiohttp.ClientTimeout(sock_connect=limits.connect, total=None)
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(socket_factory=open_socket),
            timeout=timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )
        try:
            with _translated():
                async with asyncio.timeout(limits.first_byte):
                    socket = await session.ws_connect(
                        URL(outgoing.url, encoded=True),
                        headers=dict(outgoing.headers),
                        proxy=self._proxy or None,
                        max_msg_size=MOST_EVENT,
                        timeout=_websocket_patience(limits.idle),
                    )
                    for frame in frames:
                        await socket.send_str(frame.decode())
        except aiohttp.WSServerHandshakeError as refused:
            await session.close()
            headers = {name.lower(): value for name, value in (refused.headers or {}).items()}
            raise HandshakeRefused(WireResponse(status=refused.status, body=b"", headers=headers)) from refused
        except (UpstreamBroken, asyncio.CancelledError):
            await session.close()
            raise
        return OpenSocket(session, socket)

    def drop_idle(self) -> None:
        """Hang up, and let nobody wait for it."""
        if self._transport is not None:
            closing = asyncio.ensure_future(self._transport.aclose())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
            self._transport = None

    async def close(self) -> None:
        """Close every connection."""
        if self._transport is not None:
            await self._transport.aclose()
            self._transport = None

    def _connect(self) -> AiohttpTransport:
        self._transport = _ExactTransport(
            verify=self._tls,
            proxy=httpx.Proxy(self._proxy) if self._proxy else None,
            client=lambda: aiohttp.ClientSession(
                connector=ProviderPool(self._tls),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,  # the machine's proxies and netrc are not ours; looking takes two threads a call
                max_line_size=65_536,
                max_field_size=65_536,
            ),
        )
        return self._transport


class _ExactTransport(AiohttpTransport):
    """The transport of httpx-aiohttp, which however writes addresses anew: ``%3A`` becomes a colon, and Amazon's
    signature of the path wrong. Here they go out letter by letter.
    """

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        session: Any = self.client  # what it is to begin with, its annotation does not tell
        if not isinstance(session, aiohttp.ClientSession):
            session = self.client = self.get_client()
        timeout = request.extensions["timeout"]
        with map_aiohttp_exceptions():
            response = await session.request(
                method=request.method,
                url=URL(str(request.url), encoded=True),
                headers=request.headers,
                data=request.content or None,
                allow_redirects=False,
                auto_decompress=False,
                timeout=aiohttp.ClientTimeout(sock_connect=timeout["connect"], sock_read=timeout["read"]),
                proxy=str(self.proxy.url) if self.proxy else None,
                proxy_auth=aiohttp.BasicAuth(*self.proxy.auth) if self.proxy and self.proxy.auth else None,
                proxy_headers=self.proxy.headers if self.proxy else None,
            )
        return httpx.Response(
            status_code=response.status, headers=response.raw_headers, stream=AiohttpResponseStream(response)
        )


def _websocket_patience(idle: float | None) -> aiohttp.ClientWSTimeout:
    make: Any = aiohttp.ClientWSTimeout  # built by attrs, which its stubs do not tell
    return make(ws_receive=idle, ws_close=2)


@contextmanager
def _translated() -> Generator[None]:
    """What the HTTP libraries raise, as one error with a text that holds no address."""
    try:
        yield
    except aiohttp.WSServerHandshakeError:
        raise
    except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, OSError, ValueError) as error:
        raise broken(_kind_of(error)) from error


_UNREACHED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError)


def _kind_of(error: Exception) -> str:
    """What happened, from what aiohttp said: its transport calls a refused and a reset connection timeouts."""
    if isinstance(error, TimeoutError):  # our own, whose cause is a cancellation
        return "timeout"
    cause = error if isinstance(error, _UNREACHED) else error.__cause__ or error
    if isinstance(cause, (*_UNREACHED, httpx.ConnectError, httpx.ProxyError)):
        return "connect"
    return "timeout" if isinstance(cause, TimeoutError | httpx.TimeoutException) else "closed"
