"""What libraries act on in errors reaches those who speak the provider's dialect, and nobody else."""

from typing import Any

import pytest

from tests.e2e.support import Account, Operator

ANTHROPIC, GEMINI = 14, 24
HI = [{"role": "user", "content": "hi"}]
MESSAGES: dict[str, Any] = {"model": "gpt-4o-mini", "max_tokens": 9, "messages": HI}
GENERATE: dict[str, Any] = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}
GENERATE_AT = "/v1beta/models/gpt-4o-mini:generateContent"
RETRY = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"}
QUOTA = {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": "PerMinute"}]}
PROJECT = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "metadata": {"consumer": "projects/123"}}


def of_google(*details: Any, code: int = 429) -> dict[str, Any]:
    return {"error": {"code": code, "message": "slow", "status": "RESOURCE_EXHAUSTED", "details": list(details)}}


@pytest.mark.parametrize("stream", [False, True])
def test_a_thread_is_refused_in_the_words_that_anthropics_libraries_act_on(
    operator: Operator, account: Account, stream: bool
) -> None:
    channel = operator.channel(account.group)
    answer = account.post(MESSAGES | {"thread": {"id": "t"}, "stream": stream}, "/v1/messages")
    assert answer.status_code == 400
    assert answer.json()["error"]["details"] == {"error_code": "thread_unsupported_request"}
    assert channel.asked() == []


@pytest.mark.parametrize("stream", [False, True])
def test_anthropics_details_are_kept_for_its_own_clients(operator: Operator, account: Account, stream: bool) -> None:
    channel = operator.channel(account.group, type=ANTHROPIC)
    details = {"error_code": "context_window_exceeded"}
    error = {"type": "invalid_request_error", "message": "no", "details": details}
    channel.behaves(status=400, body={"type": "error", "error": error})
    answer = account.post(MESSAGES | {"stream": stream}, "/v1/messages")
    assert answer.json()["error"]["details"] == details
    assert "details" not in account.post({"model": "gpt-4o-mini", "messages": HI}).json()["error"]


@pytest.mark.parametrize("path", [GENERATE_AT, GENERATE_AT.replace("generate", "streamGenerate") + "?alt=sse"])
def test_googles_details_are_kept_without_the_operators_project(
    operator: Operator, account: Account, path: str
) -> None:
    channel = operator.channel(account.group, type=GEMINI)
    channel.behaves(status=429, body=of_google(RETRY, QUOTA, PROJECT))
    answer = account.post(GENERATE, path)
    assert answer.status_code == 429
    assert answer.json()["error"]["details"] == [RETRY, QUOTA]
