"""Every parser of what comes from outside, as a function of pieces of bytes, with the exceptions that it documents."""

from collections.abc import Callable, Mapping
from typing import Any

from gateway.billing import image_tokens, probe
from gateway.billing.audio_duration import milliseconds
from gateway.billing.pricing import OPTIONS, InvalidPrices, PriceBook
from gateway.errors import GatewayError
from gateway.outbound import registry
from gateway.outbound.canonical.media import inline
from gateway.outbound.errors.body import read_error
from gateway.outbound.protocol import ProviderRequest, Unsupported
from gateway.security import addresses
from gateway.store.client import http
from gateway.wire import json, multipart
from gateway.wire.eventstream import BrokenFrame, EventStreamDecoder
from gateway.wire.jsonlines import JsonStreamDecoder
from gateway.wire.lines import WholeLines
from gateway.wire.multipart import BadForm
from gateway.wire.sse import SseDecoder
from relay.attempt.reply_streams import WholeEvents
from relay.inbound.anthropic.dialect import AnthropicMessages
from relay.inbound.gemini.dialect import GeminiContent
from relay.inbound.openai.chat import OpenAiChat
from relay.inbound.protocol import RawRequest
from relay.inbound.responses.dialect import OpenAiResponses

Pieces = list[bytes]
Parser = Callable[[Pieces], Any]
Parsers = Mapping[str, tuple[Parser, tuple[type[Exception], ...]]]

INBOUND = (OpenAiChat(), OpenAiResponses(), AnthropicMessages(), GeminiContent(streamed=True))
METERED = ("openai", "anthropic", "gemini")
ASKED = ProviderRequest(
    operation="chat", body={"model": "m", "messages": []}, model="m", requested_model="m", stream=True
)


def events(pieces: Pieces) -> Any:
    decoder = SseDecoder()
    return [event for piece in pieces for event in decoder.decode(piece)] + decoder.flush()


def _values(pieces: Pieces) -> Any:
    decoder = JsonStreamDecoder()
    return [value for piece in pieces for value in decoder.decode(piece)]


def _lines(pieces: Pieces) -> Any:
    lines = WholeLines()
    return b"".join(map(lines.feed, pieces)) + lines.flush()


def _messages(pieces: Pieces) -> Any:
    decoder = EventStreamDecoder()
    return [message for piece in pieces for message in decoder.decode(piece)]


def _whole_events(pieces: Pieces) -> Any:
    whole = WholeEvents()
    return events([*map(whole.feed, pieces), whole.finish()])


def _form(pieces: Pieces) -> Any:
    kind = pieces[0].decode("latin-1") if pieces else ""
    body = b"".join(pieces[1:])
    for content_type in (kind, "multipart/form-data; boundary=X", f"multipart/form-data; boundary={kind}"):
        try:
            multipart.parse(content_type, body)
        except BadForm:
            continue


def _database(pieces: Pieces) -> Any:
    connection = http._Connection()
    for piece in pieces:
        connection.data_received(piece)


def _inline(pieces: Pieces) -> Any:
    return inline("data:" + b"".join(pieces).decode(errors="replace"))


def _pictures(pieces: Pieces) -> Any:
    data = b"".join(pieces)
    for head in (b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8", b"RIFF\x00\x00\x00\x00WEBPVP8X"):
        image_tokens.dimensions(head + data)
    return image_tokens.url_dimensions("data:" + data.decode(errors="replace"))


def _prices(pieces: Pieces) -> Any:
    text = b"".join(pieces).decode(errors="replace")
    for name in OPTIONS:
        for value in (text, f'{{"m": {text}}}', f'{{"m": {{"input": 1, "calls": {text}}}}}'):
            try:
                probe.check(PriceBook.from_options({name: value}))
            except InvalidPrices:
                continue


def _addresses(pieces: Pieces) -> Any:
    text = b"".join(pieces).decode(errors="replace")
    for read in (addresses.is_public, addresses.hands_out_credentials, addresses.is_own, addresses.counted_as):
        read(text)


def _requests(pieces: Pieces) -> Any:
    body = b"".join(pieces)
    for words in INBOUND:
        for given in (body, b'{"model":"m","max_tokens":1,"messages":%s,"input":1,"contents":%s}' % (body, body)):
            try:
                parsed = words.parse(RawRequest(body=given, path={"model": "m"}))
                parsed.fallback and parsed.fallback(parsed)
            except (GatewayError, Unsupported):
                continue


def _streams(pieces: Pieces) -> Any:
    """Every dialect's decoder, and the meters of those that pass through."""
    for name, dialect in registry.DIALECTS.items():
        try:
            decoder = dialect.stream(ASKED)
        except Unsupported:
            continue
        for piece in pieces:
            decoder.decode(piece)
        decoder.flush()
        assert decoder.fault is None or decoder.fault.message is not None, name


def _meters(pieces: Pieces) -> Any:
    for name in METERED:
        meter = registry.meter(name)
        for piece in pieces:
            meter.feed(piece)
        meter.close()
        meter.delivered_text()


def _json(pieces: Pieces) -> Any:
    data = b"".join(pieces)
    json.strictly(data)
    return json.parse(data), json.overgrown(data, 10_000, 10_000)


PARSERS: Parsers = {
    "server-sent events": (events, ()),
    "whole events": (_whole_events, ()),
    "lines": (_lines, ()),
    "values": (_values, (ValueError,)),
    "event stream": (_messages, (BrokenFrame,)),
    "JSON": (_json, ()),
    "forms": (_form, ()),
    "the database's HTTP": (_database, ()),
    "data URLs": (_inline, (Unsupported,)),
    "pictures": (_pictures, ()),
    "sounds": (lambda pieces: milliseconds(b"".join(pieces)), ()),
    "prices": (_prices, ()),
    "addresses": (_addresses, ()),
    "requests": (_requests, ()),
    "streams of every dialect": (_streams, ()),
    "meters": (_meters, ()),
    "errors": (lambda pieces: read_error(b"".join(pieces)), ()),
}
