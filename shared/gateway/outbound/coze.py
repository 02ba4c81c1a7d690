"""Coze bots as chat models: v2 as one-api speaks it, v3 where the channel's ``api_version`` is ``v3``.

https://www.coze.com/docs/developer_guides/chat_v3. The model's name is the bot's id, with or without ``bot-``.
Channel config: ``user_id`` is who talks (the caller's ``user`` else). v3 is always asked to stream, since its other way
is a task to be polled; a whole answer is put together here.

The bot decides how it answers: tools of the caller's, formats and stop sequences are refused, sampling knobs and
limits dropped. A system message is said by the user, for want of another role. Images go to v3 only, by URL. Keys
nobody knows pass (``custom_variables``, ``meta_data`` ...).
"""

from collections.abc import Mapping
from typing import Any

from gateway.domain.usage import Usage
from gateway.outbound.canonical import chat as canonical_chat
from gateway.outbound.canonical import messages as canonical_messages
from gateway.outbound.canonical.replies import call_id, completed
from gateway.outbound.errors import verdicts
from gateway.outbound.json_bodies import json_of, post
from gateway.outbound.protocol import (
    CanonicalResponse,
    Fault,
    Json,
    ProviderFault,
    ProviderRequest,
    StreamDecoder,
    Unsupported,
    WireRequest,
    WireResponse,
)
from gateway.outbound.streams.collect import gathered
from gateway.outbound.streams.decoders import SseChunks
from gateway.outbound.tables import TableDialect, Verbs
from gateway.wire import chat
from gateway.wire.json import encode, figure, obj, objs, string

LABEL = "Coze"
_LACKS = ("n", "audio", "logprobs", "stop", "tools", "response_format", "web_search_options")

# https://www.coze.com/docs/developer_guides/coze_error_codes
FAULTS: Mapping[str, verdicts.Verdict] = {
    "4000": verdicts.CALLER,
    "4008": verdicts.QUOTA_RETURNS,
    "4009": verdicts.QUOTA_RETURNS,
    "4011": verdicts.NO_MONEY,
    "4013": verdicts.RATE,
    "4015": verdicts.NO_MODEL,  # the bot is not published to the API
    "4027": verdicts.NO_MONEY,
    "4028": verdicts.NO_MONEY,
    "4100": verdicts.BAD_KEY,
    "4101": verdicts.NO_ACCESS,
    "4200": verdicts.NO_MODEL,
    "5000": verdicts.Verdict("retry", 500),
    "700012006": verdicts.BAD_KEY,
}


def _is_v3(request: ProviderRequest) -> bool:
    return request.config.get("api_version") == "v3"


def _request(request: ProviderRequest) -> WireRequest:
    canonical_chat.refuse(request.body, LABEL, _LACKS)
    turns = [_turn(message) for message in canonical_messages.messages_of(request.body)]
    if turns[-1]["role"] != "user":
        raise Unsupported(f"{LABEL} wants the user's message last", param="messages")
    made: Json = {
        "bot_id": request.model.removeprefix("bot-"),
        "stream": request.stream or _is_v3(request),
    }
    rest = canonical_chat.extras(request.body)
    if _is_v3(request):
        messages = [_message(turn) for turn in turns]
        made |= {"user_id": _user(request), "auto_save_history": True, "additional_messages": messages}
        return post("/v3/chat", made | rest)
    made |= {"user": _user(request), "query": canonical_messages.text_only(turns[-1], LABEL)}
    history = [_past(turn) for turn in turns[:-1]]
    return post("/open_api/v2/chat", made | ({"chat_history": history} if history else {}) | rest)


def _user(request: ProviderRequest) -> str:
    return request.config.get("user_id") or string(request.body.get("user")) or "user"


def _turn(message: Json) -> Json:
    if canonical_messages.is_result(message) or canonical_messages.calls_of(message):
        raise Unsupported(f"{LABEL} takes no tool calls and results; a bot has tools of its own", param="messages")
    return message | {"role": "assistant" if message["role"] == "assistant" else "user"}


def _past(turn: Json) -> Json:
    kind = "answer" if turn["role"] == "assistant" else "query"
    return {
        "role": turn["role"],
        "type": kind,
        "content": canonical_messages.text_only(turn, LABEL),
        "content_type": "text",
    }


