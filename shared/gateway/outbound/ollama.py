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
from gateway.outbound import chatbody, content, faults, vectors
from gateway.outbound.base import Answer, Ask, Call, Fault, Json, ProviderFault, Reply, Unsupported
from gateway.outbound.operations import TableDialect, Verbs, completed
from gateway.outbound.payload import array, encode, figure, json_of, obj, objs, post, string
from gateway.outbound.streaming import JsonChunks, call_id
from gateway.wire import chat

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


def _chat(ask: Ask) -> Call:
    chatbody.refuse(ask.body, LABEL, [*_LACKS, "tool_choice"])
    messages = content.messages_of(ask.body)
    names = content.tool_names(messages)
    tools = [] if chatbody.choice_of(ask.body)[0] == "none" else _tools(ask.body)
    made = {"messages": [_message(ask, message, names) for message in messages], "tools": tools or None}
    return post("/api/chat", made | _common(ask))


def _generate(ask: Ask) -> Call:
    chatbody.refuse(ask.body, LABEL, _LACKS)
    prompt = ask.body.get("prompt")
    if isinstance(prompt, list) and len(array(prompt)) == 1:
        prompt = array(prompt)[0]
    if not isinstance(prompt, str):
        raise Unsupported(f"{LABEL} completes one prompt at a time; send a string", param="prompt")
    return post("/api/generate", {"prompt": prompt, "suffix": ask.body.get("suffix")} | _common(ask))


def _common(ask: Ask) -> Json:
    body = ask.body
    top = {key: body[key] for key in _TOP if key in body}
    logprobs = body.get("logprobs")
    made: Json = {
        "model": ask.model,
        "stream": ask.stream,
        "format": _format(body),
        "think": _think(ask),
        "logprobs": True if logprobs else None,
        "top_logprobs": body.get("top_logprobs") if logprobs else None,
        "options": _options(body) or None,
    }
    return made | top


def _options(body: Json) -> Json:
    known: Json = {
        "num_predict": chatbody.max_tokens(body),
        "stop": chatbody.stops(body),
        "seed": chatbody.seed(body),
    }
    given = {key: value for key, value in known.items() if value is not None}
    return chatbody.renamed(body, _OPTIONS) | given | chatbody.extras(body, _HANDLED) | obj(body.get("options"))


def _format(body: Json) -> Any:
    kind, schema = chatbody.format_of(body)
    return None if kind == "text" else schema or "json"


def _think(ask: Ask) -> bool | str | None:
    """gpt-oss wants a level, every other model yes or no: https://ollama.com/blog/thinking"""
    effort = chatbody.effort(ask.body)
    if not effort:
        return None
    if "gpt-oss" in ask.model and effort in _LEVELS:
        return _LEVELS[effort]
    return effort not in ("none", "minimal")


def _tools(body: Json) -> list[Json]:
    return [{"type": "function", "function": tool} for tool in chatbody.tools_of(body)]


def _message(ask: Ask, message: Json, names: Mapping[str, str]) -> Json:
    parts = content.parts_of(message, LABEL, ["image_url"])
    text = "".join(part["text"] for part in parts if part["type"] == "text")
    images = [content.base64_of(content.image_url(part), ask) for part in parts if part["type"] == "image_url"]
    calls = [_call(call) for call in content.calls_of(message)]
    made: Json = {"role": message["role"], "content": text}
    if content.is_result(message):
        name = content.result_name(message, names)
        made = {"role": "tool", "content": text, "tool_name": name, "tool_call_id": message.get("tool_call_id")}
    made |= {"images": images, "tool_calls": calls, "thinking": message.get("reasoning_content")}
    return {key: value for key, value in made.items() if value or key in ("role", "content")}


def _call(call: Json) -> Json:
    function = {"name": call["name"], "arguments": content.arguments_object(call)}
    return {"function": function} | ({"id": call["id"]} if call["id"] else {})


def _response(ask: Ask, reply: Reply) -> Answer:
    body = json_of(reply)
    _check(body, reply)
    message = obj(body.get("message"))
    text = string(message.get("content")) or string(body.get("response"))
    calls = [chat.tool_call(**_heard(ask, at, call)) for at, call in enumerate(objs(message.get("tool_calls")))]
    thought = string(message.get("thinking") or body.get("thinking"))
    made = chat.message(text if text or not calls else None, tool_calls=calls, reasoning=thought)
    choice = chat.choice(made, _reason(body, bool(calls))) | _logprobs(body)
    return completed(ask, [choice] if message or "response" in body else [], _usage(body), model=body.get("model"))


def _check(body: Json, reply: Reply | None = None) -> None:
    if body.get("error"):
        raise ProviderFault(faults.in_success(body, {}, reply))


def _heard(ask: Ask, at: int, call: Json) -> Json:
    """A tool call as they send it, whole, its arguments an object, mostly without an id."""
    function = obj(call.get("function"))
    arguments = function.get("arguments")
    text = arguments if isinstance(arguments, str) else encode(arguments or {}).decode()
    return {"id": call_id(ask, at, call.get("id")), "name": string(function.get("name")), "arguments": text}


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

    def __init__(self, ask: Ask) -> None:
        super().__init__(ask)
        self._calls = 0

    def event(self, body: Json) -> list[Json]:
        if body.get("error"):
            return self.fail(faults.in_success(body, {}))
        self.head(model=body.get("model"))
        message = obj(body.get("message"))
        chunks = self._say("reasoning_content", message.get("thinking") or body.get("thinking"))
        chunks += self._say("content", message.get("content") or body.get("response"), _logprobs(body))
        for call in objs(message.get("tool_calls")):
            made = chat.tool_call_delta(self._calls, **_heard(self.ask, self._calls, call))
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


def _embeddings_request(ask: Ask) -> Call:
    body = ask.body
    top = {key: body[key] for key in ("truncate", "keep_alive") if key in body}
    made: Json = {
        "model": ask.model,
        "input": vectors.texts_of(ask, LABEL),
        "dimensions": body.get("dimensions"),
        "options": _options(body) or None,
    }
    return post("/api/embed", made | top)


def _embeddings_response(ask: Ask, reply: Reply) -> Answer:
    body = json_of(reply)
    _check(body, reply)
    usage = vectors.counted(body.get("prompt_eval_count"))
    found = array(body.get("embeddings")) or [body.get("embedding")]  # the latter of /api/embeddings, the older address
    return vectors.embeddings(ask, found, usage, string(body.get("model")))


def _fault(reply: Reply) -> Fault:
    return faults.judge(reply, {})


ollama = TableDialect(
    name="ollama",
    label=LABEL,
    verbs={
        "chat": Verbs(_chat, _response),
        "completions": Verbs(_generate, _response),
        "embeddings": Verbs(_embeddings_request, _embeddings_response),
    },
    decoder=_Stream,
    fault=_fault,
    urls=lambda ask: content.image_urls(ask.body),
)
