"""Expressions mean to the contending emulator what they mean to the embedded database: the same cases on both."""

import itertools
from collections.abc import Generator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from gateway.store.client.attributes import from_item, to_item
from tests.support.contending.contention import INSTANT
from tests.support.contending.server import contending_endpoint
from tests.support.tables import DynamoDB

Json = dict[str, Any]
CONFLICTED = "ConditionalCheckFailedException"
INVALID = "ValidationException"
NAMES = itertools.count()
KEY: Json = {"p": "x", "s": 1}
DEFINITION: Json = {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": type_} for name, type_ in ("pS", "sN", "gS")],
    "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by_g",
            "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["n"]},
        }
    ],
}


class Bench:
    """One table of one emulator."""

    def __init__(self, endpoint_url: str) -> None:
        config = Config(retries={"total_max_attempts": 1})
        self.client: Any = boto3.client("dynamodb", endpoint_url=endpoint_url, config=config)
        self.name = f"bench{next(NAMES)}"
        self.client.create_table(TableName=self.name, **DEFINITION)

    def put(self, **attributes: Any) -> None:
        self.client.put_item(TableName=self.name, Item=to_item(KEY | attributes))

    def item(self) -> Json:
        found = self.client.get_item(TableName=self.name, Key=to_item(KEY), ConsistentRead=True)
        return from_item(found.get("Item", {}))

    def update(self, text: str, condition: str = "", **more: Any) -> Json:
        conditional = {"ConditionExpression": condition} if condition else {}
        return self.client.update_item(
            TableName=self.name, Key=to_item(KEY), UpdateExpression=text, **conditional, **more
        )

    def query(self, text: str, values: Json, **more: Any) -> Json:
        return self.client.query(
            TableName=self.name, KeyConditionExpression=text, ExpressionAttributeValues=to_item(values), **more
        )


@pytest.fixture(params=["contending", "embedded"])
def bench(request: pytest.FixtureRequest) -> Generator[Bench]:
    if request.param == "contending":
        with contending_endpoint(INSTANT) as endpoint:
            yield (made := Bench(endpoint.endpoint_url))
            made.client.close()
        return
    embedded: DynamoDB = request.getfixturevalue("dynamodb")
    yield (made := Bench(embedded.endpoint_url))
    made.client.delete_table(TableName=made.name)
    made.client.close()


def named(text: str, values: Json) -> Json:
    """The placeholders that a text mentions."""
    words = {"#o": "open", "#id": "r1", "#n": "n", "#l": "list"}
    names = {word: name for word, name in words.items() if word in text}
    given = to_item({word: value for word, value in values.items() if word in text})
    return {
        **({"ExpressionAttributeNames": names} if names else {}),
        **({"ExpressionAttributeValues": given} if given else {}),
    }


HOLD = {":h": {"amount": 5, "until": 9}, ":a": 5, ":b": 7, ":t": "text", ":l": [1], ":z": 0}

