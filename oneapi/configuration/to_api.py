"""What a file says, as the API takes it. A mistake is told with its line; nothing of the gateway's judging is repeated.

Secrets that lead nowhere here are left blank, which leaves them as they are, and are told.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from oneapi.configuration.documents import Document, Path_
from oneapi.configuration.fields import (
    ANNOUNCEMENT,
    CHANNEL,
    LIMIT_OPTIONS,
    REQUIRED,
    SECTIONS,
    TOP,
    VERSION,
    Field,
)
from oneapi.configuration.references import Missing, Resolve, is_reference
from oneapi.failures import Exit, Failure

Json = dict[str, Any]


@dataclass(slots=True)
class Wanted:
    """What is sent. ``places`` says where in the file what the API names stands; ``missing`` are secrets not found."""

    body: Json
    places: dict[str, Path_] = field(default_factory=dict[str, Path_])
    missing: list[str] = field(default_factory=list[str])


class Translation:
    """One file for one gateway. ``schema`` describes its options, ``providers`` are its types by name."""

    def __init__(
        self, document: Document, schema: Sequence[Json], providers: Mapping[str, int], resolve: Resolve
    ) -> None:
        self._document = document
        self._options = {option["key"]: option for option in schema}
        self._providers = {name.lower(): number for name, number in providers.items()}
        self._resolve = resolve
        self._wanted = Wanted({"name": document.name, "options": {}, "announcements": [], "channels": []})

    def wanted(self) -> Wanted:
        """The whole of it; ``Failure`` says which line does not do."""
        value = self._document.value
        self._only(TOP, value, ())
        if value.get("version") != VERSION:
            raise self._document.wrong(("version",), f"must be {VERSION}")
        for section in ("options", "prices"):
            for key, given in self._mapping((section,)).items():
                self._option(key, given, (section, key))
        for section, key in SECTIONS.items():
            if section in value:
                self._option(key, value[section], (section,))
        self._only(tuple(LIMIT_OPTIONS), self._mapping(("limits",)), ("limits",))
        for name, given in self._mapping(("limits",)).items():
            self._option(LIMIT_OPTIONS[name], given, ("limits", name))
        for place, given in enumerate(self._list(("announcements",))):
            self._announcement(given, ("announcements", place))
        for place, given in enumerate(self._list(("channels",))):
            self._channel(given, ("channels", place))
        return self._wanted

    def _option(self, key: str, given: Any, path: Path_) -> None:
        if key not in self._options:
            raise self._document.wrong(path, "there is no such option")
        if key in self._wanted.places:
            raise self._document.wrong(path, f"{key} stands in the file already")
        self._wanted.places[key] = path
        secret = self._options[key]["secret"]
        if secret and given is not None and not is_reference(given):
            raise self._document.wrong(path, "is a secret: write where it is, as {env: NAME}")
        if not secret:
            self._wanted.body["options"][key] = None if given is None else _text(given)
        elif text := self._secret(given, path) if given else "":
            self._wanted.body["options"][key] = text
        elif given is None:
            self._wanted.body["options"][key] = None

    def _announcement(self, given: Any, path: Path_) -> None:
        row = self._record(given, path)
        self._only(ANNOUNCEMENT, row, path)
        if not row.get("title"):
            raise self._document.wrong(path, "needs a title")
        self._wanted.places[".".join(str(part) for part in path)] = path
        self._wanted.body["announcements"].append(_plain(row))

    def _channel(self, given: Any, path: Path_) -> None:
        row = self._record(given, path)
        self._only(tuple(CHANNEL), row, path)
        for name in REQUIRED:
            if row.get(name) in (None, ""):
                raise self._document.wrong(path, f"needs a {name}")
        form = {
            known.name: self._value(known, row[name], (*path, name)) for name, known in CHANNEL.items() if name in row
        }
        for name, known in CHANNEL.items():
            self._wanted.places[f"channels.{path[1]}.{known.name}"] = (*path, name)
        self._wanted.body["channels"].append(form)

    def _value(self, known: Field, given: Any, path: Path_) -> Any:
        readers = {
            "provider": self._provider,
            "state": self._state,
            "list": self._names,
            "mapping": self._texts,
            "settings": self._settings,
            "key": self._key,
        }
        if known.kind in readers:
            return readers[known.kind](given, path)
        kinds = {"text": str, "whole": int, "switch": bool, "limits": list}
        if not isinstance(given, kinds[known.kind]) or (known.kind == "whole" and isinstance(given, bool)):
            said = {"text": "a text", "whole": "a whole number", "switch": "true or false", "limits": "a list"}
            raise self._document.wrong(path, f"must be {said[known.kind]}")
        return _plain(given)

    def _provider(self, given: Any, path: Path_) -> int:
        number = self._providers.get(str(given).lower(), given)
        if not isinstance(number, int) or number not in self._providers.values():
            raise self._document.wrong(path, f"{given} is no provider: oneapi channels add --help, or its number")
        return number

    def _state(self, given: Any, path: Path_) -> int:
        states = {"enabled": 1, "disabled": 2}
        if given not in states:
            raise self._document.wrong(path, "must be enabled or disabled")
        return states[given]

    def _names(self, given: Any, path: Path_) -> str:
        rows = given if isinstance(given, list) else [given]
        if not all(isinstance(one, str) and "," not in one for one in rows):
            raise self._document.wrong(path, "must be a list of names")
        return ",".join(rows)

    def _texts(self, given: Any, path: Path_) -> str:
        pairs = self._record(given, path)
        if not all(isinstance(text, str) for text in pairs.values()):
            raise self._document.wrong(path, "must be names and texts")
        return json.dumps(pairs, ensure_ascii=False) if pairs else ""

    def _settings(self, given: Any, path: Path_) -> str:
        pairs = self._record(given, path)
        opened = {
            name: self._secret(text, (*path, name)) if is_reference(text) else text for name, text in pairs.items()
        }
        return self._texts(opened, path)

    def _key(self, given: Any, path: Path_) -> str:
        rows: list[Any] = given if isinstance(given, list) else [given]
        if not all(is_reference(one) for one in rows):
            raise self._document.wrong(path, "is a secret: write where it is, as {env: NAME}")
        keys = [self._secret(one, path) for one in rows]
        return "\n".join(keys) if all(keys) else ""

    def _secret(self, reference: Mapping[str, str], path: Path_) -> str:
        """Empty where it is not found here."""
        try:
            return self._resolve(reference)
        except Missing as missing:
            self._wanted.missing.append(str(self._document.wrong(path, str(missing))))
            return ""

    def _mapping(self, path: Path_) -> Json:
        return self._record(self._document.value.get(str(path[0])) or {}, path)

    def _list(self, path: Path_) -> list[Any]:
        given = self._document.value.get(str(path[0])) or []
        if not isinstance(given, list):
            raise self._document.wrong(path, "must be a list")
        return given

    def _record(self, given: Any, path: Path_) -> Json:
        if not isinstance(given, dict) or not all(isinstance(name, str) for name in given):
            raise self._document.wrong(path, "must be names and values")
        return cast(Json, given)

    def _only(self, names: Sequence[str], given: Mapping[str, Any], path: Path_) -> None:
        if odd := [name for name in given if name not in names]:
            raise self._document.wrong((*path, odd[0]), f"is not known; there are {', '.join(names)}")


def at_line(document: Document, wanted: Wanted, failure: Failure, fields: Mapping[str, str]) -> Failure:
    """A refusal of the gateway, with the lines of the file that it is about."""
    lines = [str(document.wrong(wanted.places.get(name, ()), message)) for name, message in fields.items()]
    return Failure("\n".join(lines) or str(failure), Exit.USAGE if lines else failure.code)


def _text(value: Any) -> str:
    """An option as the API takes it: always a text."""
    return value if isinstance(value, str) else exact_json(value)


def _plain(value: Any) -> Any:
    """Of what a client's JSON can hold: it has no decimals."""
    return json.loads(exact_json(value))


def exact_json(value: Any) -> str:
    """JSON with every number as it was written."""
    if isinstance(value, dict):
        return (
            "{"
            + ",".join(f"{json.dumps(str(name), ensure_ascii=False)}:{exact_json(one)}" for name, one in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(exact_json(one) for one in value) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)
