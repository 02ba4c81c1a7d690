"""Which model a proxied request will be served by: it is the one that is checked and paid, whatever else is written.

Azure and servers like it take the model from the path and do not read the body's; others read the first of two in a
body, or one in other letters. A request that names two is refused.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

import orjson

from gateway.domain.channel import Channel
from gateway.errors import BadRequest, Forbidden
from gateway.patterns import pattern
from relay.attempt.passthrough import names_another_first
from relay.inbound.checks import read_object

_IN_PATH = pattern(r"/(?:deployments|engines|models)/([^?]+)", re.IGNORECASE)
_IN_BASE = pattern(r"/(?:deployments|engines)/([^?]+)", re.IGNORECASE)


def with_model(body: bytes, path: str, base_url: str) -> bytes:
    """The body to understand the request by: where only the path has a model, with that."""
    named = list(_names(path, base_url))
    if not named:
        return body
    given = read_object(body)
    if "model" in given:
        return body
    return orjson.dumps(given | {"model": re.split(r"[/:]", named[0], maxsplit=1)[0]})


def check_one(model: str, body: bytes, path: str, base_url: str, query: Mapping[str, str]) -> None:
    """Raises ``BadRequest`` where path, query and body do not all mean this model."""
    others = [rest for rest in _names(path, base_url) if not _begins_with(rest, model)]
    others += [value for name, value in query.items() if name.lower() in ("model", "deployment") and value != model]
    if others or (names_another_first(body, model) and _named_twice(body)):
        raise BadRequest("the path, the query and the body must name one and the same model, once", param="model")


def check_served(channel: Channel, model: str) -> None:
    """Raises ``Forbidden`` for a model that is not one of the channel's, by its callers' or its provider's name."""
    if model not in {*channel.models, *(channel.upstream_model(name) for name in channel.models)}:
        raise Forbidden(f"channel #{channel.id} does not serve {model!r}", code="model_not_allowed")


def _names(path: str, base_url: str) -> Iterator[str]:
    """What follows each place in an address where a model stands; names may hold slashes."""
    for place, text in ((_IN_BASE, base_url), (_IN_PATH, f"/{path}")):
        at = 0
        while found := place.search(text, at):
            yield found[1]
            at = found.start() + 1


def _begins_with(rest: str, model: str) -> bool:
    return rest.casefold().startswith(model.casefold()) and rest[len(model) : len(model) + 1] in ("", "/", ":")


def _named_twice(body: bytes) -> bool:
    pairs = cast(list[tuple[str, Any]], json.loads(body, object_pairs_hook=list))
    return len([name for name, _ in pairs if name.lower() == "model"]) > 1
