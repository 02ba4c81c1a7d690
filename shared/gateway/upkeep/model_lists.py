"""Asking a channel's provider which models it has, so that an administrator need not type them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, cast

from gateway.errors import NotFound, Unavailable, UpstreamBroken
from gateway.outbound.protocol import WireRequest
from gateway.providers import address, auth
from gateway.providers.catalog import provider
from gateway.providers.keys import BadKey
from gateway.providers.spec import Provider
from gateway.security.credentials import SealBroken
from gateway.store.context import Store
from gateway.store.schema.channels import ChannelRow, channel_from
from gateway.upstream import Upstream
from gateway.upstream.protocol import SignedRequest

MOST = 2_000  # models; a list of more is no list of models

_CHAT, _MODELS = "/chat/completions", "/models"
_PLAIN = ("bearer", "x-api-key", "x-goog-api-key", "none")
# Where the answer has its list, and what a model is called there. https://ai.google.dev/api/models#method:-models.list
_FORMS: Mapping[str, tuple[str, str, str]] = {"gemini": ("/v1beta/models?pageSize=1000", "models", "name")}
_COMMON = ("data", "id")  # https://platform.openai.com/docs/api-reference/models/list, and Anthropic's


class ModelsUnknown(Exception):
    """The provider tells no list, or not in the way its documentation says."""


async def models_at(store: Store, row: ChannelRow, upstream: Upstream) -> list[str]:
    """The models that the channel's provider offers to its first key; ``ModelsUnknown`` says why there are none."""
    try:
        channel = channel_from(asdict(row), store.vault)
        kind = provider(row.type)
        path, place, name = _form(kind)
        url = address.joined(address.base(kind, channel.base_url, channel.config), path)
        call = WireRequest(path=path, method="GET")
        key, now = channel.keys[0], store.clock.now()
        sent = auth.authorise(kind, call=call, url=url, key=key, config=channel.config, now=now)
        headers = {"accept": "application/json", **sent.headers}
        reply = await upstream.complete(SignedRequest(method="GET", url=sent.url, headers=headers, body=b""))
    except (SealBroken, NotFound, BadKey, Unavailable, UpstreamBroken, IndexError) as problem:
        raise ModelsUnknown(str(problem)) from problem
    if reply.status != 200:
        raise ModelsUnknown(f"status code: {reply.status}")
    return sorted(dict.fromkeys(_names(reply.body, place, name)))[:MOST]


def _form(kind: Provider) -> tuple[str, str, str]:
    dialect = kind.dialects.get("chat", "")
    if dialect in _FORMS:
        return _FORMS[dialect]
    path = kind.path("chat") or "/v1" + _CHAT
    if kind.auth not in _PLAIN or not dialect or not path.endswith(_CHAT) or "{" in path:
        raise ModelsUnknown("尚未实现")
    return path.removesuffix(_CHAT) + _MODELS, *_COMMON


def _names(body: bytes, place: str, name: str) -> Iterator[str]:
    try:
        answer: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise ModelsUnknown("the answer is not JSON") from None
    rows: Any = cast(dict[str, Any], answer).get(place) if isinstance(answer, dict) else None
    if not isinstance(rows, list):
        raise ModelsUnknown(f"the answer has no list of {place}")
    for row in cast(list[Any], rows):
        found: Any = cast(dict[str, Any], row).get(name) if isinstance(row, dict) else None
        if isinstance(found, str) and found and "," not in found:
            yield found.removeprefix("models/")
