"""How long a request lets its answer be: the field of the operation that is asked for, and how it is set.

In a chat ``max_output_tokens`` means nothing, so it limits nothing here: with it one could shrink one's own hold.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

import orjson

from gateway.domain.channel import Channel
from gateway.errors import NotFound
from gateway.outbound.openai.splice import set_number
from gateway.outbound.protocol import Operation
from gateway.providers.catalog import provider
from gateway.wire.json import Json, obj
from relay.inbound.protocol import ParsedRequest

Place = tuple[str, ...]  # names from the outermost object to a limit

CANONICAL = "openai"

# The canonical field of each operation; the last is set where there is none, being the one that most servers know.
FIELDS: Mapping[Operation, tuple[str, ...]] = {
    "chat": ("max_completion_tokens", "max_tokens"),
    "completions": ("max_tokens",),
    "responses": ("max_output_tokens",),
}
PRODUCING: frozenset[Operation] = frozenset({*FIELDS, "edits"})

# Where the caller's own JSON has it, if not under the canonical field.
OWN_PLACES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "gemini": (("generation_config", "max_output_tokens"), ("generationConfig", "maxOutputTokens")),
}
# Answers are no longer than that unless somebody asks for it.
# https://platform.openai.com/docs/api-reference/completions/create#completions-create-max_tokens
USUAL: Mapping[Operation, int] = {"completions": 16}

# Providers' own names of a limit, which a translated request may bring along: beside a limit they can only raise it.
_OTHERS = (
    *("max_tokens", "max_completion_tokens", "max_output_tokens", "max_new_tokens", "maxTokens", "maxOutputTokens"),
    *("num_predict", "max_gen_len", "max_tokens_to_sample"),
)
_OTHERS_IN = (
    *("generationConfig", "generation_config", "inferenceConfig", "options", "parameters"),
    "additionalModelRequestFields",
)
_OUTER = frozenset(_OTHERS_IN)

# Providers that know no limit, or models of theirs.
_DEAF = frozenset({"hunyuan", "coze", "deepl", "aiproxy-library"})
_DEAF_MODELS: Mapping[str, str] = {"zhipu": "chatglm"}


def completion_limit(parsed: ParsedRequest) -> int | None:
    """The caller's own bound on produced tokens, per choice; 0 where nothing is produced."""
    if parsed.operation not in PRODUCING:
        return 0
    body = parsed.body
    limits = [limit for name in FIELDS.get(parsed.operation, ()) if (limit := _limit(body.get(name)))]
    return max([*limits, *(limit for _, limit in other_limits(body))]) if limits else None


def other_limits(body: Json) -> Iterator[tuple[Place, int]]:
    """Limits under names that some provider of its own reads: where they are, and what they say."""
    for name in _OTHERS:
        if limit := _limit(body.get(name)):
            yield (name,), limit
    for outer in () if _OUTER.isdisjoint(body) else _OTHERS_IN:
        inner = body.get(outer)
        for name in _OTHERS if isinstance(inner, dict) else ():
            if limit := _limit(cast(Json, inner).get(name)):
                yield (outer, name), limit


def heeds(channel: Channel, operation: Operation, model: str) -> bool:
    """Whether the channel's provider keeps to a limit."""
    if operation not in FIELDS:
        return operation not in PRODUCING
    try:
        name = provider(channel.type).dialects.get(operation, "")
    except NotFound:
        return True
    return name not in _DEAF and not (name in _DEAF_MODELS and model.startswith(_DEAF_MODELS[name]))


def limited(dialect: str, operation: Operation, raw: bytes, most: int) -> bytes:
    """The caller's bytes with answers of so many tokens at most; nothing else of them is changed."""
    for place, limit in _changes(dialect, operation, orjson.loads(raw), most):
        raw = set_number(raw, place, limit)
    return raw


def with_limit(operation: Operation, body: Json, most: int) -> Json:
    """The canonical body with answers of so many tokens at most."""
    for place, limit in _changes(CANONICAL, operation, body, most):
        body = _with(body, place, limit)
    return body


def _changes(dialect: str, operation: Operation, body: Json, most: int) -> Iterator[tuple[Place, int]]:
    places = _places(dialect, operation, body)
    shown = [place for place in places if _at(body, place) is not None]
    for place in shown or places[-1:]:
        said = _limit(_at(body, place)) or USUAL.get(operation, most)
        if said > most or said != _at(body, place):
            yield place, min(said, most)
    for place, said in other_limits(body):
        if place not in shown and said > most:
            yield place, most


def _with(body: Json, place: Place, limit: int) -> Json:
    name, *rest = place
    return {**body, name: _with(obj(body.get(name)), tuple(rest), limit) if rest else limit}


def _places(dialect: str, operation: Operation, body: Json) -> list[Place]:
    own = OWN_PLACES.get(dialect)
    if own is None:
        return [(name,) for name in FIELDS[operation]]
    (outer_snake, snake), (outer, camel) = own
    outer = outer_snake if outer not in body and outer_snake in body else outer
    return [(outer, snake), (outer, camel)]


def _at(body: Json, place: Place) -> Any:
    value: Any = body
    for name in place:
        value = cast(Json, value).get(name) if isinstance(value, dict) else None
    return value


def _limit(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
