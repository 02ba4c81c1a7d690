"""What a request can cost at most, before it is sent, without a tokenizer.

Every tokenizer in use starts from bytes (or falls back to them) and only ever joins them, so a text never has
more tokens than bytes. English has about a quarter of that; the hold is given back when the answer is
complete, and a bound that could be too low would let a balance go below zero. Pictures and sound
are not charged by their bytes and are bounded by what vendors charge at most.
"""

from collections.abc import Iterator
from typing import Any, cast

from gateway.billing.price import Price
from gateway.billing.token_counter import Json, size

PER_REQUEST = 64  # the chat template around everything
PER_MESSAGE = 16  # role, separators
PER_TOOL, TOOLS = 32, 600  # rendering of a tool; the vendor's hidden instructions once there is any tool
PICTURE = 5_000  # the largest picture of any vendor at ordinary detail
PICTURE_MINI = 48_169  # gpt-4o-mini counts pictures 33 times: its largest
PICTURE_ORIGINAL = 16_384  # detail "original": up to 10 000 patches
SOUND_BYTES_PER_TOKEN = 30  # 8 kbit/s, the leanest usual codec, at 32 tokens a second

NOT_SHOWN = frozenset({"model", "user", "metadata", "logit_bias", "stream_options", "safety_identifier"})
CONVERSATION = ("messages", "input")  # only here is a picture a picture; in a tool's schema it is text
PICTURES = frozenset({"image_url", "input_image", "image"})
SOUNDS = frozenset({"input_audio"})


def estimate(body: Json) -> int:
    """An upper bound of a request's prompt tokens: never fewer than any provider counts for its text.

    Walks the body once: about 1 microsecond per string. Attachments in base64 (PDF) count a token per character.
    """
    mini = str(body.get("model", "")).startswith("gpt-4o-mini")
    total = PER_REQUEST
    for name, value in body.items():
        if name in CONVERSATION:
            items = cast(list[Any], value) if isinstance(value, list) else [value]
            total += sum(weigh(item, mini, media=True) + PER_MESSAGE for item in items)
        elif name not in NOT_SHOWN:
            total += weigh(value, mini, media=False)
    tools = body.get("tools") or body.get("functions")
    return total + (TOOLS + PER_TOOL * len(cast(list[Any], tools)) if isinstance(tools, list) else 0)


def weigh(value: Any, mini: bool, *, media: bool) -> int:
    """Bytes of every key, text and number below; pictures and sound by their own rule."""
    total, left = 0, [value]
    while left:
        item = left.pop()
        if isinstance(item, str):
            total += size(item)
        elif isinstance(item, list):
            total += len(cast(list[Any], item)) + 1
            left.extend(cast(list[Any], item))
        elif isinstance(item, dict):
            fields = cast(Json, item)
            total += sum(size(name) + 2 for name in fields)
            rest = weigh_media(fields, mini) if media else None
            total += rest or 0
            left.extend(fields.values() if rest is None else others(fields))
        else:
            total += len(str(item))
    return total


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
    asked = cast(list[Any], modalities) if isinstance(modalities, list) else []
    if "audio" in asked or "audio" in body:
        found.add("audio_out")
    if "image" in asked:
        found.add("image_out")
    if body.get("prompt_cache_retention") not in (None, "in_memory"):
        found.add("cache_write_1h")
    for name in (*CONVERSATION, "tools", "system", "cache_control"):
        found.update(MARKS[mark] for mark in marks(body.get(name)) if mark in MARKS)
    return frozenset(found)


MARKS = {
    **dict.fromkeys([*PICTURES, "file", "input_file", "document"], "image_in"),
    **dict.fromkeys(SOUNDS, "audio_in"),
    "1h": "cache_write_1h",
}


def marks(value: Any) -> Iterator[str]:
    """Every ``type`` and ``ttl`` below."""
    left = [value]
    while left:
        item = left.pop()
        if isinstance(item, list):
            left.extend(cast(list[Any], item))
        elif isinstance(item, dict):
            fields = cast(Json, item)
            yield from (mark for name in ("type", "ttl") if isinstance(mark := fields.get(name), str))
            left.extend(fields.values())


def speech_units(price: Price, text: str) -> int:
    """What speech of this text is counted in: bytes where one-api's ratio is the price, else characters."""
    return size(text) if price.by_bytes else len(text)
