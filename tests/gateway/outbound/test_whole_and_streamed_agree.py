"""A streamed answer means what the same answer means in one piece, and goes back upstream as it came."""

import json
from typing import Any

import pytest

from tests.gateway.outbound import cases

FOLDERS = {name: folder for name, folder in cases.folders().items() if name in ("anthropic", "gemini", "vertex")}
PAIRS = {
    f"{folder.name}/{path.stem}": (folder, path.stem)
    for folder in FOLDERS.values()
    for path in sorted((folder.path / "replies").glob("*.json"))
    if (folder.path / "replies" / f"{path.stem}_stream.json").exists()
}
KEPT = ("reasoning_details", "annotations", "anthropic_content", "gemini_content", "images", "extra_content", "refusal")


def _files(id: str) -> tuple[Any, Any]:
    folder, name = PAIRS[id]
    return folder.read(f"replies/{name}.json")["expect"], folder.read(f"replies/{name}_stream.json")["expect"]


@pytest.mark.parametrize("id", [id for id in PAIRS if not id.endswith(("two_candidates", "blocked_prompt"))])
def test_a_streamed_answer_means_what_the_whole_one_means(id: str) -> None:
    whole, streamed = _files(id)
    choice = whole["body"]["choices"][0]
    message = choice["message"]
    calls = [{"id": call["id"], **call["function"]} for call in message.get("tool_calls", [])]
    assert streamed.get("text", "") == (message["content"] or "")
    assert streamed.get("reasoning", "") == message.get("reasoning_content", "")
    assert streamed.get("tool_calls", []) == calls
    assert streamed["finish_reason"] == choice["finish_reason"]
    assert streamed.get("usage") == whole["usage"]
    assert {key: message[key] for key in KEPT if key in message} == streamed.get("extra", {})


@pytest.mark.parametrize("name", ["tools", "thinking", "server_tools"])
def test_claudes_blocks_come_back_to_it_as_it_sent_them(name: str) -> None:
    folder = FOLDERS["anthropic"]
    file = folder.read(f"replies/{name}.json")
    message = file["expect"]["body"]["choices"][0]["message"]
    assert _second_turn(folder, message)["messages"][1]["content"] == file["body"]["content"]


@pytest.mark.parametrize("name", ["tools", "thinking", "citations"])
def test_bedrocks_blocks_come_back_to_it_as_it_sent_them(name: str) -> None:
    folder = cases.folders()["bedrock"]
    file = folder.read(f"replies/{name}.json")
    message = file["expect"]["body"]["choices"][0]["message"]
    assert _second_turn(folder, message)["messages"][1]["content"] == file["body"]["output"]["message"]["content"]


@pytest.mark.parametrize("name", ["tools", "code_execution", "image"])
def test_geminis_parts_come_back_to_it_as_it_sent_them_but_for_thoughts(name: str) -> None:
    folder = FOLDERS["gemini"]
    file = folder.read(f"replies/{name}.json")
    message = file["expect"]["body"]["choices"][0]["message"]
    sent = [part for part in file["body"]["candidates"][0]["content"]["parts"] if not part.get("thought")]
    assert _second_turn(folder, message)["contents"][1]["parts"] == sent


def test_a_text_that_geminis_signature_followed_carries_it_back() -> None:
    folder = FOLDERS["gemini"]
    message = folder.read("replies/text_with_signature.json")["expect"]["body"]["choices"][0]["message"]
    assert _second_turn(folder, message)["contents"][1]["parts"] == [{"text": "Four.", "thoughtSignature": "SIG"}]


def _second_turn(folder: cases.Folder, message: Any) -> Any:
    results = [{"role": "tool", "tool_call_id": call["id"], "content": "ok"} for call in message.get("tool_calls", [])]
    listed = [{"role": "user", "content": "Hi"}, message, *results, {"role": "user", "content": "Go on"}]
    return json.loads(folder.dialect.request(folder.request({"messages": listed})).body)
