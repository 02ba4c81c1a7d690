"""InvokeModel: native Claude and Llama bodies where a channel asks for them, embeddings and rerank.

Chats go through Converse unless the channel's config says ``bedrock_api: invoke``. Native Claude then
gets everything the Messages API has; native Llama takes text and nothing else.
https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html
"""

from typing import Any

from gateway.domain.usage import Usage
from gateway.outbound.anthropic import betas
from gateway.outbound.anthropic_request import messages_body
from gateway.outbound.base import Answer, Ask, Call, Json, Reply, Unsupported
from gateway.outbound.bedrock_blocks import LABEL
from gateway.outbound.bedrock_models import is_claude, model_id, path
from gateway.outbound.chatbody import max_tokens, refuse, stops
from gateway.outbound.content import messages_of, text_only
from gateway.outbound.payload import array, json_of, obj, objs, post, whole
from gateway.outbound.vectors import document_text, documents_of, embeddings, reranked, texts_of

CLAUDE_VERSION = "bedrock-2023-05-31"
_LLAMA_REFUSED = ("n", "logprobs", "audio", "tools", "response_format", "web_search_options")
_LLAMA_MAX_TOKENS = 2048


def wanted(ask: Ask) -> bool:
    """Whether this chat goes through InvokeModel."""
    return ask.config.get("bedrock_api") == "invoke" and (is_claude(ask.model) or _is_llama(ask.model))


def _is_llama(model: str) -> bool:
    return "meta.llama" in model_id(model)


def request(ask: Ask) -> Call:
    """A native chat call."""
    body = _claude(ask) if is_claude(ask.model) else _llama(ask)
    return post(path(ask.model, "invoke-with-response-stream" if ask.stream else "invoke"), body)


def _claude(ask: Ask) -> Json:
    body = messages_body(ask)
    found = betas(ask, body)
    return {"anthropic_version": CLAUDE_VERSION, **body, **({"anthropic_beta": found} if found else {})}


def _llama(ask: Ask) -> Json:
    refuse(ask.body, "Llama on Bedrock", _LLAMA_REFUSED)
    if stops(ask.body):
        raise Unsupported("Llama's native API on Bedrock has no stop sequences; leave stop out", param="stop")
    out: Json = {"prompt": llama_prompt(ask.body), "max_gen_len": whole(max_tokens(ask.body)) or _LLAMA_MAX_TOKENS}
    return out | {key: ask.body[key] for key in ("temperature", "top_p") if ask.body.get(key) is not None}


def llama_prompt(body: Json) -> str:
    """The messages in Llama 3's template (https://www.llama.com/docs/model-cards-and-prompt-formats/meta-llama-3/)."""
    turns = [(message["role"], text_only(message, "Llama on Bedrock")) for message in messages_of(body)]
    said = "".join(f"<|start_header_id|>{role}<|end_header_id|>\n\n{text}<|eot_id|>" for role, text in turns)
    return f"<|begin_of_text|>{said}<|start_header_id|>assistant<|end_header_id|>\n\n"


def embed_request(ask: Ask) -> Call:
    """Titan takes one text per call, Cohere a list."""
    texts = texts_of(ask, LABEL)
    if "cohere." in model_id(ask.model):
        kind = ask.body.get("input_type") or "search_document"
        extra = {"output_dimension": ask.body["dimensions"]} if ask.body.get("dimensions") else {}
        return post(path(ask.model, "invoke"), {"texts": texts, "input_type": kind, **extra})
    if len(texts) > 1:
        raise Unsupported("this model embeds one text per request; send them one by one", param="input")
    extra = {"dimensions": ask.body["dimensions"]} if ask.body.get("dimensions") else {}
    return post(path(ask.model, "invoke"), {"inputText": texts[0], **extra})


def embed_response(ask: Ask, reply: Reply) -> Answer:
    """The vectors; Titan reports its tokens in the body, Cohere in a header."""
    body = json_of(reply)
    found = body.get("embeddings")
    vectors: list[Any] = array(obj(found).get("float")) if isinstance(found, dict) else array(found)
    tokens = body.get("inputTextTokenCount", reply.headers.get("x-amzn-bedrock-input-token-count"))
    counted = int(tokens) if str(tokens).isdecimal() else None
    usage = None if counted is None else Usage(prompt=counted)
    return embeddings(ask, vectors or [body.get("embedding")], usage)


def rerank_request(ask: Ask) -> Call:
    """https://docs.aws.amazon.com/bedrock/latest/userguide/rerank-supported.html"""
    texts = [document_text(document) for document in documents_of(ask)]
    body: Json = {"query": ask.body["query"], "documents": texts}
    body |= {"top_n": ask.body["top_n"]} if ask.body.get("top_n") else {}
    return post(path(ask.model, "invoke"), body | ({"api_version": 2} if "cohere." in model_id(ask.model) else {}))


def rerank_response(ask: Ask, reply: Reply) -> Answer:
    """Results as Cohere gives them."""
    return reranked(ask, None, objs(json_of(reply).get("results")), Usage())
