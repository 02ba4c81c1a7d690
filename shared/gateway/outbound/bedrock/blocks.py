"""Canonical messages as Converse content blocks.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html
Bytes travel as base64; web addresses are fetched before (``media_urls``), ``s3://`` ones are passed on.
A ``cache_control`` becomes a cache point after its block. ``bedrock_content`` of an assistant's message is a
whole reply kept because its blocks have no place in OpenAI's shape.
"""

import base64
import binascii
import re
from functools import partial
from typing import Any

from gateway.outbound.anthropic.thinking import thoughts_of
from gateway.outbound.canonical import messages as canonical_messages
from gateway.outbound.canonical.histories import blank, is_blank
from gateway.outbound.canonical.media import Source, bytes_of, source_of
from gateway.outbound.canonical.messages import BEGIN, is_result, messages_of, parts_of
from gateway.outbound.canonical.tools import inputs_of
from gateway.outbound.protocol import Json, ProviderRequest, Unsupported
from gateway.wire.json import json_text, obj, objs, string

LABEL = "Amazon Bedrock"
_NO_RESULT = {"text": "(no output)"}  # a result needs content, and more of it than white space
# "A conversation must start with a user message": of all of Claude's doors only Converse says so.
_BEGINNING: Json = {"role": "user", "content": [{"text": BEGIN}]}
RAW = "bedrock_content"
_TAKES = ("image_url", "input_image", "input_audio", "audio_url", "video_url", "file", "input_file", "guard_content")

FORMATS = {
    "image/png": "png",
    "image/jpeg": "jpeg",
    "image/jpg": "jpeg",
    "image/gif": "gif",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/x-matroska": "mkv",
    "video/webm": "webm",
    "video/mpeg": "mpeg",
    "video/3gpp": "three_gp",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/mp3": "mp3",
    "audio/mpeg": "mp3",
    "audio/flac": "flac",
    "audio/ogg": "ogg",
    "audio/aac": "aac",
    "audio/webm": "webm",
    "application/pdf": "pdf",
    "text/csv": "csv",
    "text/html": "html",
    "text/plain": "txt",
    "text/markdown": "md",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}
_S3_FORMATS = frozenset(FORMATS.values())


def turns(request: ProviderRequest) -> tuple[list[Json], list[Json]]:
    """System blocks and turns; results of one assistant turn share one user turn. Raises ``Unsupported``."""
    listed = messages_of(request.body)
    system, found = canonical_messages.turns(listed, partial(blocks, request), partial(_content, request))
    begins = not found or found[0]["role"] == "user"
    return system, found if begins else [_BEGINNING, *found]


def _content(request: ProviderRequest, message: Json) -> list[Json]:
    if is_result(message):
        return [{"toolResult": _result(request, message)}, *_cache_point(_marked(message))]
    if message["role"] == "assistant":
        return objs(message.get(RAW)) or _assistant(request, message)
    said = blocks(request, message)
    return [*said, *_cache_point(message)] if said else []


def _assistant(request: ProviderRequest, message: Json) -> list[Json]:
    thinking: list[Json] = [
        {"reasoningContent": {"redactedContent": base64.b64encode(thought.redacted.encode()).decode()}}
        if thought.redacted
        else {"reasoningContent": {"reasoningText": {"text": thought.text, "signature": thought.signature}}}
        for thought in thoughts_of(message)
    ]
    calls: list[Json] = [
        {"toolUse": {"toolUseId": call["id"], "name": call["name"], "input": arguments}}
        for call, arguments in inputs_of(message)
    ]
    said = [*thinking, *blocks(request, message), *calls]
    return [*said, *_cache_point(message)] if said else []


def _result(request: ProviderRequest, message: Json) -> Json:
    content = message.get("content")
    said: list[Json] = [] if blank(content) else [{"text": content}]
    found = said if isinstance(content, str) else blocks(request, message)
    told = [block for block in found if "cachePoint" not in block]  # a result may not hold one
    result: Json = {"toolUseId": string(message.get("tool_call_id")), "content": told or [_NO_RESULT]}
    return result | ({"status": "error"} if message.get("is_error") is True else {})


def _marked(result: Json) -> Json:
    """What bears the mark of a result: itself, or the last part of it that does."""
    parts = [part for part in objs(result.get("content")) if part.get("cache_control")]
    return result if result.get("cache_control") or not parts else parts[-1]


def _cache_point(part: Json) -> list[Json]:
    mark = obj(part.get("cache_control"))
    if not mark:
        return []
    ttl = {"ttl": mark["ttl"]} if mark.get("ttl") else {}
    return [{"cachePoint": {"type": "default", **ttl}}]


def blocks(request: ProviderRequest, message: Json) -> list[Json]:
    """The content of a message as blocks, without texts of nothing or white space, which Bedrock refuses."""
    out: list[Json] = []
    for part in parts_of(message, LABEL, _TAKES):
        if not is_blank(part):
            out += [_block(request, part), *_cache_point(part)]
    return out


def _block(request: ProviderRequest, part: Json) -> Json:
    if part["type"] == "text":
        return {"text": part["text"]}
    if part["type"] == "guard_content":
        return {"guardContent": part.get("guard_content") or {"text": {"text": string(part.get("text"))}}}
    source = source_of(part)
    if source is None or source.file_id:
        raise Unsupported(f"{LABEL} cannot read files by id; send file_data", param="messages")
    return _media(request, source)


def _media(request: ProviderRequest, source: Source) -> Json:
    if source.url.startswith("s3://"):
        form, place = source.url.rpartition(".")[2].lower(), {"s3Location": {"uri": source.url}}
        form = {"jpg": "jpeg"}.get(form, form)
    else:
        media_type, data = bytes_of(request, source)
        form, place = FORMATS.get(media_type, media_type), {"bytes": data}
    if form not in _S3_FORMATS:
        raise Unsupported(f"{LABEL} does not take {source.kind}s of type {form!r}", param="messages")
    if source.kind == "file":
        return {"document": {"format": form, "name": _document_name(source.name), "source": place}}
    return {source.kind: {"format": form, "source": place}}


def _document_name(name: str) -> str:
    """Letters, digits, single spaces, hyphens, parentheses and brackets are all that is allowed."""
    kept = re.sub(r"[^A-Za-z0-9()\[\]-]+", " ", name.rpartition(".")[0] or name).strip()
    return kept or "document"


def redacted_of(content: Any) -> str:
    """The data of a redacted thought, which Bedrock encodes once more."""
    try:
        return base64.b64decode(string(content), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def arguments_of(value: Any) -> str:
    """A tool's input as JSON text."""
    return json_text({} if value is None else value)
