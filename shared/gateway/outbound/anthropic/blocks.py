"""Canonical messages as turns of Anthropic content blocks.

All results of one assistant turn go into one user turn, results first; consecutive turns of one role are one.
Texts of nothing or white space are left out, the API refuses them. A content part of a type OpenAI does
not have is taken to be one of Anthropic's (``document``, ``search_result`` ...) and passed on as it is, and so is
``anthropic_content`` of an assistant's message: a whole reply kept because its blocks (server tools,
citations, interleaved thinking) have no place in OpenAI's shape.
https://docs.claude.com/en/api/messages
"""

import base64
from functools import partial

from gateway.outbound.anthropic.thinking import thoughts_of
from gateway.outbound.canonical import messages as canonical_messages
from gateway.outbound.canonical.histories import blank, is_blank
from gateway.outbound.canonical.media import Source, bytes_of, inline, source_of
from gateway.outbound.canonical.messages import is_result, messages_of, parts_of
from gateway.outbound.canonical.tools import inputs_of
from gateway.outbound.protocol import Json, ProviderRequest, Unsupported
from gateway.wire.json import objs, string

LABEL = "Anthropic"
RAW = "anthropic_content"
FOREIGN = frozenset({"input_audio", "audio_url", "video_url"})
IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})


def turns(request: ProviderRequest) -> tuple[list[Json], list[Json]]:
    """System blocks and turns; raises ``Unsupported``. Media that was fetched goes in as bytes."""
    return canonical_messages.turns(messages_of(request.body), partial(blocks, request), partial(_content, request))


def _content(request: ProviderRequest, message: Json) -> list[Json]:
    if is_result(message):
        return [_result(request, message)]
    if message["role"] == "assistant":
        return objs(message.get(RAW)) or _assistant(request, message)
    return _cached(message, blocks(request, message))


def _assistant(request: ProviderRequest, message: Json) -> list[Json]:
    thinking: list[Json] = [
        {"type": "redacted_thinking", "data": thought.redacted}
        if thought.redacted
        else {"type": "thinking", "thinking": thought.text, "signature": thought.signature}
        for thought in thoughts_of(message)
    ]
    calls = [
        {"type": "tool_use", "id": call["id"], "name": call["name"], "input": arguments}
        for call, arguments in inputs_of(message)
    ]
    return thinking + _cached(message, blocks(request, message)) + calls


def _result(request: ProviderRequest, message: Json) -> Json:
    block: Json = {"type": "tool_result", "tool_use_id": string(message.get("tool_call_id"))}
    content = message.get("content")
    if isinstance(content, str):
        block["content"] = "" if blank(content) else content
    elif found := blocks(request, message):
        block["content"] = found
    if isinstance(message.get("is_error"), bool):
        block["is_error"] = message["is_error"]
    return _cached(message, [block])[0]


def _cached(message: Json, found: list[Json]) -> list[Json]:
    """A ``cache_control`` on the message marks its last block."""
    mark = message.get("cache_control")
    return [*found[:-1], found[-1] | {"cache_control": mark}] if mark and found else found


def blocks(request: ProviderRequest, message: Json) -> list[Json]:
    """The content of a message as blocks, without texts that say nothing."""
    present = {string(part.get("type")) for part in objs(message.get("content"))}
    found = [_block(request, part) for part in parts_of(message, LABEL, present - FOREIGN)]
    return [block for block in found if not is_blank(block)]


def _block(request: ProviderRequest, part: Json) -> Json:
    source = source_of(part)
    if source is None:
        return part
    extra = {key: value for key, value in part.items() if key in ("cache_control", "citations", "title", "context")}
    return (_image(request, source) if source.kind == "image" else _document(request, source)) | extra


def _image(request: ProviderRequest, source: Source) -> Json:
    found = _bytes(request, source)
    if found is None:
        if not source.remote:
            raise Unsupported(f"{LABEL} takes images as data or http(s) URLs, not {source.url!r:.80}", param="messages")
        return {"type": "image", "source": {"type": "url", "url": source.url}}
    media_type, data = found
    if media_type == "image/jpg":
        media_type = "image/jpeg"
    if media_type not in IMAGE_TYPES:
        raise Unsupported(f"{LABEL} takes JPEG, PNG, GIF and WebP images, not {media_type!r}", param="messages")
    return {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}}


def _bytes(request: ProviderRequest, source: Source) -> tuple[str, str] | None:
    here = source.url in request.media or inline(source.url) is not None
    return bytes_of(request, source) if here else None


def _document(request: ProviderRequest, source: Source) -> Json:
    block: Json = {"type": "document", "source": _document_source(request, source)}
    return block | ({"title": source.name} if source.name else {})


def _document_source(request: ProviderRequest, source: Source) -> Json:
    if not source.url:
        return {"type": "file", "file_id": source.file_id}
    found = _bytes(request, source)
    if found is None:
        return {"type": "url", "url": source.url}
    media_type, data = found
    if media_type == "application/pdf":
        return {"type": "base64", "media_type": media_type, "data": data}
    if media_type.startswith("text/"):
        return {"type": "text", "media_type": "text/plain", "data": _text(data)}
    raise Unsupported(f"{LABEL} takes PDF and text files, not {media_type!r}", param="messages")


def _text(data: str) -> str:
    return base64.b64decode(data).decode("utf-8", "replace")
