"""MiniMax: chat in OpenAI's shape on its own address, embeddings, speech and images in shapes of its own.

https://platform.minimaxi.com/document/ChatCompletion_v2. Errors come with status 200 in ``base_resp``, also where a
stream was asked for. Channel config: ``group_id`` goes into the query of embeddings and speech. ``temperature`` is kept
within (0, 1]. Sizes of images are given as ``WIDTHxHEIGHT``; speech comes back as bytes.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from gateway.domain.usage import Usage
from gateway.outbound.canonical import (
    chat as canonical_chat,
)
from gateway.outbound.canonical import (
    embeddings as canonical_embeddings,
)
from gateway.outbound.canonical import (
    images as canonical_images,
)
from gateway.outbound.errors import verdicts
from gateway.outbound.json_bodies import json_of, post
from gateway.outbound.openai.dialect import OpenAI
from gateway.outbound.openai.quirks import QUIRKS
from gateway.outbound.openai.stream import OpenAIStream
from gateway.outbound.protocol import (
    CanonicalResponse,
    Fault,
    Json,
    ProviderFault,
    ProviderRequest,
    StreamDecoder,
    Unsupported,
    WireRequest,
    WireResponse,
)
from gateway.outbound.streams.decoders import WholeOrStream
from gateway.outbound.tables import TableDialect, Verbs
from gateway.wire.json import array, obj, objs, string, whole

LABEL = "MiniMax"
CHAT_PATH = "/v1/text/chatcompletion_v2"
FAULTS: Mapping[str, verdicts.Verdict] = {**QUIRKS["minimax"].vendor, "2056": verdicts.QUOTA_RETURNS}

_QUIRKS = replace(QUIRKS["minimax"], vendor=FAULTS)
_OPENAI = OpenAI("minimax", _QUIRKS)
_SOUNDS = {"mp3": "audio/mpeg", "wav": "audio/wav", "flac": "audio/flac", "pcm": "audio/pcm"}


def _request(request: ProviderRequest) -> WireRequest:
    canonical_chat.refuse(request.body, LABEL, ["n", "audio", "logprobs", "web_search_options"])
    body = {key: value for key, value in request.body.items() if key not in ("n", "logprobs", "modalities")}
    temperature = body.get("temperature")
    if isinstance(temperature, int | float):
        body["temperature"] = min(1, max(0.01, temperature))
    return replace(_OPENAI.request(replace(request, body=body)), path=CHAT_PATH)


def _response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    answer = _OPENAI.response(request, reply)
    body = answer.body or {}
    if not objs(body.get("choices")):
        raise ProviderFault(Fault(kind="retry", status=502, message="the provider answered with nothing"))
    _censor(body)
    return answer


def _censor(body: Json) -> None:
    """``output_sensitive``: what was produced was cut off by the filter."""
    for choice in objs(body.get("choices")) if body.get("output_sensitive") is True else []:
        if choice.get("finish_reason"):
            choice["finish_reason"] = "content_filter"


class _Stream(OpenAIStream):
    def _chunk(self, body: Json) -> list[Json]:
        _censor(body)
        return super()._chunk(body)


def _decoder(request: ProviderRequest) -> StreamDecoder:
    return WholeOrStream(request, _Stream(request, _QUIRKS), _response)


def _checked(reply: WireResponse) -> Json:
    body = json_of(reply)
    if whole(obj(body.get("base_resp")).get("status_code")) or body.get("error"):
        raise ProviderFault(verdicts.in_success(body, FAULTS, reply))
    return body


def _grouped(path: str, request: ProviderRequest) -> str:
    group = request.config.get("group_id", "")
    return f"{path}?GroupId={quote(group, safe='')}" if group else path


def _embeddings_request(request: ProviderRequest) -> WireRequest:
    rest = {key: value for key, value in request.body.items() if key not in canonical_embeddings.EMBEDDING_KEYS}
    made = {"model": request.model, "texts": canonical_embeddings.texts_of(request, LABEL), "type": "db"}
    return post(_grouped("/v1/embeddings", request), made | rest)


def _embeddings_response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    body = _checked(reply)
    return canonical_embeddings.embeddings(
        request, array(body.get("vectors")), canonical_embeddings.counted(body.get("total_tokens"))
    )


def _speech_request(request: ProviderRequest) -> WireRequest:
    body = request.body
    text = string(body.get("input"))
    if not text:
        raise Unsupported("input must be a string", param="input")
    form = string(body.get("response_format")) or "mp3"
    if form not in _SOUNDS:
        raise Unsupported(f"{LABEL} speaks {', '.join(_SOUNDS)}; not {form!r}", param="response_format")
    voice: Json = {"voice_id": body.get("voice"), "speed": body.get("speed") or 1}
    made: Json = {
        "model": request.model,
        "text": text,
        "stream": False,
        "voice_setting": voice | obj(body.get("voice_setting")),
        "audio_setting": {"format": form} | obj(body.get("audio_setting")),
    }
    others = {key: value for key, value in body.items() if key not in _SPEECH_KEYS}
    return post(_grouped("/v1/t2a_v2", request), made | others)


_SPEECH_KEYS = frozenset(
    {"model", "input", "voice", "speed", "response_format", "stream_format", "stream", "voice_setting", "audio_setting"}
)


def _speech_response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    """The sound comes as hex digits; characters are what is billed."""
    body = _checked(reply)
    try:
        sound = bytes.fromhex(string(obj(body.get("data")).get("audio")))
    except ValueError:
        sound = b""
    if not sound:
        raise ProviderFault(Fault(kind="retry", status=502, message="the provider answered without sound"))
    info = obj(body.get("extra_info"))
    form = string(info.get("audio_format")) or string(request.body.get("response_format")) or "mp3"
    characters = whole(info.get("usage_characters")) or len(string(request.body.get("input")))
    usage = Usage(characters=characters, milliseconds=whole(info.get("audio_length")))
    return CanonicalResponse(
        body=None, usage=usage, raw=sound, content_type=_SOUNDS.get(form, "application/octet-stream")
    )


def _images_request(request: ProviderRequest) -> WireRequest:
    body = request.body
    size = canonical_images.pixels_of(request)
    others = {key: value for key, value in body.items() if key not in canonical_images.IMAGE_KEYS}
    made: Json = {
        "model": request.model,
        "prompt": canonical_images.prompt_of(request),
        "n": body.get("n"),
        "response_format": "base64" if body.get("response_format") == "b64_json" else "url",
    }
    return post("/v1/image_generation", made | size | others)


def _images_response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    data = obj(_checked(reply).get("data"))
    found: list[Json] = [{"url": url} for url in array(data.get("image_urls"))]
    found += [{"b64_json": image} for image in array(data.get("image_base64"))]
    if not found:
        raise ProviderFault(Fault(kind="retry", status=502, message="the provider answered without an image"))
    return CanonicalResponse(body={"created": request.created, "data": found}, usage=Usage(images=len(found)))


def _fault(reply: WireResponse) -> Fault:
    return verdicts.judge(reply, FAULTS)


_VERBS: Mapping[Any, Verbs] = {
    "chat": Verbs(_request, _response),
    "embeddings": Verbs(_embeddings_request, _embeddings_response),
    "speech": Verbs(_speech_request, _speech_response),
    "images": Verbs(_images_request, _images_response),
}
DIALECT = TableDialect(name="minimax", label=LABEL, verbs=_VERBS, decoder=_decoder, fault=_fault)
