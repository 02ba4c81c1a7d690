"""Cloudflare Workers AI: chat and embeddings OpenAI's way, the rest over the models' own ``run`` address.

https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility/

Channel config: ``user_id`` is the account's id; ``api`` = ``run`` speaks to chat and embedding models natively
too. Without an account's id the base URL is taken to be an AI Gateway's ``.../workers-ai`` prefix, which is complete in
itself (https://developers.cloudflare.com/ai-gateway/providers/workersai/). Images come as bytes whatever was asked
for. The native way has no stop sequences and forces no tool: both are refused there; ``user`` and ``logit_bias`` are
dropped there.
"""

import base64
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
from gateway.outbound.cloudflare import run as cloudflare_run
from gateway.outbound.cloudflare.run import FAULTS, LABEL, opened
from gateway.outbound.errors import verdicts
from gateway.outbound.json_bodies import post
from gateway.outbound.openai.dialect import OpenAI
from gateway.outbound.openai.quirks import Quirks
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
from gateway.wire.json import array, obj, objs, string

_GATEWAY = "https://gateway.ai.cloudflare.com"
_QUIRKS = Quirks(exact=False, stream_usage=False, rename={"max_completion_tokens": "max_tokens"}, vendor=FAULTS)
_OPENAI = OpenAI("cloudflare", _QUIRKS)


def _prefix(request: ProviderRequest) -> str:
    """Before ``/v1`` or the model: nothing behind an AI Gateway, the account's path else."""
    account = request.config.get("user_id", "")
    if not account or request.config.get("base_url", "").startswith(_GATEWAY):
        return ""
    return f"/client/v4/accounts/{quote(account, safe='')}/ai"


def _run_path(request: ProviderRequest) -> str:
    prefix = _prefix(request)
    model = quote(request.model, safe="/@")
    return f"{prefix}/run/{model}" if prefix else f"/{model}"


def _native(request: ProviderRequest) -> bool:
    return request.config.get("api") == "run" or request.operation == "completions"


def _compatible(request: ProviderRequest) -> WireRequest:
    call = _OPENAI.request(request)
    return replace(call, path=_prefix(request) + call.path)


def _chat_request(request: ProviderRequest) -> WireRequest:
    if _native(request):
        return post(_run_path(request), cloudflare_run.chat_body(request))
    canonical_chat.refuse(request.body, LABEL, ["n", "audio", "web_search_options"])
    return _compatible(request)


def _chat_response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    if _native(request):
        return cloudflare_run.response(request, reply)
    opened(reply)
    answer = _OPENAI.response(request, reply)
    if not objs(obj(answer.body).get("choices")):
        raise ProviderFault(Fault(kind="retry", status=502, message="the provider answered with nothing"))
    return answer


def _decoder(request: ProviderRequest) -> StreamDecoder:
    if _native(request):
        return cloudflare_run.WorkersStream(request)
    return WholeOrStream(request, OpenAIStream(request, _QUIRKS), _chat_response)


def _completions_request(request: ProviderRequest) -> WireRequest:
    prompt = request.body.get("prompt")
    if not isinstance(prompt, str):
        raise Unsupported(f"{LABEL} completes one prompt at a time; send a string", param="prompt")
    canonical_chat.refuse(request.body, LABEL, ["n", "stop"])
    made: Json = {"prompt": prompt, "stream": request.stream} | cloudflare_run.knobs(request.body)
    return post(_run_path(request), made)


def _embeddings_request(request: ProviderRequest) -> WireRequest:
    if not _native(request):
        return _compatible(request)
    rest = {key: value for key, value in request.body.items() if key not in canonical_embeddings.EMBEDDING_KEYS}
    return post(_run_path(request), {"text": canonical_embeddings.texts_of(request, LABEL)} | rest)


def _embeddings_response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    if not _native(request):
        opened(reply)
        return _OPENAI.response(request, reply)
    result = opened(reply)
    return canonical_embeddings.embeddings(request, array(result.get("data")), cloudflare_run.usage_of(result))


def _rerank_request(request: ProviderRequest) -> WireRequest:
    contexts = [
        {"text": canonical_embeddings.document_text(document)}
        for document in canonical_embeddings.documents_of(request)
    ]
    made: Json = {"query": request.body["query"], "contexts": contexts, "top_k": request.body.get("top_n")}
    return post(_run_path(request), made)


def _rerank_response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    result = opened(reply)
    ranked: list[Json] = [
        {"index": item.get("id"), "relevance_score": item.get("score")} for item in objs(result.get("response"))
    ]
    return canonical_embeddings.reranked(request, None, ranked, cloudflare_run.usage_of(result))


def _images_request(request: ProviderRequest) -> WireRequest:
    size = canonical_images.pixels_of(request)
    canonical_chat.refuse(request.body, LABEL, ["n"])
    others = {key: value for key, value in request.body.items() if key not in canonical_images.IMAGE_KEYS}
    return post(_run_path(request), {"prompt": canonical_images.prompt_of(request)} | size | others)


def _images_response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    """The picture itself, or JSON with it in ``image``."""
    if reply.headers.get("content-type", "").startswith("image/"):
        image = base64.b64encode(reply.body).decode("ascii")
    else:
        image = string(opened(reply).get("image"))
    if not image:
        raise ProviderFault(Fault(kind="retry", status=502, message="the provider answered without an image"))
    return CanonicalResponse(body={"created": request.created, "data": [{"b64_json": image}]}, usage=Usage(images=1))


def _fault(reply: WireResponse) -> Fault:
    return verdicts.judge(reply, FAULTS)


_VERBS: Mapping[Any, Verbs] = {
    "chat": Verbs(_chat_request, _chat_response),
    "completions": Verbs(_completions_request, _chat_response),
    "embeddings": Verbs(_embeddings_request, _embeddings_response),
    "rerank": Verbs(_rerank_request, _rerank_response),
    "images": Verbs(_images_request, _images_response),
}
DIALECT = TableDialect(name="cloudflare", label=LABEL, verbs=_VERBS, decoder=_decoder, fault=_fault)
