"""Legacy routes, and those that exist only to say that they do not."""

from collections.abc import Callable

import pytest

from relay.endpoints import unimplemented
from tests.e2e.support import MODEL, Account, Operator, error_of


def test_edits_are_relayed_and_charged(operator: Operator, account: Account, option: Callable[..., None]) -> None:
    option("ModelRatio", '{"text-davinci-edit-001": 10}')
    channel = operator.channel(account.group, models="text-davinci-edit-001")
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    given = {"object": "edit", "created": 1, "choices": [{"text": "fixed", "index": 0}], "usage": usage}
    channel.behaves(status=200, body=given)
    body = {"model": "text-davinci-edit-001", "input": "fxed", "instruction": "mend it"}
    answer = account.post(body, path="/v1/edits")
    assert (answer.status_code, answer.json()) == (200, given)
    (seen,) = channel.asked()
    assert seen.path == "/v1/edits"
    (entry,) = account.settled(1)
    assert (entry["prompt_tokens"], entry["completion_tokens"]) == (10, 5)
    assert error_of(account.post({"model": "text-davinci-edit-001"}, path="/v1/edits"))["param"] == "instruction"


@pytest.mark.parametrize("engine", ["text-embedding-ada-002", "org/embedder-1"])
def test_embeddings_of_an_engine_take_the_model_from_the_path(
    operator: Operator, account: Account, option: Callable[..., None], engine: str
) -> None:
    option("ModelRatio", '{"org/embedder-1": 1}')
    channel = operator.channel(account.group, models=engine)
    answer = account.post({"input": "x"}, path=f"/v1/engines/{engine}/embeddings")
    assert answer.status_code == 200
    (seen,) = channel.asked()
    assert (seen.path, seen.json["model"]) == ("/v1/embeddings", engine)


@pytest.mark.parametrize(("method", "path"), unimplemented.ROUTES)
def test_what_a_gateway_cannot_do_is_a_501_to_a_valid_key(account: Account, method: str, path: str) -> None:
    path = path.replace("{", "a-").replace("}", "")
    bare = account.http.request(method, path)
    assert (bare.status_code, error_of(bare)["code"]) == (401, "invalid_api_key")
    answer = account.http.request(method, path, headers={"authorization": f"Bearer {account.key}"})
    assert (answer.status_code, error_of(answer)["code"]) == (501, "api_not_implemented")
    assert error_of(answer)["type"] == "one_api_error"


def test_an_unknown_path_says_so_in_openais_shape(account: Account) -> None:
    answer = account.post({"model": MODEL}, path="/v1/unheard")
    assert (answer.status_code, error_of(answer)["code"]) == (404, "unknown_url")
