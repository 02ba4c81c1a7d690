"""The canonical cases on their way to compatible providers: what differs is what the table of quirks says."""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.outbound.openai.quirks import QUIRKS
from gateway.outbound.protocol import ProviderRequest
from gateway.outbound.registry import DIALECTS

CANONICAL = Path(__file__).parents[1] / "canonical"
CASES = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(CANONICAL.glob("*.json"))}
OWN = {"minimax", "voyage", "jina"}  # a dialect of its own, and two without chat
NAMES = [name for name in QUIRKS if name not in OWN]


def sent(name: str, case: dict[str, Any]) -> dict[str, Any]:
    request = ProviderRequest(
        operation="chat", body={"model": "asked", **case}, model="m", requested_model="asked", stream="stream" in case
    )
    return json.loads(DIALECTS[name].request(request).body)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", [name for name in NAMES if QUIRKS[name].exact and not QUIRKS[name].rename])
def test_openai_and_its_likes_get_the_request_as_it_is(name: str, case: str) -> None:
    changed = QUIRKS[name].drop | QUIRKS[name].message_rename.keys()
    if not any(f'"{key}"' in json.dumps(CASES[case]) for key in changed):
        asked = {"stream_options": {"include_usage": True}} if "stream" in CASES[case] else {}
        assert sent(name, CASES[case]) == {"model": "m", **CASES[case], **asked}


@pytest.mark.parametrize("name", NAMES)
def test_the_canonical_requests_go_upstream_as_written(name: str) -> None:
    golden = json.loads((Path(__file__).parent / "requests" / f"{name}.json").read_text("utf-8"))
    assert {case: sent(name, body) for case, body in CASES.items()} == golden


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_lost_but_the_knobs_in_the_table(name: str, case: str) -> None:
    before, after, quirks = CASES[case], sent(name, CASES[case]), QUIRKS[name]
    lost = {quirks.rename.get(key, key) for key in before} - set(after)
    assert lost <= quirks.drop | quirks.rename.keys()
    assert len(after["messages"]) == len(before["messages"])
    for old, new in zip(before["messages"], after["messages"], strict=True):
        assert new["role"] == quirks.roles.get(old["role"], old["role"])
        gone = {quirks.message_rename.get(key, key) for key in old} - set(new) - {""}
        gone -= {"reasoning_content"} if quirks.reasoning_parts else set()
        assert not gone
        assert len(new.get("tool_calls") or []) == len(old.get("tool_calls") or [])
    for key in ("tools", "response_format", "stop", "temperature"):
        assert after.get(key) == before.get(key)


def test_mistral_keeps_thoughts_and_the_match_of_calls_and_results() -> None:
    case = CASES["tool_history"]
    before, after = case["messages"], sent("mistral", case)["messages"]
    called = [call["id"] for message in after for call in message.get("tool_calls") or []]
    answered = [message["tool_call_id"] for message in after if message["role"] == "tool"]
    assert called == answered
    assert all(len(id) == 9 and id.isalnum() for id in called)
    thought = [message for message in before if message.get("reasoning_content")]
    shown = json.dumps(after, ensure_ascii=False)
    assert all(json.dumps(message["reasoning_content"], ensure_ascii=False) in shown for message in thought)


def test_openai_is_spared_reasoning_it_would_refuse_and_others_get_it() -> None:
    message = {"role": "assistant", "content": "4", "reasoning_content": "2+2", "reasoning_details": [{"text": "2+2"}]}
    case = {"messages": [{"role": "user", "content": "2+2?"}, message]}
    assert sent("openai", case)["messages"][1] == {"role": "assistant", "content": "4"}
    assert sent("azure", case)["messages"][1] == {"role": "assistant", "content": "4"}
    assert sent("openai-like", case)["messages"][1] == message
    assert sent("deepseek", case)["messages"][1] == message
