"""Ollama's own interface: chat with tools, images, formats and thinking; generate; embeddings.

https://github.com/ollama/ollama/blob/main/docs/api.md

Images are taken as bytes only, so URLs are fetched first. A tool cannot be forced: ``tool_choice`` other than ``auto``
and ``none`` is refused. Sampling knobs and keys nobody knows go into ``options``, except those that Ollama
has at the top (``keep_alive``, ``think``, ``format`` ...). ``logit_bias``, ``user``, ``parallel_tool_calls`` and
``verbosity`` are dropped. When Ollama leaves out ``prompt_eval_count`` (the whole prompt was cached) there is no usage
to trust.
"""

from collections.abc import Mapping
from typing import Any

from gateway.domain.usage import Usage
from gateway.outbound.canonical import (
    chat as canonical_chat,
)
from gateway.outbound.canonical import (
    embeddings as canonical_embeddings,
)
from gateway.outbound.canonical import (
    messages as canonical_messages,
)
from gateway.outbound.canonical.replies import call_id, completed
from gateway.outbound.errors import verdicts
from gateway.outbound.json_bodies import json_of, post
from gateway.outbound.protocol import (
    CanonicalResponse,
    Fault,
    Json,
    ProviderFault,
    ProviderRequest,
    Unsupported,
    WireRequest,
    WireResponse,
)
from gateway.outbound.streams.decoders import JsonChunks
from gateway.outbound.tables import TableDialect, Verbs
from gateway.wire import chat
from gateway.wire.json import array, encode, figure, obj, objs, string

LABEL = "Ollama"
_TOP = frozenset({"keep_alive", "think", "format", "truncate", "shift", "template", "raw", "system", "context"})
_OPTIONS = {
    "temperature": "temperature",
    "top_p": "top_p",
    "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty",
}
_HANDLED = _TOP | {"options", "prompt", "suffix", "echo", "best_of", "input", "dimensions", "encoding_format"}
_LACKS = ("n", "audio", "web_search_options")
_FINISH = {"length": "length", "load": "stop", "unload": "stop", "": "stop"}
_LEVELS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "high"}


def _chat(request: ProviderRequest) -> WireRequest:
    canonical_chat.refuse(request.body, LABEL, [*_LACKS, "tool_choice"])
    messages = canonical_messages.messages_of(request.body)
    names = canonical_messages.tool_names(messages)
    tools = [] if canonical_chat.choice_of(request.body)[0] == "none" else _tools(request.body)
    made = {"messages": [_message(request, message, names) for message in messages], "tools": tools or None}
    return post("/api/chat", made | _common(request))


def _generate(request: ProviderRequest) -> WireRequest:
    canonical_chat.refuse(request.body, LABEL, _LACKS)
    prompt = request.body.get("prompt")
    if isinstance(prompt, list) and len(array(prompt)) == 1:
        prompt = array(prompt)[0]
    if not isinstance(prompt, str):
        raise Unsupported(f"{LABEL} completes one prompt at a time; send a string", param="prompt")
    return post("/api/generate", {"prompt": prompt, "suffix": request.body.get("suffix")} | _common(request))


def _common(request: ProviderRequest) -> Json:
    body = request.body
    top = {key: body[key] for key in _TOP if key in body}
    logprobs = body.get("logprobs")
    made: Json = {
        "model": request.model,
        "stream": request.stream,
        "format": _format(body),
        "think": _think(request),
        "logprobs": True if logprobs else None,
        "top_logprobs": body.get("top_logprobs") if logprobs else None,
        "options": _options(body) or None,
    }
    return made | top


def _options(body: Json) -> Json:
    known: Json = {
        "num_predict": canonical_chat.max_tokens(body),
        "stop": canonical_chat.stops(body),
        "seed": canonical_chat.seed(body),
    }
    given = {key: value for key, value in known.items() if value is not None}
    return (
        canonical_chat.renamed(body, _OPTIONS)
        | given
        | canonical_chat.extras(body, _HANDLED)
        | obj(body.get("options"))
    )


def _format(body: Json) -> Any:
    kind, schema = canonical_chat.format_of(body)
    return None if kind == "text" else schema or "json"


def _think(request: ProviderRequest) -> bool | str | None:
    """gpt-oss wants a level, every other model yes or no: https://ollama.com/blog/thinking"""
    effort = canonical_chat.effort(request.body)
    if not effort:
        return None
    if "gpt-oss" in request.model and effort in _LEVELS:
        return _LEVELS[effort]
    return effort not in ("none", "minimal")


def _tools(body: Json) -> list[Json]:
    return [{"type": "function", "function": tool} for tool in canonical_chat.tools_of(body)]


