"""InvokeModel: native Claude and Llama bodies where a channel asks for them, embeddings and rerank.

Chats go through Converse unless the channel's config says ``bedrock_api: invoke``. Native Claude then
gets everything the Messages API has; native Llama takes text and nothing else.
https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html
"""

from typing import Any

from gateway.domain.usage import Usage
from gateway.outbound.anthropic.dialect import betas
from gateway.outbound.anthropic.doors import INVOKE, fitted, known_betas
from gateway.outbound.anthropic.request import messages_body
from gateway.outbound.bedrock.blocks import LABEL
from gateway.outbound.bedrock.models import is_claude, model_id, path
from gateway.outbound.canonical.chat import max_tokens, refuse, stops
from gateway.outbound.canonical.embeddings import document_text, documents_of, embeddings, reranked, texts_of
from gateway.outbound.canonical.messages import messages_of, text_only
from gateway.outbound.json_bodies import json_of, post
from gateway.outbound.protocol import CanonicalResponse, Json, ProviderRequest, Unsupported, WireRequest, WireResponse
from gateway.wire.json import array, obj, objs, whole

CLAUDE_VERSION = "bedrock-2023-05-31"
_LLAMA_REFUSED = ("n", "logprobs", "audio", "tools", "response_format", "web_search_options")
_LLAMA_MAX_TOKENS = 2048


def wanted(request: ProviderRequest) -> bool:
    """Whether this chat goes through InvokeModel."""
    return request.config.get("bedrock_api") == "invoke" and (is_claude(request.model) or _is_llama(request.model))


def _is_llama(model: str) -> bool:
    return "meta.llama" in model_id(model)


def request(request: ProviderRequest) -> WireRequest:
    """A native chat call."""
    body = _claude(request) if is_claude(request.model) else _llama(request)
    return post(
        path(request.model, "invoke-with-response-stream" if request.stream else "invoke", request.config), body
    )


def _claude(request: ProviderRequest) -> Json:
    body = fitted(messages_body(request), INVOKE, request.config)
    found = known_betas(betas(request, body), INVOKE, request.config)
    return {"anthropic_version": CLAUDE_VERSION, **body, **({"anthropic_beta": found} if found else {})}


def _llama(request: ProviderRequest) -> Json:
    refuse(request.body, "Llama on Bedrock", _LLAMA_REFUSED)
    if stops(request.body):
        raise Unsupported("Llama's native API on Bedrock has no stop sequences; leave stop out", param="stop")
    out: Json = {
        "prompt": llama_prompt(request.body),
        "max_gen_len": whole(max_tokens(request.body)) or _LLAMA_MAX_TOKENS,
    }
    return out | {key: request.body[key] for key in ("temperature", "top_p") if request.body.get(key) is not None}


def llama_prompt(body: Json) -> str:
    """The messages in Llama 3's template (https://www.llama.com/docs/model-cards-and-prompt-formats/meta-llama-3/)."""
    turns = [(message["role"], text_only(message, "Llama on Bedrock")) for message in messages_of(body)]
    said = "".join(f"<|start_header_id|>{role}<|end_header_id|>\n\n{text}<|eot_id|>" for role, text in turns)
    return f"<|begin_of_text|>{said}<|start_header_id|>assistant<|end_header_id|>\n\n"


def embed_request(request: ProviderRequest) -> WireRequest:
    """Titan takes one text per call, Cohere a list."""
    texts = texts_of(request, LABEL)
    if "cohere." in model_id(request.model):
        kind = request.body.get("input_type") or "search_document"
        extra = {"output_dimension": request.body["dimensions"]} if request.body.get("dimensions") else {}
        return post(path(request.model, "invoke"), {"texts": texts, "input_type": kind, **extra})
    if len(texts) > 1:
        raise Unsupported("this model embeds one text per request; send them one by one", param="input")
    extra = {"dimensions": request.body["dimensions"]} if request.body.get("dimensions") else {}
    return post(path(request.model, "invoke"), {"inputText": texts[0], **extra})


def embed_response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    """The vectors; Titan reports its tokens in the body, Cohere in a header."""
    body = json_of(reply)
    found = body.get("embeddings")
    vectors: list[Any] = array(obj(found).get("float")) if isinstance(found, dict) else array(found)
    tokens = body.get("inputTextTokenCount", reply.headers.get("x-amzn-bedrock-input-token-count"))
    counted = int(tokens) if str(tokens).isdecimal() else None
    usage = None if counted is None else Usage(prompt=counted)
    return embeddings(request, vectors or [body.get("embedding")], usage)


def rerank_request(request: ProviderRequest) -> WireRequest:
    """https://docs.aws.amazon.com/bedrock/latest/userguide/rerank-supported.html"""
    texts = [document_text(document) for document in documents_of(request)]
    body: Json = {"query": request.body["query"], "documents": texts}
    body |= {"top_n": request.body["top_n"]} if request.body.get("top_n") else {}
    return post(
        path(request.model, "invoke"), body | ({"api_version": 2} if "cohere." in model_id(request.model) else {})
    )


def rerank_response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    """Results as Cohere gives them."""
    return reranked(request, None, objs(json_of(reply).get("results")), Usage())
