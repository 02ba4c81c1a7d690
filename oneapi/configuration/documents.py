"""Files of YAML: numbers are exact, and of every part it is known in which line it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from oneapi.failures import Exit, Failure

Path_ = tuple[str | int, ...]
MOST_BYTES = 4_000_000


class _Loader(yaml.SafeLoader):
    """What JSON has: numbers with a point or an exponent are decimals; a date, a time or ``.inf`` is the text it is.

    An alias would let a small file say very much.
    """

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "aliases are not read", self.peek_event().start_mark)
        return super().compose_node(parent, index)


class _Dumper(yaml.SafeDumper):
    """Lists are indented below their name, long texts are blocks."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


_TAG = "tag:yaml.org,2002:"
_Loader.add_constructor(f"{_TAG}float", lambda loader, node: _decimal(str(loader.construct_scalar(node))))
_Loader.add_constructor(f"{_TAG}int", lambda loader, node: _whole(loader, node))
_Loader.add_constructor(f"{_TAG}timestamp", _Loader.construct_yaml_str)
for _kind in ("binary", "omap", "pairs", "set"):
    _Loader.add_constructor(f"{_TAG}{_kind}", _Loader.construct_undefined)
_Dumper.add_representer(Decimal, lambda dumper, value: dumper.represent_scalar(f"{_TAG}float", _with_point(value)))
_Dumper.add_representer(
    str,
    lambda dumper, value: dumper.represent_scalar(f"{_TAG}str", value, "|" if "\n" in value else None),
)


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, and the line of each of its parts by their path, counted from 1."""

    name: str
    value: dict[str, Any]
    lines: Mapping[Path_, int] = field(default_factory=dict[Path_, int])

    def wrong(self, path: Path_, message: str) -> Failure:
        """A mistake in the file, with where it is."""
        known = next(path[:length] for length in range(len(path), -1, -1) if path[:length] in self.lines)
        where = ".".join(str(part) for part in path)
        return Failure(f"{self.name}:{self.lines[known]}: {where + ': ' if where else ''}{message}", Exit.USAGE)


def read(path: Path) -> Document:
    """A file; ``Failure`` says in which line it cannot be read."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{path} cannot be read: {error}", Exit.USAGE) from None
    return parse(text, str(path))


def parse(text: str, name: str) -> Document:
    """The text of a file."""
    if len(text) > MOST_BYTES:
        raise Failure(f"{name} is larger than {MOST_BYTES} bytes", Exit.USAGE)
    lines: dict[Path_, int] = {(): 1}
    try:
        value = _value(text, name, lines)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Failure(f"{name}:{line}: no YAML: {error.problem}", Exit.USAGE) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Failure(f"{name}: no YAML: {error}", Exit.USAGE) from None
    document = Document(name, value, lines)
    if not isinstance(value, dict):
        raise document.wrong((), "must be names and values")
    return document


def write(value: Mapping[str, Any], heading: str) -> str:
    """The text of a file."""
    body = yaml.dump(dict(value), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return "".join(f"# {line}\n" for line in heading.splitlines()) + body


def _value(text: str, name: str, lines: dict[Path_, int]) -> Any:
    """What a text says, with the lines of its parts noted."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return {}
        _find(node, (), lines, name)
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _find(node: yaml.Node, path: Path_, lines: dict[Path_, int], name: str) -> None:
    """Note the lines of a node's parts."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            below = (*path, str(key.value))
            if below in lines:
                raise Failure(f"{name}:{key.start_mark.line + 1}: {key.value} is there twice", Exit.USAGE)
            lines[below] = key.start_mark.line + 1
            _find(value, below, lines, name)
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            lines[*path, place] = value.start_mark.line + 1
            _find(value, (*path, place), lines, name)


def _decimal(text: str) -> Decimal | str:
    try:
        return Decimal(text.replace("_", ""))
    except InvalidOperation:
        return text


def _whole(loader: _Loader, node: Any) -> int | str:
    """YAML 1.1 reads ``12:30`` as 750, which nobody means."""
    text = str(loader.construct_scalar(node))
    return text if ":" in text else loader.construct_yaml_int(node)


def _with_point(value: Decimal) -> str:
    """As YAML takes it for a number: with a point, and no exponent."""
    text = format(value, "f")
    return text if "." in text else f"{text}.0"
