"""Reading many items at once while tables are throttled."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.errors import StoreError, Throttled
from gateway.store.client import async_client, retry
from gateway.store.client.signer import AwsCredentials
from tests.support.json_server import Asked, json_server

Json = dict[str, Any]
KEYS = [{"id": {"N": str(number)}} for number in (1, 2, 3)]
HURRIED = 0.0001  # seconds of the first pause, and of the longest


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST", HURRIED)
    monkeypatch.setattr(retry, "LONGEST", HURRIED)


def one_at_a_time(asked: Asked) -> tuple[int, Json]:
    """The first key that is asked for; the others stay."""
    first, *rest = asked.json["RequestItems"]["t"]["Keys"]
    left = {"t": {"Keys": rest}} if rest else {}
    return 200, {"Responses": {"t": [first]}, "UnprocessedKeys": left}


def never(asked: Asked) -> tuple[int, Json]:
    """Everything stays."""
    return 200, {"Responses": {"t": []}, "UnprocessedKeys": asked.json["RequestItems"]}


async def read(answer: Callable[[Asked], tuple[int, Json]]) -> tuple[list[Json] | Throttled, int]:
    """What comes of asking for three items, and how often the database was asked."""
    with json_server(answer) as database:
        client = async_client.Dynamo(database.url, "us-east-1", lambda: AwsCredentials("a", "b", ""))
        try:
            return (await client.batch_get({"t": KEYS}))["t"], len(database.asked)
        except Throttled as throttled:
            return throttled, len(database.asked)
        finally:
            await client.close()


async def test_keys_that_were_left_are_asked_for_until_all_are_read() -> None:
    assert await read(one_at_a_time) == ([{"id": 1}, {"id": 2}, {"id": 3}], 3)


async def test_a_table_that_answers_nothing_is_given_up_on() -> None:
    found, asked = await read(never)
    assert isinstance(found, Throttled)
    assert asked == retry.OTHERS


async def test_an_answer_that_is_no_json_is_an_error_of_the_store() -> None:
    with json_server(lambda _: (200, b"<html>")) as database:
        client = async_client.Dynamo(database.url, "us-east-1", lambda: AwsCredentials("a", "b", ""))
        with pytest.raises(StoreError, match="GetItem: the answer is not JSON"):
            await client.get("t", KEYS[0])
        await client.close()
