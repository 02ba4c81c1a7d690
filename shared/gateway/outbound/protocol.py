"""What a dialect is: four pure verbs between canonical JSON and a provider's wire.

Canonical is OpenAI's JSON of the operation, held as open dictionaries: a key nobody knows stays.
A dialect never does I/O. What it needs from outside (images behind URLs) is asked for with
``media_urls`` and comes in as ``Ask.media``.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal, Protocol

from gateway.domain.usage import Usage
from gateway.records import dataclass, record
from gateway.wire.json import Json
from gateway.wire.multipart import Upload

# By client dialect: what stands under ``details`` in its errors.
Details = Mapping[str, Any]

Operation = Literal[
    "chat",
    "completions",
    "edits",
    "embeddings",
    "moderations",
    "images",
    "image_edits",
    "image_variations",
    "speech",
    "transcription",
    "translation",
    "rerank",
    "responses",
]
PICTURES: frozenset[Operation] = frozenset({"images", "image_edits", "image_variations"})
SOUNDS: frozenset[Operation] = frozenset({"transcription", "translation"})

FaultKind = Literal[
    "caller",  # the request is wrong; the same everywhere: answer it
    "retry",  # this channel failed; another may not
    "cooldown",  # overloaded or rate limited: leave this channel alone for ``retry_after`` seconds
    "disable",  # the key is invalid, the account has no money or is closed
    "filtered",  # the content was refused; do not retry
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What a provider's error means. ``status`` is what the caller gets; the text is the provider's.

    ``details``: what libraries act on, by the client dialect that has a place for it.
    """

    kind: FaultKind
    status: int
    message: str
    type: str = "upstream_error"
    code: str | int | None = None
    param: str | None = None
    retry_after: int | None = None
    details: Details | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """Bytes behind a URL, already fetched. ``type`` is a media type such as ``image/png``."""

    type: str
    data: bytes


@record
class ProviderRequest:
    """One canonical request on its way to one channel.

    ``body`` must not be changed in place: the next channel gets the same object. ``model`` is the name
    the provider knows; ``requested_model`` the caller's. ``config`` is the channel's.
    """

    operation: Operation
    body: Json
    model: str
    requested_model: str
    stream: bool = False
    request_id: str = ""
    created: int = 0  # unix seconds, for replies that bring no time of their own
    config: Mapping[str, str] = field(default_factory=dict[str, str])
    uploads: tuple[Upload, ...] = ()
    media: Mapping[str, Media] = field(default_factory=dict[str, Media])


@record
class WireRequest:
    """One HTTP request, before credentials. ``path`` is joined to the channel's base URL as text."""

    path: str
    body: bytes = b""
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@record
class WireResponse:
    """One whole HTTP answer of a provider. Header names are lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@record
class CanonicalResponse:
    """A whole reply in canonical form.

    ``body`` is canonical JSON; where the operation answers bytes (speech, plain-text transcripts) it is
    ``None`` and ``raw`` with ``content_type`` holds them. ``usage`` is ``None`` when the provider
    reported nothing and somebody has to count.
    """

    body: Json | None
    usage: Usage | None = None
    raw: bytes = b""
    content_type: str = "application/json"


class ProviderFault(Exception):
    """Raised by ``response`` when a reply is an error whatever its HTTP status says."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class Unsupported(Exception):
    """Raised by ``request`` when the provider cannot express what was asked; the caller gets a 400."""

    code = "unsupported_by_provider"

    def __init__(
        self, message: str, *, param: str | None = None, details: Details | None = None, code: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.code = code or self.code
        self.details: Details = details or {}


class StreamDecoder(Protocol):
    """Turns one provider stream into canonical chunks; one object per stream, no I/O.

    ``usage``: as far as known (final once ``finished``). ``fault``: an error event seen in the stream; nothing
    is decoded after it. ``finished``: the provider's own end marker or a finish reason was seen, so
    the stream was not cut short.
    """

    usage: Usage | None
    fault: Fault | None
    finished: bool

    def decode(self, data: bytes) -> list[Json]:
        """Canonical ``chat.completion.chunk`` objects completed by these bytes, split anywhere."""
        ...

    def flush(self) -> list[Json]:
        """What is left when the provider has closed the stream."""
        ...


class Dialect(Protocol):
    """One wire format. Stateless: one object serves every request."""

    name: str

    def media_urls(self, request: ProviderRequest) -> list[str]:
        """http(s) URLs in the request whose bytes this dialect must inline."""
        ...

    def request(self, request: ProviderRequest) -> WireRequest:
        """Canonical to wire; raises ``Unsupported``."""
        ...

    def response(self, request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
        """A 2xx reply to canonical; raises ``ProviderFault`` for an error dressed as success."""
        ...

    def stream(self, request: ProviderRequest) -> StreamDecoder:
        """A decoder for the streamed reply to this ask."""
        ...

    def error(self, reply: WireResponse) -> Fault:
        """What a non-2xx reply means."""
        ...


class SpokenDialect(Dialect, Protocol):
    """A dialect that callers speak too, so that their bytes may go out as they came."""

    def envelope(self, request: ProviderRequest) -> WireRequest:
        """Where ``request`` would send this and with what headers, the body left out."""
        ...
