"""The API's document: what the signatures tell, completed by what they cannot.

Who may call, every refusal with its status and both texts, examples and headers. Refusals of the gate follow from what
a route needs, those of a handler stand in its ``needs``; a test compares them with what the code can raise.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from fastapi import APIRouter

from admin.openapi.texts import HEADERS, IDS, SECURITY_SCHEMES, STATUSES
from admin.texts import messages
from admin.texts.messages import Text
from admin.web.envelope import Refusal, told
from admin.web.gate import GatedRoute, Needs, needs_of, refuses_other_sites
from gateway.domain.identity import Role

Document = dict[str, Any]
Reason = tuple[int, Text]  # with the status that it comes with

_JSON = "application/json; charset=utf-8"
_REFUSAL = {"$ref": "#/components/schemas/Refusal"}
_WAITING = (429, 503)


def completed(document: Document, routers: Iterable[APIRouter]) -> Document:
    """FastAPI's document with everything a reader needs besides; changes and answers the same object."""
    parts: Document = document.setdefault("components", {})
    parts["securitySchemes"] = SECURITY_SCHEMES
    parts["headers"] = HEADERS
    parts["examples"] = {}
    parts["schemas"]["Refusal"] = Refusal.model_json_schema(ref_template="#/components/schemas/{model}")
    for unused in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(unused, None)
    for route in gated(routers):
        for method in route.methods or ():
            _complete(document["paths"][route.path][method.lower()], route, parts)
    return document


def gated(routers: Iterable[APIRouter]) -> Iterator[GatedRoute]:
    """Every route of the API."""
    for router in routers:
        yield from (route for route in router.routes if isinstance(route, GatedRoute))


def refusals(route: GatedRoute) -> list[Reason]:
    """What a route may say instead of doing what it is asked: the gate's reasons, then its own."""
    asked = needs_of(route.endpoint)
    found = [*_from_the_gate(route, asked), *((one, text) for text, one in asked.refusals())]
    found += [(503, messages.BUSY), (500, messages.BROKEN)]
    return list(dict.fromkeys(found))


def slug(text: Text) -> str:
    """The name of a refusal's example: its English words."""
    return re.sub(r"[^a-z0-9]+", "_", text.en.lower()).strip("_")[:60]


def example_of(schema: Document, parts: Document) -> Any:
    """A value of a schema: its own example, what that leaves out from the fields; defaults and blanks at the end."""
    if "$ref" in schema:
        return example_of(parts["schemas"][schema["$ref"].rpartition("/")[2]], parts)
    given: Any = schema.get("examples", [None])[0]
    if "properties" in schema:
        fields: Document = {name: example_of(field, parts) for name, field in schema["properties"].items()}
        own: Document = given or {}
        return fields | own
    if given is not None:
        return given
    forms: list[Document] = schema.get("anyOf", [])
    if forms:
        absent = {"type": "null"} in forms and forms[0].get("type") in ("string", "integer")
        return None if absent else example_of(forms[0], parts)
    if "default" in schema:
        return schema["default"]
    if schema.get("type") == "array":
        return [example_of(schema["items"], parts)]
    return _BLANKS.get(schema.get("type", ""))


_BLANKS: dict[str, Any] = {"string": "", "integer": 0, "number": 0, "boolean": False, "object": {}}


def _from_the_gate(route: GatedRoute, asked: Needs) -> Iterator[Reason]:
    yield 429, messages.TOO_MANY
    if asked.role > Role.GUEST or refuses_other_sites(asked, route.methods or ()):
        yield 403, messages.CROSS_SITE
    if asked.role > Role.GUEST:
        yield 401, messages.NOT_SIGNED_IN
        yield 200, messages.BAD_ACCESS_TOKEN
        yield 200, messages.BANNED
    if asked.role > Role.COMMON:
        yield 200, messages.NO_PERMISSION
    yield 413, messages.TOO_LARGE
    if "cursor" in _asked(route):
        yield 200, messages.SORT_UNKNOWN
        yield 200, messages.CURSOR_INVALID
    if route.body_field is not None or _is_particular(route):
        yield asked.unreadable_status, asked.unreadable or messages.UNREADABLE


def _is_particular(route: GatedRoute) -> bool:
    """Whether some text does not do for a part of the address."""
    fields = [*route.dependant.path_params, *_asked(route).values()]
    return any(field.validate("?")[1] for field in fields)


