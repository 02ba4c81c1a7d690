"""Zhipu's retired v3 interface, which ``chatglm`` models still need; and the codes of all its interfaces.

https://open.bigmodel.cn/dev/api#chatglm_turbo. Text only: tools, images and stop sequences are refused. A system
message becomes a user's with an "Okay" after it, since v3 knows no such role. ``max_tokens``, ``seed`` and penalties
are dropped. The text of a whole reply is JSON-quoted; usage of a stream stands in a ``meta:`` line.
"""

from collections.abc import Mapping
from urllib.parse import quote

from gateway.domain.usage import Usage
from gateway.outbound.canonical import chat as canonical_chat
from gateway.outbound.canonical import messages as canonical_messages
from gateway.outbound.canonical.replies import completed
from gateway.outbound.errors import verdicts
from gateway.outbound.json_bodies import json_of, post
from gateway.outbound.protocol import CanonicalResponse, Json, ProviderFault, ProviderRequest, WireRequest, WireResponse
from gateway.outbound.streams.decoders import SseChunks
from gateway.wire import chat
from gateway.wire.json import obj, objs, parse, string, whole
from gateway.wire.sse import SseDecoder

LABEL = "Zhipu's chatglm"
PATH = "/api/paas/v3/model-api/{model}/{verb}"

# https://docs.bigmodel.cn/cn/api/api-code
FAULTS: Mapping[str, verdicts.Verdict] = {
    "1000": verdicts.BAD_KEY,
    "1001": verdicts.BAD_KEY,
    "1002": verdicts.BAD_KEY,
    "1003": verdicts.BAD_KEY,
    "1004": verdicts.BAD_KEY,
    "1100": verdicts.NO_ACCESS,
    "1110": verdicts.NO_ACCESS,
    "1111": verdicts.NO_ACCESS,
    "1112": verdicts.NO_ACCESS,
    "1113": verdicts.NO_MONEY,
    "1120": verdicts.RETRY,
    "1121": verdicts.NO_ACCESS,
    "1200": verdicts.RETRY,
    "1210": verdicts.CALLER,
    "1211": verdicts.NO_MODEL,
    "1212": verdicts.CALLER,
    "1213": verdicts.CALLER,
    "1214": verdicts.CALLER,
    "1215": verdicts.CALLER,
    "1220": verdicts.Verdict("retry", 403),
    "1221": verdicts.NO_MODEL,
    "1222": verdicts.NO_MODEL,
    "1230": verdicts.RETRY,
    "1231": verdicts.CALLER,
    "1234": verdicts.RETRY,
    "1261": verdicts.TOO_LONG,
    "1300": verdicts.FILTERED,
    "1301": verdicts.FILTERED,
    "1302": verdicts.RATE,
    "1303": verdicts.RATE,
    "1304": verdicts.QUOTA_RETURNS,
    "1305": verdicts.BUSY,
    "1308": verdicts.QUOTA_RETURNS,
    "1309": verdicts.NO_MONEY,  # the plan has run out
    "1310": verdicts.QUOTA_RETURNS,
    "1311": verdicts.Verdict("retry", 403),  # the plan does not include the model
}


def request(request: ProviderRequest) -> WireRequest:
    canonical_chat.refuse(request.body, LABEL, ["tools", "stop", "n", "response_format", "logprobs", "audio"])
    prompt = [turn for message in canonical_messages.messages_of(request.body) for turn in _turns(message)]
    body: Json = {"prompt": prompt} | canonical_chat.renamed(
        request.body, {"temperature": "temperature", "top_p": "top_p"}
    )
    path = PATH.format(model=quote(request.model, safe=""), verb="sse-invoke" if request.stream else "invoke")
    return post(
        path, body | canonical_chat.extras(request.body), {"accept": "text/event-stream"} if request.stream else None
    )


def _turns(message: Json) -> list[Json]:
    if canonical_messages.is_result(message) or canonical_messages.calls_of(message):
        canonical_chat.refuse({"tools": [{"type": "function"}]}, LABEL, ["tools"])
    text = canonical_messages.text_only(message, LABEL)
    if message["role"] == "system":
        return [{"role": "user", "content": text}, {"role": "assistant", "content": "Okay"}]
    return [{"role": message["role"], "content": text}]


def response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    body = json_of(reply)
    if body.get("success") is False or body.get("error"):
        raise ProviderFault(verdicts.in_success(body, FAULTS, reply))
    data = obj(body.get("data"))
    choices = [
        chat.choice(chat.message(_unquoted(item)), "stop", at) for at, item in enumerate(objs(data.get("choices")))
    ]
    return completed(request, choices, _usage(data), id=data.get("task_id") or data.get("request_id"))


def _unquoted(item: Json) -> str:
    text = string(item.get("content"))
    value = parse(text) if text[:1] == '"' else None
    return value if isinstance(value, str) else text


def _usage(data: Json) -> Usage | None:
    raw = obj(data.get("usage"))
    prompt, total = whole(raw.get("prompt_tokens")), whole(raw.get("total_tokens"))
    completion = whole(raw.get("completion_tokens")) or max(0, total - prompt)
    return Usage(prompt=prompt, completion=completion) if prompt or completion else None


class _Lines(SseDecoder):
    """v3 sends text as it is after ``data:``, leading spaces included, and figures in a field of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.meta: Json = {}

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if name == b"data":
            self._data.append(value)
        elif name == b"meta":
            self.meta = obj(parse(value))
        else:
            super()._field(line)


class ZhipuV3Stream(SseChunks):
    """``add`` events carry text, ``finish`` ends, ``error`` and ``interrupted`` break off."""

    def __init__(self, request: ProviderRequest) -> None:
        super().__init__(request, response)
        self._lines = _Lines()
        self._sse = self._lines

    def raw(self, name: str, data: bytes) -> list[Json]:
        text = data.decode("utf-8", "replace")
        self.head(self._lines.meta.get("task_id") or self._lines.meta.get("request_id"))
        if name == "error":
            found = parse(data)
            return self.fail(verdicts.in_success(found if isinstance(found, dict) else {"message": text}, FAULTS))
        delta: Json = {"content": text} if text else {}
        if name in ("finish", "interrupted"):
            self.usage = _usage(self._lines.meta)
            return self.emit(delta, "stop" if name == "finish" else "content_filter")
        return self.emit(delta) if name == "add" or not name else []
