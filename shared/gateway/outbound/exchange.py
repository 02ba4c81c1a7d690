"""Exchanges that are more than one request and one reply, described as steps. The I/O is upstream's.

Polling: ``request`` creates a task; ``created`` reads its reply; then ``poll`` reads the reply of each
``task.call``, sent after ``task.wait`` seconds, until it answers or raises ``ProviderFault``::

    step = dialect.created(ask, await send(dialect.request(ask)))
    while isinstance(step, Task):
        step = dialect.poll(ask, step, await send(step.call, after=step.wait))
    if isinstance(step, Fetch):
        step = dialect.finish(ask, step, await fetch_safely(step.urls))

``created`` may answer at once. If the caller wants a stream and there is a ``task.stream``, that call replaces polling
and its bytes go to ``dialect.stream(ask)``, which may know no usage: then one more poll does. It is called with the
channel's credentials on the channel's own host (``on_host``), without any beside it (``beside``), and nowhere else. In
every other case the finished answer is streamed with ``streaming.chunks_of``. Files elsewhere are listed in
``Fetch.urls`` and read by the fetcher that refuses private addresses.

WebSocket: the URL is ``request(ask).path``, signed elsewhere; every frame of ``frames`` is sent as text, and
what comes back is fed to ``dialect.stream(ask)``, one frame per ``decode``.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import Protocol, runtime_checkable
from urllib.parse import SplitResult, urlsplit

from gateway.outbound.protocol import CanonicalResponse, Dialect, Media, ProviderRequest, WireRequest, WireResponse
from gateway.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task under way. All paths are relative to the base URL, except that of ``stream``.

    ``wait``: seconds before ``call``. ``cancel`` stops the task when the caller has gone. ``state`` is what the
    dialect wants back at the next ``poll``.
    """

    id: str
    call: WireRequest
    wait: float = 1.0
    stream: WireRequest | None = None
    cancel: WireRequest | None = None
    state: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """An answer whose files still have to be read: ``urls`` are fetched, then ``finish`` puts them in."""

    urls: tuple[str, ...]
    answer: CanonicalResponse


Step = Task | Fetch | CanonicalResponse


@runtime_checkable
class PollingDialect(Dialect, Protocol):
    """A dialect with operations that run as tasks (the provider's row says which)."""

    def created(self, request: ProviderRequest, reply: WireResponse) -> Step:
        """What the 2xx reply to ``request`` started; raises ``ProviderFault``."""
        ...

    def poll(self, request: ProviderRequest, task: Task, reply: WireResponse) -> Step:
        """What a 2xx reply to ``task.call`` says: running, done, or ``ProviderFault``."""
        ...

    def finish(self, request: ProviderRequest, fetch: Fetch, files: Mapping[str, Media]) -> CanonicalResponse:
        """The answer with its files in it; raises ``ProviderFault`` when one is missing."""
        ...


@runtime_checkable
class WebSocketDialect(Dialect, Protocol):
    """A dialect spoken over a WebSocket."""

    def frames(self, request: ProviderRequest) -> list[bytes]:
        """Text frames to send once connected; ``ask.config["app_id"]`` is the application's id."""
        ...


def on_host(url: str, base_url: str) -> bool:
    """Whether a URL that a provider gave us may be called with the channel's credentials."""
    ours, theirs = _split(base_url), _split(url)
    return bool(ours.netloc) and (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc)


def _split(url: str) -> SplitResult:
    """The parts of a URL, none of them for one that is no URL."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for what is no port
    except ValueError:
        return urlsplit("")
    return parts


def beside(url: str, base_url: str) -> bool:
    """Whether a URL that a provider gave us is on a host of the same domain, over TLS: no credentials go there.

    ``stream.replicate.com`` is beside ``api.replicate.com``.
    """
    ours, theirs = _split(base_url).hostname or "", _split(url)
    domain = ours.partition(".")[2]
    if "." not in domain or ours.replace(".", "").isdecimal():
        return False
    return theirs.scheme == "https" and (theirs.hostname or "").endswith(f".{domain}") and theirs.port in (None, 443)
