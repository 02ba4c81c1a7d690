"""What a request's prompt comes to at most, before it is sent: without a tokenizer, or with one where that matters.

Every tokenizer in use starts from bytes (or falls back to them) and only ever joins them, so a text never has
more tokens than bytes. English has about a quarter of that; the hold is given back when the answer is
complete, and a bound that could be too low would let a balance go below zero. Pictures and sound
are not charged by their bytes and are bounded by what vendors charge at most.

Only where a balance does not pay for that bound the texts are counted (``counted``), before anybody is refused.
"""

from collections.abc import Callable, Iterator
from typing import Any, cast

from gateway.billing.price import Price
from gateway.billing.token_counter import Counter, Json, size
from gateway.records import dataclass

PER_TOOL, TOOLS = 32, 600  # rendering of a tool; the vendor's hidden instructions once there is any tool
PICTURE = 5_000  # the largest picture of any vendor at ordinary detail
PICTURE_MINI = 48_169  # gpt-4o-mini counts pictures 33 times: its largest
PICTURE_ORIGINAL = 16_384  # detail "original": up to 10 000 patches
SOUND_BYTES_PER_TOKEN = 30  # 8 kbit/s, the leanest usual codec, at 32 tokens a second

NOT_SHOWN = frozenset({"model", "user", "metadata", "logit_bias", "stream_options", "safety_identifier"})
CONVERSATION = ("messages", "input")  # only here is a picture a picture; in a tool's schema it is text
PICTURES = frozenset({"image_url", "input_image", "image"})
SOUNDS = frozenset({"input_audio"})


MOST_COUNTED = 1_000_000  # bytes: a third of a second of one core; a longer prompt keeps its bound

# Models whose own tokenizer counts. Others' need up to a third more tokens than the one that stands in for it.
KNOWN = ("gpt-3.5-turbo", "gpt-4", "gpt-5", "text-embedding-3", "text-embedding-ada")
MARGIN, MARGIN_UNKNOWN = (103, 100), (130, 100)

