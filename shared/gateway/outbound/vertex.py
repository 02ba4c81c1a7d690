"""The dialect of Vertex AI: Gemini, Claude, embeddings and Imagen under a Google Cloud project.

The channel's config names ``region`` and ``vertex_ai_project_id``; ``api_version`` is ``v1`` unless set.
https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference
"""

from gateway.domain.usage import Usage
from gateway.outbound import anthropic_reply, gemini_faults, gemini_media, gemini_reply
from gateway.outbound.anthropic import betas
from gateway.outbound.anthropic_faults import fault_of as claude_fault
from gateway.outbound.anthropic_request import messages_body
from gateway.outbound.anthropic_stream import AnthropicStream
from gateway.outbound.base import Answer, Ask, Call, Fault, Json, Reply, StreamDecoder, Unsupported
from gateway.outbound.error_body import read_error
from gateway.outbound.gemini_blocks import media_urls
from gateway.outbound.gemini_faults import VERTEX as VERDICTS
from gateway.outbound.gemini_request import generate_body
from gateway.outbound.gemini_stream import GeminiStream
from gateway.outbound.operations import TableDialect, Verbs
from gateway.outbound.payload import json_of, obj, objs, post, string, whole
from gateway.outbound.sources import remote_urls
from gateway.outbound.vectors import embeddings, texts_of

LABEL = "Vertex AI"
CLAUDE_VERSION = "vertex-2023-10-16"


def is_claude(model: str) -> bool:
    """Whether the model is published by Anthropic."""
    return model.rpartition("/")[2].startswith("claude")


def path(ask: Ask, action: str) -> str:
    """The path of a call; a model may be written ``publisher/model``. Raises ``Unsupported`` without a project."""
    publisher, _, model = ask.model.removeprefix("publishers/").replace("/models/", "/").rpartition("/")
    publisher = publisher or ("anthropic" if is_claude(model) else "google")
    project, region = ask.config.get("vertex_ai_project_id"), ask.config.get("region")
    if not project or not region:
        raise Unsupported("this Vertex AI channel lacks vertex_ai_project_id or region in its config")
    version = ask.config.get("api_version") or "v1"
    return f"/{version}/projects/{project}/locations/{region}/publishers/{publisher}/models/{model}:{action}"


def _chat(ask: Ask) -> Call:
    if is_claude(ask.model):
        return _claude(ask)
    action = "streamGenerateContent?alt=sse" if ask.stream else "generateContent"
    return post(path(ask, action), generate_body(ask))


def _claude(ask: Ask) -> Call:
    """https://docs.claude.com/en/api/claude-on-vertex-ai: the model is in the path, the version in the body."""
    body = messages_body(ask)
    found = betas(ask, body)
    stream = {"stream": True} if ask.stream else {}
    beta = {"anthropic_beta": found} if found else {}
    action = "streamRawPredict" if ask.stream else "rawPredict"
    return post(path(ask, action), {"anthropic_version": CLAUDE_VERSION, **body, **beta, **stream})


def _answer(ask: Ask, reply: Reply) -> Answer:
    return (anthropic_reply if is_claude(ask.model) else gemini_reply).response(ask, reply)


def _stream(ask: Ask) -> StreamDecoder:
    return AnthropicStream(ask) if is_claude(ask.model) else GeminiStream(ask, VERDICTS)


def _urls(ask: Ask) -> list[str]:
    """Claude takes URLs only from Anthropic itself: https://docs.claude.com/en/docs/build-with-claude/vision."""
    return remote_urls(ask.body) if is_claude(ask.model) else media_urls(ask)


def _fault(reply: Reply) -> Fault:
    """Claude's own errors come through in Anthropic's words; everything else is Google's."""
    body = read_error(reply.body)
    return claude_fault(reply) if body.type.endswith("_error") else gemini_faults.fault_of(reply, VERDICTS)


def _embed(ask: Ask) -> Call:
    """https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api"""
    extra = {key: ask.body[key] for key in ("task_type", "title") if ask.body.get(key)}
    body: Json = {"instances": [{"content": text, **extra} for text in texts_of(ask, LABEL)]}
    if ask.body.get("dimensions"):
        body["parameters"] = {"outputDimensionality": ask.body["dimensions"]}
    return post(path(ask, "predict"), body)


def _embedded(ask: Ask, reply: Reply) -> Answer:
    found = [obj(item.get("embeddings")) for item in objs(json_of(reply).get("predictions"))]
    counts = [obj(item.get("statistics")).get("token_count") for item in found]
    usage = Usage(prompt=sum(whole(count) for count in counts)) if any(string(count) for count in counts) else None
    return embeddings(ask, [item.get("values") for item in found], usage)


def _draw(ask: Ask) -> Call:
    return gemini_media.image_request(ask, path)


_IMAGES = Verbs(_draw, gemini_media.image_response)

VERTEX = TableDialect(
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
)
