"""iFlytek Spark over WebSocket: one frame out, many in. The URL is signed elsewhere (``providers.auth_spark``).

https://www.xfyun.cn/doc/spark/Web.html. Channel config: ``api_version`` for models that name none; ``app_id`` is put in
by whoever holds the key. Text only. Functions are what the bigger models know; the result of one cannot be sent
back here, nor can a call be forced: both are refused. ``temperature`` is kept within (0, 1], ``top_k`` within 1 to 6.
Dropped knobs: ``top_p``, ``seed``, penalties, ``logit_bias``, ``reasoning_effort``. Keys nobody knows go into
``parameter.chat``.
"""

from collections.abc import Mapping
from urllib.parse import quote

from gateway.domain.usage import Usage
from gateway.outbound.canonical import chat as canonical_chat
from gateway.outbound.canonical import messages as canonical_messages
from gateway.outbound.canonical.replies import call_id
from gateway.outbound.errors import verdicts
from gateway.outbound.openai.quirks import QUIRKS
from gateway.outbound.protocol import (
    CanonicalResponse,
    Fault,
    Json,
    ProviderRequest,
    Unsupported,
    WireRequest,
    WireResponse,
)
from gateway.outbound.streams.collect import gathered
from gateway.outbound.streams.decoders import JsonChunks
from gateway.wire import chat
from gateway.wire.json import encode, figure, obj, objs, string, whole

LABEL = "Spark over WebSocket"

# Version to path and domain; the two must match.
VERSIONS: Mapping[str, tuple[str, str]] = {
    "v1.1": ("/v1.1/chat", "lite"),
    "v2.1": ("/v2.1/chat", "generalv2"),
    "v3.1": ("/v3.1/chat", "generalv3"),
    "v3.1-128K": ("/chat/pro-128k", "pro-128k"),
    "v3.5": ("/v3.5/chat", "generalv3.5"),
    "v3.5-32K": ("/chat/max-32k", "max-32k"),
    "v4.0": ("/v4.0/chat", "4.0Ultra"),
    "x1": ("/v1/x1", "x1"),
}
MODELS: Mapping[str, str] = {
    "Spark-Lite": "v1.1",
    "Spark-Pro": "v3.1",
    "Spark-Pro-128K": "v3.1-128K",
    "Spark-Max": "v3.5",
    "Spark-Max-32K": "v3.5-32K",
    "Spark-4.0-Ultra": "v4.0",
    "Spark-X1": "x1",
}
_FUNCTIONS = frozenset({"generalv3", "generalv3.5", "max-32k", "4.0Ultra"})
_LACKS = ("n", "audio", "logprobs", "stop", "response_format", "tool_choice", "web_search_options")

FAULTS: Mapping[str, verdicts.Verdict] = {
    **QUIRKS["spark-http"].vendor,
    "10003": verdicts.CALLER,
    "10004": verdicts.CALLER,
    "10005": verdicts.CALLER,
    "10006": verdicts.RATE,
    "10008": verdicts.BUSY,
    "10010": verdicts.BUSY,
    "10015": verdicts.NO_ACCESS,
    "11201": verdicts.QUOTA_RETURNS,
}


def version_of(request: ProviderRequest) -> tuple[str, str]:
    """Path and domain of the model that is asked for; a version nobody knows is taken at its word."""
    name = MODELS.get(request.model) or request.model.partition("-")[2] or request.config.get("api_version") or "v1.1"
    by_domain = next((pair for pair in VERSIONS.values() if pair[1] == request.model), None)
    return by_domain or VERSIONS.get(name) or (f"/{quote(name, safe='')}/chat", f"general{name}")


