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
from gateway.outbound.canonical import (
    chat as canonical_chat,
)
from gateway.outbound.canonical import (
    images as canonical_images,
)
from gateway.outbound.canonical import (
    messages as canonical_messages,
)
from gateway.outbound.canonical.replies import chat_id, completed
from gateway.outbound.errors import verdicts
from gateway.outbound.exchange import Fetch, Step, Task
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
from gateway.outbound.streams.decoders import SseChunks
from gateway.outbound.tables import Verbs
from gateway.outbound.tasks import TaskDialect
from gateway.wire import chat
from gateway.wire.json import array, figure, obj, parse, string

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


def _create(request: ProviderRequest, given: Json) -> WireRequest:
    model, _, version = request.model.partition(":")
    body: Json = {"input": given} | ({"stream": True} if request.stream else {})
    if version:
        return post("/v1/predictions", {"version": version} | body)
    if model.startswith("deployments/"):
        return post(f"/v1/{quote(model)}/predictions", body)
    return post(f"/v1/models/{quote(model)}/predictions", body)


def _chat_request(request: ProviderRequest) -> WireRequest:
    body = request.body
    canonical_chat.refuse(body, LABEL, _LACKS)
    system, turns = canonical_messages.system_first(canonical_messages.messages_of(body), LABEL)
    images = [
        canonical_messages.image_url(part) for turn in turns for part in _parts(turn) if part["type"] == "image_url"
    ]
    if len(images) > 1:
        raise Unsupported(f"{LABEL} models take one image; send one", param="messages")
    made: Json = {
        "prompt": _prompt(turns),
        "system_prompt": system or None,
        "image": images[0] if images else None,
        "max_tokens": canonical_chat.max_tokens(body),
        "seed": canonical_chat.seed(body),
        "stop_sequences": _stops(body),
    }
    kept = {key: value for key, value in made.items() if value is not None}
    return _create(request, kept | canonical_chat.renamed(body, _RENAMED) | canonical_chat.extras(body))


def _parts(turn: Json) -> list[Json]:
    if canonical_messages.is_result(turn) or canonical_messages.calls_of(turn):
        raise Unsupported(f"{LABEL} takes no tool calls and results; leave them out", param="messages")
    return canonical_messages.parts_of(turn, LABEL, ["image_url"])


def _prompt(turns: list[Json]) -> str:
    texts = ["".join(part["text"] for part in _parts(turn) if part["type"] == "text") for turn in turns]
    if len(turns) == 1:
        return texts[0]
    lines = [f"{turn['role']}: {text}" for turn, text in zip(turns, texts, strict=True)]
    return "\n".join([*lines, "assistant:"])


def _stops(body: Json) -> str | None:
    stops = canonical_chat.stops(body)
    if stops and any("," in stop for stop in stops):
        raise Unsupported(f"{LABEL} separates stop sequences with commas; none may hold one", param="stop")
    return ",".join(stops) if stops else None


def _images_request(request: ProviderRequest) -> WireRequest:
    body = request.body
    size = canonical_images.pixels_of(request)
    many: Json = {"num_outputs": body["n"]} if canonical_images.count_of(request) > 1 else {}
    others = {key: value for key, value in body.items() if key not in canonical_images.IMAGE_KEYS and value is not None}
    return _create(request, {"prompt": canonical_images.prompt_of(request)} | size | many | others)


def _step(request: ProviderRequest, reply: WireResponse) -> Step:
    body = json_of(reply)
    id, status = string(body.get("id")), string(body.get("status"))
    if not id or not status:
        raise ProviderFault(verdicts.in_success(body, {}, reply))
    if status in _RUNNING:
        return _task(id, body)
    if status != "succeeded":
        raise ProviderFault(_failure(body, status))
    return _pictures(request, body) if request.operation == "images" else _completion(request, body)


def _task(id: str, body: Json) -> Task:
    path = f"/v1/predictions/{quote(id, safe='')}"
    stream = string(obj(body.get("urls")).get("stream"))
    return Task(
        id=id,
        call=WireRequest(path=path, method="GET"),
        wait=_POLL_SECONDS,
        stream=WireRequest(path=stream, method="GET", headers={"accept": "text/event-stream"}) if stream else None,
        cancel=WireRequest(path=f"{path}/cancel"),
    )


def _failure(body: Json, status: str) -> Fault:
    text = string(body.get("error")) or f"the prediction ended as {status}"
    filtered = any(word in text.lower() for word in _FILTER_WORDS)
    verdict = verdicts.FILTERED if filtered else verdicts.RETRY
    return verdicts.fault(text, verdict, status=200, headers={}, code=status)


def _completion(request: ProviderRequest, body: Json) -> CanonicalResponse:
    output = body.get("output")
    text = output if isinstance(output, str) else "".join(string(piece) for piece in array(output))
    choices = [chat.choice(chat.message(text), "stop")] if output is not None else []
    return completed(request, choices, _usage(body), id=chat_id(request, body.get("id")), model=body.get("model"))


def _usage(body: Json) -> Usage | None:
    metrics = obj(body.get("metrics"))
    prompt, completion = figure(metrics.get("input_token_count")), figure(metrics.get("output_token_count"))
    return Usage(prompt=prompt, completion=completion) if prompt or completion else None


def _pictures(request: ProviderRequest, body: Json) -> Fetch | CanonicalResponse:
    output = body.get("output")
    urls = [output] if isinstance(output, str) else [string(url) for url in array(output)]
    data = [_picture(url) for url in urls if url]
    if not data:
        raise ProviderFault(Fault(kind="retry", status=502, message="the prediction made no image"))
    return canonical_images.images(request, data)


def _picture(url: str) -> Json:
    return {"b64_json": url.partition(",")[2]} if url.startswith("data:") else {"url": url}


def _response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    """A prediction that was done within the first reply."""
    step = _step(request, reply)
    if isinstance(step, CanonicalResponse):
        return step
    raise ProviderFault(Fault(kind="retry", status=502, message=f"{LABEL} did not finish the prediction"))


class _Stream(SseChunks):
    """``output`` events are text as it is, ``error`` and ``done`` end it."""

    def __init__(self, request: ProviderRequest) -> None:
        super().__init__(request, _response)

    def raw(self, name: str, data: bytes) -> list[Json]:
        text = data.decode("utf-8", "replace")
        if name == "error":
            body = parse(data)
            return self.fail(verdicts.in_success(body if isinstance(body, dict) else {"detail": text}, {}))
        if name == "done":
            return self._done(parse(data))
        return self.emit({"content": text}) if name == "output" and text else []

    def _done(self, body: Any) -> list[Json]:
        """Ends it, for a reason or without; data that is no object was cut off in the middle."""
        reason = string(obj(body).get("reason"))
        if reason:
            return self.fail(_failure({}, reason))
        return self.emit({}, "stop") if isinstance(body, dict) else []


def _decoder(request: ProviderRequest) -> StreamDecoder:
    return _Stream(request)


def _fault(reply: WireResponse) -> Fault:
    return verdicts.judge(reply, {})


_VERBS: Mapping[Any, Verbs] = {
    "chat": Verbs(_chat_request, _response),
    "images": Verbs(_images_request, _response),
}
DIALECT = TaskDialect(name="replicate", label=LABEL, verbs=_VERBS, decoder=_decoder, fault=_fault, step=_step)