UPDATES: list[tuple[str, Json, str, str, Json | str]] = [
    ("a hold goes in", {"open": {}}, "SET #o.#id = :h", "attribute_not_exists(#o.#id)", {"open": {"r1": HOLD[":h"]}}),
    ("a hold is in", {"open": {"r1": 1}}, "SET #o.#id = :h", "attribute_not_exists(#o.#id)", CONFLICTED),
    ("beside others", {"open": {"q": 1}}, "SET #o.#id = :a", "", {"open": {"q": 1, "r1": 5}}),
    ("no map for it", {}, "SET #o.#id = :h", "attribute_not_exists(#o.#id)", INVALID),
    ("no map, text there", {"open": "text"}, "SET #o.#id = :h", "", INVALID),
    ("a hold goes out", {"open": {"r1": 1, "q": 2}}, "REMOVE #o.#id", "attribute_exists(#o.#id)", {"open": {"q": 2}}),
    ("a hold is gone", {"open": {}}, "REMOVE #o.#id", "attribute_exists(#o.#id)", CONFLICTED),
    ("gone, not asked", {"open": {}}, "REMOVE #o.#id", "", {"open": {}}),
    ("out and back", {"open": {"r1": 1}, "n": 2}, "SET #n = #n + #o.#id REMOVE #o.#id", "", {"open": {}, "n": 3}),
    ("free enough", {"n": 5, "open": {}}, "SET #n = #n - :a, #o.#id = :a", "#n >= :a", {"n": 0, "open": {"r1": 5}}),
    ("free too little", {"n": 4, "open": {}}, "SET #n = #n - :a, #o.#id = :a", "#n >= :a", CONFLICTED),
    (
        "deep",
        {"open": {"r1": {"due": 1, "x": 2}}},
        "SET #o.#id.due = :b",
        "",
        {"open": {"r1": {"due": 7, "x": 2}}},
    ),
    ("arithmetic", {"n": 2}, "SET #n = #n - :a", "", {"n": -3}),
    ("arithmetic on nothing", {}, "SET #n = #n - :a", "", INVALID),
    ("arithmetic on text", {"n": "a"}, "SET #n = #n - :a", "", INVALID),
    ("first of all", {}, "SET #n = if_not_exists(#n, :a)", "", {"n": 5}),
    ("not the first", {"n": 1}, "SET #n = if_not_exists(#n, :a) + :b", "", {"n": 8}),
    ("as before", {"a": 1, "b": 2}, "SET a = b, b = a", "", {"a": 2, "b": 1}),
    ("list grows", {"list": [0]}, "SET #l = list_append(#l, :l)", "", {"list": [0, 1]}),
    ("list grows from nothing", {}, "SET #l = list_append(if_not_exists(#l, :l), :l)", "", {"list": [1, 1]}),
    ("element", {"list": [0, 1, 2]}, "SET #l[1] = :a", "", {"list": [0, 5, 2]}),
    ("added to nothing", {}, "ADD #n :a", "", {"n": 5}),
    ("added", {"n": 1}, "ADD #n :a", "", {"n": 6}),
    ("added to text", {"n": "a"}, "ADD #n :a", "", INVALID),
    ("all at once", {"n": 1, "x": 1}, "SET a = :t ADD #n :a REMOVE x", "", {"n": 6, "a": "text"}),
    ("one path twice", {"n": 1}, "SET #n = :a REMOVE #n", "", INVALID),
    ("a path inside another", {"open": {}}, "SET #o = :h, #o.#id = :a", "", INVALID),
    ("a key", {}, "SET s = :a", "", INVALID),
    ("no sense", {}, "SET #n == :a", "", INVALID),
    ("a clause twice", {}, "SET #n = :a SET #o = :b", "", INVALID),
    ("larger than may be", {}, "SET a = :big", "", INVALID),
    ("an index key of a wrong type", {}, "SET g = :a", "", INVALID),
    ("an index key that is empty", {}, "SET g = :e", "", INVALID),
]


@pytest.mark.parametrize("before, text, condition, after", [case[1:] for case in UPDATES], ids=[c[0] for c in UPDATES])
def test_updates(bench: Bench, before: Json, text: str, condition: str, after: Json | str) -> None:
    bench.put(**before)
    values = HOLD | {":big": "a" * 409_600, ":e": ""}
    given = named(f"{text} {condition}", values)
    if isinstance(after, str):
        with pytest.raises(ClientError) as refused:
            bench.update(text, condition, **given)
        assert refused.value.response["Error"]["Code"] == after
        assert bench.item() == KEY | before
    else:
        bench.update(text, condition, **given)
        assert bench.item() == KEY | after


ITEM = {"n": 5, "t": "banana", "open": {"r1": {"due": 9}, "q": 1}, "list": [1, 2], "nil": None, "f": False}
CONDITIONS = {
    "#n = :a": True,
    "#n <> :a": False,
    "gone <> :a": True,
    "gone = :a": False,
    "gone < :a": False,
    "NOT gone = :a": True,
    "#n < :b AND #n > :z": True,
    "#n < :z OR #n >= :a": True,
    "#n < :z OR #n > :z AND #n > :b": False,
    "(#n < :z OR #n > :z) AND NOT #n > :b": True,
    "#n BETWEEN :z AND :b AND #n = :a": True,
    "#n BETWEEN :b AND :z2": False,
    "#n IN (:b, :a)": True,
    "t IN (:a, :b)": False,
    "t < :a": False,
    "begins_with(t, :ban)": True,
    "begins_with(#n, :ban)": False,
    "contains(t, :ana)": True,
    "contains(#l, :one)": True,
    "contains(#l, :a)": False,
    "size(#o) = :two": True,
    "size(t) > :a AND size(#l) = :two": True,
    "size(gone) = :z": False,
    "attribute_exists(#o.#id)": True,
    "attribute_exists(#o.#id.due)": True,
    "attribute_not_exists(#o.r2) AND attribute_not_exists(gone.r2)": True,
    "attribute_exists(nil) AND f = :false": True,
    "attribute_type(t, :S) AND NOT attribute_type(t, :N)": True,
    "#l[1] = :two": True,
    "#l[2] = :two": False,
    "#n = #o.#id.due": False,
    "#o.q = #l[0]": True,
}
CONDITION_VALUES = {
    ":a": 5,
    ":b": 7,
    ":z": 0,
    ":z2": 9,
    ":ban": "ban",
    ":ana": "ana",
    ":one": 1,
    ":two": 2,
    ":false": False,
    ":S": "S",
    ":N": "N",
}


