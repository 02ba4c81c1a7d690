"""Images, sounds, videos and files in a message, whatever form they came in.

A source's ``url`` is a data URL, an http(s) URL or a provider's own address (``gs://...``).
"""

import base64
import binascii
import mimetypes
from typing import Literal
from urllib.parse import unquote_to_bytes

from gateway.outbound.protocol import Json, ProviderRequest, Unsupported
from gateway.records import dataclass
from gateway.wire.json import obj, objs, string

Kind = Literal["image", "audio", "video", "file"]

_KEYS: dict[str, tuple[Kind, str]] = {
    "image_url": ("image", "image_url"),
    "input_image": ("image", "image_url"),
    "video_url": ("video", "video_url"),
    "audio_url": ("audio", "audio_url"),
}
# How pictures begin, in base64.
_STARTS = {"iVBORw0KGgo": "image/png", "/9j/": "image/jpeg", "R0lGOD": "image/gif"}
_AUDIO = {"wav": "audio/wav", "mp3": "audio/mp3", "flac": "audio/flac", "ogg": "audio/ogg", "aac": "audio/aac"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One piece of media. ``file_id`` is a file the provider already holds, ``type`` the media type if it was told."""

    kind: Kind
    url: str = ""
    file_id: str = ""
    name: str = ""
    type: str = ""

    @property
    def remote(self) -> bool:
        """Whether the bytes are somewhere on the web."""
        return self.url.startswith(("http://", "https://"))


def source_of(part: Json) -> Source | None:
    """The media in a content part, or ``None`` for a part of another kind."""
    kind = string(part.get("type"))
    if kind in _KEYS:
        return _by_url(part, *_KEYS[kind])
    if kind == "input_audio":
        return _audio(obj(part.get("input_audio")))
    if kind in ("file", "input_file"):
        return _file(obj(part.get("file")) or part)
    return None


def _by_url(part: Json, kind: Kind, key: str) -> Source:
    raw = part.get(key)
    url = string(raw) or string(obj(raw).get("url"))
    if not url:
        raise Unsupported(f"a part of type {key} needs a url", param=f"messages.{key}.url")
    return Source(kind=kind, url=url, type=string(obj(raw).get("format")))


def _audio(audio: Json) -> Source:
    data, form = string(audio.get("data")), string(audio.get("format")) or "wav"
    if not data:
        raise Unsupported("input_audio needs data and format", param="messages.input_audio.data")
    return Source(kind="audio", url=f"data:{_AUDIO.get(form, f'audio/{form}')};base64,{data}")


def _file(file: Json) -> Source:
    data, name = string(file.get("file_data") or file.get("file_url")), string(file.get("filename"))
    if data and "://" not in data[:12] and not data.startswith("data:"):
        data = f"data:{mimetypes.guess_type(name)[0] or 'application/pdf'};base64,{data}"
    found = Source(
        kind="file", url=data, file_id=string(file.get("file_id")), name=name, type=string(file.get("format"))
    )
    if not found.url and not found.file_id:
        raise Unsupported("a file part needs file_data or file_id", param="messages.file")
    return found


def inline(url: str) -> tuple[str, str] | None:
    """Media type and base64 text of a data URL; ``None`` for any other."""
    if not url.startswith("data:"):
        return None
    head, comma, data = url[5:].partition(",")
    if not comma:
        raise Unsupported("a data URL needs a comma before its data", param="messages")
    kind, *options = head.split(";")
    if "base64" in (option.strip().lower() for option in options):
        return kind.strip().lower() or "text/plain", _checked("".join(data.split()))
    return kind.strip().lower() or "text/plain", base64.b64encode(unquote_to_bytes(data)).decode()


def _checked(data: str) -> str:
    try:
        binascii.a2b_base64(data)
    except (binascii.Error, ValueError):
        raise Unsupported("the data of a data URL is not base64", param="messages") from None
    return data


def shown(media_type: str, data: str) -> str:
    """The media type of a picture by its first bytes, whatever it was called: Claude and Bedrock compare the two.

    "The image was specified using the image/png media type, but the image appears to be a image/jpeg image".
    """
    if data.startswith("UklGR") and base64.b64decode(data[:16])[8:] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _STARTS.items() if data.startswith(start)), media_type)


def bytes_of(request: ProviderRequest, source: Source) -> tuple[str, str]:
    """Media type and base64 text of a source: from its data URL, or from what was fetched for it."""
    media_type, data = inline(source.url) or _fetched(request, source)
    return shown(media_type, data) if source.kind == "image" else media_type, data


def _fetched(request: ProviderRequest, source: Source) -> tuple[str, str]:
    media = request.media.get(source.url)
    if media is None:
        raise Unsupported(f"{source.url or source.file_id!r:.100} cannot be read; send its data", param="messages")
    return media.type.partition(";")[0].strip().lower(), base64.b64encode(media.data).decode()


def sources(body: Json) -> list[Source]:
    """Every piece of media in the messages of a request."""
    found = [source_of(part) for message in objs(body.get("messages")) for part in objs(message.get("content"))]
    return [source for source in found if source is not None]


def remote_urls(body: Json) -> list[str]:
    """Each http(s) URL of the messages' media, once, in order."""
    return list(dict.fromkeys(source.url for source in sources(body) if source.remote))
