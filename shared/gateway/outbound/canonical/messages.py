"""Reading canonical messages: parts, images, tool calls. One place knows how odd they can be.

Content is a string, a list of parts, or null. A part the provider cannot take is refused by name, never
skipped. Shapes: https://platform.openai.com/docs/api-reference/chat/create
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast
from urllib.parse import unquote_to_bytes

from gateway.outbound.protocol import Json, Media, ProviderRequest, Unsupported
from gateway.wire.chat import UNREADABLE
from gateway.wire.json import array, obj, objs, parse, string

# What the user says before a conversation that the assistant begins, where a provider wants to hear the user first.
BEGIN = "Begin."
_ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
_TEXT = frozenset({"text", "input_text", "output_text"})
_MEDIA_TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg", "jpg": "image/jpeg"}


def messages_of(body: Json) -> list[Json]:
    """The messages of a chat request, roles in lower case, ``developer`` read as ``system``. Raises ``Unsupported``."""
    raw = body.get("messages")
    if not isinstance(raw, list) or not raw:
        raise Unsupported("messages must be a list with at least one message", param="messages")
    found: list[Json] = []
    for index, item in enumerate(cast(list[Any], raw)):
        if not isinstance(item, dict) or not isinstance(cast(Json, item).get("role"), str):
            raise Unsupported(f"messages[{index}] must be an object with a role", param=f"messages[{index}]")
        message = cast(Json, item)
        role = str(message["role"]).lower()
        if role not in _ROLES:
            raise Unsupported(
                f"messages[{index}] has the role {role!r}; use system, developer, user, assistant or tool",
                param=f"messages[{index}].role",
            )
        found.append(message | {"role": "system" if role == "developer" else role})
    return found


def parts_of(message: Json, provider: str, takes: Iterable[str] = ()) -> list[Json]:
    """The content as parts with ``type``: text always, others only if listed in ``takes``.

    Text parts come out as ``{"type": "text", "text": ...}`` with their other keys kept; a refusal counts as
    text. Raises ``Unsupported`` for anything else.
    """
    content = message.get("content")
    if content is None:
        refusal = string(message.get("refusal"))
        return [{"type": "text", "text": refusal}] if refusal else []
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    if not isinstance(content, list):
        raise Unsupported("content must be a string, a list of parts or null", param="messages.content")
    return [_part(part, provider, frozenset(takes)) for part in cast(list[Any], content)]


def _part(raw: Any, provider: str, takes: frozenset[str]) -> Json:
    if isinstance(raw, str):
        return {"type": "text", "text": raw}
    part = obj(raw)
    kind = string(part.get("type")) or ("text" if "text" in part else "")
    if kind in _TEXT:
        return part | {"type": "text", "text": string(part.get("text"))}
    if kind == "refusal":
        return {"type": "text", "text": string(part.get("refusal"))}
    if kind in takes:
        return part | {"type": kind}
    raise Unsupported(f"{provider} does not take content parts of type {kind!r}; send text instead", param="messages")


def text_only(message: Json, provider: str) -> str:
    """All text of a message; raises ``Unsupported`` if there is anything but text."""
    return "".join(part["text"] for part in parts_of(message, provider))


def image_url(part: Json) -> str:
    """The URL (http or data) of an ``image_url`` part; raises ``Unsupported`` without one."""
    value = part.get("image_url")
    url = string(value) or string(obj(value).get("url"))
    if not url:
        raise Unsupported("an image_url part needs image_url.url", param="messages.content.image_url")
    return url


def image_urls(body: Json) -> list[str]:
    """http(s) URLs of all images in a chat request, each once, in order."""
    urls = [string(obj(part.get("image_url")).get("url") or part.get("image_url")) for part in _all_parts(body)]
    return list(dict.fromkeys(url for url in urls if is_http(url)))


def _all_parts(body: Json) -> Iterator[Json]:
    for message in objs(body.get("messages")):
        for part in array(message.get("content")):
            if isinstance(part, dict) and cast(Json, part).get("type") == "image_url":
                yield cast(Json, part)


def is_http(url: str) -> bool:
    """Whether it is a web address (and not inline data)."""
    return url.lower().startswith(("http://", "https://"))


def inline(url: str, media: Mapping[str, Media]) -> Media:
    """The bytes behind a data URL, or of a web URL already fetched. Raises ``Unsupported``."""
    if url in media:
        return media[url]
    if url.startswith("data:"):
        return _decode_data_url(url)
    raise Unsupported(f"the image at {url[:100]!r} could not be read; send it as a data: URL", param="messages")


def _decode_data_url(url: str) -> Media:
    head, comma, data = url[5:].partition(",")
    kind, _, flags = head.partition(";")
    try:
        raw = base64.b64decode(data, validate=False) if "base64" in flags else unquote_to_bytes(data)
    except (binascii.Error, ValueError) as error:
        raise Unsupported("an image's data: URL holds invalid base64", param="messages") from error
    if not comma or not raw:
        raise Unsupported("an image's data: URL holds no data", param="messages")
    return Media(type=kind or "image/png", data=raw)


def base64_of(url: str, request: ProviderRequest) -> str:
    """The bytes behind an image URL as plain base64, without prefix."""
    return base64.b64encode(inline(url, request.media).data).decode("ascii")


def audio_data_url(part: Json) -> str:
    """An ``input_audio`` part as a data URL; raises ``Unsupported`` without data."""
    audio = obj(part.get("input_audio"))
    data, form = string(audio.get("data")), string(audio.get("format")) or "wav"
    if not data:
        raise Unsupported("an input_audio part needs input_audio.data", param="messages.content.input_audio")
    if data.startswith(("data:", "http://", "https://")):
        return data
    return f"data:{_MEDIA_TYPES.get(form, f'audio/{form}')};base64,{data}"


def calls_of(message: Json) -> list[Json]:
    """Tool calls of an assistant's message as ``{"id", "name", "arguments"}``, arguments JSON text.

    The retired ``function_call`` counts as one call without id.
    """
    calls = [_call(call) for call in objs(message.get("tool_calls"))]
    if not calls and isinstance(message.get("function_call"), dict):
        calls.append(_named(obj(message["function_call"])))
    return calls


def _call(call: Json) -> Json:
    if call.get("type") == "custom":
        raise Unsupported("custom tool calls are not supported here; use functions", param="messages.tool_calls")
    return _named(obj(call.get("function"))) | {"id": string(call.get("id"))}


def _named(function: Json) -> Json:
    arguments = function.get("arguments")
    text = arguments if isinstance(arguments, str) else json.dumps(arguments or {}, ensure_ascii=False)
    return {"id": "", "name": string(function.get("name")), "arguments": text or "{}"}


def arguments_object(call: Json) -> Json:
    """The arguments of a call as an object, for providers that want no text.

    Models write broken ones, and agents send them back with the error that they led to: a history is not to end there.
    """
    text = string(call.get("arguments"))
    value = parse(text)
    if isinstance(value, dict):
        return cast(Json, value)
    return {} if text.strip() in ("", "null") else {UNREADABLE: text}


def tool_names(messages: list[Json]) -> dict[str, str]:
    """Names of the called functions by call id, for providers whose tool results carry the name."""
    return {call["id"]: call["name"] for message in messages for call in calls_of(message) if call["id"]}


def result_name(message: Json, names: Mapping[str, str]) -> str:
    """The function a tool result answers: its own ``name``, or that of the call with its id."""
    return string(message.get("name")) or names.get(string(message.get("tool_call_id")), "")


def is_result(message: Json) -> bool:
    """Whether a message is a tool's result (``function`` is its retired name)."""
    return message["role"] in ("tool", "function")