@pytest.mark.parametrize("text, holds", CONDITIONS.items(), ids=CONDITIONS.keys())
def test_conditions(bench: Bench, text: str, holds: bool) -> None:
    bench.put(**ITEM)
    given = named(text, {word: value for word, value in CONDITION_VALUES.items() if mentions(text, word)})
    try:
        bench.client.delete_item(TableName=bench.name, Key=to_item(KEY), ConditionExpression=text, **given)
    except ClientError as error:
        assert error.response["Error"]["Code"] == CONFLICTED
    assert bench.item() == ({} if holds else KEY | ITEM)


def mentions(text: str, word: str) -> bool:
    return word in text.replace("(", " ").replace(")", " ").replace(",", " ").split()


@pytest.mark.parametrize(
    "more",
    [
        {"ExpressionAttributeNames": {"#unused": "a"}},
        {"ExpressionAttributeValues": to_item({":a": 1, ":unused": 1})},
        {"ExpressionAttributeValues": to_item({":a": 1}), "ConditionExpression": "a = :missing"},
    ],
    ids=["unused name", "unused value", "missing value"],
)
def test_placeholders_are_all_defined_and_all_used(bench: Bench, more: Json) -> None:
    with pytest.raises(ClientError) as refused:
        bench.update("SET a = :a", **({"ExpressionAttributeValues": to_item({":a": 1})} | more))
    assert refused.value.response["Error"]["Code"] == INVALID


@pytest.mark.parametrize(
    "text, after",
    [("SET #l[7] = :a", [0, 1, 2, 5]), ("REMOVE #l[0], #l[1]", [2])],
    ids=["beyond the end", "two removed"],
)
def test_elements_of_a_list_where_the_embedded_database_differs_from_aws(text: str, after: list[int]) -> None:
    with contending_endpoint(INSTANT) as endpoint:
        bench = Bench(endpoint.endpoint_url)
        bench.put(list=[0, 1, 2])
        bench.update(text, **named(text, HOLD))
        assert bench.item()["list"] == after
        bench.client.close()


def test_nothing_is_removed_from_a_map_that_is_not_there_where_the_embedded_database_differs_from_aws() -> None:
    with contending_endpoint(INSTANT) as endpoint:
        bench = Bench(endpoint.endpoint_url)
        bench.put()
        with pytest.raises(ClientError, match="document path provided in the update expression is invalid"):
            bench.update("REMOVE #o.#id", **named("#o.#id", {}))
        bench.client.close()


@pytest.mark.parametrize("number", ["9" * 38, "-0.5", "1e3", "007", "12300e-2", "9" * 39, "x"])
def test_numbers_have_38_digits_and_one_form(bench: Bench, number: str) -> None:
    item = to_item(KEY) | {"n": {"N": number}}
    forms = {"1e3": "1000", "007": "7", "12300e-2": "123"}
    if number in ("9" * 39, "x"):
        with pytest.raises(ClientError) as refused:
            bench.client.put_item(TableName=bench.name, Item=item)
        assert refused.value.response["Error"]["Code"] == INVALID
    else:
        bench.client.put_item(TableName=bench.name, Item=item)
        found = bench.client.get_item(TableName=bench.name, Key=to_item(KEY))["Item"]["n"]["N"]
        assert found == forms.get(number, number)


def test_what_an_update_returns(bench: Bench) -> None:
    bench.put(n=1, open={"r1": 1, "q": 2}, other=3)
    texts = "SET #n = #n + :a, #o.#id = :b"

    def returned(wanted: str) -> Json:
        answer = bench.update(texts, ReturnValues=wanted, **named(texts, HOLD))
        return from_item(answer.get("Attributes", {}))

    assert returned("NONE") == {}
    assert returned("UPDATED_OLD") == {"n": 6, "open": {"r1": 7}}
    assert returned("UPDATED_NEW") == {"n": 16, "open": {"r1": 7}}
    assert returned("ALL_OLD") == KEY | {"n": 16, "open": {"r1": 7, "q": 2}, "other": 3}
    assert returned("ALL_NEW") == KEY | {"n": 26, "open": {"r1": 7, "q": 2}, "other": 3}


def test_a_failed_condition_shows_the_item_where_that_is_asked_for(bench: Bench) -> None:
    bench.put(n=1)
    for wanted, shown in (("ALL_OLD", KEY | {"n": 1}), ("NONE", {})):
        with pytest.raises(ClientError) as refused:
            bench.update("ADD #n :a", "#n > :b", ReturnValuesOnConditionCheckFailure=wanted, **named("#n :a :b", HOLD))
        answer: Any = refused.value.response
        assert from_item(answer.get("Item", {})) == shown


