"""The OpenAI dialect, for OpenAI and everybody compatible; what differs is data in ``quirks``.

https://platform.openai.com/docs/api-reference
"""

import math
from dataclasses import replace
from typing import Any, cast

from gateway.domain.usage import Usage
from gateway.outbound.errors.body import read_error, read_value
from gateway.outbound.errors.in_success import fault_in
from gateway.outbound.openai import errors as openai_errors
from gateway.outbound.openai.paths import PATHS
from gateway.outbound.openai.quirks import Quirks
from gateway.outbound.openai.reply import complete, text_complete
from gateway.outbound.openai.request import adapted, streaming
from gateway.outbound.openai.stream import OpenAIStream
from gateway.outbound.openai.usage import read_usage
from gateway.outbound.protocol import (
    PICTURES,
    SOUNDS,
    CanonicalResponse,
    Fault,
    Json,
    Operation,
    ProviderFault,
    ProviderRequest,
    StreamDecoder,
    WireRequest,
    WireResponse,
)
from gateway.outbound.streams.decoders import WholeOrStream
from gateway.wire import multipart
from gateway.wire.json import encode, figure, obj, parse

FORMS: frozenset[Operation] = frozenset({"image_edits", "image_variations", "transcription", "translation"})
PLAIN_TRANSCRIPTS = frozenset({"text", "srt", "vtt"})


class OpenAI:
    """``Dialect``: canonical JSON is its wire format already."""

    def __init__(self, name: str, quirks: Quirks) -> None:
        self.name = name
        self._quirks = quirks

    def media_urls(self, request: ProviderRequest) -> list[str]:
        return []

    def request(self, request: ProviderRequest) -> WireRequest:
        body = {**request.body, "model": request.model}
        body = adapted(self._quirks, request.operation, request.model, body)
        if request.operation in FORMS and request.uploads:
            content_type, data = multipart.encode(body, request.uploads, boundary=_boundary(request))
            return WireRequest(path=PATHS[request.operation], body=data, headers={"content-type": content_type})
        body = streaming(self._quirks, request, body)
        return replace(self.envelope(request), body=encode(body))

    def envelope(self, request: ProviderRequest) -> WireRequest:
        accept = "text/event-stream" if request.stream else "*/*"
        headers = {"content-type": "application/json", "accept": accept}
        return WireRequest(path=PATHS[request.operation], headers=headers)

    def response(self, request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
        content_type = reply.headers.get("content-type", "")
        if request.operation == "speech" or (
            request.operation in SOUNDS and request.body.get("response_format") in PLAIN_TRANSCRIPTS
        ):
            return self._raw(reply, content_type)
        body = _object(reply.body)
        openai_errors.raise_for(body, reply, self._quirks.vendor)
        usage = read_usage(body, hidden_reasoning=self._quirks.hidden_reasoning)
        if request.operation == "chat":
            body = complete(body, request)
            if not isinstance(body.get("choices"), list):
                raise ProviderFault(_nothing(body))
        if request.operation == "completions":
            body = text_complete(body, request)
        if request.operation == "rerank":
            body = _ranked(body)
        if request.operation in PICTURES and not body.get("data") and isinstance(body.get("images"), list):
            body = {**body, "data": body["images"]}  # SiliconFlow: https://docs.siliconflow.cn/cn/api-reference/images
        return CanonicalResponse(body=body, usage=_counted(request, body, usage))

    def stream(self, request: ProviderRequest) -> StreamDecoder:
        events = OpenAIStream(request, self._quirks)
        return WholeOrStream(request, events, self.response) if request.operation == "chat" else events

    def error(self, reply: WireResponse) -> Fault:
        return openai_errors.of_reply(reply, self._quirks.vendor)

    def _raw(self, reply: WireResponse, content_type: str) -> CanonicalResponse:
        """Bytes as they are, unless they are an error that came with status 200."""
        if content_type.startswith("application/json"):
            openai_errors.raise_for(_object(reply.body), reply, self._quirks.vendor)
        return CanonicalResponse(body=None, raw=reply.body, content_type=content_type or "application/octet-stream")


def _nothing(body: Json) -> Fault:
    """An answer without choices; some servers put the reason where an error's message would be."""
    said = read_value(body).message
    return Fault(kind="retry", status=502, message=f"the provider answered with nothing{said and ': ' + said}")


def _boundary(request: ProviderRequest) -> str:
    return f"one-api-{request.request_id or 'form'}"


def _object(data: bytes) -> Json:
    """The JSON object of a success; OpenRouter sends blank lines before it to keep the connection."""
    value = parse(data.strip().removeprefix(b"\xef\xbb\xbf"))
    if not isinstance(value, dict):
        if found := fault_in(data):
            raise ProviderFault(found)
        said = read_error(data[:4096]).message[:200]
        raise ProviderFault(
            Fault(kind="retry", status=502, message=f"the provider's answer is not a JSON object: {said!r}")
        )
    return cast(Json, value)


def _ranked(body: Json) -> Json:
    """Voyage lists its results under ``data``: https://docs.voyageai.com/reference/reranker-api"""
    if "results" not in body and isinstance(body.get("data"), list):
        return {**{name: value for name, value in body.items() if name != "data"}, "results": body["data"]}
    return body


def _counted(request: ProviderRequest, body: Json, usage: Usage | None) -> Usage | None:
    """Usage of what is not counted in tokens: pictures by piece, speech that was heard by its length."""
    if request.operation in PICTURES:
        data = body.get("data")
        pieces = len(cast(list[Any], data)) if isinstance(data, list) else 0
        base = usage or Usage()
        image_out = base.image_out or base.completion
        return replace(base, images=pieces, image_out=image_out)
    if request.operation == "rerank" and usage is None:
        return _ranking_usage(obj(body.get("meta")))
    duration = body.get("duration")
    if request.operation in SOUNDS and usage is None and isinstance(duration, int | float | str):
        return _heard(duration)
    return usage


def _ranking_usage(meta: Json) -> Usage | None:
    """Cohere's figures in compatible replies: tokens where they are told, else searches."""
    tokens = figure(obj(meta.get("tokens")).get("input_tokens"))
    searches = figure(obj(meta.get("billed_units")).get("search_units"))
    if tokens > 0:
        return Usage(prompt=tokens)
    return Usage(requests=searches) if searches > 0 else None


def _heard(duration: float | str) -> Usage | None:
    try:
        return Usage(milliseconds=math.ceil(float(duration) * 1000))
    except (ValueError, OverflowError):
        return None