def system_first(messages: list[Json], provider: str) -> tuple[str, list[Json]]:
    """All system texts joined by blank lines, and the other messages: for providers with one place for it."""
    texts = [text_only(message, provider) for message in messages if message["role"] == "system"]
    return "\n\n".join(text for text in texts if text), [item for item in messages if item["role"] != "system"]


def turns(
    messages: list[Json], blocks: Callable[[Json], list[Json]], content: Callable[[Json], list[Json]]
) -> tuple[list[Json], list[Json]]:
    """System blocks and turns, as Claude's APIs have them: whatever one side says in a row is one turn."""
    system: list[Json] = []
    out: list[Json] = []
    for message in messages:
        if message["role"] == "system":
            system += blocks(message)
            continue
        role, said = "assistant" if message["role"] == "assistant" else "user", content(message)
        if said and out and out[-1]["role"] == role:
            out[-1]["content"] += said
        elif said:
            out.append({"role": role, "content": said})
    return system, _unpadded(out)


def _unpadded(out: list[Json]) -> list[Json]:
    """What the model is to go on with must not end in white space: Claude refuses that."""
    if not out or out[-1]["role"] != "assistant" or not isinstance(text := out[-1]["content"][-1].get("text"), str):
        return out
    *before, last = out[-1]["content"]
    return [*out[:-1], {**out[-1], "content": [*before, {**last, "text": text.rstrip()}]}]


def alternating(messages: list[Json]) -> list[Json]:
    """Neighbouring messages of one speaker made one, for providers that insist on turns.

    Text is joined by a blank line. Messages with tool calls and tool results are left as they are.
    """
    made: list[Json] = []
    for message in messages:
        if made and _continues(made[-1], message):
            made[-1] = made[-1] | {"content": _joined(made[-1].get("content"), message.get("content"))}
        else:
            made.append(message)
    return made


def _continues(before: Json, message: Json) -> bool:
    same = before["role"] == message["role"] and message["role"] in ("user", "assistant")
    return same and not calls_of(before) and not calls_of(message)


def _joined(first: Any, second: Any) -> Any:
    if isinstance(first, str) and isinstance(second, str):
        return f"{first}\n\n{second}"
    return [*_as_parts(first), {"type": "text", "text": "\n\n"}, *_as_parts(second)]


def _as_parts(value: Any) -> list[Any]:
    return [{"type": "text", "text": value}] if isinstance(value, str) else array(value)


def transcript(messages: list[Json], provider: str) -> str:
    """A conversation as one text, for providers that take a single one: alone it is the text, else lines by role."""
    if len(messages) == 1:
        return text_only(messages[0], provider)
    return "\n".join(f"{message['role']}: {text_only(message, provider)}" for message in messages)