def _message(request: ProviderRequest, message: Json, names: Mapping[str, str]) -> Json:
    parts = canonical_messages.parts_of(message, LABEL, ["image_url"])
    text = "".join(part["text"] for part in parts if part["type"] == "text")
    images = [
        canonical_messages.base64_of(canonical_messages.image_url(part), request)
        for part in parts
        if part["type"] == "image_url"
    ]
    calls = [_call(call) for call in canonical_messages.calls_of(message)]
    made: Json = {"role": message["role"], "content": text}
    if canonical_messages.is_result(message):
        name = canonical_messages.result_name(message, names)
        made = {"role": "tool", "content": text, "tool_name": name, "tool_call_id": message.get("tool_call_id")}
    made |= {"images": images, "tool_calls": calls, "thinking": message.get("reasoning_content")}
    return {key: value for key, value in made.items() if value or key in ("role", "content")}


def _call(call: Json) -> Json:
    function = {"name": call["name"], "arguments": canonical_messages.arguments_object(call)}
    return {"function": function} | ({"id": call["id"]} if call["id"] else {})


def _response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    body = json_of(reply)
    _check(body, reply)
    message = obj(body.get("message"))
    text = string(message.get("content")) or string(body.get("response"))
    calls = [chat.tool_call(**_heard(request, at, call)) for at, call in enumerate(objs(message.get("tool_calls")))]
    thought = string(message.get("thinking") or body.get("thinking"))
    made = chat.message(text if text or not calls else None, tool_calls=calls, reasoning=thought)
    choice = chat.choice(made, _reason(body, bool(calls))) | _logprobs(body)
    return completed(request, [choice] if message or "response" in body else [], _usage(body), model=body.get("model"))


def _check(body: Json, reply: WireResponse | None = None) -> None:
    if body.get("error"):
        raise ProviderFault(verdicts.in_success(body, {}, reply))


def _heard(request: ProviderRequest, at: int, call: Json) -> Json:
    """A tool call as they send it, whole, its arguments an object, mostly without an id."""
    function = obj(call.get("function"))
    arguments = function.get("arguments")
    text = arguments if isinstance(arguments, str) else encode(arguments or {}).decode()
    return {"id": call_id(request, at, call.get("id")), "name": string(function.get("name")), "arguments": text}


def _reason(body: Json, called: bool) -> str:
    raw = string(body.get("done_reason"))
    reason = _FINISH.get(raw, raw)
    return "tool_calls" if called and reason == "stop" else reason


def _logprobs(body: Json) -> Json:
    return {"logprobs": {"content": body["logprobs"]}} if body.get("logprobs") else {}


def _usage(body: Json) -> Usage | None:
    if "prompt_eval_count" not in body:
        return None
    return Usage(prompt=figure(body["prompt_eval_count"]), completion=figure(body.get("eval_count")))


class _Stream(JsonChunks):
    """One object per piece; tool calls come whole, the figures in the object that says ``done``."""

    def __init__(self, request: ProviderRequest) -> None:
        super().__init__(request)
        self._calls = 0

    def event(self, body: Json) -> list[Json]:
        if body.get("error"):
            return self.fail(verdicts.in_success(body, {}))
        self.head(model=body.get("model"))
        message = obj(body.get("message"))
        chunks = self._say("reasoning_content", message.get("thinking") or body.get("thinking"))
        chunks += self._say("content", message.get("content") or body.get("response"), _logprobs(body))
        for call in objs(message.get("tool_calls")):
            made = chat.tool_call_delta(self._calls, **_heard(self.request, self._calls, call))
            self._calls += 1
            chunks += self.emit({"tool_calls": [made]})
        if body.get("done"):
            self.usage = _usage(body)
            chunks += self.emit({}, _reason(body, self._calls > 0))
        return chunks

    def _say(self, field: str, value: Any, more: Json | None = None) -> list[Json]:
        chunks = self.emit({field: value}) if value else []
        for chunk in chunks:
            chunk["choices"][0] |= more or {}
        return chunks


def _embeddings_request(request: ProviderRequest) -> WireRequest:
    body = request.body
    top = {key: body[key] for key in ("truncate", "keep_alive") if key in body}
    made: Json = {
        "model": request.model,
        "input": canonical_embeddings.texts_of(request, LABEL),
        "dimensions": body.get("dimensions"),
        "options": _options(body) or None,
    }
    return post("/api/embed", made | top)


def _embeddings_response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    body = json_of(reply)
    _check(body, reply)
    usage = canonical_embeddings.counted(body.get("prompt_eval_count"))
    found = array(body.get("embeddings")) or [body.get("embedding")]  # the latter of /api/embeddings, the older address
    return canonical_embeddings.embeddings(request, found, usage, string(body.get("model")))


def _fault(reply: WireResponse) -> Fault:
    return verdicts.judge(reply, {})


DIALECT = TableDialect(
    name="ollama",
    label=LABEL,
    verbs={
        "chat": Verbs(_chat, _response),
        "completions": Verbs(_generate, _response),
        "embeddings": Verbs(_embeddings_request, _embeddings_response),
    },
    decoder=_Stream,
    fault=_fault,
    urls=lambda request: canonical_messages.image_urls(request.body),
)
