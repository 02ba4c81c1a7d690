"""Ids, names and users at the borders: what fits stays, what does not is the same fitting text everywhere."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.outbound import registry
from gateway.outbound.canonical import borders
from gateway.outbound.protocol import ProviderRequest

DOORS = {
    "openai": ("gpt-4o", r"[\s\S]{1,40}"),
    "azure": ("gpt-4o", r"[\s\S]{1,40}"),
    "anthropic": ("claude-opus-4-6", r"[a-zA-Z0-9_-]{1,64}"),
    "bedrock": ("us.anthropic.claude-opus-4-6-v1", r"[a-zA-Z0-9_-]{1,64}"),
    "vertex": ("claude-opus-4-6", r"[a-zA-Z0-9_-]{1,64}"),
    "mistral": ("mistral-large", r"[a-zA-Z0-9]{9}"),
}
CONFIG = {"region": "us-east-1", "vertex_ai_project_id": "p"}
FOREIGN = ["functions.read:0", "x" * 82, "call|fc_1", "chatcmpl-tool-é", "a b", "", "toolu_01/+="]


def sent(dialect: str, model: str, **body: Any) -> str:
    request = ProviderRequest(
        operation="chat", body=body, model=model, requested_model="m", config=CONFIG, request_id="r"
    )
    return registry.dialect(dialect).request(request).body.decode()


def history(id: str) -> list[dict[str, Any]]:
    call = {"id": id, "type": "function", "function": {"name": "f", "arguments": "{}"}}
    return [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": id, "content": "42"},
    ]


def ids(text: str) -> list[str]:
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            kept = {"tool_call_id", "tool_use_id", "toolUseId"} | (
                {"id"} if "name" in value or "function" in value else set()
            )
            found.extend(str(value[key]) for key in kept if key in value)
            for item in value.values():
                walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    walk(json.loads(text))
    return found


@pytest.mark.parametrize("id", FOREIGN)
@pytest.mark.parametrize("dialect", DOORS)
def test_a_foreign_id_fits_and_is_the_same_in_call_and_result(dialect: str, id: str) -> None:
    model, pattern = DOORS[dialect]
    call, result = ids(sent(dialect, model, messages=history(id)))
    if id or dialect not in ("openai", "azure"):
        assert call == result or not id
        assert re.fullmatch(pattern, call)


@given(id=st.text(min_size=1, max_size=100))
@pytest.mark.parametrize("dialect", DOORS)
def test_any_id_fits_its_door(dialect: str, id: str) -> None:
    model, pattern = DOORS[dialect]
    call, result = ids(sent(dialect, model, messages=history(id)))
    assert call == result and re.fullmatch(pattern, call)
    if re.fullmatch(pattern, id):
        assert call == id


CLAUDES = [name for name in DOORS if "claude" in DOORS[name][0]]


@pytest.mark.parametrize("id", ["call_0", "functions.f:0", "x" * 64, "y" * 90])
@pytest.mark.parametrize("dialect", CLAUDES)
def test_ids_that_come_again_in_every_reply_are_told_apart_for_claude(dialect: str, id: str) -> None:
    once = ids(sent(dialect, DOORS[dialect][0], messages=history(id)))
    found = ids(sent(dialect, DOORS[dialect][0], messages=[*history(id), *history("other"), *history(id)]))
    first, second = found[:2], found[-2:]
    assert first == once  # what was sent before stays as it was: caches of prompts hold
    assert first[0] == first[1] != second[0] == second[1] and re.fullmatch(DOORS[dialect][1], second[0])


@pytest.mark.parametrize("dialect", CLAUDES)
def test_two_calls_of_one_id_have_their_own_results(dialect: str) -> None:
    user, asked, answer = history("a")
    asked["tool_calls"] *= 3
    found = ids(sent(dialect, DOORS[dialect][0], messages=[user, asked, answer, answer, answer]))
    assert found[:3] == found[3:] and len(set(found)) == 3


@pytest.mark.parametrize("dialect", ["openai", "azure", "mistral", "openai-like"])
def test_ids_that_come_again_stay_where_they_may(dialect: str) -> None:
    found = ids(sent(dialect, "m", messages=[*history("a1b2c3d4e"), *history("a1b2c3d4e")]))
    assert set(found) == {"a1b2c3d4e"}


def test_two_ids_never_become_one() -> None:
    shape = borders.ANTHROPIC.call_id
    assert shape and len({shape.fitted(id) for id in (*FOREIGN, "a.b", "a:b", "a_b")}) == len(FOREIGN) + 3


USERS = ["jane@example.com", "+49 170 1234567", "0170-123 45 67", "x" * 300, "Jane <jane.doe@mail.example.org>"]


@pytest.mark.parametrize("user", USERS)
def test_a_user_who_could_be_known_is_hashed_for_claude(user: str) -> None:
    body = json.loads(sent("anthropic", "claude-opus-4-6", messages=history("a"), user=user))
    assert re.fullmatch("[0-9a-f]{64}", body["metadata"]["user_id"])


@pytest.mark.parametrize("user", ["user-123", "u1", "user_abc_account__session_9f", "团队"])
def test_a_user_that_fits_stays(user: str) -> None:
    body = json.loads(sent("anthropic", "claude-opus-4-6", messages=history("a"), user=user))
    assert body["metadata"]["user_id"] == user
    assert json.loads(sent("openai", "gpt-4o", messages=history("a"), user=user))["user"] == user


@pytest.mark.parametrize("dialect", ["openai", "azure"])
def test_claude_codes_user_of_123_letters_fits_openai(dialect: str) -> None:
    user = "user_" + "a" * 118
    assert len(json.loads(sent(dialect, "gpt-4o", messages=history("a"), user=user))["user"]) == 64
    assert json.loads(sent("openai-like", "m", messages=history("a"), user=user))["user"] == user


@pytest.mark.parametrize("id", ["call_1", "toolu_1", "functions.read:0", "chatcmpl-tool-1", "x1"])
def test_ids_that_gemini_cannot_have_made_do_not_reach_vertex(id: str) -> None:
    assert f'"{id}"' not in sent("vertex", "gemini-2.5-pro", messages=history(id))
    assert '"a1b2c3d4"' in sent("vertex", "gemini-2.5-pro", messages=history("a1b2c3d4"))


def test_names_that_do_not_fit_are_others_wherever_they_stand() -> None:
    shape = borders.OPENAI.name
    assert shape is not None
    function = {"name": "files.read", "parameters": {"type": "object"}}
    call = {"id": "a", "type": "function", "function": {"name": "files.read", "arguments": "{}"}}
    body = {
        "tools": [{"type": "function", "function": function}, {"type": "function", "function": {"name": "ok"}}],
        "tool_choice": {"type": "function", "function": {"name": "files.read"}},
        "messages": [
            {"role": "assistant", "tool_calls": [call]},
            {"role": "tool", "name": "files.read", "content": ""},
        ],
    }
    names = borders.renames(body, shape)
    assert names.keys() == {"files.read"} and shape.fits(names["files.read"])
    assert "files.read" not in json.dumps(borders.renamed(body, names))
    assert '"ok"' in json.dumps(borders.renamed(body, names))
    assert json.dumps(body).count("files.read") == 4