def _message(turn: Json) -> Json:
    parts = canonical_messages.parts_of(turn, LABEL, ["image_url"])
    kind = "answer" if turn["role"] == "assistant" else "question"
    made: Json = {"role": turn["role"], "type": kind}
    if all(part["type"] == "text" for part in parts):
        return made | {"content_type": "text", "content": "".join(part["text"] for part in parts)}
    return made | {"content_type": "object_string", "content": encode([_part(part) for part in parts]).decode()}


def _part(part: Json) -> Json:
    if part["type"] == "text":
        return {"type": "text", "text": part["text"]}
    url = canonical_messages.image_url(part)
    if not canonical_messages.is_http(url):
        raise Unsupported(f"{LABEL} takes images by URL only; put the image on the web", param="messages")
    return {"type": "image", "file_url": url}


def _response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    if _is_v3(request) and reply.body.lstrip()[:1] != b"{":
        return gathered(request, _V3(request), reply.body)
    body = json_of(reply)
    if body.get("code"):
        raise ProviderFault(verdicts.in_success(body, FAULTS, reply))
    answers = [string(item.get("content")) for item in objs(body.get("messages")) if item.get("type") == "answer"]
    choices = [chat.choice(chat.message("\n".join(answers)), "stop")] if answers else []
    return completed(request, choices, None, id=body.get("conversation_id"))


class _V2(SseChunks):
    """Pieces of answers, and of what the bot did meanwhile, which is nobody's answer."""

    def __init__(self, request: ProviderRequest) -> None:
        super().__init__(request, _response)

    def event(self, name: str, body: Json) -> list[Json]:
        kind = string(body.get("event"))
        if kind == "error" or body.get("code"):
            return self.fail(verdicts.in_success(obj(body.get("error_information")) or body, FAULTS))
        self.head(body.get("conversation_id"))
        if kind == "done":
            return self.emit({}, "stop")
        message = obj(body.get("message"))
        text = string(message.get("content")) if message.get("type") == "answer" else ""
        return self.emit({"content": text} if text else {})


class _V3(SseChunks):
    """Named events; ``completed`` repeats a message whole and counts only if none of it came before."""

    def __init__(self, request: ProviderRequest) -> None:
        super().__init__(request, _response)
        self._told: set[str] = set()

    def event(self, name: str, body: Json) -> list[Json]:
        if name in ("error", "conversation.chat.failed") or body.get("code"):
            return self.fail(verdicts.in_success(obj(body.get("last_error")) or body, FAULTS))
        if name in ("conversation.message.delta", "conversation.message.completed"):
            return self._message(body, name.endswith(".delta"))
        if name.startswith("conversation.chat."):
            self.head(body.get("id"), body.get("created_at"))
            self.usage = _usage(body) or self.usage
        if name == "conversation.chat.requires_action":
            return self._action(body)
        return self.emit({}, "stop") if name == "conversation.chat.completed" else []

    def _message(self, body: Json, piece: bool) -> list[Json]:
        id = string(body.get("id"))
        if body.get("type") != "answer" or (not piece and id in self._told):
            return []
        self._told.add(id)
        said: dict[str, Any] = {key: body.get(key) for key in ("reasoning_content", "content")}
        return self.emit({key: value for key, value in said.items() if value})

    def _action(self, body: Json) -> list[Json]:
        """The bot wants a tool run that only its owner's application can run: the call is passed on."""
        wanted = objs(obj(obj(body.get("required_action")).get("submit_tool_outputs")).get("tool_calls"))
        calls = [
            chat.tool_call_delta(
                at,
                id=call_id(self.request, at, call.get("id")),
                name=string(obj(call.get("function")).get("name")),
                arguments=string(obj(call.get("function")).get("arguments")) or "{}",
            )
            for at, call in enumerate(wanted)
        ]
        return self.emit({"tool_calls": calls} if calls else {}, "tool_calls")


def _usage(body: Json) -> Usage | None:
    raw = obj(body.get("usage"))
    prompt, completion = figure(raw.get("input_count")), figure(raw.get("output_count"))
    return Usage(prompt=prompt, completion=completion) if prompt or completion else None


def _decoder(request: ProviderRequest) -> StreamDecoder:
    return _V3(request) if _is_v3(request) else _V2(request)


def _fault(reply: WireResponse) -> Fault:
    return verdicts.judge(reply, FAULTS)


DIALECT = TableDialect(
    name="coze", label=LABEL, verbs={"chat": Verbs(_request, _response)}, decoder=_decoder, fault=_fault
)