FILES = frozenset({"file_id", "file_url", "fileUri", "file_uri", "file_data"})
ADDRESSES = ("http://", "https://", "gs://", "oss://")
STORED = ("previous_response_id", "conversation", "cachedContent", "cached_content")  # earlier words, by their name


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How texts and keys are weighed, and what stands around the request and each message."""

    text: Callable[[str], int]
    key: Callable[[str], int]
    request: int  # the chat template around everything
    message: int  # role, separators


def _key(name: str) -> int:
    return size(name) + 2


BOUND = Scale(text=size, key=_key, request=64, message=16)
_PLAIN = frozenset({"role", "content", "type", "text"})  # keys that no template shows


def estimate(body: Json, scale: Scale = BOUND) -> int:
    """An upper bound of a request's prompt tokens: never fewer than any provider counts for its text.

    Walks the body once: about 1 microsecond per string. Attachments in base64 (PDF) count a token per character.
    """
    mini = str(body.get("model", "")).startswith("gpt-4o-mini")
    total = scale.request
    for name, value in body.items():
        if name in CONVERSATION:
            items = cast("list[Any]", value) if isinstance(value, list) else [value]
            total += sum(weigh(item, mini, scale, media=True) + scale.message for item in items)
        elif name not in NOT_SHOWN and (scale is BOUND or isinstance(value, str | list | dict)):
            total += weigh(value, mini, scale, media=False)
    tools = body.get("tools") or body.get("functions")
    return total + (TOOLS + PER_TOOL * len(cast("list[Any]", tools)) if isinstance(tools, list) else 0)


def counted(body: Json, model: str) -> int | None:
    """The same with every text counted by the model's tokenizer, with a margin where that is not the model's own.

    ``None`` where it cannot be counted in bounded time, or at all.
    """
    if estimate(body) > MOST_COUNTED:
        return None
    counter = Counter(model)
    scale = Scale(
        text=counter.text, key=lambda name: 0 if name in _PLAIN else counter.text(name) + 1, request=4, message=4
    )
    try:
        tokens = estimate(body, scale)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001  tiktoken's panics are no ``Exception``; the bound holds all the same
        return None
    if counter.problem:
        return None
    above, below = MARGIN if model.startswith(KNOWN) else MARGIN_UNKNOWN
    return -(-tokens * above // below)


def weigh(value: Any, mini: bool, scale: Scale = BOUND, *, media: bool) -> int:
    """Bytes (or tokens) of every key, text and number below; pictures and sound by their own rule."""
    total, left, text, key = 0, [value], scale.text, scale.key
    while left:
        item = left.pop()
        if isinstance(item, str):
            total += text(item)
        elif isinstance(item, list):
            total += len(cast("list[Any]", item)) + 1
            left.extend(cast("list[Any]", item))
        elif isinstance(item, dict):
            fields = cast(Json, item)
            total += sum(key(name) for name in fields)
            rest = weigh_media(fields, mini) if media else None
            total += rest or 0
            left.extend(fields.values() if rest is None else others(fields))
        else:
            total += len(str(item))
    return total


def fetched(body: Json) -> int:
    """How many things the provider looks up by itself: documents and films by address, files and answers by id."""
    found = sum(1 for name in STORED if body.get(name)) + isinstance(body.get("prompt"), dict)
    left: list[Any] = [body.get(name) for name in CONVERSATION]
    while left:
        item = left.pop()
        if isinstance(item, list):
            left.extend(cast("list[Any]", item))
        elif isinstance(item, dict):
            part = cast(Json, item)
            kind = str(part.get("type"))
            if kind in PICTURES or kind.endswith("tool_use"):
                continue  # a picture has its own bound wherever it comes from; a tool's words are only words
            found += looked_up(part, kind)
            left.extend(part.values())
    return found


def looked_up(part: Json, kind: str) -> bool:
    """Whether this object itself names something to look up."""
    if kind in ("item_reference", "container_upload"):
        return True
    if any(isinstance(part.get(name), str) and (name != "file_data" or _address(part[name])) for name in FILES):
        return True
    for name in ("url", "data", "video"):
        given = part.get(name)
        if _address(given) and (kind == "url" or name != "url"):
            return True
    film = part.get("video_url")
    return _address(cast(Json, film).get("url") if isinstance(film, dict) else film)


def _address(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(ADDRESSES)


def weigh_media(part: Json, mini: bool) -> int | None:
    """Tokens of a picture or sound; ``None`` for any other object."""
    given = part.get("type")
    kind = given if isinstance(given, str) else ""
    if kind in PICTURES:
        image = part.get("image_url")
        detail = cast(Json, image).get("detail") if isinstance(image, dict) else part.get("detail")
        return PICTURE_MINI if mini else PICTURE_ORIGINAL if detail == "original" else PICTURE
    if kind in SOUNDS:
        sound = part.get("input_audio")
        encoded = cast(Json, sound).get("data") if isinstance(sound, dict) else None
        return len(encoded) * 3 // 4 // SOUND_BYTES_PER_TOKEN + 1 if isinstance(encoded, str) else 1
    return None


def others(part: Json) -> list[Any]:
    """What stands beside the picture or sound itself."""
    return [value for name, value in part.items() if name not in ("image_url", "input_audio", "source", "file_id")]


def kinds(body: Json) -> frozenset[str]:
    """Which dearer kinds of token the request can bring about, for ``reserve``. Cache writes always can: some
    vendors write without being asked; the one-hour kind only when asked for."""
    found = {"cache_write"}
    modalities = body.get("modalities")
    asked = cast("list[Any]", modalities) if isinstance(modalities, list) else []
    if "audio" in asked or "audio" in body:
        found.add("audio_out")
    if "image" in asked:
        found.add("image_out")
    if body.get("prompt_cache_retention") not in (None, "in_memory"):
        found.add("cache_write_1h")
    for name in (*CONVERSATION, "tools", "system", "cache_control"):
        if (value := body.get(name)) is not None:
            found.update(MARKS[mark] for mark in marks(value) if mark in MARKS)
    return frozenset(found)


MARKS = {
    **dict.fromkeys([*PICTURES, "file", "input_file", "document", "video_url", "item_reference"], "image_in"),
    **dict.fromkeys(SOUNDS, "audio_in"),
    "1h": "cache_write_1h",
}


def marks(value: Any) -> Iterator[str]:
    """Every ``type`` and ``ttl`` below."""
    left = [value]
    while left:
        item = left.pop()
        if isinstance(item, list):
            left.extend(cast("list[Any]", item))
        elif isinstance(item, dict):
            fields = cast(Json, item)
            yield from (mark for name in ("type", "ttl") if isinstance(mark := fields.get(name), str))
            left.extend(fields.values())


def speech_units(price: Price, text: str) -> int:
    """What speech of this text is counted in: bytes where one-api's ratio is the price, else characters."""
    return size(text) if price.by_bytes else len(text)
