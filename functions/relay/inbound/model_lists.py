"""Lists of models as Anthropic's and Google's clients expect them, in pages.

https://docs.claude.com/en/api/models-list, https://ai.google.dev/api/models
"""

from collections.abc import Mapping, Sequence

from gateway.errors import BadRequest
from relay.inbound.protocol import Json

CREATED_AT = "2021-07-20T14:40:00Z"  # the date that one-api gives every model
_MOST = 1000  # models on a page, of either vendor
_ANTHROPIC_PAGE, _GEMINI_PAGE = 20, 50
_CHATS = ("generateContent", "streamGenerateContent", "countTokens")
_EMBEDS = ("embedContent", "batchEmbedContents", "countTokens")


def anthropic_list(names: Sequence[str], query: Mapping[str, str]) -> Json:
    """A page of ``limit`` models after ``after_id`` or before ``before_id``."""
    limit = _count(query, "limit", _ANTHROPIC_PAGE)
    if "before_id" in query:
        end = _place(names, query, "before_id")
        start = max(0, end - limit)
        more = start > 0
    else:
        start = _place(names, query, "after_id") + 1 if "after_id" in query else 0
        end = start + limit
        more = end < len(names)
    page = names[start:end]
    ends = {"first_id": page[0] if page else None, "last_id": page[-1] if page else None}
    return {"data": [anthropic_model(name) for name in page], "has_more": more, **ends}


def anthropic_model(name: str) -> Json:
    """One model."""
    return {"type": "model", "id": name, "display_name": name, "created_at": CREATED_AT}


def gemini_list(names: Sequence[str], query: Mapping[str, str]) -> Json:
    """A page of ``pageSize`` models; ``nextPageToken`` where there are more."""
    size, token = _count(query, "pageSize", _GEMINI_PAGE), query.get("pageToken") or "0"
    if not token.isdecimal():
        raise BadRequest(f"pageToken {token!r} is not one of this list; leave it out to begin", param="pageToken")
    end = int(token) + size
    more = {"nextPageToken": str(end)} if end < len(names) else {}
    return {"models": [gemini_model(name) for name in names[int(token) : end]], **more}


def gemini_model(name: str) -> Json:
    """One model; what it can do is told by its name, as far as anybody knows."""
    methods = _EMBEDS if "embed" in name else _CHATS
    return {
        "name": f"models/{name}",
        "baseModelId": name,
        "version": name,
        "displayName": name,
        "description": "",
        "supportedGenerationMethods": list(methods),
    }


def _count(query: Mapping[str, str], name: str, usual: int) -> int:
    given = query.get(name) or str(usual)
    if not given.isdecimal() or len(given) > 6 or not int(given):
        raise BadRequest(f"{name} must be a number from 1 to {_MOST}, not {given!r}", param=name)
    return min(int(given), _MOST)


def _place(names: Sequence[str], query: Mapping[str, str], name: str) -> int:
    try:
        return names.index(query[name])
    except ValueError:
        raise BadRequest(f"{name} {query[name]!r} is no model of this list", param=name) from None
