"""Update expressions applied to an item: every operand is read from the item as it was before."""

import itertools
import marshal
from collections.abc import Iterable, Sequence
from typing import Any

from tests.support.contending.expressions import Scope, evaluate, member
from tests.support.contending.grammar import Node, Path
from tests.support.contending.refusals import invalid
from tests.support.contending.values import calculated

Json = dict[str, Any]
_BAD_PATH = "The document path provided in the update expression is invalid for update"


def check_paths(paths: Sequence[Path], key_names: Iterable[str]) -> None:
    """Refused if two paths are one or inside each other, or if one is of the primary key."""
    for path in paths:
        if path[0] in key_names:
            name = path[0]
            raise invalid(
                f"One or more parameter values were invalid: Cannot update attribute {name}. "
                "This attribute is part of the key"
            )
    ordered = sorted(paths, key=lambda path: [(isinstance(part, int), part) for part in path])
    for one, other in itertools.pairwise(ordered):
        if other[: len(one)] == one:
            raise invalid(
                "Invalid UpdateExpression: Two document paths overlap with each other; "
                f"must remove or rewrite one of these paths; path one: {one}, path two: {other}"
            )


def updated(actions: tuple[Node, ...], before: Json, scope: Scope) -> Json:
    """The item after an update; ``before`` stays as it is."""
    item = dict(before)
    for path in {scope.path(path)[0] for _, path, _ in actions if len(path) > 1}:
        if path in item:
            item[path] = marshal.loads(marshal.dumps(item[path]))  # a copy, ten times as soon as copy.deepcopy's
    removed: list[Path] = []
    for verb, raw, operand in actions:
        path = scope.path(raw)
        if verb == "REMOVE":
            removed.append(path)
            continue
        value = evaluate(operand, before, scope)
        if value is None:
            raise invalid("The provided expression refers to an attribute that does not exist in the item")
        if verb == "SET":
            _put(item, path, value)
        else:
            _combine(item, path, member(before, path), value, verb)
    for path in sorted(removed, key=lambda path: [str(part).zfill(9) for part in path], reverse=True):
        _remove(item, path)  # the last element of a list first, so that the others keep their positions
    return item


def _combine(item: Json, path: Path, there: Json | None, value: Json, verb: str) -> None:
    kind = next(iter(value))
    if kind not in (("N", "SS", "NS", "BS") if verb == "ADD" else ("SS", "NS", "BS")):
        raise invalid(f"Invalid UpdateExpression: Incorrect operand type for operator or function; operator: {verb}")
    if there is not None and kind not in there:
        raise invalid("An operand in the update expression has an incorrect data type")
    if verb == "ADD":
        _put(item, path, _added(there, value, kind))
    elif there is not None:
        left = sorted(set(there[kind]) - set(value[kind]))
        _put(item, path, {kind: left}) if left else _remove(item, path)


def _added(there: Json | None, value: Json, kind: str) -> Json:
    if kind == "N":
        return calculated(there or {"N": "0"}, "+", value)
    return {kind: sorted({*(there or {kind: []})[kind], *value[kind]})}


def _container(item: Json, path: Path) -> Any:
    parent = member(item, path[:-1])
    inside = (parent or {}).get("M" if isinstance(path[-1], str) else "L")
    if inside is None:
        raise invalid(_BAD_PATH)
    return inside


def _put(item: Json, path: Path, value: Json) -> None:
    inside = _container(item, path)
    last = path[-1]
    if isinstance(last, int) and last >= len(inside):
        inside.append(value)
    else:
        inside[last] = value


def _remove(item: Json, path: Path) -> None:
    inside = _container(item, path)
    last = path[-1]
    if isinstance(last, str):
        inside.pop(last, None)
    elif last < len(inside):
        del inside[last]
