"""Zhipu (BigModel, Z.ai): v4, which is OpenAI's shape with its own limits, and v3 for ``chatglm`` models.

https://docs.bigmodel.cn/cn/api/introduction and https://docs.bigmodel.cn/cn/api/api-code

Channel config: ``api_prefix`` replaces ``/api/paas/v4`` (``/api/coding/paas/v4`` for the coding plan).
``temperature`` is kept within [0, 1], 0 becomes ``do_sample: false``; ``top_p`` within [0, 1]. One stop sequence is all
v4 takes. ``frequency_penalty``, ``presence_penalty``, ``logit_bias`` and ``seed`` pass and are ignored there.
v3 knows neither tools, images nor limits on length (``max_tokens`` is dropped), see ``zhipu_v3``.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from gateway.outbound import chatbody, faults, pictures, zhipu_v3
from gateway.outbound.base import (
    Answer,
    Ask,
    Call,
    Fault,
    Json,
    Media,
    ProviderFault,
    Reply,
    StreamDecoder,
    Unsupported,
)
from gateway.outbound.exchange import Fetch, Step, Task
from gateway.outbound.openai import OpenAI
from gateway.outbound.openai_stream import OpenAIStream
from gateway.outbound.payload import array, objs
from gateway.outbound.quirks import Quirks
from gateway.outbound.streaming import WholeOrStream

LABEL = "Zhipu"
V4 = "/api/paas/v4"
FAULTS = zhipu_v3.FAULTS

_QUIRKS = Quirks(
    exact=False,
    stream_usage=False,
    rename={"max_completion_tokens": "max_tokens", "user": "user_id"},
    roles={"developer": "system"},
    vendor=FAULTS,
)
# https://docs.bigmodel.cn/cn/api/api-code: no permission for the API, and a file too large.
_STATUSES: Mapping[int, faults.Verdict] = {434: faults.Verdict("retry", 403), 435: faults.TOO_LONG}
_OFFERED = frozenset({"chat", "embeddings", "images", "rerank", "speech", "transcription"})


class Zhipu:
    """``Dialect``, and ``PollingDialect`` so that image URLs can be fetched where bytes are wanted."""

    name = "zhipu"

    def __init__(self) -> None:
        self._openai = OpenAI("zhipu", _QUIRKS)

    def media_urls(self, ask: Ask) -> list[str]:
        return []

    def request(self, ask: Ask) -> Call:
        if ask.operation not in _OFFERED:
            raise Unsupported(f"{LABEL} offers no {ask.operation.replace('_', ' ')}; use another model")
        if _is_v3(ask):
            return zhipu_v3.request(ask)
        if ask.operation == "images":
            pictures.prompt_of(ask)
        body = _chat(ask) if ask.operation == "chat" else _image(ask)
        call = self._openai.request(replace(ask, body=body))
        prefix = ask.config.get("api_prefix") or V4
        return replace(call, path=prefix.rstrip("/") + call.path.removeprefix("/v1"))

    def response(self, ask: Ask, reply: Reply) -> Answer:
        if _is_v3(ask):
            return zhipu_v3.response(ask, reply)
        answer = self._openai.response(ask, reply)
        if ask.operation == "chat":
            _check(answer.body or {})
        return answer

    def created(self, ask: Ask, reply: Reply) -> Step:
        return pictures.fetchable(ask, self.response(ask, reply))

    def poll(self, ask: Ask, task: Task, reply: Reply) -> Step:
        return self.created(ask, reply)

    def finish(self, ask: Ask, fetch: Fetch, files: Mapping[str, Media]) -> Answer:
        return pictures.with_bytes(fetch, files)

    def stream(self, ask: Ask) -> StreamDecoder:
        if _is_v3(ask):
            return zhipu_v3.Stream(ask)
        return WholeOrStream(ask, OpenAIStream(ask, _QUIRKS), self.response)

    def error(self, reply: Reply) -> Fault:
        return faults.judge(reply, FAULTS, _STATUSES)


def _is_v3(ask: Ask) -> bool:
    return ask.operation == "chat" and ask.model.startswith("chatglm")


def _image(ask: Ask) -> Json:
    """Images always come as URLs; the wish for bytes is ours to fulfil."""
    if ask.operation != "images":
        return ask.body
    return {key: value for key, value in ask.body.items() if key not in ("response_format", "n")}


def _chat(ask: Ask) -> Json:
    body = ask.body
    chatbody.refuse(body, LABEL, ["n", "json_schema", "logprobs"])
    stops = chatbody.stops(body)
    if stops and len(stops) > 1:
        raise Unsupported(f"{LABEL} takes one stop sequence; send one", param="stop")
    made = {key: value for key, value in body.items() if key not in _MOVED}
    made |= {"stop": stops} if stops else {}
    return made | _sampling(body) | _thinking(ask) | _search(body)


_MOVED = frozenset({"stop", "n", "temperature", "top_p", "reasoning_effort", "web_search_options", "tools", "logprobs"})


def _sampling(body: Json) -> Json:
    made: Json = {}
    temperature, top_p = body.get("temperature"), body.get("top_p")
    if isinstance(temperature, int | float):
        made |= {"temperature": min(1, temperature)} if temperature > 0 else {"do_sample": False}
    if isinstance(top_p, int | float):
        made["top_p"] = min(1, max(0, top_p))
    return made


def _thinking(ask: Ask) -> Json:
    """Thinking on or off; how much is known to glm-5.2 and later only."""
    effort = chatbody.effort(ask.body)
    if not effort:
        return {}
    made: Json = {"reasoning_effort": effort} if _TAKES_EFFORT.match(ask.model) else {}
    if "thinking" not in ask.body:
        made["thinking"] = {"type": "disabled" if effort in ("none", "minimal") else "enabled"}
    return made


_TAKES_EFFORT = re.compile(r"glm-(5\.[2-9]|[6-9])")


def _search(body: Json) -> Json:
    """Tools, Zhipu's own kinds included, and its search tool where OpenAI's option asks for search."""
    tools = array(body.get("tools"))
    if body.get("web_search_options") is not None:
        tools = [*tools, {"type": "web_search", "web_search": {"enable": True}}]
    return {"tools": tools} if tools else {}


def _check(body: Json) -> None:
    if not objs(body.get("choices")):
        raise ProviderFault(Fault(kind="retry", status=502, message="the provider answered with nothing"))


zhipu = Zhipu()
