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
from gateway.outbound import chatbody, cloudflare_run, faults, pictures, vectors
from gateway.outbound.base import Answer, Ask, Call, Fault, Json, ProviderFault, Reply, StreamDecoder, Unsupported
from gateway.outbound.cloudflare_run import FAULTS, LABEL, opened
from gateway.outbound.openai import OpenAI
from gateway.outbound.openai_stream import OpenAIStream
from gateway.outbound.operations import TableDialect, Verbs
from gateway.outbound.payload import array, obj, objs, post, string
from gateway.outbound.quirks import Quirks
from gateway.outbound.streaming import WholeOrStream

_GATEWAY = "https://gateway.ai.cloudflare.com"
_QUIRKS = Quirks(exact=False, stream_usage=False, rename={"max_completion_tokens": "max_tokens"}, vendor=FAULTS)
_OPENAI = OpenAI("cloudflare", _QUIRKS)


def _prefix(ask: Ask) -> str:
    """Before ``/v1`` or the model: nothing behind an AI Gateway, the account's path else."""
    account = ask.config.get("user_id", "")
    if not account or ask.config.get("base_url", "").startswith(_GATEWAY):
        return ""
    return f"/client/v4/accounts/{quote(account, safe='')}/ai"


def _run_path(ask: Ask) -> str:
    prefix = _prefix(ask)
    model = quote(ask.model, safe="/@")
    return f"{prefix}/run/{model}" if prefix else f"/{model}"


def _native(ask: Ask) -> bool:
    return ask.config.get("api") == "run" or ask.operation == "completions"


def _compatible(ask: Ask) -> Call:
    call = _OPENAI.request(ask)
    return replace(call, path=_prefix(ask) + call.path)


def _chat_request(ask: Ask) -> Call:
    if _native(ask):
        return post(_run_path(ask), cloudflare_run.chat_body(ask))
    chatbody.refuse(ask.body, LABEL, ["n", "audio", "web_search_options"])
    return _compatible(ask)


def _chat_response(ask: Ask, reply: Reply) -> Answer:
    if _native(ask):
        return cloudflare_run.response(ask, reply)
    opened(reply)
    answer = _OPENAI.response(ask, reply)
    if not objs(obj(answer.body).get("choices")):
        raise ProviderFault(Fault(kind="retry", status=502, message="the provider answered with nothing"))
    return answer


def _decoder(ask: Ask) -> StreamDecoder:
    if _native(ask):
        return cloudflare_run.Stream(ask)
    return WholeOrStream(ask, OpenAIStream(ask, _QUIRKS), _chat_response)


def _completions_request(ask: Ask) -> Call:
    prompt = ask.body.get("prompt")
    if not isinstance(prompt, str):
        raise Unsupported(f"{LABEL} completes one prompt at a time; send a string", param="prompt")
    chatbody.refuse(ask.body, LABEL, ["n", "stop"])
    made: Json = {"prompt": prompt, "stream": ask.stream} | cloudflare_run.knobs(ask.body)
    return post(_run_path(ask), made)


def _embeddings_request(ask: Ask) -> Call:
    if not _native(ask):
        return _compatible(ask)
    rest = {key: value for key, value in ask.body.items() if key not in vectors.EMBEDDING_KEYS}
    return post(_run_path(ask), {"text": vectors.texts_of(ask, LABEL)} | rest)


def _embeddings_response(ask: Ask, reply: Reply) -> Answer:
    if not _native(ask):
        opened(reply)
        return _OPENAI.response(ask, reply)
    result = opened(reply)
    return vectors.embeddings(ask, array(result.get("data")), cloudflare_run.usage_of(result))


def _rerank_request(ask: Ask) -> Call:
    contexts = [{"text": vectors.document_text(document)} for document in vectors.documents_of(ask)]
    made: Json = {"query": ask.body["query"], "contexts": contexts, "top_k": ask.body.get("top_n")}
    return post(_run_path(ask), made)


def _rerank_response(ask: Ask, reply: Reply) -> Answer:
    result = opened(reply)
    ranked: list[Json] = [
        {"index": item.get("id"), "relevance_score": item.get("score")} for item in objs(result.get("response"))
    ]
    return vectors.reranked(ask, None, ranked, cloudflare_run.usage_of(result))


def _images_request(ask: Ask) -> Call:
    width, _, height = string(ask.body.get("size")).partition("x")
    size: Json = {"width": int(width), "height": int(height)} if width.isdecimal() and height.isdecimal() else {}
    chatbody.refuse(ask.body, LABEL, ["n"])
    others = {key: value for key, value in ask.body.items() if key not in pictures.IMAGE_KEYS}
    return post(_run_path(ask), {"prompt": pictures.prompt_of(ask)} | size | others)


def _images_response(ask: Ask, reply: Reply) -> Answer:
    """The picture itself, or JSON with it in ``image``."""
    if reply.headers.get("content-type", "").startswith("image/"):
        image = base64.b64encode(reply.body).decode("ascii")
    else:
        image = string(opened(reply).get("image"))
    if not image:
        raise ProviderFault(Fault(kind="retry", status=502, message="the provider answered without an image"))
    return Answer(body={"created": ask.created, "data": [{"b64_json": image}]}, usage=Usage(images=1))


def _fault(reply: Reply) -> Fault:
    return faults.judge(reply, FAULTS)


_VERBS: Mapping[Any, Verbs] = {
    "chat": Verbs(_chat_request, _chat_response),
    "completions": Verbs(_completions_request, _chat_response),
    "embeddings": Verbs(_embeddings_request, _embeddings_response),
    "rerank": Verbs(_rerank_request, _rerank_response),
    "images": Verbs(_images_request, _images_response),
}
cloudflare = TableDialect(name="cloudflare", label=LABEL, verbs=_VERBS, decoder=_decoder, fault=_fault)
