"""Servers behind OpenAI-compatible channels that have chat and no Responses API: responses go through chat there."""

import json
from typing import Any

import pytest

from tests.e2e.support import Account, Channel, Operator, error_of

ASKED: dict[str, Any] = {"model": "gpt-4o-mini", "input": "@@fake chunks=2@@"}
CUSTOM = 8


def paths(channel: Channel) -> list[str]:
    return [seen.path for seen in channel.asked()]


def lacking(operator: Operator, account: Account, status: int, body: Any, **fields: Any) -> Channel:
    """A channel whose server answers so at the address of the Responses API."""
    channel = operator.channel(account.group, **fields)
    when = {"key": channel.key, "path": "/v1/responses"}
    operator.upstream.control(when=when, status=status, body=body)
    return channel


@pytest.mark.parametrize("type", [1, CUSTOM])
def test_a_channel_may_be_told_that_its_server_has_chat_only(operator: Operator, account: Account, type: int) -> None:
    channel = operator.channel(account.group, type=type, config=json.dumps({"responses": "chat"}))
    answer = account.post(ASKED, path="/v1/responses")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["object"], answer.json()["status"]) == ("response", "completed")
    assert paths(channel) == ["/v1/chat/completions"]


MISSING: dict[str, tuple[int, Any]] = {
    "fastapi": (404, {"detail": "Not Found"}),
    "one-api": (404, {"error": {"message": "Invalid URL (POST /v1/responses)", "type": "invalid_request_error"}}),
    "llama.cpp": (404, {"error": {"code": 404, "message": "File Not Found", "type": "not_found_error"}}),
    "a method that is not allowed": (405, {"detail": "Method Not Allowed"}),
    "not implemented": (501, {"error": {"message": "no"}}),
}


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("server", MISSING)
def test_a_server_without_the_address_is_asked_by_chat_and_remembered(
    operator: Operator, account: Account, server: str, streamed: bool
) -> None:
    channel = lacking(operator, account, *MISSING[server], type=CUSTOM)
    for _ in range(2):
        answer = account.post({**ASKED, "stream": streamed}, path="/v1/responses")
        assert answer.status_code == 200, answer.text
        assert "response.completed" in answer.text or answer.json()["status"] == "completed"
    chat = "/v1/chat/completions"
    assert paths(channel) == ["/v1/responses", chat, chat]
    assert len(account.settled(2)) == 2


def test_it_costs_no_retry(operator: Operator, account: Account, option: Any) -> None:
    option("RetryTimes", "0")
    lacking(operator, account, *MISSING["fastapi"])
    assert account.post(ASKED, path="/v1/responses").status_code == 200


UNKNOWN: dict[str, tuple[int, Any]] = {
    "a model": (404, {"error": {"message": "The model `m` does not exist", "code": "model_not_found"}}),
    "an item": (404, {"error": {"message": "Item with id 'rs_1' not found.", "type": "invalid_request_error"}}),
}


@pytest.mark.parametrize("what", UNKNOWN)
def test_an_unknown_model_or_item_is_no_missing_address(operator: Operator, account: Account, what: str) -> None:
    channel = lacking(operator, account, *UNKNOWN[what])
    answer = account.post(ASKED, path="/v1/responses")
    assert error_of(answer)["message"].startswith(UNKNOWN[what][1]["error"]["message"])
    assert set(paths(channel)) == {"/v1/responses"}


def test_what_chat_cannot_say_is_refused_with_its_name(operator: Operator, account: Account) -> None:
    lacking(operator, account, *MISSING["fastapi"])
    answer = account.post({**ASKED, "previous_response_id": "resp_1"}, path="/v1/responses")
    assert answer.status_code == 400
    assert "previous_response_id" in error_of(answer)["message"]