def _asked(route: GatedRoute) -> dict[str, Any]:
    """What a route takes in its query, by name."""
    found: dict[str, Any] = {}
    waiting = [route.dependant]
    while waiting:
        dependant = waiting.pop()
        found |= {field.alias: field for field in dependant.query_params}
        waiting += dependant.dependencies
    return found


def _complete(operation: Document, route: GatedRoute, parts: Document) -> None:
    asked = needs_of(route.endpoint)
    operation["x-role"] = int(asked.role)
    operation["responses"].pop("422", None)  # FastAPI's own way to refuse, which is not ours
    for parameter in operation.get("parameters", ()):
        _describe(parameter)
    for answer in operation["responses"].values():
        answer.setdefault("headers", dict(_ALWAYS))
    if asked.role > Role.GUEST:
        operation["security"] = [{name: []} for name in SECURITY_SCHEMES]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        content["example"] = _as_written(content["schema"], parts)
    grouped: dict[int, list[Text]] = {}
    for status, text in refusals(route):
        grouped.setdefault(status, []).append(text)
        value = {"success": False, "message": text.zh, **told(text)}
        parts["examples"].setdefault(slug(text), {"summary": text.en, "value": value})
    _complete_success(operation, asked, grouped.pop(200, []), parts)
    for status in sorted(grouped):
        operation["responses"][str(status)] = _refused(status, grouped[status], parts)


def _as_written(schema: Document, parts: Document) -> Any:
    """The example of a body: what its author left out may be left out."""
    body = parts["schemas"][schema["$ref"].rpartition("/")[2]]
    return body["examples"][0] if "examples" in body else example_of(body, parts)


def _describe(parameter: Document) -> None:
    """A number in the path explains itself by its name."""
    if parameter["in"] == "path" and parameter["name"] in IDS:
        parameter["description"], parameter["example"] = IDS[parameter["name"]]
    elif "examples" in parameter["schema"]:
        parameter["example"] = parameter["schema"]["examples"][0]


def _complete_success(operation: Document, asked: Needs, refused: Sequence[Text], parts: Document) -> None:
    answer: Document = operation["responses"]["200"]
    answer["description"] = STATUSES[200]
    answer["headers"] = dict(_ALWAYS)
    if any(parameter["name"] == "total" for parameter in operation.get("parameters", ())):
        answer["headers"]["X-Total-Count"] = {"$ref": "#/components/headers/TotalCount"}
        answer["headers"]["X-Next-Cursor"] = {"$ref": "#/components/headers/NextCursor"}
    content = answer["content"].get(_JSON)
    if content is not None:
        given = None if asked.answers is None else {"success": True, "message": "", "data": asked.answers}
        shown = given or example_of(content["schema"], parts)
        content["examples"] = {"done": {"summary": "Done", "value": shown}, **_named(refused)}
        if refused:
            content["schema"] = {"anyOf": [content["schema"], _REFUSAL]}


def _refused(status: int, texts: Sequence[Text], parts: Document) -> Document:
    """An answer of a status; the one that every route has stands in the components."""
    headers = dict(_ALWAYS)
    if status in _WAITING:
        headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
    content = {_JSON: {"schema": _REFUSAL, "examples": _named(texts)}}
    answer = {"description": STATUSES[status], "headers": headers, "content": content}
    if list(texts) != [_USUAL.get(status)]:
        return answer
    parts.setdefault("responses", {})[f"Status{status}"] = answer
    return {"$ref": f"#/components/responses/Status{status}"}


_ALWAYS = {
    "X-Oneapi-Request-Id": {"$ref": "#/components/headers/RequestId"},
    "X-RateLimit-Limit": {"$ref": "#/components/headers/Limit"},
    "X-RateLimit-Remaining": {"$ref": "#/components/headers/Remaining"},
    "X-RateLimit-Reset": {"$ref": "#/components/headers/Reset"},
}
_USUAL = {
    401: messages.NOT_SIGNED_IN,
    403: messages.CROSS_SITE,
    413: messages.TOO_LARGE,
    429: messages.TOO_MANY,
    500: messages.BROKEN,
    503: messages.BUSY,
}


def _named(texts: Sequence[Text]) -> Document:
    return {slug(text): {"$ref": f"#/components/examples/{slug(text)}"} for text in texts}
