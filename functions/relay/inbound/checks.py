"""Reading request bodies: what is wrong, with the value, and what to send instead."""

from typing import Any, cast

import orjson

from gateway.errors import BadRequest, TooLarge
from gateway.wire.json import overgrown
from relay.inbound.protocol import Json

MAX_TOKENS = 1_073_741_823  # one-api's limit
MOST_CONTAINERS, MOST_VALUES = 200_000, 500_000  # of a request: as much as is read within a moment
MAX_CHOICES = 128  # https://platform.openai.com/docs/api-reference/chat/create#chat-create-n
_PRICED = frozenset({"model", "n", "size", "quality", "service_tier", "input", "prompt", "messages", "stream"}) | {
    *("tools", "max_tool_calls", "web_search_options", "search_parameters", "plugins", "background"),
}
LONGEST_MODEL = 200  # characters; as long as the name of a channel's model may be


def read_object(body: bytes) -> Json:
    """The JSON object in a request body, or a 400 that says where it stops being one."""
    if not body:
        raise BadRequest("the request body is empty; send a JSON object")
    # Each takes two bytes at least, and looking takes as long as reading: not where there is no room for so many.
    if len(body) > 2 * MOST_CONTAINERS and overgrown(body, MOST_CONTAINERS, MOST_VALUES):
        raise TooLarge(f"the request holds more than {MOST_CONTAINERS} objects and lists, or {MOST_VALUES} values")
    try:
        value: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"the request body is not valid JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadRequest(f"the request body must be a JSON object, not {kind_of(cast(object, value))}")
    return cast(Json, value)


def model_of(body: Json) -> str:
    """The requested model.

    A second one in other letters would be the one that counts for providers written in Go, whose JSON reader does not
    tell ``Model`` from ``model``: asked for, but not the one that is checked and paid. The same goes for all else that
    makes the price.
    """
    twin = next((name for name in body if name not in _PRICED and name.lower() in _PRICED), None)
    if twin is not None:
        raise BadRequest(f"{twin!r} is no field of a request: write {twin.lower()!r}", param=twin.lower())
    model = body.get("model")
    if model is None or model == "":
        raise BadRequest("model is required: name the model to use", param="model")
    if not isinstance(model, str):
        raise BadRequest(f"model must be a string, not {kind_of(model)}", param="model")
    if len(model) > LONGEST_MODEL:
        raise BadRequest(f"model is longer than {LONGEST_MODEL} characters: no model has such a name", param="model")
    return model


def check_type(body: Json, name: str, kind: type, described: str) -> Any:
    """The value if it is absent, null or of this type; else a 400."""
    value = body.get(name)
    if value is not None and not isinstance(value, kind):
        raise BadRequest(f"{name} must be {described}, not {kind_of(value)}", param=name)
    return value


def check_count(body: Json, name: str, most: int = MAX_TOKENS) -> None:
    """A limit must be a whole number that some model could honour."""
    value = body.get(name)
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadRequest(f"{name} must be a whole number, not {kind_of(value)}", param=name)
    if not 0 <= value <= most:
        raise BadRequest(f"{name} is invalid: {value!r} is not between 0 and {most}", param=name)


_KINDS: dict[str, str] = {
    "NoneType": "null",
    "dict": "an object",
    "list": "a list",
    "str": "a string",
    "bool": "a boolean",
    "int": "a number",
    "float": "a number",
}


def kind_of(value: object) -> str:
    """JSON's name for a value's type."""
    return _KINDS[type(value).__name__]
