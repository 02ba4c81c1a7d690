"""Zhipu's retired v3 interface, which ``chatglm`` models still need; and the codes of all its interfaces.

https://open.bigmodel.cn/dev/api#chatglm_turbo. Text only: tools, images and stop sequences are refused. A system
message becomes a user's with an "Okay" after it, since v3 knows no such role. ``max_tokens``, ``seed`` and penalties
are dropped. The text of a whole reply is JSON-quoted; usage of a stream stands in a ``meta:`` line.
"""

from collections.abc import Mapping
from urllib.parse import quote

from gateway.domain.usage import Usage
from gateway.outbound import chatbody, content, faults
from gateway.outbound.base import Answer, Ask, Call, Json, ProviderFault, Reply
from gateway.outbound.operations import completed
from gateway.outbound.payload import json_of, obj, objs, parse, post, string, whole
from gateway.outbound.streaming import SseChunks
from gateway.wire import chat
from gateway.wire.sse import SseDecoder

LABEL = "Zhipu's chatglm"
PATH = "/api/paas/v3/model-api/{model}/{verb}"

# https://docs.bigmodel.cn/cn/api/api-code
FAULTS: Mapping[str, faults.Verdict] = {
    "1000": faults.BAD_KEY,
    "1001": faults.BAD_KEY,
    "1002": faults.BAD_KEY,
    "1003": faults.BAD_KEY,
    "1004": faults.BAD_KEY,
    "1100": faults.NO_ACCESS,
    "1110": faults.NO_ACCESS,
    "1111": faults.NO_ACCESS,
    "1112": faults.NO_ACCESS,
    "1113": faults.NO_MONEY,
    "1120": faults.RETRY,
    "1121": faults.NO_ACCESS,
    "1200": faults.RETRY,
    "1210": faults.CALLER,
    "1211": faults.NO_MODEL,
    "1212": faults.CALLER,
    "1213": faults.CALLER,
    "1214": faults.CALLER,
    "1215": faults.CALLER,
    "1220": faults.Verdict("retry", 403),
    "1221": faults.NO_MODEL,
    "1222": faults.NO_MODEL,
    "1230": faults.RETRY,
    "1231": faults.CALLER,
    "1234": faults.RETRY,
    "1261": faults.TOO_LONG,
    "1300": faults.FILTERED,
    "1301": faults.FILTERED,
    "1302": faults.RATE,
    "1303": faults.RATE,
    "1304": faults.QUOTA_RETURNS,
    "1305": faults.BUSY,
    "1308": faults.QUOTA_RETURNS,
    "1309": faults.NO_MONEY,  # the plan has run out
    "1310": faults.QUOTA_RETURNS,
    "1311": faults.Verdict("retry", 403),  # the plan does not include the model
}


def request(ask: Ask) -> Call:
    chatbody.refuse(ask.body, LABEL, ["tools", "stop", "n", "response_format", "logprobs", "audio"])
    prompt = [turn for message in content.messages_of(ask.body) for turn in _turns(message)]
    body: Json = {"prompt": prompt} | chatbody.renamed(ask.body, {"temperature": "temperature", "top_p": "top_p"})
    path = PATH.format(model=quote(ask.model, safe=""), verb="sse-invoke" if ask.stream else "invoke")
    return post(path, body | chatbody.extras(ask.body), {"accept": "text/event-stream"} if ask.stream else None)


def _turns(message: Json) -> list[Json]:
    if content.is_result(message) or content.calls_of(message):
        chatbody.refuse({"tools": [{"type": "function"}]}, LABEL, ["tools"])
    text = content.text_only(message, LABEL)
    if message["role"] == "system":
        return [{"role": "user", "content": text}, {"role": "assistant", "content": "Okay"}]
    return [{"role": message["role"], "content": text}]


def response(ask: Ask, reply: Reply) -> Answer:
    body = json_of(reply)
    if body.get("success") is False or body.get("error"):
        raise ProviderFault(faults.in_success(body, FAULTS, reply))
    data = obj(body.get("data"))
    choices = [
        chat.choice(chat.message(_unquoted(item)), "stop", at) for at, item in enumerate(objs(data.get("choices")))
    ]
    return completed(ask, choices, _usage(data), id=data.get("task_id") or data.get("request_id"))


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


class Stream(SseChunks):
    """``add`` events carry text, ``finish`` ends, ``error`` and ``interrupted`` break off."""

    def __init__(self, ask: Ask) -> None:
        super().__init__(ask, response)
        self._lines = _Lines()
        self._sse = self._lines

    def raw(self, name: str, data: bytes) -> list[Json]:
        text = data.decode("utf-8", "replace")
        self.head(self._lines.meta.get("task_id") or self._lines.meta.get("request_id"))
        if name == "error":
            found = parse(data)
            return self.fail(faults.in_success(found if isinstance(found, dict) else {"message": text}, FAULTS))
        delta: Json = {"content": text} if text else {}
        if name in ("finish", "interrupted"):
            self.usage = _usage(self._lines.meta)
            return self.emit(delta, "stop" if name == "finish" else "content_filter")
        return self.emit(delta) if name == "add" or not name else []
