"""Python values to DynamoDB's and back."""

from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer
from hypothesis import given
from hypothesis import strategies as st

from gateway.store.client.attributes import from_item, from_value, to_item, to_value

PAIRS: list[tuple[Any, dict[str, Any]]] = [
    (7, {"N": "7"}),
    (-(10**30), {"N": "-1" + "0" * 30}),
    ("", {"S": ""}),
    ("ä\x1f", {"S": "ä\x1f"}),
    (True, {"BOOL": True}),
    (None, {"NULL": True}),
    (b"\x00\xff", {"B": "AP8="}),
    ([1, "a", [None]], {"L": [{"N": "1"}, {"S": "a"}, {"L": [{"NULL": True}]}]}),
    ({"a": {"b": False}}, {"M": {"a": {"M": {"b": {"BOOL": False}}}}}),
]


@pytest.mark.parametrize(("value", "stored"), PAIRS)
def test_a_value_goes_there_and_back(value: Any, stored: dict[str, Any]) -> None:
    assert to_value(value) == stored
    assert from_value(stored) == value


def test_a_tuple_is_a_list() -> None:
    assert to_value((1,)) == {"L": [{"N": "1"}]}


@pytest.mark.parametrize("value", [1.5, Decimal("1.5"), object(), {1, 2}])
def test_what_no_table_holds_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        to_value(value)


@pytest.mark.parametrize("stored", [{"SS": ["a"]}, {"NS": ["1"]}])
def test_types_no_table_uses_are_refused(stored: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        from_value(stored)


def test_a_number_with_a_point_stays_exact() -> None:
    assert from_value({"N": "0.1"}) == Decimal("0.1")
    assert from_value({"N": "-3"}) == -3


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**37), 10**37) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.text(min_size=1), values))
def test_any_item_goes_there_and_back_and_boto3_reads_the_same(item: dict[str, Any]) -> None:
    stored = to_item(item)
    assert from_item(stored) == item
    assert {name: TypeDeserializer().deserialize(value) for name, value in stored.items()} == item
