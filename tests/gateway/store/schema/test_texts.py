"""Columns of text that hold more than one thing."""

import pytest

from gateway.store.schema.texts import comma_list, json_texts


@pytest.mark.parametrize(
    ("text", "names"),
    [(None, ()), ("", ()), (" , ", ()), ("a", ("a",)), ("b, a ,b,,c", ("b", "a", "c"))],
)
def test_a_list_is_trimmed_and_names_each_thing_once_in_order(text: str | None, names: tuple[str, ...]) -> None:
    assert comma_list(text) == names


@pytest.mark.parametrize("text", [None, "", "{", "[1]", "7", '"a"'])
def test_what_is_no_object_counts_as_none(text: str | None) -> None:
    assert json_texts(text) == {}


def test_only_texts_are_taken_of_an_object() -> None:
    assert json_texts('{"a": "x", "b": 1, "c": null, "d": ""}') == {"a": "x", "d": ""}