def test_a_transaction_is_all_or_nothing_and_has_one_action_an_item(bench: Bench) -> None:
    put = {"Put": {"TableName": bench.name, "Item": to_item(KEY)}}
    check = {"ConditionCheck": {"TableName": bench.name, "Key": to_item({"p": "y", "s": 1})}}
    check["ConditionCheck"]["ConditionExpression"] = "attribute_exists(p)"
    with pytest.raises(ClientError) as refused:
        bench.client.transact_write_items(TransactItems=[put, check])
    answer: Any = refused.value.response
    assert [reason["Code"] for reason in answer["CancellationReasons"]] == ["None", "ConditionalCheckFailed"]
    assert bench.item() == {}
    with pytest.raises(ClientError) as refused:
        bench.client.transact_write_items(TransactItems=[put, put])
    assert refused.value.response["Error"]["Code"] == INVALID
    bench.client.transact_write_items(TransactItems=[put], ClientRequestToken="a")
    assert bench.item() == KEY


def test_queries_page_in_both_directions_and_filter_after_the_limit(bench: Bench) -> None:
    for number in range(10):
        bench.client.put_item(TableName=bench.name, Item=to_item({"p": "x", "s": number, "odd": number % 2}))

    def pages(**more: Any) -> list[list[int]]:
        found: list[list[int]] = []
        start: Json = {}
        while True:
            answer = bench.query("p = :p AND s >= :s", {":p": "x", ":s": 2, ":o": 1}, **more, **start)
            found.append([from_item(item)["s"] for item in answer["Items"]])
            if "LastEvaluatedKey" not in answer:
                return found
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    odd = {"FilterExpression": "odd = :o"}
    assert [page for page in pages(Limit=3, **odd) if page] == [[3], [5, 7], [9]]
    assert [page for page in pages(Limit=5, ScanIndexForward=False, **odd) if page] == [[9, 7, 5], [3]]


@pytest.mark.parametrize(
    "text, values, found",
    [
        ("p = :p AND s BETWEEN :a AND :b", {":p": "x", ":a": 3, ":b": 5}, [3, 4, 5]),
        ("s < :a AND p = :p", {":p": "x", ":a": 2}, [0, 1]),
        ("p = :p", {":p": "gone"}, []),
        ("p > :p", {":p": "x"}, None),
        ("s = :a", {":a": 1}, None),
        ("p = :p AND n = :a", {":p": "x", ":a": 1}, None),
    ],
)
def test_key_conditions(bench: Bench, text: str, values: Json, found: list[int] | None) -> None:
    for number in range(10):
        bench.client.put_item(TableName=bench.name, Item=to_item({"p": "x", "s": number}))
    if found is None:
        with pytest.raises(ClientError) as refused:
            bench.query(text, values)
        assert refused.value.response["Error"]["Code"] == INVALID
    else:
        assert [from_item(item)["s"] for item in bench.query(text, values)["Items"]] == found


def test_an_index_has_the_items_with_its_keys_and_what_it_projects(bench: Bench) -> None:
    for number in range(4):
        more = {"g": "a", "n": number, "other": 1} if number != 2 else {}
        bench.client.put_item(TableName=bench.name, Item=to_item({"p": f"i{number}", "s": 1, **more}))
    bench.client.delete_item(TableName=bench.name, Key=to_item({"p": "i3", "s": 1}))
    bench.client.update_item(TableName=bench.name, Key=to_item({"p": "i1", "s": 1}), UpdateExpression="REMOVE g")
    answer = bench.query("g = :g", {":g": "a"}, IndexName="by_g")
    assert [from_item(item) for item in answer["Items"]] == [{"p": "i0", "s": 1, "g": "a", "n": 0}]


def test_a_projection_picks_members_and_a_scan_finds_all(bench: Bench) -> None:
    bench.put(**ITEM)
    wanted = {"ProjectionExpression": "#o.#id.due, t", **named("#o #id", {})}
    found = bench.client.get_item(TableName=bench.name, Key=to_item(KEY), **wanted)["Item"]
    assert from_item(found) == {"open": {"r1": {"due": 9}}, "t": "banana"}
    bench.client.put_item(TableName=bench.name, Item=to_item({"p": "y", "s": 1}))
    pages = bench.client.get_paginator("scan").paginate(TableName=bench.name, PaginationConfig={"PageSize": 1})
    assert sum(page["Count"] for page in pages) == 2


def test_batches_write_and_read(bench: Bench) -> None:
    items = [to_item({"p": f"i{number}", "s": 1}) for number in range(3)]
    changes = [{"PutRequest": {"Item": item}} for item in items]
    assert bench.client.batch_write_item(RequestItems={bench.name: changes})["UnprocessedItems"] == {}
    bench.client.batch_write_item(RequestItems={bench.name: [{"DeleteRequest": {"Key": items[0]}}]})
    answer = bench.client.batch_get_item(RequestItems={bench.name: {"Keys": items}})
    assert sorted(item["p"]["S"] for item in answer["Responses"][bench.name]) == ["i1", "i2"]
