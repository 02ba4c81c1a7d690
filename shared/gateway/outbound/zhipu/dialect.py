"""Zhipu (BigModel, Z.ai): v4, which is OpenAI's shape with its own limits, and v3 for ``chatglm`` models.

https://docs.bigmodel.cn/cn/api/introduction and https://docs.bigmodel.cn/cn/api/api-code

Channel config: ``api_prefix`` replaces ``/api/paas/v4`` (``/api/coding/paas/v4`` for the coding plan).
``temperature`` is kept within [0, 1], 0 becomes ``do_sample: false``; ``top_p`` within [0, 1]. One stop sequence is all
v4 takes. ``frequency_penalty``, ``presence_penalty``, ``logit_bias`` and ``seed`` pass and are ignored there.
v3 knows neither tools, images nor limits on length (``max_tokens`` is dropped), see ``zhipu_v3``.
"""

from collections.abc import Mapping
from dataclasses import replace

from gateway.outbound.canonical import chat as canonical_chat
from gateway.outbound.canonical import images as canonical_images
from gateway.outbound.errors import verdicts
from gateway.outbound.exchange import Fetch, Step, Task
from gateway.outbound.openai.dialect import OpenAI
from gateway.outbound.openai.quirks import Quirks
from gateway.outbound.openai.stream import OpenAIStream
from gateway.outbound.protocol import (
    CanonicalResponse,
    Fault,
    Json,
    Media,
    ProviderFault,
    ProviderRequest,
    StreamDecoder,
    Unsupported,
    WireRequest,
    WireResponse,
)
from gateway.outbound.retired import zhipu_v3
from gateway.outbound.streams.decoders import WholeOrStream
from gateway.patterns import pattern
from gateway.wire.json import array, objs

LABEL = "Zhipu"
V4 = "/api/paas/v4"
FAULTS = zhipu_v3.FAULTS

_QUIRKS = Quirks(
    exact=False,
    functions=False,
    stream_usage=False,
    rename={"max_completion_tokens": "max_tokens", "user": "user_id"},
    roles={"developer": "system"},
    vendor=FAULTS,
)
# https://docs.bigmodel.cn/cn/api/api-code: no permission for the API, and a file too large.
_STATUSES: Mapping[int, verdicts.Verdict] = {434: verdicts.Verdict("retry", 403), 435: verdicts.TOO_LONG}
_OFFERED = frozenset({"chat", "embeddings", "images", "rerank", "speech", "transcription"})


class Zhipu:
    """``Dialect``, and ``PollingDialect`` so that image URLs can be fetched where bytes are wanted."""

    name = "zhipu"

    def __init__(self) -> None:
        self._openai = OpenAI("zhipu", _QUIRKS)

    def media_urls(self, request: ProviderRequest) -> list[str]:
        return []

    def request(self, request: ProviderRequest) -> WireRequest:
        if request.operation not in _OFFERED:
            raise Unsupported(f"{LABEL} offers no {request.operation.replace('_', ' ')}; use another model")
        if _is_v3(request):
            return zhipu_v3.request(request)
        if request.operation == "images":
            canonical_images.prompt_of(request)
        body = _chat(request) if request.operation == "chat" else _image(request)
        call = self._openai.request(replace(request, body=body))
        prefix = request.config.get("api_prefix") or V4
        return replace(call, path=prefix.rstrip("/") + call.path.removeprefix("/v1"))

    def response(self, request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
        if _is_v3(request):
            return zhipu_v3.response(request, reply)
        answer = self._openai.response(request, reply)
        if request.operation == "chat":
            _check(answer.body or {})
        return answer

    def created(self, request: ProviderRequest, reply: WireResponse) -> Step:
        return canonical_images.fetchable(request, self.response(request, reply))

    def poll(self, request: ProviderRequest, task: Task, reply: WireResponse) -> Step:
        return self.created(request, reply)

    def finish(self, request: ProviderRequest, fetch: Fetch, files: Mapping[str, Media]) -> CanonicalResponse:
        return canonical_images.with_bytes(fetch, files)

    def stream(self, request: ProviderRequest) -> StreamDecoder:
        if _is_v3(request):
            return zhipu_v3.ZhipuV3Stream(request)
        return WholeOrStream(request, OpenAIStream(request, _QUIRKS), self.response)

    def error(self, reply: WireResponse) -> Fault:
        return verdicts.judge(reply, FAULTS, _STATUSES)


def _is_v3(request: ProviderRequest) -> bool:
    return request.operation == "chat" and request.model.startswith("chatglm")


def _image(request: ProviderRequest) -> Json:
    """Images always come as URLs; the wish for bytes is ours to fulfil."""
    if request.operation != "images":
        return request.body
    return {key: value for key, value in request.body.items() if key not in ("response_format", "n")}


def _chat(request: ProviderRequest) -> Json:
    body = request.body
    canonical_chat.refuse(body, LABEL, ["n", "json_schema", "logprobs"])
    stops = canonical_chat.stops(body)
    if stops and len(stops) > 1:
        raise Unsupported(f"{LABEL} takes one stop sequence; send one", param="stop")
    made = {key: value for key, value in body.items() if key not in _MOVED}
    made |= {"stop": stops} if stops else {}
    return made | _sampling(body) | _thinking(request) | _search(body)


_MOVED = frozenset({"stop", "n", "temperature", "top_p", "reasoning_effort", "web_search_options", "tools", "logprobs"})


def _sampling(body: Json) -> Json:
    made: Json = {}
    temperature, top_p = body.get("temperature"), body.get("top_p")
    if isinstance(temperature, int | float):
        made |= {"temperature": min(1, temperature)} if temperature > 0 else {"do_sample": False}
    if isinstance(top_p, int | float):
        made["top_p"] = min(1, max(0, top_p))
    return made


def _thinking(request: ProviderRequest) -> Json:
    """Thinking on or off; how much is known to glm-5.2 and later only."""
    effort = canonical_chat.effort(request.body)
    if not effort:
        return {}
    made: Json = {"reasoning_effort": effort} if _TAKES_EFFORT.match(request.model) else {}
    if "thinking" not in request.body:
        made["thinking"] = {"type": "disabled" if effort in ("none", "minimal") else "enabled"}
    return made


_TAKES_EFFORT = pattern(r"glm-(5\.[2-9]|[6-9])")


def _search(body: Json) -> Json:
    """Tools, Zhipu's own kinds included, and its search tool where OpenAI's option asks for search."""
    tools = array(body.get("tools"))
    if body.get("web_search_options") is not None:
        tools = [*tools, {"type": "web_search", "web_search": {"enable": True}}]
    return {"tools": tools} if tools else {}


def _check(body: Json) -> None:
    if not objs(body.get("choices")):
        raise ProviderFault(Fault(kind="retry", status=502, message="the provider answered with nothing"))


DIALECT = Zhipu()
