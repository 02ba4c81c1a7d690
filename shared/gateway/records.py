"""Dataclasses that cost nothing until they are used, and records that every request makes.

``dataclasses.dataclass`` writes the source of five methods for each class and compiles it: 0.3 ms, and a cold start of
the relay has 160 classes, most of which its first request does not make. Here fields are found by it as ever, so that
``fields``, ``replace`` and ``asdict`` work; ``__init__`` is made for the first object, mostly from what was compiled
for another class with as many fields, and the other methods are the same functions for all.

Frozen dataclasses set each field by a call, and a relayed request has some two hundred fields: 50 microseconds, a
twelfth of all it takes. Nobody may change a record either way; ``record`` and ``short_record`` leave it to pyright to
say so, for what every request makes. What few requests make stays a frozen dataclass.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, field
from functools import cache
from operator import attrgetter
from reprlib import recursive_repr
from types import CodeType, FunctionType
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")

_DEFAULT: Any = object()  # stands for a field that its factory is to make


@dataclass_transform(field_specifiers=(field,))
def dataclass(*, slots: bool, frozen: bool = False, kw_only: bool = False) -> Callable[[type[T]], type[T]]:
    """``dataclasses.dataclass`` without its start, for classes with slots. (``cached_property`` needs one without.)"""
    assert slots

    def made(cls: type[T]) -> type[T]:
        return _made(cls, frozen=frozen, kw_only=kw_only, hashed=frozen)

    return made


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def record(cls: type[T]) -> type[T]:
    """A record whose fields are named where it is made."""
    return _made(cls, frozen=False, kw_only=True, hashed=True)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def short_record(cls: type[T]) -> type[T]:
    """A record of few fields, which need not be named."""
    return _made(cls, frozen=False, kw_only=False, hashed=True)


def changed(one: T, **fields: Any) -> T:
    """A copy of a record with other values in some fields: ``dataclasses.replace`` in half of its time.

    Nothing is checked, so it is for records whose every field may be given, and where every request makes one.
    """
    kind: Any = type(one)
    made = object.__new__(kind)
    for name in kind.__slots__:
        setattr(made, name, fields[name] if name in fields else getattr(one, name))
    return made


def _made(cls: type[T], *, frozen: bool, kw_only: bool, hashed: bool) -> type[T]:
    own = set(vars(cls))
    cls.__doc__ = cls.__doc__ or cls.__name__  # without one, dataclasses works out a signature: 0.1 ms
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(cls)
    methods: dict[str, Any] = {"__init__": _first_init(made, frozen=frozen), "__repr__": _repr, **_compared(made)}
    if not hashed:
        methods["__hash__"] = None
    if frozen:
        methods |= _FROZEN
    for name, method in methods.items():
        if name not in own:
            setattr(made, name, method)
    return made


def _first_init(cls: Any, *, frozen: bool) -> Callable[..., None]:
    """Stands in for ``__init__`` until the first object is made."""

    def __init__(self: Any, *given: Any, **named: Any) -> None:
        cls.__init__ = _init(cls, frozen=frozen)
        cls.__init__(self, *given, **named)

    return __init__


def _init(cls: Any, *, frozen: bool) -> Callable[..., None]:
    """``__init__``. What is compiled has numbers for names, so that classes with as many fields share it."""
    given = sorted((one for one in dataclasses.fields(cls) if one.init), key=lambda one: bool(one.kw_only))
    fields = [*given, *(one for one in dataclasses.fields(cls) if not one.init)]
    names = {f"f{number}": one.name for number, one in enumerate(fields)}
    lines = [line for number, one in enumerate(fields) if (line := _assigned(number, one, frozen=frozen))]
    lines += [" self.__post_init__()"] if hasattr(cls, "__post_init__") else []
    parameters = ", ".join(["self", *(f"f{number}" for number in range(len(given)))])
    code = _code(f"def __init__({parameters}):\n" + "\n".join(lines or [" pass"]))
    named = [one for one in given if one.kw_only]
    own = code.replace(
        co_varnames=tuple(names.get(name, name) for name in code.co_varnames),
        co_names=tuple(names.get(name, name) for name in code.co_names),
        co_argcount=1 + len(given) - len(named),
        co_kwonlyargcount=len(named),
    )
    made = FunctionType(own, _scope(cls, fields))
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    made.__defaults__ = tuple(_default(one) for one in given if not one.kw_only and _has_default(one))
    made.__kwdefaults__ = {one.name: _default(one) for one in named if _has_default(one)}
    return made


@cache
def _code(source: str) -> CodeType:
    scope: dict[str, Any] = {}
    exec(source, scope)  # noqa: S102 (as dataclasses do)
    return scope["__init__"].__code__


def _scope(cls: Any, fields: list[Field[Any]]) -> dict[str, Any]:
    """What the code names: a frozen object's fields are set by its slots themselves, the fastest way there is."""
    scope: dict[str, Any] = {"_DEFAULT": _DEFAULT}
    for number, one in enumerate(fields):
        scope[f"set{number}"] = getattr(cls, one.name).__set__
        if _has_default(one):
            scope[f"make{number}"] = _maker(one)
    return scope


def _assigned(number: int, one: Field[Any], *, frozen: bool) -> str:
    """The line that sets a field."""
    value = f"f{number}" if one.init else f"make{number}()"
    if one.init and one.default_factory is not MISSING:
        value = f"make{number}() if f{number} is _DEFAULT else f{number}"
    if not one.init and not _has_default(one):
        return ""
    return f" set{number}(self, {value})" if frozen else f" self.f{number} = {value}"


def _has_default(one: Field[Any]) -> bool:
    return one.default is not MISSING or one.default_factory is not MISSING


def _default(one: Field[Any]) -> Any:
    return _DEFAULT if one.default is MISSING else one.default


def _maker(one: Field[Any]) -> Any:
    return (lambda: one.default) if one.default_factory is MISSING else one.default_factory


def _compared(cls: Any) -> dict[str, Callable[..., Any]]:
    """``__eq__`` and ``__hash__``: by what is in the fields."""
    fields = dataclasses.fields(cls)
    compared = _values([one.name for one in fields if one.compare])
    hashed = _values([one.name for one in fields if (one.compare if one.hash is None else one.hash)])

    def __eq__(self: Any, other: Any) -> Any:
        return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: Any) -> int:
        return hash(hashed(self))

    return {"__eq__": __eq__, "__hash__": __hash__}


def _values(names: list[str]) -> Callable[[Any], Any]:
    return attrgetter(*names) if names else lambda _: ()


@recursive_repr()
def _repr(self: Any) -> str:
    shown = (f"{one.name}={getattr(self, one.name)!r}" for one in dataclasses.fields(self) if one.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _refuse_to_set(self: Any, name: str, value: Any) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, one.name) for one in dataclasses.fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for one, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, one.name, value)


# Copies and pickles of a frozen object cannot set its fields in the usual way.
_FROZEN = {
    "__setattr__": _refuse_to_set,
    "__delattr__": _refuse_to_delete,
    "__getstate__": _state,
    "__setstate__": _set_state,
}
