"""The emulator that stands for DynamoDB under contention: each of AWS's rules that it promises, once."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config

from gateway.clock import SystemClock
from gateway.store.client.attributes import from_item, to_item
from gateway.store.client.credentials import dynamo
from tests.support.contending.client import ContendingDynamo
from tests.support.contending.contention import Pace
from tests.support.contending.engine import Engine
from tests.support.contending.stack import ContendingStack
from tests.support.contending.virtual_time import run_virtually

Json = dict[str, Any]
TABLE: Json = {
    "TableName": "t",
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": type_} for name, type_ in ("pS", "kS", "sN")],
    "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by_k",
            "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
    ],
}
FREE = Pace(units_per_second=float("inf"))


def an_engine(pace: Pace | None = None) -> Engine:
    engine = Engine(pace)
    engine.create(TABLE)
    return engine


def add(item: str = "x", **more: Any) -> Json:
    return {
        "TableName": "t",
        "Key": to_item({"p": item}),
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": to_item({":one": 1}),
        **more,
    }


def put(item: str = "x", **more: Any) -> Json:
    return {"TableName": "t", "Item": to_item({"p": item, **more})}


def adding(*items: str, **more: Any) -> Json:
    return {"TransactItems": [{"Update": add(item)} for item in items], **more}


def kind(answer: tuple[int, Json]) -> str:
    status, body = answer
    return "" if status == 200 else body["__type"].rpartition("#")[2]


def codes(answer: tuple[int, Json]) -> list[str]:
    return [reason["Code"] for reason in answer[1]["CancellationReasons"]]


async def value_of(engine: Engine, item: str = "x") -> Any:
    _, body = await engine.call("GetItem", {"TableName": "t", "Key": to_item({"p": item}), "ConsistentRead": True})
    return from_item(body["Item"]).get("n") if "Item" in body else None


def virtually(test: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    """A test whose sleeps take no time."""

    def run() -> None:
        async def whole() -> None:
            await test()

        run_virtually(whole())

    run.__name__ = test.__name__  # pyright: ignore
    return run


async def later(seconds: float, engine: Engine, operation: str, request: Json) -> tuple[int, Json]:
    await asyncio.sleep(seconds)
    return await engine.call(operation, request)


@virtually
async def test_of_two_transactions_that_meet_the_second_is_cancelled() -> None:
    engine = an_engine()
    first, second = await asyncio.gather(
        engine.call("TransactWriteItems", adding("a", "x")),
        later(0.010, engine, "TransactWriteItems", adding("x", "b")),
    )
    assert (kind(first), kind(second)) == ("", "TransactionCanceledException")
    assert codes(second) == ["TransactionConflict", "None"]
    assert (await value_of(engine), await value_of(engine, "b")) == (1, None)
    assert kind(await engine.call("TransactWriteItems", adding("x", "b"))) == ""


@virtually
async def test_a_plain_write_that_meets_a_transaction_is_refused_and_a_read_is_not() -> None:
    engine = an_engine()
    _, write, read = await asyncio.gather(
        engine.call("TransactWriteItems", adding("x")),
        later(0.005, engine, "UpdateItem", add()),
        later(0.005, engine, "GetItem", {"TableName": "t", "Key": to_item({"p": "x"})}),
    )
    assert kind(write) == "TransactionConflictException"
    assert read == (200, {})  # a transaction is seen when it is done
    assert engine.meter.since().conflicts == 1


@virtually
async def test_a_transactional_read_that_meets_a_transaction_is_cancelled() -> None:
    engine = an_engine()
    reading = {"TransactItems": [{"Get": {"TableName": "t", "Key": to_item({"p": item})}} for item in ("y", "x")]}
    _, read = await asyncio.gather(
        engine.call("TransactWriteItems", adding("x")), later(0.005, engine, "TransactGetItems", reading)
    )
    assert codes(read) == ["None", "TransactionConflict"]
    assert (await engine.call("TransactGetItems", reading))[1]["Responses"][1]["Item"] == to_item({"p": "x", "n": 1})


@virtually
async def test_plain_writes_of_one_item_do_not_refuse_each_other() -> None:
    engine = an_engine()
    answers = await asyncio.gather(*(engine.call("UpdateItem", add()) for _ in range(500)))
    assert {kind(answer) for answer in answers} == {""}
    assert await value_of(engine) == 500


@virtually
async def test_plain_writes_of_one_item_come_one_after_the_other_and_of_others_beside_it() -> None:
    engine = an_engine(Pace(write=0.5, turn=1.0))
    order: list[str] = []

    async def write(item: str) -> None:
        await engine.call("UpdateItem", add(item))
        order.append(item)

    await asyncio.gather(write("x"), write("x"), write("y"))
    assert order == ["x", "y", "x"]


@virtually
async def test_an_item_takes_a_thousand_write_units_a_second_after_a_second_of_rest() -> None:
    engine = an_engine(Pace(turn=0))
    answers = await asyncio.gather(*(engine.call("UpdateItem", add()) for _ in range(1003)))
    assert Counter(map(kind, answers)) == {"": 1000, "ProvisionedThroughputExceededException": 3}
    assert kind(await engine.call("UpdateItem", add("y"))) == ""
    await asyncio.sleep(0.5)
    answers = await asyncio.gather(*(engine.call("UpdateItem", add()) for _ in range(600)))
    assert 500 <= sum(kind(answer) == "" for answer in answers) < 520
    assert engine.meter.since().throttled > 80


@virtually
async def test_a_partition_of_an_index_takes_no_more_than_an_item() -> None:
    engine = an_engine(Pace(units_per_second=10))
    answers = [await engine.call("PutItem", put(f"i{number}", k="hot", s=number)) for number in range(12)]
    assert {kind(answer) for answer in answers[10:]} == {"ProvisionedThroughputExceededException"}
    assert kind(await engine.call("PutItem", put("other", k="cold", s=1))) == ""


@virtually
async def test_a_transaction_beyond_what_an_item_takes_is_cancelled_whole() -> None:
    engine = an_engine(Pace(units_per_second=3))
    await engine.call("UpdateItem", add())
    await engine.call("UpdateItem", add())
    answer = await engine.call("TransactWriteItems", adding("y", "x"))
    assert codes(answer) == ["None", "ThrottlingError"]
    assert await value_of(engine, "y") is None


@virtually
async def test_a_token_makes_a_repeated_transaction_the_same_one() -> None:
    engine = an_engine()
    request = adding("x", ClientRequestToken="once")
    first, meanwhile = await asyncio.gather(
        engine.call("TransactWriteItems", request), later(0.005, engine, "TransactWriteItems", request)
    )
    again = await engine.call("TransactWriteItems", request)
    other = await engine.call("TransactWriteItems", adding("y", ClientRequestToken="once"))
    assert [kind(first), kind(meanwhile), kind(again), kind(other)] == [
        "",
        "TransactionInProgressException",
        "",
        "IdempotentParameterMismatchException",
    ]
    assert await value_of(engine) == 1


@virtually
async def test_a_transaction_whose_condition_fails_writes_nothing_and_may_be_sent_again() -> None:
    engine = an_engine()
    request = adding("x", ClientRequestToken="t")
    absent = {"TableName": "t", "Key": to_item({"p": "y"}), "ConditionExpression": "attribute_exists(p)"}
    request["TransactItems"].append({"ConditionCheck": absent})
    answer = await engine.call("TransactWriteItems", request)
    assert codes(answer) == ["None", "ConditionalCheckFailed"]
    assert await value_of(engine) is None
    await engine.call("UpdateItem", add("y"))
    assert kind(await engine.call("TransactWriteItems", request)) == ""
    assert await value_of(engine) == 1


@virtually
async def test_what_has_arrived_happens_although_its_sender_is_gone() -> None:
    engine = an_engine()
    sender = asyncio.ensure_future(engine.call("TransactWriteItems", adding("x")))
    await asyncio.sleep(0.010)
    sender.cancel()
    await asyncio.sleep(0.020)
    assert await value_of(engine) == 1
    assert kind(await engine.call("UpdateItem", add())) == ""


@virtually
async def test_a_lost_answer_is_of_a_write_that_happened_and_a_refused_one_is_not() -> None:
    every = frozenset({"UpdateItem", "TransactWriteItems"})
    engine = an_engine(Pace(lost=1, troubled=every))
    assert (await engine.call("UpdateItem", add()))[0] == 500
    assert await value_of(engine) == 1
    assert engine.meter.since().lost == 1
    engine = an_engine(Pace(refused=1, troubled=every))
    assert kind(await engine.call("UpdateItem", add())) == "TransactionConflictException"
    assert codes(await engine.call("TransactWriteItems", adding("x", "y"))) == ["TransactionConflict", "None"]
    assert await value_of(engine) is None


@pytest.mark.parametrize(
    "requests, units",
    [
        ([("PutItem", put())], 1),
        ([("PutItem", put(text="a" * 1024))], 2),
        ([("PutItem", put(text="a" * 1024)), ("PutItem", put())], 4),
        ([("PutItem", put(k="a", s=1))], 2),
        ([("PutItem", put(k="a", s=1)), ("UpdateItem", add())], 3),
        ([("PutItem", put(k="a", s=1)), ("PutItem", put(k="a", s=2))], 5),
        ([("PutItem", put(k="a", s=1)), ("DeleteItem", {"TableName": "t", "Key": to_item({"p": "x"})})], 4),
        ([("TransactWriteItems", adding("x", "y"))], 4),
        ([("TransactWriteItems", {"TransactItems": [{"Put": put(k="a", s=1)}]})], 3),
        ([("UpdateItem", add(ConditionExpression="attribute_exists(p)"))], 1),
    ],
    ids=[
        "put",
        "more than a kilobyte",
        "the larger of before and after",
        "index entry made",
        "index entry as it was",
        "index entry moved",
        "index entry gone",
        "transaction",
        "index in a transaction",
        "condition failed",
    ],
)
def test_write_units(requests: list[tuple[str, Json]], units: int) -> None:
    engine = an_engine(FREE)

    async def send() -> None:
        for operation, request in requests:
            await engine.call(operation, request)

    run_virtually(send())
    assert engine.meter.since().write_units == units


@pytest.mark.parametrize(
    "operation, request_, units",
    [
        ("GetItem", {"Key": to_item({"p": "x"})}, 1),
        ("GetItem", {"Key": to_item({"p": "x"}), "ConsistentRead": True}, 2),
        ("GetItem", {"Key": to_item({"p": "none"})}, 0.5),
        ("Scan", {"ConsistentRead": True}, 2),
        (
            "Query",
            {
                "IndexName": "by_k",
                "KeyConditionExpression": "k = :k",
                "ExpressionAttributeValues": to_item({":k": "a"}),
            },
            0.5,
        ),
    ],
)
def test_read_units(operation: str, request_: Json, units: float) -> None:
    engine = an_engine(FREE)

    async def send() -> None:
        await engine.call("PutItem", put(k="a", s=1, text="a" * 5000))
        await engine.call(operation, {"TableName": "t", **request_})

    run_virtually(send())
    assert engine.meter.since().read_units == units


@virtually
async def test_the_meter_counts_from_a_reset_or_from_an_earlier_look_and_can_be_read() -> None:
    engine = an_engine()
    await engine.call("UpdateItem", add())
    engine.meter.reset()
    await engine.call("PutItem", put(k="a", s=1))
    earlier = engine.meter.since()
    await engine.call("TransactWriteItems", adding("x"))
    since = engine.meter.since(earlier)
    assert (since.transactions, since.write_units) == (1, 2)
    assert engine.meter.since().total("of indexes", operation="PutItem", table="t") == 1
    assert [line.split() for line in str(engine.meter).splitlines()[1:3]] == [
        ["PutItem", "t", "1", "2", "1", "0", "0", "0", "0", "0"],
        ["TransactWriteItems", "t", "1", "2", "0", "0", "0", "0", "0", "0"],
    ]


@virtually
async def test_an_answer_tells_what_it_consumed_where_that_is_asked_for() -> None:
    engine = an_engine()
    _, one = await engine.call("UpdateItem", add(ReturnConsumedCapacity="TOTAL"))
    _, both = await engine.call("TransactWriteItems", adding("x", "y", ReturnConsumedCapacity="TOTAL"))
    assert one["ConsumedCapacity"] == {"TableName": "t", "CapacityUnits": 1}
    assert both["ConsumedCapacity"] == [{"TableName": "t", "CapacityUnits": 4}]


def test_the_relays_client_hears_of_contention_and_tries_again() -> None:
    async def crowd() -> None:
        client = ContendingDynamo(an_engine())
        await asyncio.gather(*(client.transact(adding("x")) for _ in range(20)))
        assert (await client.get("t", to_item({"p": "x"}))) == {"p": "x", "n": 20}
        assert client.engine.meter.since().conflicts > 20

    run_virtually(crowd())


async def test_over_http_the_same_tables_serve_the_relays_client_and_boto3(contending: ContendingStack) -> None:
    client = dynamo(contending.settings(), SystemClock())
    table = f"{contending.prefix}users"
    request = add() | {"TableName": table, "Key": to_item({"pk": "user#1"})}
    await asyncio.gather(*(client.update(request) for _ in range(10)))
    await client.close()

    def look() -> Any:
        config = Config(retries={"total_max_attempts": 1})
        with_boto3: Any = boto3.client("dynamodb", endpoint_url=contending.endpoint_url, config=config)
        return with_boto3.get_item(TableName=table, Key=to_item({"pk": "user#1"}))["Item"]

    assert from_item(await asyncio.to_thread(look))["n"] == 10
    assert contending.meter.since().total("items", operation="UpdateItem", table="users") == 10
