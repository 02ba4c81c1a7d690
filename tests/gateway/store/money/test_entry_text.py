"""An entry that is written as text says what the plain encoder says, whatever is in it."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.money import Entry, EntryType
from gateway.store.client.attributes import quoted, to_item, to_value, value_text
from gateway.store.money.ledger_requests import entry_put, put_entry
from gateway.store.schema.tables import Tables

TABLES = Tables("test-")

hostile = st.text(st.characters(exclude_categories=()), max_size=30) | st.sampled_from(
    ['"', "\\", '"}}', "\x00\x1f\x7f", "\ud83d", "\ude00\ud83d", "\U0001f600", "é\u2028", "%s{0}", "倍率：1.00 × 1"]
)
numbers = st.integers(-(10**37), 10**37) | st.sampled_from([0, -1, 2**53, 2**64])
values = st.recursive(
    st.none() | st.booleans() | numbers | hostile | st.binary(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(hostile, inner, max_size=4),
    max_leaves=10,
)
entries = st.builds(
    Entry,
    request_id=st.text(st.characters(exclude_categories=["Cs"]), min_size=7, max_size=31),
    id=numbers,
    created_at=numbers,
    type=st.sampled_from(EntryType),
    user_id=numbers,
    username=hostile,
    quota=numbers,
    cost=st.none() | numbers,
    content=hostile,
    token_id=numbers,
    token_name=hostile,
    model_name=hostile,
    prompt_tokens=numbers,
    completion_tokens=numbers,
    channel_id=numbers,
    elapsed_time=numbers,
    is_stream=st.booleans(),
    system_prompt_reset=st.booleans(),
    details=st.dictionaries(hostile, values, max_size=5),
)


@given(entries)
def test_an_entry_as_text_is_the_entry_as_objects(entry: Entry) -> None:
    assert json.loads(entry_put(TABLES, entry)) == put_entry(TABLES, entry)["Put"]


@given(entries)
def test_it_has_its_attributes_in_the_same_order(entry: Entry) -> None:
    assert list(json.loads(entry_put(TABLES, entry))["Item"]) == list(put_entry(TABLES, entry)["Put"]["Item"])


@given(values)
def test_a_value_as_text_is_the_value_as_objects(value: Any) -> None:
    assert json.loads(value_text(value)) == to_value(value)


@given(hostile)
def test_a_quoted_text_is_read_as_it_was(text: str) -> None:
    assert json.loads(quoted(text)) == text
    assert json.loads(f"{{{quoted(text)}:{value_text(text)}}}") == to_item({text: text})
