"""Canonical messages as Gemini contents. https://ai.google.dev/api/caching#Content

Web addresses are fetched before (``media_urls``); ``gs://``, YouTube and Gemini's own file addresses are passed on.
A thought signature rides where Google's own OpenAI endpoint puts it, in ``extra_content.google.thought_signature``
of a tool call, an image or the message (https://ai.google.dev/gemini-api/docs/thought-signatures).
``format`` beside an address is its media type, as in LiteLLM; ``videoMetadata`` and ``mediaResolution`` of a part stay.
``gemini_content`` of an assistant's message is a whole reply kept because its parts (code execution ...) have no
place in OpenAI's shape.
"""

import mimetypes
from typing import Any

from gateway.outbound.canonical.media import Source, bytes_of, source_of, sources
from gateway.outbound.canonical.messages import BEGIN, is_result, messages_of, parts_of, result_name, tool_names
from gateway.outbound.canonical.tools import inputs_of
from gateway.outbound.gemini.models import version
from gateway.outbound.protocol import Json, ProviderRequest, Unsupported
from gateway.patterns import pattern
from gateway.wire.json import json_text, obj, objs, parse, string

LABEL = "Gemini"
RAW = "gemini_content"
_TAKES = ("image_url", "input_image", "input_audio", "audio_url", "video_url", "file", "input_file")
_PASSED_ON = ("gs://", "https://generativelanguage.googleapis.com/", "https://www.youtube.com/", "https://youtu.be/")
# Google's word for a call whose signature is lost, e.g. because another model made it.
_NO_SIGNATURE = "skip_thought_signature_validator"
_FIRST_SIGNED = (3, 0)
# Beginnings of others' ids. Gemini gets back only ids that can be its own: before 3 hardly any model gives one.
_FOREIGN = ("call_", "toolu_", "tooluse_", "srvtoolu_", "chatcmpl-", "functions.", "fc_")
_GOOGLES = pattern(r"[a-z0-9]{8}|function-call-\d+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WORD = pattern(r"[a-zA-Z0-9_-]{1,64}")
_BEGINNING: Json = {"role": "user", "parts": [{"text": BEGIN}]}


def contents(request: ProviderRequest) -> tuple[list[Json], list[Json]]:
    """System parts and contents; consecutive turns of one role are one. Raises ``Unsupported``."""
    system: list[Json] = []
    out: list[Json] = []
    listed = messages_of(request.body)
    names = tool_names(listed)
    for message in listed:
        if message["role"] == "system":
            system += parts(request, message)
        elif is_result(message):
            _append(out, "user", [_response(request, message, names)], "functionResponse")
        elif message["role"] == "assistant":
            _append(out, "model", objs(message.get(RAW)) or _assistant(request, message), "")
        else:
            _append(out, "user", parts(request, message), "")
    return system, out if not out or not _begins_with_call(out[0]) else [_BEGINNING, *out]


def _begins_with_call(content: Json) -> bool:
    """Whether the model calls a function before anybody spoke, which Gemini refuses: a call's turn follows another."""
    return content["role"] == "model" and any("functionCall" in part for part in content["parts"])


def _append(out: list[Json], role: str, found: list[Json], kind: str) -> None:
    """Function responses stand alone: Gemini counts them against the calls of the turn before."""
    same = bool(out) and out[-1]["role"] == role and ("functionResponse" in out[-1]["parts"][-1]) == bool(kind)
    if found and same:
        out[-1]["parts"] += found
    elif found:
        out.append({"role": role, "parts": found})


def _assistant(request: ProviderRequest, message: Json) -> list[Json]:
    found = parts(request, message) + [_image(request, image) for image in objs(message.get("images"))]
    calls = [
        _call(request, call, arguments, raw)
        for (call, arguments), raw in zip(inputs_of(message), objs(message.get("tool_calls")), strict=True)
    ]
    if calls and version(request.model) >= _FIRST_SIGNED and "thoughtSignature" not in calls[0]:
        calls[0]["thoughtSignature"] = _NO_SIGNATURE
    signature = signature_of(message)
    if signature and not calls:
        found = [*found[:-1], found[-1] | signature] if found else [{"text": ""} | signature]
    return found + calls


def _id(request: ProviderRequest, id: str) -> Json:
    """A call's id where the model can have given it; calls and results are matched by name and order otherwise."""
    on_vertex = "vertex_ai_project_id" in request.config  # which knows no ids before 3, where the Gemini API takes any
    if version(request.model) >= _FIRST_SIGNED or not on_vertex:
        return {"id": id} if _WORD.fullmatch(id) and not id.startswith(_FOREIGN) else {}
    return {"id": id} if _GOOGLES.fullmatch(id) else {}


def _call(request: ProviderRequest, call: Json, arguments: Json, raw: Json) -> Json:
    return {"functionCall": {**_id(request, call["id"]), "name": call["name"], "args": arguments}, **signature_of(raw)}


def signature_of(carrier: Json) -> Json:
    """The thought signature of a message, tool call or image, as a key of its part."""
    found = obj(obj(carrier.get("extra_content")).get("google")).get("thought_signature")
    return {"thoughtSignature": found} if isinstance(found, str) and found else {}


def _image(request: ProviderRequest, image: Json) -> Json:
    source = source_of({"type": "image_url"} | image)
    return _media(request, source) | signature_of(image) if source else {}


def _response(request: ProviderRequest, message: Json, names: dict[str, str]) -> Json:
    id, name = string(message.get("tool_call_id")), result_name(message, names)
    if not name:
        raise Unsupported(f"no tool call has the id {id!r} that a tool message answers", param="messages.tool_call_id")
    texts, media = _split(request, message)
    response: Json = {**_id(request, id), "name": name, "response": _object("".join(texts), message)}
    if media and version(request.model) < _FIRST_SIGNED:
        raise Unsupported(f"{LABEL} models before 3 take only text as a tool's result", param="messages")
    return {"functionResponse": response | ({"parts": media} if media else {})}


def _split(request: ProviderRequest, message: Json) -> tuple[list[str], list[Json]]:
    found = parts(request, message)
    return [part["text"] for part in found if "text" in part], [part for part in found if "text" not in part]


def _object(text: str, message: Json) -> Json:
    """Gemini wants an object: the result itself if it is one, else wrapped."""
    value = parse(text) if text.lstrip().startswith("{") else None
    if isinstance(value, dict):
        return obj(value)
    return {"error" if message.get("is_error") is True else "output": text}


def parts(request: ProviderRequest, message: Json) -> list[Json]:
    """The content of a message as Gemini parts, without empty texts."""
    found = parts_of(message, LABEL, _TAKES)
    return [_part(request, part) for part in found if part["type"] != "text" or part["text"]]


def _part(request: ProviderRequest, part: Json) -> Json:
    source = source_of(part)
    return {"text": part["text"]} if source is None else _media(request, source) | _further(part)


def _further(part: Json) -> Json:
    """Gemini's own words about a piece of media."""
    return {name: part[name] for name in ("videoMetadata", "mediaResolution") if name in part}


def _media(request: ProviderRequest, source: Source) -> Json:
    if source.file_id or passed_on(source):
        uri = source.url or source.file_id
        return {"fileData": {"fileUri": uri, **_typed(uri, source)}}
    media_type, data = bytes_of(request, source)
    return {"inlineData": {"mimeType": media_type, "data": data}}


def _typed(uri: str, source: Source) -> Json:
    kind = source.type or mimetypes.guess_type(source.name or uri.partition("?")[0])[0]
    return {"mimeType": kind} if kind else {}


def passed_on(source: Source) -> bool:
    """Whether Google reads this address itself."""
    return source.url.startswith(_PASSED_ON)


def media_urls(request: ProviderRequest) -> list[str]:
    """http(s) URLs whose bytes have to be inlined."""
    found = [source.url for source in sources(request.body) if source.remote and not passed_on(source)]
    return list(dict.fromkeys(found))


def arguments_of(args: Any) -> str:
    """A call's arguments as JSON text."""
    return json_text({} if args is None else args)
