"""The JSON Schema of a file (2020-12), for editors, and for whoever writes files by program."""

from typing import Any

from oneapi.configuration.fields import ANNOUNCEMENT, CHANNEL, LIMIT_OPTIONS, REQUIRED, VERSION, Field
from oneapi.configuration.references import KINDS

Json = dict[str, Any]

_TEXT: Json = {"type": "string"}
_REFERENCE: Json = {"$ref": "#/$defs/reference"}
_KINDS: dict[str, Json] = {
    "text": _TEXT,
    "whole": {"type": "integer"},
    "switch": {"type": "boolean"},
    "list": {"type": "array", "items": _TEXT},
    "mapping": {"type": "object", "additionalProperties": _TEXT},
    "settings": {"type": "object", "additionalProperties": {"anyOf": [_TEXT, _REFERENCE]}},
    "limits": {"type": "array", "items": {"$ref": "#/$defs/limit"}},
    "provider": {"type": ["string", "integer"]},
    "state": {"enum": ["enabled", "disabled"]},
    "key": {"anyOf": [_REFERENCE, {"type": "array", "items": _REFERENCE}]},
}
_TYPES = {"begins": {"type": "integer", "minimum": 0}, "ends": {"type": "integer", "minimum": 0}}
_LIMIT: Json = {
    "type": "object",
    "required": ["what", "most"],
    "additionalProperties": False,
    "properties": {
        "what": {"enum": ["requests", "tokens", "quota", "concurrent"]},
        "most": {"type": "integer", "minimum": 0},
        "window": {"enum": ["minute", "5h", "day", "week", "month"]},
        "rolling": {"type": "boolean"},
        "zone": {"type": "string", "description": "Whose calendar, as Europe/Berlin."},
        "watched": {"type": "boolean", "description": "Counted, and nobody is refused."},
        "each": {"type": "boolean", "description": "Of a group or model: for every account by itself."},
        "raise": {"type": "object", "properties": {"most": {"type": "integer"}, "until": {"type": "integer"}}},
    },
}


def schema() -> Json:
    """Options themselves are judged by the gateway, which knows its own."""
    options: Json = {"type": "object", "description": "Options by key, as the settings page names them; null: default."}
    limits = {name: {"type": "object", "additionalProperties": _KINDS["limits"]} for name in LIMIT_OPTIONS}
    channel = {name: _field(field) for name, field in CHANNEL.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of One API Serverless",
        "type": "object",
        "required": ["version"],
        "additionalProperties": False,
        "properties": {
            "version": {"const": VERSION},
            "options": options,
            "prices": options | {"description": "Options of the section prices."},
            "groups": {"type": "object", "additionalProperties": {"type": "number"}, "description": "Group to ratio."},
            "limits": {"type": "object", "additionalProperties": False, "properties": limits},
            "announcements": {
                "type": "array",
                "items": _record({name: _TYPES.get(name, _TEXT) for name in ANNOUNCEMENT}, ("title",)),
            },
            "channels": {"type": "array", "items": _record(channel, REQUIRED)},
        },
        "$defs": {"reference": _reference(), "limit": _LIMIT},
    }


def _field(field: Field) -> Json:
    return {**_KINDS[field.kind], "description": field.about}


def _record(properties: Json, required: tuple[str, ...]) -> Json:
    return {"type": "object", "required": list(required), "additionalProperties": False, "properties": properties}


def _reference() -> Json:
    about = "Where a secret is: an environment variable, Parameter Store, Secrets Manager, or sealed here."
    kinds = [_record({kind: _TEXT, "field": _TEXT}, (kind,)) for kind in KINDS]
    return {"description": about, "oneOf": kinds}
