"""A fetched token that its provider no longer takes: another is fetched, and the caller sees nothing of it."""

from collections.abc import Callable

import pytest

from tests.e2e.support import Account, Operator, error_of

JSON = {"content-type": "application/json"}
STALE = b'{"error_code": 110, "error_msg": "Access token invalid or no longer valid"}'
SAID = b'{"id": "as-1", "result": "Hi", "is_end": true, "usage": {"prompt_tokens": 1, "completion_tokens": 1}}'


@pytest.fixture
def base(operator: Operator, account: Account, option: Callable[[str, str], None]) -> str:
    """The address of a Qianfan channel, the only one, which is asked once."""
    option("RetryTimes", "0")
    url = f"{operator.upstream.url}/{account.group}"
    operator.channel(account.group, type=15, key="a|b", models="ERNIE-4.0-8K", base_url=url)
    token = b'{"access_token": "t", "expires_in": 2592000}'
    operator.upstream.replay(token, headers=JSON, when={"path": f"/{account.group}/oauth/2.0/token"})
    return f"/{account.group}"


def answers(operator: Operator, base: str, body: bytes, times: int | None = None) -> None:
    path = f"{base}/rpc/2.0/ai_custom/v1/wenxinworkshop/chat/completions_pro"
    operator.upstream.replay(body, headers=JSON, when={"path": path}, times=times)


def asked(operator: Operator, base: str) -> list[str]:
    paths = [seen.path for seen in operator.upstream.requests() if seen.path.startswith(f"{base}/")]
    return ["token" if "oauth" in path else "chat" for path in paths]


@pytest.mark.parametrize("stream", [False, True])
def test_another_token_is_fetched(operator: Operator, account: Account, base: str, stream: bool) -> None:
    answers(operator, base, STALE, times=1)
    answers(operator, base, SAID)
    answer = account.chat(model="ERNIE-4.0-8K", stream=stream)
    assert answer.status_code == 200, answer.text
    assert "Hi" in answer.text
    assert asked(operator, base) == ["token", "chat", "token", "chat"]


def test_it_is_tried_once(operator: Operator, account: Account, base: str) -> None:
    answers(operator, base, STALE)
    answer = account.chat(model="ERNIE-4.0-8K")
    assert answer.status_code == 502
    assert "token" in error_of(answer)["message"]
    assert asked(operator, base) == ["token", "chat", "token", "chat"]
