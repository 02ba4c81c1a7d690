"""Which tools of the provider's own a request asks for, in any dialect."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.billing.hosted_tools import MOST_SAID, hosted
from gateway.domain.usage import MAX_CALLS

CASES: dict[str, tuple[dict[str, Any], dict[str, int]]] = {
    "nothing": ({}, {}),
    "functions": ({"tools": [{"type": "function", "function": {}}, {"name": "f", "input_schema": {}}]}, {}),
    "what clients run": (
        {"tools": [{"type": name} for name in ("local_shell", "apply_patch", "bash_20250124", "computer_20250124")]},
        {},
    ),
    "a search": ({"tools": [{"type": "web_search"}]}, {"web_search": 10}),
    "a search of a day": ({"tools": [{"type": "web_search_20250305", "max_uses": 3}]}, {"web_search": 3}),
    "at most so many": (
        {"tools": [{"type": "web_search"}, {"type": "file_search"}], "max_tool_calls": 2},
        {"web_search": 2, "file_search": 2},
    ),
    "absurdly many": ({"tools": [{"type": "web_search"}], "max_tool_calls": 10**9}, {"web_search": 10}),
    "more than usual": (
        {"tools": [{"type": "web_search", "max_uses": 10**9}]},
        {"web_search": MOST_SAID},
    ),
    "an interpreter": (
        {"tools": [{"type": "code_interpreter", "container": {"type": "auto", "memory_limit": "4g"}}]},
        {"code_interpreter/4g": 1},
    ),
    "a hosted shell": (
        {"tools": [{"type": "shell", "environment": {"type": "container_auto"}}, {"type": "shell"}]},
        {"code_interpreter": 1},
    ),
    "a picture": (
        {"tools": [{"type": "image_generation", "model": "gpt-image-1-mini", "quality": "low", "size": "auto"}]},
        {"image_generation:gpt-image-1-mini/low/": 1},
    ),
    "Google's": (
        {"tools": [{"googleSearch": {}, "code_execution": {}}, {"functionDeclarations": []}, {"new_tool": {}}]},
        {"web_search": 10, "grounded_prompt": 1, "code_execution": 1, "new_tool": 10},
    ),
    "fields of a chat": (
        {"web_search_options": {}, "enable_search": True, "search_parameters": {"max_search_results": 4}},
        {"web_search": 2, "sources": 4},
    ),
    "fields that say no": ({"enable_search": False, "search_parameters": {"mode": "off"}, "web_search": True}, {}),
    "plug-ins": (
        {"plugins": [{"id": "web", "max_results": 11}, {"id": "moderation"}, {"id": "web", "enabled": False}]},
        {"web_search": 3},
    ),
    "in a namespace": ({"tools": [{"type": "namespace", "tools": [{"type": "web_search"}]}]}, {"web_search": 10}),
    "without a name": ({"tools": [{"": None}]}, {"a tool without a name": 10}),
    "nonsense": ({"tools": [1, None, [], {"type": 5}], "plugins": "web", "max_tool_calls": True}, {"type": 10}),
}


@pytest.mark.parametrize("case", CASES)
def test_what_a_request_asks_for(case: str) -> None:
    body, expected = CASES[case]
    assert hosted(body, 10) == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
KEYS = ["tools", "plugins", "search_parameters", "web_search_options", "web_search", "max_tool_calls", "enable_search"]


@given(st.dictionaries(st.sampled_from(KEYS), JSON))
def test_no_request_makes_it_fail_or_count_without_end(body: dict[str, Any]) -> None:
    for name, calls in hosted(body, 10).items():
        assert name and len(name) < 200
        assert 0 < calls < MAX_CALLS
