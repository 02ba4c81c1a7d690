"""A compatible provider is one row: no other line knows it."""

import json
from contextlib import closing

from tests.conftest import StartGateway
from tests.e2e.relay.with_new_provider import ROW, TYPE
from tests.e2e.support import MODEL, Account, Operator, asking, error_of, text_of
from tests.fakes.upstream import UpstreamProcess


def test_a_row_added_at_run_time_is_a_provider_one_can_chat_through(
    start_gateway: StartGateway, upstream: UpstreamProcess
) -> None:
    gateway = start_gateway(module="tests.e2e.relay.with_new_provider", environment={"SYNC_FREQUENCY": "0"})
    with closing(Operator(gateway, upstream)) as operator, closing(operator.account()) as account:
        chat_through(operator, account)


def chat_through(operator: Operator, account: Account) -> None:
    channel = operator.channel(account.group, type=TYPE, config=json.dumps({"tenant": "t 1"}))
    whole = account.chat("@@fake chunks=3 prompt_tokens=100@@")
    assert whole.json()["usage"]["total_tokens"] == 103
    streamed = account.post(asking("@@fake chunks=3@@", stream=True))
    assert text_of(streamed.content).split() == ["word0", "word1", "word2"]
    seen = [one for one in operator.upstream.requests() if one.header("api-key") == channel.key]
    assert [one.path for one in seen] == ["/serving/t 1/chat/completions"] * 2
    assert [entry["model_name"] for entry in account.settled(2)] == [MODEL] * 2
    refused = account.post({"model": MODEL, "input": "x"}, path="/v1/embeddings")
    assert (refused.status_code, error_of(refused)["code"]) == (400, "unsupported_by_provider")
    assert ROW.name in error_of(refused)["message"]
