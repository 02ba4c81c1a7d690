"""AI Proxy's library: a question answered from a knowledge base, with the documents it came from.

Channel config: ``library_id``. A conversation is asked as one text, since there is one question. The documents are
listed after the answer, as one-api lists them, and kept in ``documents``. Knobs are dropped; tools, formats, stop
sequences and images are refused. The library reports no usage.
"""

from collections.abc import Mapping
from typing import Any

from gateway.outbound import chatbody, content, faults
from gateway.outbound.base import Answer, Ask, Call, Fault, Json, ProviderFault, Reply, StreamDecoder
from gateway.outbound.operations import TableDialect, Verbs, completed
from gateway.outbound.payload import json_of, objs, post, string
from gateway.outbound.streaming import SseChunks
from gateway.wire import chat

LABEL = "AI Proxy's library"
PATH = "/api/library/ask"
_LACKS = ("n", "audio", "logprobs", "stop", "tools", "response_format", "web_search_options")


def _request(ask: Ask) -> Call:
    chatbody.refuse(ask.body, LABEL, _LACKS)
    query = content.transcript(content.messages_of(ask.body), LABEL)
    made: Json = {
        "model": ask.model,
        "query": query,
        "libraryId": ask.config.get("library_id", ""),
        "stream": ask.stream,
    }
    return post(PATH, made)


def _listed(documents: Any) -> str:
    found = objs(documents)
    lines = [f"{at}. [{string(item.get('title'))}]({string(item.get('url'))})\n" for at, item in enumerate(found, 1)]
    return "\n\n参考文档：\n" + "".join(lines) if lines else ""


def _failed(body: Json) -> bool:
    return bool(body.get("errCode")) or body.get("success") is False


def _response(ask: Ask, reply: Reply) -> Answer:
    body = json_of(reply)
    if _failed(body):
        raise ProviderFault(faults.in_success(body, {}, reply))
    message = chat.message(string(body.get("answer")) + _listed(body.get("documents")))
    extra: Json = {"documents": body["documents"]} if body.get("documents") else {}
    choices = [chat.choice(message, "stop")] if "answer" in body else []
    return completed(ask, choices, None, model=body.get("model"), extra=extra)


class _Stream(SseChunks):
    """Pieces of ``content``; the one that says ``finish`` brings the documents."""

    def __init__(self, ask: Ask) -> None:
        super().__init__(ask, _response)

    def event(self, name: str, body: Json) -> list[Json]:
        if _failed(body):
            return self.fail(faults.in_success(body, {}))
        self.head(model=body.get("model"))
        text = string(body.get("content")) + _listed(body.get("documents"))
        return self.emit({"content": text} if text else {}, "stop" if body.get("finish") else None)


def _decoder(ask: Ask) -> StreamDecoder:
    return _Stream(ask)


def _fault(reply: Reply) -> Fault:
    return faults.judge(reply, {})


_VERBS: Mapping[Any, Verbs] = {"chat": Verbs(_request, _response)}
aiproxy_library = TableDialect(name="aiproxy-library", label=LABEL, verbs=_VERBS, decoder=_decoder, fault=_fault)
