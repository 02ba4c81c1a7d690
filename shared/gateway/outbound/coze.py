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
from gateway.outbound import chatbody, content, faults
from gateway.outbound.base import Answer, Ask, Call, Fault, Json, ProviderFault, Reply, StreamDecoder, Unsupported
from gateway.outbound.gather import gathered
from gateway.outbound.operations import TableDialect, Verbs, completed
from gateway.outbound.payload import encode, figure, json_of, obj, objs, post, string
from gateway.outbound.streaming import SseChunks, call_id
from gateway.wire import chat

LABEL = "Coze"
_LACKS = ("n", "audio", "logprobs", "stop", "tools", "response_format", "web_search_options")

# https://www.coze.com/docs/developer_guides/coze_error_codes
FAULTS: Mapping[str, faults.Verdict] = {
    "4000": faults.CALLER,
    "4008": faults.QUOTA_RETURNS,
    "4009": faults.QUOTA_RETURNS,
    "4011": faults.NO_MONEY,
    "4013": faults.RATE,
    "4015": faults.NO_MODEL,  # the bot is not published to the API
    "4027": faults.NO_MONEY,
    "4028": faults.NO_MONEY,
    "4100": faults.BAD_KEY,
    "4101": faults.NO_ACCESS,
    "4200": faults.NO_MODEL,
    "5000": faults.Verdict("retry", 500),
    "700012006": faults.BAD_KEY,
}


def _is_v3(ask: Ask) -> bool:
    return ask.config.get("api_version") == "v3"


def _request(ask: Ask) -> Call:
    chatbody.refuse(ask.body, LABEL, _LACKS)
    turns = [_turn(message) for message in content.messages_of(ask.body)]
    if turns[-1]["role"] != "user":
        raise Unsupported(f"{LABEL} wants the user's message last", param="messages")
    made: Json = {
        "bot_id": ask.model.removeprefix("bot-"),
        "stream": ask.stream or _is_v3(ask),
    }
    rest = chatbody.extras(ask.body)
    if _is_v3(ask):
        messages = [_message(turn) for turn in turns]
        made |= {"user_id": _user(ask), "auto_save_history": True, "additional_messages": messages}
        return post("/v3/chat", made | rest)
    made |= {"user": _user(ask), "query": content.text_only(turns[-1], LABEL)}
    history = [_past(turn) for turn in turns[:-1]]
    return post("/open_api/v2/chat", made | ({"chat_history": history} if history else {}) | rest)


def _user(ask: Ask) -> str:
    return ask.config.get("user_id") or string(ask.body.get("user")) or "user"


def _turn(message: Json) -> Json:
    if content.is_result(message) or content.calls_of(message):
        raise Unsupported(f"{LABEL} takes no tool calls and results; a bot has tools of its own", param="messages")
    return message | {"role": "assistant" if message["role"] == "assistant" else "user"}


def _past(turn: Json) -> Json:
    kind = "answer" if turn["role"] == "assistant" else "query"
    return {"role": turn["role"], "type": kind, "content": content.text_only(turn, LABEL), "content_type": "text"}


def _message(turn: Json) -> Json:
    parts = content.parts_of(turn, LABEL, ["image_url"])
    kind = "answer" if turn["role"] == "assistant" else "question"
    made: Json = {"role": turn["role"], "type": kind}
    if all(part["type"] == "text" for part in parts):
        return made | {"content_type": "text", "content": "".join(part["text"] for part in parts)}
    return made | {"content_type": "object_string", "content": encode([_part(part) for part in parts]).decode()}


def _part(part: Json) -> Json:
    if part["type"] == "text":
        return {"type": "text", "text": part["text"]}
    url = content.image_url(part)
    if not content.is_http(url):
        raise Unsupported(f"{LABEL} takes images by URL only; put the image on the web", param="messages")
    return {"type": "image", "file_url": url}


def _response(ask: Ask, reply: Reply) -> Answer:
    if _is_v3(ask) and reply.body.lstrip()[:1] != b"{":
        return gathered(ask, _V3(ask), reply.body)
    body = json_of(reply)
    if body.get("code"):
        raise ProviderFault(faults.in_success(body, FAULTS, reply))
    answers = [string(item.get("content")) for item in objs(body.get("messages")) if item.get("type") == "answer"]
    choices = [chat.choice(chat.message("\n".join(answers)), "stop")] if answers else []
    return completed(ask, choices, None, id=body.get("conversation_id"))


class _V2(SseChunks):
    """Pieces of answers, and of what the bot did meanwhile, which is nobody's answer."""

    def __init__(self, ask: Ask) -> None:
        super().__init__(ask, _response)

    def event(self, name: str, body: Json) -> list[Json]:
        kind = string(body.get("event"))
        if kind == "error" or body.get("code"):
            return self.fail(faults.in_success(obj(body.get("error_information")) or body, FAULTS))
        self.head(body.get("conversation_id"))
        if kind == "done":
            return self.emit({}, "stop")
        message = obj(body.get("message"))
        text = string(message.get("content")) if message.get("type") == "answer" else ""
        return self.emit({"content": text} if text else {})


class _V3(SseChunks):
    """Named events; ``completed`` repeats a message whole and counts only if none of it came before."""

    def __init__(self, ask: Ask) -> None:
        super().__init__(ask, _response)
        self._told: set[str] = set()

    def event(self, name: str, body: Json) -> list[Json]:
        if name in ("error", "conversation.chat.failed") or body.get("code"):
            return self.fail(faults.in_success(obj(body.get("last_error")) or body, FAULTS))
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
                id=call_id(self.ask, at, call.get("id")),
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


def _decoder(ask: Ask) -> StreamDecoder:
    return _V3(ask) if _is_v3(ask) else _V2(ask)


def _fault(reply: Reply) -> Fault:
    return faults.judge(reply, FAULTS)


coze = TableDialect(
    name="coze", label=LABEL, verbs={"chat": Verbs(_request, _response)}, decoder=_decoder, fault=_fault
)
