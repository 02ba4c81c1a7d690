"""Our dataclasses behave as the standard library's do, which is what each is held to here."""

import copy
import dataclasses
import pickle
from dataclasses import FrozenInstanceError, field
from typing import Any

import pytest

from gateway.records import changed, dataclass, record, short_record


@dataclass(frozen=True, slots=True)
class Ours:
    """A point."""

    x: int
    y: int = 2
    tags: list[str] = field(default_factory=list[str], compare=False)
    secret: str = field(default="", repr=False, hash=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Theirs:
    """A point."""

    x: int
    y: int = 2
    tags: list[str] = field(default_factory=list[str], compare=False)
    secret: str = field(default="", repr=False, hash=False)


@dataclass(slots=True, kw_only=True)
class Changing:
    first: int
    second: str = "two"
    sum: str = field(init=False)
    made: list[int] = field(init=False, default_factory=list[int])

    def __post_init__(self) -> None:
        self.sum = f"{self.first} and {self.second}"


@dataclass(frozen=True, slots=True)
class Further(Ours):
    z: int = 3


@dataclass(frozen=True, slots=True)
class Empty:
    pass


class Heir(Changing):
    """No dataclass itself."""


@record
class Named:
    one: int
    two: int = 2


@short_record
class Short:
    one: int
    two: int = 2


@dataclass(frozen=True, slots=True)
class WithItsOwn:
    value: int

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 7

    def __repr__(self) -> str:
        return "own"


CALLS: tuple[tuple[tuple[Any, ...], dict[str, Any]], ...] = (
    ((1,), {}),
    ((1, 5), {"secret": "s"}),
    ((), {"x": 4, "tags": ["a"]}),
)
MISTAKES: tuple[tuple[tuple[Any, ...], dict[str, Any]], ...] = (
    ((), {}),
    ((1, 2, [], "", 9), {}),
    ((1,), {"x": 1}),
    ((1,), {"unknown": 1}),
)


@pytest.mark.parametrize(("given", "named"), CALLS)
def test_objects_look_and_compare_as_the_standard_librarys(given: tuple[Any, ...], named: dict[str, Any]) -> None:
    ours, theirs = Ours(*given, **named), Theirs(*given, **named)
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert hash(ours) == hash(theirs)
    assert dataclasses.astuple(ours) == dataclasses.astuple(theirs)
    assert ours == Ours(*given, **named) and ours != Ours(100) and ours.__eq__(theirs) is NotImplemented


@pytest.mark.parametrize(("given", "named"), MISTAKES)
def test_a_mistake_in_a_call_is_told_in_the_same_words(given: tuple[Any, ...], named: dict[str, Any]) -> None:
    with pytest.raises(TypeError) as theirs:
        Theirs(*given, **named)
    with pytest.raises(TypeError) as ours:
        Ours(*given, **named)
    assert str(ours.value) == str(theirs.value).replace("Theirs", "Ours")


def test_what_works_on_dataclasses_works_on_ours() -> None:
    point = Ours(1)
    assert [one.name for one in dataclasses.fields(Ours)] == ["x", "y", "tags", "secret"]
    assert dataclasses.replace(point, y=9) == Ours(1, 9)
    assert dataclasses.asdict(point) == {"x": 1, "y": 2, "tags": [], "secret": ""}
    match point:
        case Ours(x, y):
            assert (x, y) == (1, 2)
    assert Ours.__doc__ == "A point."


def test_each_object_gets_a_list_of_its_own() -> None:
    assert Ours(1).tags is not Ours(1).tags


def test_a_frozen_object_cannot_be_changed_but_copied() -> None:
    point: Any = Ours(1, tags=["a"])
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'x'"):
        point.x = 2
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'x'"):
        del point.x
    with pytest.raises(FrozenInstanceError):
        point.unknown = 2
    for twin in (copy.copy(point), copy.deepcopy(point), pickle.loads(pickle.dumps(point))):
        assert twin == point and twin.tags == ["a"] and twin is not point


def test_fields_that_are_no_parameters_are_made_after_the_others() -> None:
    one = Changing(first=1)
    assert (one.sum, one.made) == ("1 and two", [])
    assert (one == Changing(first=1), one == Changing(first=2)) == (True, False)
    with pytest.raises(TypeError, match="unhashable"):
        hash(one)
    with pytest.raises(TypeError, match="positional"):
        Changing(1)  # type: ignore[misc, call-arg]


def test_an_heir_is_made_by_what_it_inherits_whichever_is_made_first() -> None:
    assert Heir(first=2).sum == "2 and two"
    assert repr(Further(1, z=4)) == "Further(x=1, y=2, tags=[], z=4)"
    assert Further(1) != Ours(1)
    assert (Empty(), hash(Empty()), repr(Empty())) == (Empty(), hash(()), "Empty()")


def test_records_compare_hash_and_can_be_changed_into_others() -> None:
    assert {Named(one=1), Named(one=1), Named(one=1, two=3)} == {Named(one=1), Named(one=1, two=3)}
    assert changed(Short(1), two=5) == Short(1, 5)
    with pytest.raises(TypeError, match="positional"):
        Named(1)  # type: ignore[misc, call-arg]


def test_methods_that_a_class_has_are_left() -> None:
    assert (WithItsOwn(1) == WithItsOwn(2), hash(WithItsOwn(1)), repr(WithItsOwn(1))) == (True, 7, "own")


def test_nothing_is_compiled_before_the_first_object() -> None:
    @dataclass(slots=True)
    class Late:
        value: int

    assert Late.__init__.__code__.co_varnames[:2] == ("self", "given")
    assert Late(1).value == 1
    assert Late.__init__.__code__.co_varnames == ("self", "value")
