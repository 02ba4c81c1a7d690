"""POST /v1/responses/compact: passed on where the provider has it, made from a chat where not, and read again."""

import json
from typing import Any

import pytest

from tests.e2e.support import Account, Channel, Operator
from tests.relay.inbound.responses import agents

Json = dict[str, Any]
OPENAI, CUSTOM, ANTHROPIC, GEMINI = 1, 8, 14, 24
PATH = "/v1/responses/compact"
MODELS = {ANTHROPIC: "claude-sonnet-4-5-20250929", GEMINI: "gemini-2.5-pro"}
HISTORY: list[Json] = [
    {"type": "message", "role": "user", "content": "Mend it. @@fake chunks=2@@"},
    {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAAA"},
    {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "I look."}]},
    {"type": "custom_tool_call", "call_id": "c", "name": "apply_patch", "input": "*** Begin"},
    {"type": "custom_tool_call_output", "call_id": "c", "output": "Patched."},
]
COMPACTED: Json = {
    "id": "resp_9", "object": "response.compaction", "created_at": 1,
    "output": [{"id": "cmp_9", "type": "compaction", "encrypted_content": "gAAAA"}],
    "usage": {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15},
}  # fmt: skip


def asked(model: str, items: list[Json] | None = None) -> Json:
    return agents.asked(model=model, input=items or HISTORY, instructions="You are an agent.")


def bodies(channel: Channel) -> list[tuple[str, Json]]:
    found = channel.operator.upstream.requests()
    return [(seen.path, json.loads(seen.body)) for seen in found if channel.key in json.dumps(seen.headers)]


def test_a_provider_that_has_it_gets_the_callers_bytes(operator: Operator, account: Account) -> None:
    channel = operator.channel(account.group, type=OPENAI)
    operator.upstream.control(when={"key": channel.key, "path": PATH}, status=200, body=COMPACTED)
    request = asked("gpt-4o-mini")
    answer = account.post(request, path=PATH)
    assert (answer.status_code, answer.json()) == (200, COMPACTED)
    assert bodies(channel) == [(PATH, request)]
    (entry,) = account.settled(1)
    assert (entry["prompt_tokens"], entry["completion_tokens"]) == (10, 5)


@pytest.mark.parametrize("type", [CUSTOM, ANTHROPIC, GEMINI])
def test_elsewhere_it_is_made_from_a_chat_and_read_again(operator: Operator, account: Account, type: int) -> None:
    model = MODELS.get(type, "gpt-4o-mini")
    config = json.dumps({"responses": "chat"}) if type == CUSTOM else ""
    channel = operator.channel(account.group, type=type, config=config, models=model)
    answer = account.post(asked(model), path=PATH)
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert made["object"] == "response.compaction"
    kept, compaction = made["output"]
    assert kept["content"] == [{"type": "input_text", "text": HISTORY[0]["content"]}]
    assert compaction["type"] == "compaction"
    assert made["usage"]["output_tokens"] > 0
    told = json.dumps(bodies(channel)[0][1])
    assert all(words in told for words in ("You are an agent.", "I look.", "apply_patch", "Patched.", "summary"))
    assert '"tools"' not in told
    account.settled(1)
    again = account.post(asked(model, made["output"]), path="/v1/responses")
    assert again.status_code == 200, again.text
    assert "summarised to make it shorter" in json.dumps(bodies(channel)[1][1])


def test_a_server_without_the_address_still_has_the_rest_of_the_api(operator: Operator, account: Account) -> None:
    channel = operator.channel(account.group, type=CUSTOM)
    when = {"key": channel.key, "path": PATH}
    operator.upstream.control(when=when, status=404, body={"detail": "Not Found"})
    for _ in range(2):
        assert account.post(asked("gpt-4o-mini"), path=PATH).json()["object"] == "response.compaction"
    account.post({"model": "gpt-4o-mini", "input": "@@fake chunks=2@@"}, path="/v1/responses")
    chat = "/v1/chat/completions"
    assert [path for path, _ in bodies(channel)] == [PATH, chat, chat, "/v1/responses"]


def test_of_much_that_users_said_the_newest_is_kept(operator: Operator, account: Account) -> None:
    operator.channel(account.group, type=CUSTOM, config=json.dumps({"responses": "chat"}))
    said = [{"type": "message", "role": "user", "content": letter * 50_000} for letter in "ab"]
    last = {"type": "message", "role": "user", "content": "@@fake chunks=2@@"}
    made = account.post(asked("gpt-4o-mini", [*said, last]), path=PATH).json()
    assert [item["content"][0]["text"][0] for item in made["output"][:-1]] == ["b", "@"]


WRONG: list[tuple[Json, str]] = [
    ({"input": "x"}, "model is required"),
    ({"model": "gpt-4o-mini"}, "input is required"),
    ({"model": "gpt-4o-mini", "input": [{"type": "item_reference", "id": "x"}]}, "item_reference"),
    ({"model": "gpt-4o-mini", "previous_response_id": "resp_1"}, "previous_response_id"),
]


@pytest.mark.parametrize(("body", "said"), WRONG)
def test_what_cannot_be_made_shorter_is_refused_and_free(
    operator: Operator, account: Account, body: Json, said: str
) -> None:
    operator.channel(account.group, type=CUSTOM, config=json.dumps({"responses": "chat"}))
    answer = account.post(body, path=PATH)
    assert answer.status_code == 400
    assert said in answer.json()["error"]["message"]
    assert account.entries() == []


def test_a_summary_without_a_word_is_an_error(operator: Operator, account: Account) -> None:
    channel = operator.channel(account.group, type=CUSTOM, config=json.dumps({"responses": "chat"}))
    operator.upstream.control(when={"key": channel.key}, status=200, body=agents.completion("stop", content=" "))
    answer = account.post(asked("gpt-4o-mini"), path=PATH)
    assert answer.status_code == 502
    assert "no summary" in answer.json()["error"]["message"]
