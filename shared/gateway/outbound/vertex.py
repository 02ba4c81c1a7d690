"""The dialect of Vertex AI: Gemini, Claude, embeddings and Imagen under a Google Cloud project.

The channel's config names ``region`` and ``vertex_ai_project_id``; ``api_version`` is ``v1`` unless set.
https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference
"""

from gateway.domain.usage import Usage
from gateway.outbound.anthropic import reply as anthropic_reply
from gateway.outbound.anthropic.dialect import betas
from gateway.outbound.anthropic.doors import VERTEX, fitted, known_betas
from gateway.outbound.anthropic.errors import fault_of as claude_fault
from gateway.outbound.anthropic.request import messages_body
from gateway.outbound.anthropic.stream import AnthropicStream
from gateway.outbound.canonical.borders import ANTHROPIC, GEMINI, Border
from gateway.outbound.canonical.embeddings import embeddings, texts_of
from gateway.outbound.canonical.media import remote_urls
from gateway.outbound.errors.body import read_error
from gateway.outbound.gemini import errors as gemini_errors
from gateway.outbound.gemini import media as gemini_media
from gateway.outbound.gemini import reply as gemini_reply
from gateway.outbound.gemini.blocks import media_urls
from gateway.outbound.gemini.errors import VERTEX as VERDICTS
from gateway.outbound.gemini.request import generate_body
from gateway.outbound.gemini.stream import GeminiStream
from gateway.outbound.json_bodies import json_of, post
from gateway.outbound.protocol import (
    CanonicalResponse,
    Fault,
    Json,
    ProviderRequest,
    StreamDecoder,
    Unsupported,
    WireRequest,
    WireResponse,
)
from gateway.outbound.tables import TableDialect, Verbs
from gateway.wire.json import obj, objs, string, whole

LABEL = "Vertex AI"
CLAUDE_VERSION = "vertex-2023-10-16"


def is_claude(model: str) -> bool:
    """Whether the model is published by Anthropic."""
    return model.rpartition("/")[2].startswith("claude")


def path(request: ProviderRequest, action: str) -> str:
    """The path of a call; a model may be written ``publisher/model``. Raises ``Unsupported`` without a project."""
    publisher, _, model = request.model.removeprefix("publishers/").replace("/models/", "/").rpartition("/")
    publisher = publisher or ("anthropic" if is_claude(model) else "google")
    project, region = request.config.get("vertex_ai_project_id"), request.config.get("region")
    if not project or not region:
        raise Unsupported("this Vertex AI channel lacks vertex_ai_project_id or region in its config")
    version = request.config.get("api_version") or "v1"
    return f"/{version}/projects/{project}/locations/{region}/publishers/{publisher}/models/{model}:{action}"


def _chat(request: ProviderRequest) -> WireRequest:
    if is_claude(request.model):
        return _claude(request)
    action = "streamGenerateContent?alt=sse" if request.stream else "generateContent"
    return post(path(request, action), generate_body(request))


def _claude(request: ProviderRequest) -> WireRequest:
    """https://docs.claude.com/en/api/claude-on-vertex-ai: the model is in the path, the version in the body."""
    body = fitted(messages_body(request), VERTEX, request.config)
    found = known_betas(betas(request, body), VERTEX, request.config)
    stream = {"stream": True} if request.stream else {}
    beta = {"anthropic_beta": found} if found else {}
    action = "streamRawPredict" if request.stream else "rawPredict"
    return post(path(request, action), {"anthropic_version": CLAUDE_VERSION, **body, **beta, **stream})


def _answer(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    return (anthropic_reply if is_claude(request.model) else gemini_reply).response(request, reply)


def _stream(request: ProviderRequest) -> StreamDecoder:
    return AnthropicStream(request) if is_claude(request.model) else GeminiStream(request, VERDICTS)


def _urls(request: ProviderRequest) -> list[str]:
    """Claude takes URLs only from Anthropic itself: https://docs.claude.com/en/docs/build-with-claude/vision."""
    return remote_urls(request.body) if is_claude(request.model) else media_urls(request)


def _fault(reply: WireResponse) -> Fault:
    """Claude's own errors come through in Anthropic's words; everything else is Google's."""
    body = read_error(reply.body)
    return claude_fault(reply) if body.type.endswith("_error") else gemini_errors.fault_of(reply, VERDICTS)


def _embed(request: ProviderRequest) -> WireRequest:
    """https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api"""
    extra = {key: request.body[key] for key in ("task_type", "title") if request.body.get(key)}
    body: Json = {"instances": [{"content": text, **extra} for text in texts_of(request, LABEL)]}
    if request.body.get("dimensions"):
        body["parameters"] = {"outputDimensionality": request.body["dimensions"]}
    return post(path(request, "predict"), body)


def _embedded(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    found = [obj(item.get("embeddings")) for item in objs(json_of(reply).get("predictions"))]
    counts = [obj(item.get("statistics")).get("token_count") for item in found]
    usage = Usage(prompt=sum(whole(count) for count in counts)) if any(string(count) for count in counts) else None
    return embeddings(request, [item.get("values") for item in found], usage)


def _draw(request: ProviderRequest) -> WireRequest:
    return gemini_media.image_request(request, path)


_IMAGES = Verbs(_draw, gemini_media.image_response)


def replies(model: str) -> str:
    """The dialect of the maker of a model, which is what its replies are in."""
    return "anthropic" if is_claude(model) else "gemini"


def border(request: ProviderRequest) -> Border:
    """What the makers of the models take as ids, names and users."""
    return ANTHROPIC if is_claude(request.model) else GEMINI


DIALECT = TableDialect(
    name="vertex",
    label=LABEL,
    verbs={
        "chat": Verbs(_chat, _answer),
        "embeddings": Verbs(_embed, _embedded),
        "images": _IMAGES,
        "image_edits": _IMAGES,
    },
    decoder=_stream,
    fault=_fault,
    urls=_urls,
    border=border,
)
