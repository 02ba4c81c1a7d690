"""The dialect of the Gemini API (generativelanguage.googleapis.com)."""

from gateway.outbound.canonical.borders import GEMINI, Border
from gateway.outbound.gemini import media as gemini_media
from gateway.outbound.gemini.blocks import LABEL, media_urls
from gateway.outbound.gemini.errors import fault_of
from gateway.outbound.gemini.models import path
from gateway.outbound.gemini.reply import response
from gateway.outbound.gemini.request import generate_body
from gateway.outbound.gemini.stream import GeminiStream
from gateway.outbound.json_bodies import JSON_HEADERS, post
from gateway.outbound.protocol import ProviderRequest, WireRequest
from gateway.outbound.tables import TableDialect, Verbs


def _chat(request: ProviderRequest) -> WireRequest:
    return post(_place(request), generate_body(request))


def _envelope(request: ProviderRequest) -> WireRequest:
    return WireRequest(path=_place(request), headers=JSON_HEADERS)


def _place(request: ProviderRequest) -> str:
    return path(request, "streamGenerateContent?alt=sse" if request.stream else "generateContent")


def _embed(request: ProviderRequest) -> WireRequest:
    return gemini_media.embed_request(request, path)


def _draw(request: ProviderRequest) -> WireRequest:
    return gemini_media.image_request(request, path)


_IMAGES = Verbs(_draw, gemini_media.image_response)


def border(request: ProviderRequest) -> Border:
    """What this door takes as ids, names and users."""
    return GEMINI


DIALECT = TableDialect(
    name="gemini",
    label=LABEL,
    verbs={
        "chat": Verbs(_chat, response),
        "embeddings": Verbs(_embed, gemini_media.embed_response),
        "images": _IMAGES,
        "image_edits": _IMAGES,
    },
    decoder=GeminiStream,
    fault=fault_of,
    border=border,
    urls=media_urls,
    enclosing=_envelope,
)