class Spark:
    """``WebSocketDialect``; a reply is all frames, one after another."""

    name = "spark"

    def media_urls(self, request: ProviderRequest) -> list[str]:
        return []

    def request(self, request: ProviderRequest) -> WireRequest:
        if request.operation != "chat":
            raise Unsupported(f"{LABEL} offers no {request.operation.replace('_', ' ')}; use another model")
        self.frames(request)
        return WireRequest(path=version_of(request)[0], method="GET")

    def frames(self, request: ProviderRequest) -> list[bytes]:
        body = request.body
        canonical_chat.refuse(body, LABEL, _LACKS)
        domain = version_of(request)[1]
        header = {"app_id": request.config.get("app_id", ""), "uid": string(body.get("user"))[:32]}
        payload: Json = {"message": {"text": [_message(message) for message in canonical_messages.messages_of(body)]}}
        payload |= _functions(body, domain)
        frame = {
            "header": {key: value for key, value in header.items() if value},
            "parameter": {"chat": {"domain": domain} | _knobs(body) | canonical_chat.extras(body, ["top_k"])},
            "payload": payload,
        }
        return [encode(frame)]

    def response(self, request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
        return gathered(request, self.stream(request), reply.body)

    def stream(self, request: ProviderRequest) -> "_Stream":
        return _Stream(request)

    def error(self, reply: WireResponse) -> Fault:
        """A refused handshake. A date that is off is our clock's fault, not the key's."""
        found = verdicts.judge(reply, FAULTS, _HANDSHAKE)
        return verdicts.judge(reply, FAULTS, _CLOCK) if "valid date" in found.message else found


_HANDSHAKE: Mapping[int, verdicts.Verdict] = {403: verdicts.NO_ACCESS}
_CLOCK: Mapping[int, verdicts.Verdict] = {status: verdicts.Verdict("retry", 502) for status in (401, 403)}


def _knobs(body: Json) -> Json:
    temperature, top_k, limit = body.get("temperature"), body.get("top_k"), canonical_chat.max_tokens(body)
    made: Json = {"max_tokens": limit} if limit is not None else {}
    if isinstance(temperature, int | float):
        made["temperature"] = min(1, max(0.01, temperature))
    if isinstance(top_k, int | float):
        made["top_k"] = min(6, max(1, int(top_k)))
    return made


def _message(message: Json) -> Json:
    if canonical_messages.is_result(message) or canonical_messages.calls_of(message):
        raise Unsupported(f"{LABEL} takes no results of tools; use Spark's HTTP interface for that", param="messages")
    return {"role": message["role"], "content": canonical_messages.text_only(message, LABEL)}


def _functions(body: Json, domain: str) -> Json:
    tools = canonical_chat.tools_of(body)
    if not tools or canonical_chat.choice_of(body)[0] == "none":
        return {}
    if domain not in _FUNCTIONS:
        canonical_chat.refuse(body, f"Spark's {domain}", ["tools"])
    kept = ("name", "description", "parameters")
    return {"functions": {"text": [{key: tool[key] for key in kept if key in tool} for tool in tools]}}


class _Stream(JsonChunks):
    """Frames with ``header`` and ``payload``; usage comes with the last, whose status is 2."""

    def __init__(self, request: ProviderRequest) -> None:
        super().__init__(request)
        self._calls = 0

    def event(self, body: Json) -> list[Json]:
        header = obj(body.get("header"))
        if header.get("code") or body.get("error") or not header:
            return self.fail(verdicts.in_success(body, FAULTS))
        self.head(header.get("sid"))
        payload = obj(body.get("payload"))
        choices = obj(payload.get("choices"))
        self.usage = _usage(obj(payload.get("usage"))) or self.usage
        chunks = [chunk for text in objs(choices.get("text")) for chunk in self._text(text)]
        last = whole(choices.get("status")) == 2 or whole(header.get("status")) == 2
        return chunks + (self.emit({}, self.ended("stop")) if last else [])

    def _text(self, text: Json) -> list[Json]:
        said = {"reasoning_content": string(text.get("reasoning_content")), "content": string(text.get("content"))}
        chunks = self.emit({key: value for key, value in said.items() if value})
        call = obj(text.get("function_call"))
        if not call.get("name"):
            return chunks
        at, self._calls = self._calls, self._calls + 1
        arguments = string(call.get("arguments")) or "{}"
        made = chat.tool_call_delta(at, id=call_id(self.request, at), name=string(call["name"]), arguments=arguments)
        return chunks + self.emit({"tool_calls": [made]})


def _usage(usage: Json) -> Usage | None:
    raw = obj(usage.get("text"))
    prompt, completion = figure(raw.get("prompt_tokens")), figure(raw.get("completion_tokens"))
    return Usage(prompt=prompt, completion=completion) if prompt or completion else None


DIALECT = Spark()
