"""AI Proxy's library: a question answered from a knowledge base, with the documents it came from.

Channel config: ``library_id``. A conversation is asked as one text, since there is one question. The documents are
listed after the answer, as one-api lists them, and kept in ``documents``. Knobs are dropped; tools, formats, stop
sequences and images are refused. The library reports no usage.
"""

from collections.abc import Mapping
from typing import Any

from gateway.outbound.canonical import chat as canonical_chat
from gateway.outbound.canonical import messages as canonical_messages
from gateway.outbound.canonical.replies import completed
from gateway.outbound.errors import verdicts
from gateway.outbound.json_bodies import json_of, post
from gateway.outbound.protocol import (
    CanonicalResponse,
    Fault,
    Json,
    ProviderFault,
    ProviderRequest,
    StreamDecoder,
    WireRequest,
    WireResponse,
)
from gateway.outbound.streams.decoders import SseChunks
from gateway.outbound.tables import TableDialect, Verbs
from gateway.wire import chat
from gateway.wire.json import objs, string

LABEL = "AI Proxy's library"
PATH = "/api/library/ask"
_LACKS = ("n", "audio", "logprobs", "stop", "tools", "response_format", "web_search_options")


def _request(request: ProviderRequest) -> WireRequest:
    canonical_chat.refuse(request.body, LABEL, _LACKS)
    query = canonical_messages.transcript(canonical_messages.messages_of(request.body), LABEL)
    made: Json = {
        "model": request.model,
        "query": query,
        "libraryId": request.config.get("library_id", ""),
        "stream": request.stream,
    }
    return post(PATH, made)


def _listed(documents: Any) -> str:
    found = objs(documents)
    lines = [f"{at}. [{string(item.get('title'))}]({string(item.get('url'))})\n" for at, item in enumerate(found, 1)]
    return "\n\n参考文档：\n" + "".join(lines) if lines else ""


def _failed(body: Json) -> bool:
    return bool(body.get("errCode")) or body.get("success") is False


def _response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    body = json_of(reply)
    if _failed(body):
        raise ProviderFault(verdicts.in_success(body, {}, reply))
    message = chat.message(string(body.get("answer")) + _listed(body.get("documents")))
    extra: Json = {"documents": body["documents"]} if body.get("documents") else {}
    choices = [chat.choice(message, "stop")] if "answer" in body else []
    return completed(request, choices, None, model=body.get("model"), extra=extra)


class _Stream(SseChunks):
    """Pieces of ``content``; the one that says ``finish`` brings the documents."""

    def __init__(self, request: ProviderRequest) -> None:
        super().__init__(request, _response)

    def event(self, name: str, body: Json) -> list[Json]:
        if _failed(body):
            return self.fail(verdicts.in_success(body, {}))
        self.head(model=body.get("model"))
        text = string(body.get("content")) + _listed(body.get("documents"))
        return self.emit({"content": text} if text else {}, "stop" if body.get("finish") else None)


def _decoder(request: ProviderRequest) -> StreamDecoder:
    return _Stream(request)


def _fault(reply: WireResponse) -> Fault:
    return verdicts.judge(reply, {})


_VERBS: Mapping[Any, Verbs] = {"chat": Verbs(_request, _response)}
DIALECT = TableDialect(name="aiproxy-library", label=LABEL, verbs=_VERBS, decoder=_decoder, fault=_fault)
