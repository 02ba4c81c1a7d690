"""What the API answers, as a file says it: typed values, sections, references in place of secrets."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from oneapi.configuration.fields import (
    ANNOUNCEMENT,
    ANNOUNCEMENT_DEFAULTS,
    CHANNEL,
    LIMIT_OPTIONS,
    SECTIONS,
    VERSION,
    Field,
)
from oneapi.configuration.references import variable

Json = dict[str, Any]

_UNSAID = (None, False, "", "UTC")  # what a limit says by saying nothing


def document(configuration: Json, schema: Sequence[Json], providers: Mapping[int, str]) -> Json:
    """The file of a gateway's configuration. ``schema`` describes the options, ``providers`` names the types."""
    known = {option["key"]: option for option in schema}
    options = {key: _typed(known[key]["kind"], value) for key, value in configuration["options"].items()}
    options |= {key: {"env": variable(key)} for key in configuration["secrets"]}
    found: Json = {"version": VERSION}
    sections = {section: options.pop(key) for section, key in SECTIONS.items() if key in options}
    limits = {name: options.pop(key) for name, key in LIMIT_OPTIONS.items() if key in options}
    prices = {key: options.pop(key) for key in list(options) if known[key]["section"] == "prices"}
    found |= {"options": dict(sorted(options.items())), "prices": prices, **sections, "limits": limits}
    found["announcements"] = [_announcement(row) for row in configuration["announcements"]]
    named = _numbered(row["name"] for row in configuration["channels"])
    found["channels"] = [
        _channel(row, name, providers) for row, name in zip(configuration["channels"], named, strict=True)
    ]
    return {name: value for name, value in found.items() if value not in ({}, [])}


def _typed(kind: str, value: str) -> Any:
    if kind == "switch":
        return value == "true"
    if kind in ("whole", "number", "json"):
        return json.loads(value, parse_float=Decimal) if value.strip() else value
    return value


def _announcement(row: Json) -> Json:
    return {name: row[name] for name in ANNOUNCEMENT if row[name] != ANNOUNCEMENT_DEFAULTS.get(name)}


def _numbered(names: Any) -> list[str]:
    """What the variables of each channel are called: those of a second channel of a name end with its number."""
    seen: Counter[str] = Counter()
    found: list[str] = []
    for name in names:
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return found


def _channel(row: Json, named: str, providers: Mapping[int, str]) -> Json:
    shown: Json = {}
    for name, field in CHANNEL.items():
        if field.kind == "key":
            if row["key_count"]:
                shown[name] = {"env": variable(named, "key")}
        elif (value := row[field.name]) != field.default:
            shown[name] = _value(field, value, named, providers)
    return shown


def _value(field: Field, value: Any, named: str, providers: Mapping[int, str]) -> Any:
    if field.kind == "provider":
        return providers.get(value, value)
    if field.kind == "state":
        return "disabled"
    if field.kind == "list":
        return value.split(",")
    if field.kind == "mapping":
        return json.loads(value)
    if field.kind == "settings":
        return {name: text or {"env": variable(named, name)} for name, text in json.loads(value).items()}
    if field.kind == "limits":
        return [{name: part for name, part in rule.items() if name == "most" or part not in _UNSAID} for rule in value]
    return value
