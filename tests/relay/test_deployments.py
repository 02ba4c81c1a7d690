"""Azure's deployments: asked as the administrator wrote them, and once without dots where none is named so."""

from typing import Any

import pytest

from tests.e2e.support import Account, Channel, Operator

AZURE = 3
MISSING = {"error": {"code": "DeploymentNotFound", "message": "The API deployment for this resource does not exist."}}
PATHS = {"chat": "/v1/chat/completions", "messages": "/v1/messages", "embeddings": "/v1/embeddings"}
HI: list[Any] = [{"role": "user", "content": "hi"}]
BODIES: dict[str, dict[str, Any]] = {
    "chat": {"messages": HI},
    "messages": {"messages": HI, "max_tokens": 9},
    "embeddings": {"input": "hi"},
}


def azure(operator: Operator, account: Account, model: str, *lacking: str, **fields: Any) -> Channel:
    """A channel whose resource has no deployments of these names."""
    channel = operator.channel(account.group, type=AZURE, models=model, **fields)
    for name in lacking:
        for end in ("chat/completions", "embeddings"):
            when = {"key": channel.key, "path": f"/deployments/{name}/{end}"}
            operator.upstream.control(when=when, status=404, body=MISSING)
    return channel


def deployments(channel: Channel) -> list[str]:
    found = [seen for seen in channel.operator.upstream.requests() if channel.key in str(seen.headers)]
    return [seen.path.split("/deployments/")[1].partition("/")[0] for seen in found]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("operation", "model"), [("chat", "gpt-4.1"), ("messages", "gpt-4.1-mini")])
def test_a_deployment_without_dots_is_found_and_remembered(
    operator: Operator, account: Account, option: Any, operation: str, model: str, stream: bool
) -> None:
    option("RetryTimes", "0")
    channel = azure(operator, account, model, model)
    for _ in range(2):
        answer = account.post({"model": model, "stream": stream, **BODIES[operation]}, path=PATHS[operation])
        assert answer.status_code == 200, answer.text
    assert deployments(channel) == [model, model.replace(".", ""), model.replace(".", "")]
    assert len(account.settled(2)) == 2


def test_so_is_what_a_mapping_names(operator: Operator, account: Account, option: Any) -> None:
    mapping = '{"my-model": "text-embedding-3.5-small"}'
    option("UnknownModelPrice", "1")
    channel = azure(operator, account, "my-model", "text-embedding-3.5-small", model_mapping=mapping)
    answer = account.post({"model": "my-model", **BODIES["embeddings"]}, path=PATHS["embeddings"])
    assert answer.status_code == 200, answer.text
    assert deployments(channel) == ["text-embedding-3.5-small", "text-embedding-35-small"]


@pytest.mark.parametrize("model", ["gpt-4.1", "gpt-4o"])
def test_where_there_is_none_either_the_caller_is_told_and_both_are_asked_for_again(
    operator: Operator, account: Account, option: Any, model: str
) -> None:
    option("RetryTimes", "0")
    channel = azure(operator, account, model, model, model.replace(".", ""))
    names = list(dict.fromkeys((model, model.replace(".", ""))))
    for _ in range(2):
        answer = account.post({"model": model, **BODIES["chat"]}, path=PATHS["chat"])
        assert answer.status_code >= 400 and "does not exist" in answer.text
    assert deployments(channel) == [*names, *names]
    assert account.entries() == []


def test_a_deployment_with_dots_is_asked_as_it_is_written(operator: Operator, account: Account) -> None:
    channel = azure(operator, account, "gpt-4.1")
    assert account.post({"model": "gpt-4.1", **BODIES["chat"]}, path=PATHS["chat"]).status_code == 200
    assert deployments(channel) == ["gpt-4.1"]
