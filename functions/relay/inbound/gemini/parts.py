"""The parts of Gemini's contents as canonical messages (https://ai.google.dev/api/caching#Part)."""

import json
import mimetypes
from typing import Any

from gateway.wire.json import obj, objs, string
from relay.inbound.protocol import Json

_SOUNDS = {"mpeg": "mp3", "x-wav": "wav", "wave": "wav"}
_VIDEO_SITES = ("https://www.youtube.com/", "https://youtu.be/")
_PLAIN = frozenset({"text", "thought", "thoughtSignature", "functionCall", "inlineData"})
_ORDER = ("thought", "text", "inlineData", "functionCall")


def get(body: Json, name: str) -> Any:
    """A field in either spelling."""
    return body[name] if name in body else body.get(snake(name))


def camel(name: str) -> str:
    """``max_output_tokens`` as ``maxOutputTokens``."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def snake(name: str) -> str:
    """``maxOutputTokens`` as ``max_output_tokens``."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


class CallIds:
    """Gemini may leave ids out and tells calls and results apart by name and order; OpenAI needs ids."""

    def __init__(self) -> None:
        self._made = 0
        self._waiting: dict[str, list[str]] = {}

    def of_call(self, call: Json) -> str:
        """The call's own id, or a new one that its result will get too."""
        self._made += 1
        id = string(call.get("id")) or f"call_{self._made}"
        self._waiting.setdefault(string(call.get("name")), []).append(id)
        return id

    def of_result(self, result: Json) -> str:
        """The result's own id, or that of the oldest call of its name that has no result yet."""
        waiting = self._waiting.get(string(result.get("name")), [])
        given = string(result.get("id"))
        if given in waiting:
            waiting.remove(given)
        return given or (waiting.pop(0) if waiting else f"call_{string(result.get('name'))}")


def assistant(parts: list[Json], ids: CallIds) -> Json:
    """A turn of the model's."""
    kinds = [_kind(part) for part in parts]
    texts = [string(part.get("text")) for part in parts if "text" in part and not part.get("thought")]
    thoughts = [string(part.get("text")) for part in parts if part.get("thought")]
    message: Json = {"role": "assistant", "content": "".join(texts) or None}
    if "".join(thoughts):
        message["reasoning_content"] = "".join(thoughts)
    if calls := [_call(part, ids) for part in parts if get(part, "functionCall")]:
        message["tool_calls"] = calls
    if pictures := [_picture(part) for part in parts if get(part, "inlineData")]:
        message["images"] = pictures
    for part, kind in zip(parts, kinds, strict=True):
        if kind in ("text", "thought"):
            message |= _signature(part)
    return message | ({"gemini_content": parts} if _loses(parts, kinds) else {})


def turns(parts: list[Json], ids: CallIds) -> list[Json]:
    """A turn of the user's: results become messages of their own, before what is said beside them."""
    results = [_result(part, ids) for part in parts if get(part, "functionResponse")]
    content = [part_of(part) for part in parts if not get(part, "functionResponse")]
    return results + ([{"role": "user", "content": content}] if content else [])


def part_of(part: Json) -> Json:
    """A part as a content part; what only Google can read keeps its keys, under its own name as type."""
    inline, file = obj(get(part, "inlineData")), obj(get(part, "fileData"))
    if inline or file:
        further = {camel(key): value for key, value in part.items() if camel(key) not in ("inlineData", "fileData")}
        return _media(inline, file) | further
    if "text" in part:
        return {"type": "text", "text": string(part["text"])}
    return {"type": next(iter(part), "nothing"), **part}


def _media(inline: Json, file: Json) -> Json:
    data, url = string(inline.get("data")), string(get(file, "fileUri"))
    kind = string(get(inline or file, "mimeType")) or mimetypes.guess_type(url.partition("?")[0])[0] or ""
    kind = kind or ("video/*" if url.startswith(_VIDEO_SITES) else "")
    family, _, form = kind.partition("/")
    if family == "audio" and inline:
        return {"type": "input_audio", "input_audio": {"data": data, "format": _SOUNDS.get(form, form)}}
    url = f"data:{kind};base64,{data}" if inline else url
    told = {"format": kind} if file and get(file, "mimeType") else {}
    if family in ("audio", "video", "image"):
        return {"type": f"{family}_url", f"{family}_url": {"url": url} | told}
    name = get(inline or file, "displayName")
    return {"type": "file", "file": {"file_data": url} | told | ({"filename": name} if name else {})}


def _result(part: Json, ids: CallIds) -> Json:
    result = obj(get(part, "functionResponse"))
    content: Any = json.dumps(result.get("response"), ensure_ascii=False)
    if media := [part_of(one) for one in objs(result.get("parts"))]:
        content = [{"type": "text", "text": content}, *media]
    return {"role": "tool", "tool_call_id": ids.of_result(result), "name": result.get("name"), "content": content}


def _call(part: Json, ids: CallIds) -> Json:
    call = obj(get(part, "functionCall"))
    arguments = json.dumps(call.get("args") or {}, ensure_ascii=False)
    function: Json = {"name": call.get("name"), "arguments": arguments}
    return {"id": ids.of_call(call), "type": "function", "function": function} | _signature(part)


def _picture(part: Json) -> Json:
    data = obj(get(part, "inlineData"))
    url = f"data:{get(data, 'mimeType')};base64,{string(data.get('data'))}"
    return {"type": "image_url", "image_url": {"url": url}} | _signature(part)


def _signature(part: Json) -> Json:
    """https://ai.google.dev/gemini-api/docs/openai#thinking"""
    signature = get(part, "thoughtSignature")
    return {"extra_content": {"google": {"thought_signature": signature}}} if signature else {}


def _kind(part: Json) -> str:
    """What a part is; nothing for what canonical messages have no place for."""
    if {camel(key) for key in part} - _PLAIN:
        return ""
    found = {"functionCall", "inlineData"} & {camel(key) for key in part}
    return found.pop() if found else "thought" if part.get("thought") else "text"


def _loses(parts: list[Json], kinds: list[str]) -> bool:
    """Whether the message cannot give the parts back: unknown ones, another order, a signature that finds no place.

    The place of a text's signature is the end of the last text of a message without calls.
    """
    places = [_ORDER.index(kind) for kind in kinds if kind]
    if "" in kinds or places != sorted(places):
        return True
    signed = [place for place, part in enumerate(parts) if get(part, "thoughtSignature")]
    fit = [place for place in signed if kinds[place] in ("functionCall", "inlineData")]
    if "functionCall" not in kinds and "inlineData" not in kinds and "text" in kinds:
        fit.append(len(kinds) - 1)
    return not set(signed) <= set(fit)
