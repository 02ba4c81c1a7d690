"""The dialect of the Gemini API (generativelanguage.googleapis.com)."""

from gateway.outbound import gemini_media
from gateway.outbound.base import Ask, Call
from gateway.outbound.gemini_blocks import LABEL, media_urls
from gateway.outbound.gemini_faults import fault_of
from gateway.outbound.gemini_models import path
from gateway.outbound.gemini_reply import response
from gateway.outbound.gemini_request import generate_body
from gateway.outbound.gemini_stream import GeminiStream
from gateway.outbound.operations import TableDialect, Verbs
from gateway.outbound.payload import post


def _chat(ask: Ask) -> Call:
    action = "streamGenerateContent?alt=sse" if ask.stream else "generateContent"
    return post(path(ask, action), generate_body(ask))


def _embed(ask: Ask) -> Call:
    return gemini_media.embed_request(ask, path)


def _draw(ask: Ask) -> Call:
    return gemini_media.image_request(ask, path)


_IMAGES = Verbs(_draw, gemini_media.image_response)

GEMINI = TableDialect(
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
    urls=media_urls,
)
