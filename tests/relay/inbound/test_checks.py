"""Request bodies as JSON: how deep they may go, and which model they ask for."""

import json
from typing import Any

import pytest

from gateway.errors import BadRequest
from relay.inbound.checks import DEEPEST, model_of, read_object


def nested(levels: int) -> bytes:
    """An object of so many levels, itself included."""
    return b'{"x":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


def test_a_body_may_be_as_deep_as_any_schema_and_no_deeper() -> None:
    assert read_object(nested(DEEPEST))
    with pytest.raises(BadRequest, match="nested more than 128 levels"):
        read_object(nested(DEEPEST + 1))


def test_many_things_side_by_side_are_not_deep() -> None:
    wide = {"messages": [{"role": "user", "content": [{"type": "text", "text": "{[" * 500}]}] * 500}
    assert read_object(json.dumps(wide).encode()) == wide


def test_depth_is_found_in_objects_and_lists_alike() -> None:
    deep: Any = "x"
    for level in range(200):
        deep = {"a": deep} if level % 2 else [deep]
    with pytest.raises(BadRequest, match="nested"):
        read_object(json.dumps({"wide": [[]] * 300, "deep": deep}).encode())


@pytest.mark.parametrize("twin", ["Model", "MODEL", "modeL"])
def test_a_second_model_in_other_letters_is_refused(twin: str) -> None:
    with pytest.raises(BadRequest, match=f"'{twin}' is no field"):
        model_of({"model": "cheap", twin: "dear"})
    assert model_of({"model": "cheap", "models": ["dear"], "mödel": 1}) == "cheap"
