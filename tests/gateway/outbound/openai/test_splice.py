"""Bytes of a caller that are changed in one place and nowhere else."""

import json

import pytest

from gateway.outbound.openai.splice import force_include_usage, replace_model

BIG = (
    '{"seed": 123456789012345678901234567890, "x":1.10, "model" : "a" ,'
    '"messages":[{"role":"user","content":"\\u4f60 \\"model\\": \\"a\\""}]}'
)

MODELS: dict[str, tuple[str, str]] = {
    "last": ('{"messages":[],"model":"a"}', '{"messages":[],"model":"b"}'),
    "first": ('{"model":"a","messages":[]}', '{"model":"b","messages":[]}'),
    "spaces, big numbers, quoted text": (BIG, BIG.replace('"model" : "a"', '"model" : "b"')),
    "nested namesake": (
        '{"metadata":{"model":"keep"},"model":"a","tools":[{"model":"keep"}]}',
        '{"metadata":{"model":"keep"},"model":"b","tools":[{"model":"keep"}]}',
    ),
    "nested namesake after": ('{"model":"a","metadata":{"model":"keep"}}', '{"model":"b","metadata":{"model":"keep"}}'),
    "schema": (
        '{"model":"a","tools":[{"parameters":{"properties":{"model":{"type":"string"}}}}]}',
        '{"model":"b","tools":[{"parameters":{"properties":{"model":{"type":"string"}}}}]}',
    ),
    "escaped key": (
        '{"m\\u006fdel":"a","metadata":{"model":"keep"}}',
        '{"m\\u006fdel":"b","metadata":{"model":"keep"}}',
    ),
    "escaped value": ('{"model":"a\\"b"}', '{"model":"b"}'),
    "brackets in text": ('{"x":"}}]]{","model":"a","y":"{["}', '{"x":"}}]]{","model":"b","y":"{["}'),
}


@pytest.mark.parametrize("case", MODELS)
def test_only_the_model_changes(case: str) -> None:
    before, after = MODELS[case]
    assert replace_model(before.encode(), "b") == after.encode()


def test_a_model_given_twice_becomes_one() -> None:
    assert json.loads(replace_model(b'{"model":"cheap","model":"dear"}', "b")) == {"model": "b"}
    assert replace_model(b'{"model":"cheap","model":"dear"}', "b").count(b"model") == 1


def test_a_model_with_quotes_is_escaped() -> None:
    assert json.loads(replace_model(b'{"model":"a"}', 'x"y\\z')) == {"model": 'x"y\\z'}


USAGE: dict[str, tuple[str, str]] = {
    "absent": ('{"model":"a"}', '{"stream_options":{"include_usage":true},"model":"a"}'),
    "leading space": (' {\n "model":"a"}', ' {"stream_options":{"include_usage":true},\n "model":"a"}'),
    "empty object": ("{}", '{"stream_options":{"include_usage":true}}'),
    "true already": (
        '{"stream_options": {"include_usage": true}, "a":1}',
        '{"stream_options": {"include_usage": true}, "a":1}',
    ),
    "false": (
        '{"stream_options":{"include_usage":false},"a":1e2}',
        '{"stream_options":{"include_usage":true},"a":1e2}',
    ),
    "null": ('{"a":1, "stream_options": null}', '{"a":1, "stream_options": {"include_usage":true}}'),
    "other options": (
        '{"stream_options":{"x":[{}],"y":"}"},"a":1.0}',
        '{"stream_options":{"x":[{}],"y":"}","include_usage":true},"a":1.0}',
    ),
    "odd type": ('{"stream_options":"on","a":1}', '{"stream_options":{"include_usage":true},"a":1}'),
    "only nested": (
        '{"metadata":{"stream_options":{}}}',
        '{"stream_options":{"include_usage":true},"metadata":{"stream_options":{}}}',
    ),
    "escaped key": ('{"stream\\u005Foptions":{},"a":1}', '{"stream\\u005Foptions":{"include_usage":true},"a":1}'),
}


@pytest.mark.parametrize("case", USAGE)
def test_usage_is_asked_for_and_nothing_else_changes(case: str) -> None:
    before, after = USAGE[case]
    assert force_include_usage(before.encode()) == after.encode()


def test_stream_options_given_twice_become_one() -> None:
    changed = force_include_usage(b'{"stream_options":{},"stream_options":{"include_usage":false,"x":1}}')
    assert json.loads(changed) == {"stream_options": {"include_usage": True, "x": 1}}
    assert changed.count(b"stream_options") == 1
