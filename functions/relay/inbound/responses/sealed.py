"""What is put into ``encrypted_content`` here: clients give it back unread, and nobody else can use it.

Signed thoughts of other vendors' models, and summaries of conversations that were made shorter.
"""

import base64
import binascii
import json
from typing import Any

from gateway.outbound.protocol import Json
from gateway.wire.json import encode, obj, objs, string

SIGNED = "oneapi:"


def sealed_thoughts(details: list[Json]) -> str:
    """Signed thoughts as text that a client gives back unread."""
    return _sealed(details)


def signed_thoughts(sealed: str) -> list[Json]:
    """The thoughts in such a text; nothing for OpenAI's own, which nobody else can open."""
    return objs(_opened(sealed))


def sealed_summary(summary: str) -> str:
    """A summary as the content of a compaction item."""
    return _sealed({"summary": summary})


def summary_in(sealed: str) -> str:
    """The summary in such a content; empty for OpenAI's own."""
    return string(obj(_opened(sealed)).get("summary"))


def is_ours(item: Json) -> bool:
    """Whether an item's content was sealed here."""
    return string(item.get("encrypted_content")).startswith(SIGNED)


def _sealed(value: Any) -> str:
    return SIGNED + base64.b64encode(encode(value)).decode()


def _opened(sealed: str) -> Any:
    if not sealed.startswith(SIGNED):
        return None
    try:
        return json.loads(base64.b64decode(sealed.removeprefix(SIGNED), validate=True))
    except (binascii.Error, ValueError):
        return None
