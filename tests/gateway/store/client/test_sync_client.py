"""The client of admin and cron: what it asks, what it makes of answers, and connections that end."""

import threading
from collections.abc import Generator
from typing import Any

import pytest

from gateway.config import StoreSettings
from gateway.errors import ConditionFailed, StoreError, Throttled
from gateway.store.client import retry
from gateway.store.client.pynamo import bind
from gateway.store.client.signer import AwsCredentials
from gateway.store.client.sync_client import SyncDynamo
from gateway.store.schema.items import OptionItem, ReadFailed
from tests.support.json_server import Asked, JsonServer, json_server

Json = dict[str, Any]
HURRIED = 0.0001  # seconds of the first pause, and of the longest


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST", HURRIED)
    monkeypatch.setattr(retry, "LONGEST", HURRIED)


@pytest.fixture
def database() -> Generator[JsonServer]:
    with json_server(lambda asked: (200, {"asked": asked.json})) as served:
        yield served


def client_of(database: JsonServer, **more: Any) -> SyncDynamo:
    return SyncDynamo(database.url, "us-east-1", lambda: AwsCredentials("a", "b", "c"), **more)


def refusing(kind: str, status: int = 400, **more: Any) -> Any:
    return lambda asked: (status, {"__type": f"com.amazonaws.dynamodb.v20120810#{kind}", "message": "no", **more})


def test_a_call_is_signed_json_and_so_is_its_answer(database: JsonServer) -> None:
    assert client_of(database).call("GetItem", {"TableName": "t"}) == {"asked": {"TableName": "t"}}
    headers = database.asked[0].headers
    assert headers["x-amz-target"] == "DynamoDB_20120810.GetItem"
    assert headers["x-amz-security-token"] == "c"
    assert headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=a/")


def test_a_condition_that_does_not_hold_is_told_with_the_item(database: JsonServer) -> None:
    database.answer = refusing("ConditionalCheckFailedException", Item={"n": {"N": "7"}})
    with pytest.raises(ConditionFailed) as failed:
        client_of(database).call("PutItem", {})
    assert failed.value.reasons == [{"n": 7}]
    assert len(database.asked) == 1


def test_a_mistake_is_told_and_not_repeated(database: JsonServer) -> None:
    database.answer = refusing("ValidationException")
    with pytest.raises(StoreError, match="ValidationException: no"):
        client_of(database).call("PutItem", {})
    assert len(database.asked) == 1


def test_a_throttled_call_is_sent_again_until_it_is_given_up(database: JsonServer) -> None:
    database.answer = refusing("ThrottlingException")
    with pytest.raises(Throttled):
        client_of(database).call("PutItem", {})
    assert len(database.asked) == retry.OTHERS


def test_whoever_sets_up_gives_up_sooner(database: JsonServer) -> None:
    database.answer = refusing("InternalServerError", 500)
    with pytest.raises(Throttled):
        client_of(database, attempts=lambda _: 2).call("ListTables", {})
    assert len(database.asked) == 2


def test_nobody_at_the_address_is_told_as_the_databases_error() -> None:
    with pytest.raises(StoreError, match="ListTables: ConnectionRefusedError"):
        SyncDynamo("http://127.0.0.1:1", "us-east-1", lambda: AwsCredentials("a", "b")).call("ListTables", {})


def test_an_answer_that_is_no_http_is_the_databases_error(database: JsonServer) -> None:
    database.answer = lambda asked: (200, b"not json")
    with pytest.raises(StoreError, match="ListTables: "):
        client_of(database).call("ListTables", {})


def test_threads_share_a_client_and_each_has_its_own_answer(database: JsonServer) -> None:
    client, found = client_of(database), dict[int, Any]()

    def ask(number: int) -> None:
        found[number] = [client.call("GetItem", {"n": number * 100 + turn})["asked"]["n"] for turn in range(5)]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [number * 100 + turn for turn in range(5)] for number in range(8)}


def test_pynamodb_reads_through_it_and_tells_refusals_as_ever(database: JsonServer) -> None:
    bind(StoreSettings.read({"AWS_ENDPOINT_URL_DYNAMODB": database.url, "TABLE_PREFIX": "p-"}))
    database.answer = lambda asked: (200, {"Item": {"key": {"S": "Theme"}, "value": {"S": "dark"}}})
    assert OptionItem.get("Theme").value == "dark"
    assert _told(database.asked[0]) == ("GetItem", "p-options")

    database.answer = refusing("ResourceNotFoundException")
    with pytest.raises(ReadFailed, match="ResourceNotFoundException"):
        OptionItem.get("Theme")


def _told(asked: Asked) -> tuple[str, str]:
    return asked.headers["x-amz-target"].rpartition(".")[2], asked.json["TableName"]
