"""Whatever JSON stands in whatever field of a reply: an answer that is charged, or a clear error that is not.

``ANY_JSON_REPLIES`` says how many replies are tried (20,000 once in a while; some hundreds in every run).
"""

import json
import os
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.e2e.support import Account
from tests.relay.callers import CALLERS, HOW, PLAIN, post, strict_events
from tests.relay.vendor_replies import VENDORS, Said, Vendor
from tests.support.memory_gateway import MemoryOperator

REPLIES = int(os.environ.get("ANY_JSON_REPLIES", "300"))
ATOMS = (
    *(None, True, False, 0, -1, 2**53, 2**70, -(2**64), 1.5, float("nan"), float("-inf")),
    *("", " ", "\ud83d", "cut \udc00", "stop", "tool_calls", "error", '{"a":', "data: [DONE]\n\n"),
    *([], {}, [None], [[]], [{}], {"": None}, {"error": ""}),
)
VALUES = st.recursive(
    st.sampled_from(ATOMS) | st.text(max_size=8) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
SAID = Said("hello", ("f",))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to everything inside."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for name, item in inner for place in places(item, (*path, name)))]


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@st.composite
def replies(draw: st.DrawFn) -> tuple[str, str, str, bytes]:
    vendor, caller, how = (draw(st.sampled_from(names)) for names in (list(VENDORS), list(CALLERS), HOW))
    row = VENDORS[vendor]
    body: Any = row.events(SAID) if how == "streamed" else row.whole(SAID)
    for _ in range(draw(st.integers(1, 2))):
        body = replaced(body, draw(st.sampled_from(places(body)[1:])), draw(VALUES))
        if not places(body)[1:]:
            break
    return vendor, caller, how, framed(row, how, body)


def framed(row: Vendor, how: str, body: Any) -> bytes:
    if how == "whole":
        return json.dumps(body).encode()
    end = b"\n" if row.kind.endswith("ndjson") else b"\n\n"
    start = b"" if row.kind.endswith("ndjson") else b"data: "
    events = b"".join(start + json.dumps(event).encode() + end for event in body)
    return events + (b"data: [DONE]\n\n" if start and row.done else b"")


@pytest.mark.timeout(120 + REPLIES // 10)
@settings(
    max_examples=REPLIES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(replies())
def test_any_json_in_any_field_is_an_answer_that_is_charged_or_an_error_that_is_not(
    operator: MemoryOperator, reply: tuple[str, str, str, bytes]
) -> None:
    vendor, caller, how, body = reply
    account: Account = operator.account()
    operator.upstream.forget_rules()
    row = VENDORS[vendor]
    made = operator.channel(account.group, type=row.type, config=PLAIN)
    kind = row.kind if how == "streamed" else "application/json"
    row.answers(operator.upstream, made.key, body, kind)
    try:
        answer = post(account, caller, how)
        assert answer.status_code != 500, answer.text
        told = answer.headers["content-type"].startswith("text/event-stream")
        found = strict_events(answer.content) if told else [orjson.loads(answer.content)]
        not_understood = told and b"could not be understood" in answer.content
        charged = answer.status_code == 200 and not not_understood
        assert (len(account.entries()), account.holds(), bool(found)) == (int(charged), [], True), answer.text
    finally:
        account.close()
