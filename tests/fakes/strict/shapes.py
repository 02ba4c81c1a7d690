"""Whether JSON has the shape that a vendor documents, read off the types of the vendor's own library."""

import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Literal, get_args, get_origin

import typing_extensions

PLAIN: dict[Any, tuple[type, ...]] = {
    str: (str,), int: (int,), float: (int, float), bool: (bool,), type(None): (type(None),)
}  # fmt: skip


def complaint(value: Any, hint: Any, place: str = "body") -> str:
    """What is wrong with it, in the words of a server that refuses what it does not know; nothing when all is well."""
    hint, arguments = _bare(hint), get_args(_bare(hint))
    origin = get_origin(hint)
    if hint is Any or hint is object:
        return ""
    if origin in (typing.Union, types.UnionType):
        return _of_alternatives(value, arguments, place)
    if origin is Literal:
        return "" if value in arguments else f"{place}: Input should be one of {arguments!r}, not {value!r:.80}"
    if typing_extensions.is_typeddict(hint):
        return _of_object(value, hint, place)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _first(complaint(inner, arguments[1], f"{place}.{name}") for name, inner in _items(value, place))
    if isinstance(origin, type) and issubclass(origin, Iterable):
        if not isinstance(value, list):
            return f"{place}: Input should be a valid array"
        found = typing.cast("list[Any]", value)
        return _first(complaint(inner, arguments[0], f"{place}.{number}") for number, inner in enumerate(found))
    return _of_plain(value, hint, place)


def _bare(hint: Any) -> Any:
    """Without ``Required``, ``Annotated``, names of types and the like."""
    while True:
        if get_origin(hint) in (typing.Required, typing.NotRequired, typing.Annotated):
            hint = get_args(hint)[0]
        elif hasattr(hint, "__value__"):
            hint = hint.__value__
        elif hasattr(hint, "__supertype__"):
            hint = hint.__supertype__
        else:
            return hint


def _of_plain(value: Any, hint: Any, place: str) -> str:
    known = PLAIN.get(hint)
    if known is None:  # files, models and other things that are no JSON
        return f"{place}: Input of {type(value).__name__} is not accepted"
    fits = isinstance(value, known) and (hint is bool or not isinstance(value, bool))
    return "" if fits else f"{place}: Input should be {hint.__name__}, not {value!r:.80}"


def _of_object(value: Any, hint: Any, place: str) -> str:
    if not isinstance(value, dict):
        return f"{place}: Input should be an object"
    named, known = typing.cast("dict[str, Any]", value), _fields(hint)
    missing = [name for name in hint.__required_keys__ if name not in named]
    if missing:
        return f"{place}.{missing[0]}: Field required"
    for name, inner in named.items():
        if name not in known:
            return f"{place}.{name}: Extra inputs are not permitted"
        if found := complaint(inner, known[name], f"{place}.{name}"):
            return found
    return ""


def _of_alternatives(value: Any, hints: Sequence[Any], place: str) -> str:
    """Where no alternative fits, the complaint of the one that the value means to be."""
    found = {hint: complaint(value, hint, place) for hint in hints}
    if "" in found.values():
        return ""
    meant = [told for hint, told in found.items() if _meant(value, _bare(hint))]
    return max(meant or found.values(), key=lambda told: told.partition(":")[0].count("."))


def _meant(value: Any, hint: Any) -> bool:
    """Whether the words that tell alternatives apart are those of this one."""
    if not isinstance(value, dict) or not typing_extensions.is_typeddict(hint):
        return False
    named, known = typing.cast("dict[str, Any]", value), _fields(hint)
    return all(not complaint(named[name], known[name]) for name in ("type", "role") if name in known and name in named)


@cache
def _fields(hint: Any) -> dict[str, Any]:
    return typing_extensions.get_type_hints(hint, include_extras=True)


def _items(value: Any, place: str) -> Iterable[tuple[str, Any]]:
    return typing.cast("dict[str, Any]", value).items() if isinstance(value, dict) else [(place, value)]


def _first(complaints: Iterable[str]) -> str:
    return next((told for told in complaints if told), "")
