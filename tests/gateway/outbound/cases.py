"""Drives a dialect with the canonical cases, with golden files, and with streams cut in every way.

A dialect's folder holds ``dialect.json`` (the model and channel config of its requests),
``requests.json`` (case -> what must go upstream, or the refusal), ``replies/*.json`` (a reply, streamed or not,
and what must come out of it). A case of the folder's own brings its ``request`` along with its ``call``.
"""

import itertools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from gateway.domain.usage import Usage
from gateway.outbound import registry
from gateway.outbound.protocol import Fault, Media, ProviderFault, ProviderRequest, Unsupported, WireResponse

HERE = Path(__file__).parent
CASES = tuple(sorted(path.stem for path in (HERE / "canonical").glob("*.json")))
Json = dict[str, Any]


@dataclass(frozen=True)
class Folder:
    """One dialect under test."""

    name: str
    path: Path
    dialect: Any
    model: str
    config: Json = field(default_factory=dict)

    def request(self, body: Json, **changes: Any) -> ProviderRequest:
        """An ask of this dialect's model; ``changes`` are fields of ``ProviderRequest``."""
        made: Json = {
            "operation": "chat",
            "body": {"model": "alias"} | body,
            "model": self.model,
            "requested_model": "alias",
            "stream": bool(body.get("stream")),
            "request_id": "req1",
            "created": 1700000000,
            "config": self.config,
        } | changes
        if "media" in made:
            made["media"] = {url: Media(type=type, data=data.encode()) for url, (type, data) in made["media"].items()}
        return ProviderRequest(**made)

    def read(self, name: str) -> Any:
        """A JSON file of the folder."""
        return json.loads((self.path / name).read_text("utf-8"))


def folders() -> dict[str, Folder]:
    """Every dialect that has a ``dialect.json``."""
    return {path.parent.name: _folder(path) for path in sorted(HERE.glob("*/dialect.json"))}


def _folder(path: Path) -> Folder:
    about = json.loads(path.read_text("utf-8"))
    spoken = registry.dialect(path.parent.name.replace("_", "-"))
    return Folder(path.parent.name, path.parent, spoken, about["model"], about.get("config", {}))


def canonical(case: str) -> Json:
    """The body of a canonical case."""
    return json.loads((HERE / "canonical" / f"{case}.json").read_text("utf-8"))


def asked(dialect: Any, request: ProviderRequest) -> Json:
    """What a dialect makes of an ask, as data: the call, or the refusal."""
    before = json.dumps(request.body)
    try:
        call = dialect.request(request)
    except Unsupported as refusal:
        return {"unsupported": refusal.message, "param": refusal.param}
    finally:
        assert json.dumps(request.body) == before, "a dialect must not change the canonical body"
    made: Json = {"method": call.method, "path": call.path}
    headers = {name: value for name, value in call.headers.items() if name != "content-type"}
    made |= {"headers": headers} if headers else {}
    frames = getattr(dialect, "frames", None)
    if frames:
        return made | {"frames": [json.loads(frame) for frame in frames(request)]}
    return made | ({"body": json.loads(call.body)} if call.body else {})


@dataclass
class Heard:
    """What a client would have understood from a stream."""

    text: str = ""
    reasoning: str = ""
    tool_calls: list[Json] = field(default_factory=list)
    finish_reason: str | None = None
    usage: Json | None = None
    fault: Json | None = None
    finished: bool = False
    extra: Json = field(default_factory=dict)


def pieces(data: bytes) -> dict[str, list[bytes]]:
    """A stream whole, byte by byte, and cut at each event boundary."""
    marks = sorted({0, len(data), *(found.end() for found in re.finditer(rb"\r?\n(\r?\n)?", data))})
    return {
        "whole": [data],
        "bytes": [data[at : at + 1] for at in range(len(data))],
        "events": [data[start:end] for start, end in itertools.pairwise(marks)],
    }


def listen(decoder: Any, parts: list[bytes]) -> Heard:
    """Feed a decoder and put together what it says. Checks the shape of every chunk on the way."""
    chunks = [chunk for part in parts for chunk in decoder.decode(part)]
    chunks += decoder.flush()
    heard = Heard()
    for chunk in chunks:
        _hear(heard, chunk)
    heard.usage = figures(decoder.usage)
    heard.fault = fault_json(decoder.fault)
    heard.finished = decoder.finished
    return heard


def _hear(heard: Heard, chunk: Json) -> None:
    assert chunk["object"] == "chat.completion.chunk"
    assert isinstance(chunk["id"], str)
    assert chunk["id"]
    assert isinstance(chunk["created"], int)
    for choice in chunk["choices"]:
        delta = choice["delta"]
        assert delta.get("role", "assistant") == "assistant"
        heard.text += delta.get("content") or ""
        heard.reasoning += delta.get("reasoning_content") or ""
        for call in delta.get("tool_calls") or []:
            _hear_call(heard, call)
        for key in delta.keys() - {"role", "content", "reasoning_content", "tool_calls"}:
            _join(heard.extra, key, delta[key])
        if choice["finish_reason"]:
            assert heard.finish_reason is None, "a stream ends once"
            heard.finish_reason = choice["finish_reason"]


def _join(extra: Json, key: str, value: Any) -> None:
    known = extra.get(key)
    extra[key] = known + value if isinstance(value, str | list) and isinstance(known, type(value)) else value


def _hear_call(heard: Heard, call: Json) -> None:
    index = call["index"]
    if index == len(heard.tool_calls):
        assert call["id"], "the first piece of a call has its id"
        assert call["function"]["name"], "the first piece of a call has its name"
        heard.tool_calls.append({"id": call["id"], "name": call["function"]["name"], "arguments": ""})
    heard.tool_calls[index]["arguments"] += call["function"].get("arguments") or ""


def figures(usage: Usage | None) -> Json | None:
    """Usage without its zeros."""
    if usage is None:
        return None
    defaults = asdict(Usage())
    return {name: value for name, value in asdict(usage).items() if value != defaults[name]}


def fault_json(fault: Fault | None) -> Json | None:
    """A fault without what was not said."""
    if fault is None:
        return None
    kept = {name: value for name, value in asdict(fault).items() if value is not None}
    return kept if kept.pop("type") == "upstream_error" else kept | {"type": fault.type}


def answered(dialect: Any, request: ProviderRequest, reply: WireResponse) -> Json:
    """What a dialect makes of a whole reply, as data: body and usage, or the fault."""
    if reply.status >= 300:
        return {"fault": fault_json(dialect.error(reply))}
    try:
        answer = dialect.response(request, reply)
    except ProviderFault as caught:
        return {"fault": fault_json(caught.fault)}
    return {"body": answer.body, "usage": figures(answer.usage)}


def replies() -> Iterator[tuple[Folder, str]]:
    """Every reply file of every folder."""
    for folder in folders().values():
        for path in sorted((folder.path / "replies").glob("*.json")):
            yield folder, path.stem


def body_bytes(body: Any) -> bytes:
    """A reply's body: text as it is, everything else as JSON."""
    return body.encode() if isinstance(body, str) else json.dumps(body, ensure_ascii=False).encode()


def listen_all(make: Callable[[], Any], data: bytes) -> Heard:
    """Feed the same bytes in every cut to fresh decoders; they must all hear the same."""
    heard = {cut: listen(make(), parts) for cut, parts in pieces(data).items()}
    for cut, one in heard.items():
        assert one == heard["whole"], f"cut into {cut}, the stream is heard differently"
    return heard["whole"]
