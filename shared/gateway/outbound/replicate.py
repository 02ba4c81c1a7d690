"""Replicate: predictions, made for a model, asked for until they are done, or streamed from an address of their own.

https://replicate.com/docs/reference/http. A model is ``owner/name``, with ``:version`` where it is not an official
one, or ``deployments/owner/name``. Paths are relative to ``https://api.replicate.com``.

Models take one prompt: system messages become ``system_prompt``, a conversation becomes lines by role. Stop sequences
are joined with commas, so one that holds a comma is refused, as are tools, formats and more than one image. Keys
nobody knows go into ``input``. Dropped: ``user``, ``logit_bias``, ``reasoning_effort``. A stream reports no usage;
one more ``poll`` of the task does.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from gateway.domain.usage import Usage
from gateway.outbound import chatbody, content, faults, pictures
from gateway.outbound.base import (
    Answer,
    Ask,
    Call,
    Fault,
    Json,
    ProviderFault,
    Reply,
    StreamDecoder,
    Unsupported,
)
from gateway.outbound.exchange import Fetch, Step, Task
from gateway.outbound.operations import Verbs, completed
from gateway.outbound.payload import array, figure, json_of, obj, parse, post, string
from gateway.outbound.streaming import SseChunks, chat_id
from gateway.outbound.tasks import TaskDialect
from gateway.wire import chat

LABEL = "Replicate"
_LACKS = ("n", "audio", "logprobs", "tools", "response_format", "web_search_options")
_RENAMED = {
    "temperature": "temperature",
    "top_p": "top_p",
    "presence_penalty": "presence_penalty",
    "frequency_penalty": "frequency_penalty",
}
_RUNNING = frozenset({"starting", "processing"})
_POLL_SECONDS = 1.0
_FILTER_WORDS = ("nsfw", "sensitive", "safety", "flagged")


def _create(ask: Ask, given: Json) -> Call:
    model, _, version = ask.model.partition(":")
    body: Json = {"input": given} | ({"stream": True} if ask.stream else {})
    if version:
        return post("/v1/predictions", {"version": version} | body)
    if model.startswith("deployments/"):
        return post(f"/v1/{quote(model)}/predictions", body)
    return post(f"/v1/models/{quote(model)}/predictions", body)


def _chat_request(ask: Ask) -> Call:
    body = ask.body
    chatbody.refuse(body, LABEL, _LACKS)
    system, turns = content.system_first(content.messages_of(body), LABEL)
    images = [content.image_url(part) for turn in turns for part in _parts(turn) if part["type"] == "image_url"]
    if len(images) > 1:
        raise Unsupported(f"{LABEL} models take one image; send one", param="messages")
    made: Json = {
        "prompt": _prompt(turns),
        "system_prompt": system or None,
        "image": images[0] if images else None,
        "max_tokens": chatbody.max_tokens(body),
        "seed": chatbody.seed(body),
        "stop_sequences": _stops(body),
    }
    kept = {key: value for key, value in made.items() if value is not None}
    return _create(ask, kept | chatbody.renamed(body, _RENAMED) | chatbody.extras(body))


def _parts(turn: Json) -> list[Json]:
    if content.is_result(turn) or content.calls_of(turn):
        raise Unsupported(f"{LABEL} takes no tool calls and results; leave them out", param="messages")
    return content.parts_of(turn, LABEL, ["image_url"])


def _prompt(turns: list[Json]) -> str:
    texts = ["".join(part["text"] for part in _parts(turn) if part["type"] == "text") for turn in turns]
    if len(turns) == 1:
        return texts[0]
    lines = [f"{turn['role']}: {text}" for turn, text in zip(turns, texts, strict=True)]
    return "\n".join([*lines, "assistant:"])


def _stops(body: Json) -> str | None:
    stops = chatbody.stops(body)
    if stops and any("," in stop for stop in stops):
        raise Unsupported(f"{LABEL} separates stop sequences with commas; none may hold one", param="stop")
    return ",".join(stops) if stops else None


def _images_request(ask: Ask) -> Call:
    body = ask.body
    width, _, height = string(body.get("size")).partition("x")
    size: Json = {"width": int(width), "height": int(height)} if width.isdecimal() and height.isdecimal() else {}
    many: Json = {"num_outputs": body["n"]} if pictures.count_of(ask) > 1 else {}
    others = {key: value for key, value in body.items() if key not in pictures.IMAGE_KEYS and value is not None}
    return _create(ask, {"prompt": pictures.prompt_of(ask)} | size | many | others)


def _step(ask: Ask, reply: Reply) -> Step:
    body = json_of(reply)
    id, status = string(body.get("id")), string(body.get("status"))
    if not id or not status:
        raise ProviderFault(faults.in_success(body, {}, reply))
    if status in _RUNNING:
        return _task(id, body)
    if status != "succeeded":
        raise ProviderFault(_failure(body, status))
    return _pictures(ask, body) if ask.operation == "images" else _completion(ask, body)


def _task(id: str, body: Json) -> Task:
    path = f"/v1/predictions/{quote(id, safe='')}"
    stream = string(obj(body.get("urls")).get("stream"))
    return Task(
        id=id,
        call=Call(path=path, method="GET"),
        wait=_POLL_SECONDS,
        stream=Call(path=stream, method="GET", headers={"accept": "text/event-stream"}) if stream else None,
        cancel=Call(path=f"{path}/cancel"),
    )


def _failure(body: Json, status: str) -> Fault:
    text = string(body.get("error")) or f"the prediction ended as {status}"
    filtered = any(word in text.lower() for word in _FILTER_WORDS)
    verdict = faults.FILTERED if filtered else faults.RETRY
    return faults.fault(text, verdict, status=200, headers={}, code=status)


def _completion(ask: Ask, body: Json) -> Answer:
    output = body.get("output")
    text = output if isinstance(output, str) else "".join(string(piece) for piece in array(output))
    choices = [chat.choice(chat.message(text), "stop")] if output is not None else []
    return completed(ask, choices, _usage(body), id=chat_id(ask, body.get("id")), model=body.get("model"))


def _usage(body: Json) -> Usage | None:
    metrics = obj(body.get("metrics"))
    prompt, completion = figure(metrics.get("input_token_count")), figure(metrics.get("output_token_count"))
    return Usage(prompt=prompt, completion=completion) if prompt or completion else None


def _pictures(ask: Ask, body: Json) -> Fetch | Answer:
    output = body.get("output")
    urls = [output] if isinstance(output, str) else [string(url) for url in array(output)]
    data = [_picture(url) for url in urls if url]
    if not data:
        raise ProviderFault(Fault(kind="retry", status=502, message="the prediction made no image"))
    return pictures.images(ask, data)


def _picture(url: str) -> Json:
    return {"b64_json": url.partition(",")[2]} if url.startswith("data:") else {"url": url}


def _response(ask: Ask, reply: Reply) -> Answer:
    """A prediction that was done within the first reply."""
    step = _step(ask, reply)
    if isinstance(step, Answer):
        return step
    raise ProviderFault(Fault(kind="retry", status=502, message=f"{LABEL} did not finish the prediction"))


class _Stream(SseChunks):
    """``output`` events are text as it is, ``error`` and ``done`` end it."""

    def __init__(self, ask: Ask) -> None:
        super().__init__(ask, _response)

    def raw(self, name: str, data: bytes) -> list[Json]:
        text = data.decode("utf-8", "replace")
        if name == "error":
            body = parse(data)
            return self.fail(faults.in_success(body if isinstance(body, dict) else {"detail": text}, {}))
        if name == "done":
            return self._done(parse(data))
        return self.emit({"content": text}) if name == "output" and text else []

    def _done(self, body: Any) -> list[Json]:
        """Ends it, for a reason or without; data that is no object was cut off in the middle."""
        reason = string(obj(body).get("reason"))
        if reason:
            return self.fail(_failure({}, reason))
        return self.emit({}, "stop") if isinstance(body, dict) else []


def _decoder(ask: Ask) -> StreamDecoder:
    return _Stream(ask)


def _fault(reply: Reply) -> Fault:
    return faults.judge(reply, {})


_VERBS: Mapping[Any, Verbs] = {
    "chat": Verbs(_chat_request, _response),
    "images": Verbs(_images_request, _response),
}
replicate = TaskDialect(name="replicate", label=LABEL, verbs=_VERBS, decoder=_decoder, fault=_fault, step=_step)
