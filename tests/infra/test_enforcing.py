"""What judges the roles, and what each role must never do: asked for in earnest, with its credentials."""

import asyncio
from collections.abc import Generator
from typing import Any

import boto3
import pytest
from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError

from tests.support.enforcing.endpoint import Enforcing, Judge, enforcing
from tests.support.enforcing.inside import NOBODY, acting, enforced
from tests.support.enforcing.policy import ATTRIBUTES, ENCLOSING, LEADING, Call, Condition, Target, statements
from tests.support.enforcing.requests import calls
from tests.support.tables import Stack

Json = dict[str, Any]
RELAY, ADMIN, CRON = "RelayRole", "AdminRole", "CronRole"


@pytest.fixture
def door(tables: Stack) -> Generator[Enforcing]:
    with enforcing(tables.endpoint_url) as made:
        yield made


def client(door: Enforcing, role: str) -> Any:
    """DynamoDB for a process that has this role's credentials."""
    return boto3.client(
        "dynamodb", endpoint_url=door.url, region_name="us-east-1", aws_access_key_id=role, aws_secret_access_key="x"
    )


def item(**values: Any) -> Json:
    return {name: TypeSerializer().serialize(value) for name, value in values.items()}


def change(**sets: Any) -> Json:
    """An update expression."""
    return {
        "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in sets),
        "ExpressionAttributeNames": {f"#{name}": name for name in sets},
        "ExpressionAttributeValues": item(**{f":{name}": value for name, value in sets.items()}),
    }


USER, TOKEN, CHANNEL = {"pk": "user#1"}, {"pk": "user#1", "id": 1}, {"id": 1}
ENTRY, CODE = {"owner": "user#1", "request_id": "2" * 31}, {"code": "reset#" + "a" * 64}
OPTION, REMINDER = {"scope": "option", "key": "Notice"}, {"scope": "reminder", "key": "1#0"}

# role, call, table, what besides: each must be denied
FORBIDDEN: tuple[tuple[str, str, str, Json], ...] = (
    # The relay meets strangers: it moves money by the rules, and that is all it may write.
    (RELAY, "update_item", "users", {"Key": USER} | change(role=100)),
    (RELAY, "update_item", "users", {"Key": USER} | change(group="vip")),
    (RELAY, "update_item", "users", {"Key": USER} | change(password="x")),
    (RELAY, "update_item", "users", {"Key": USER} | change(quota=1, status=1)),
    (RELAY, "update_item", "users", {"Key": USER} | change(access_hash="x")),
    (RELAY, "put_item", "users", {"Item": USER}),
    (RELAY, "delete_item", "users", {"Key": USER}),
    (RELAY, "scan", "users", {}),
    (RELAY, "query", "users/by_email", {"kind": "user"}),
    (RELAY, "put_item", "tokens", {"Item": TOKEN}),
    (RELAY, "update_item", "tokens", {"Key": TOKEN} | change(unlimited_quota=True)),
    (RELAY, "update_item", "tokens", {"Key": TOKEN} | change(models="gpt-4o")),
    (RELAY, "update_item", "tokens", {"Key": TOKEN} | change(subnet="")),
    (RELAY, "update_item", "tokens", {"Key": TOKEN} | change(key_hash="x")),
    (RELAY, "delete_item", "tokens", {"Key": TOKEN}),
    (RELAY, "update_item", "channels", {"Key": CHANNEL} | change(sealed_key="x")),
    (RELAY, "update_item", "channels", {"Key": CHANNEL} | change(base_url="http://x")),
    (RELAY, "update_item", "channels", {"Key": CHANNEL} | change(models="x")),
    (RELAY, "update_item", "channels", {"Key": CHANNEL} | change(priority=1)),
    (RELAY, "put_item", "channels", {"Item": CHANNEL}),
    (RELAY, "delete_item", "channels", {"Key": CHANNEL}),
    (RELAY, "update_item", "options", {"Key": OPTION} | change(value="x")),
    (RELAY, "update_item", "options", {"Key": REMINDER} | change(value="x")),
    (RELAY, "put_item", "options", {"Item": OPTION}),
    (RELAY, "delete_item", "options", {"Key": REMINDER}),
    (RELAY, "update_item", "logs", {"Key": ENTRY} | change(quota=0)),
    (RELAY, "delete_item", "logs", {"Key": ENTRY}),
    (RELAY, "query", "logs/by_time", {"bucket": "2026-11#0"}),
    (RELAY, "get_item", "codes", {"Key": CODE}),
    (RELAY, "put_item", "codes", {"Item": CODE}),
    (RELAY, "delete_item", "codes", {"Key": CODE}),
    (RELAY, "update_item", "counters", {"Key": {"name": "x", "shard": 0}} | change(value=1)),
    (RELAY, "put_item", "holds", {"Item": {"request_id": "1"}}),
    (RELAY, "query", "redemptions/by_id", {"kind": "redemption"}),
    (RELAY, "update_item", "usage", {"Key": {"owner": "user#1", "day_model": "x"}} | change(quota=0)),
    # The management API serves no requests of the relay: it neither adds up usage nor touches what is left of holds.
    (ADMIN, "put_item", "usage", {"Item": {"owner": "user#1", "day_model": "x"}}),
    (ADMIN, "update_item", "usage", {"Key": {"owner": "user#1", "day_model": "x"}} | change(quota=0)),
    (ADMIN, "put_item", "options", {"Item": OPTION}),
    (ADMIN, "delete_item", "options", {"Key": OPTION}),
    (ADMIN, "delete_item", "counters", {"Key": {"name": "x", "shard": 0}}),
    (ADMIN, "query", "holds/by_expiry", {"shard": 1}),
    (ADMIN, "scan", "users", {}),
    (ADMIN, "scan", "codes", {}),
    # Jobs tidy up: they give back and add up, and write neither who somebody is nor where a channel leads.
    (CRON, "update_item", "users", {"Key": USER} | change(role=100)),
    (CRON, "update_item", "users", {"Key": USER} | change(password="x")),
    (CRON, "put_item", "users", {"Item": USER}),
    (CRON, "delete_item", "users", {"Key": USER}),
    (CRON, "update_item", "tokens", {"Key": TOKEN} | change(models="x")),
    (CRON, "put_item", "tokens", {"Item": TOKEN}),
    (CRON, "update_item", "channels", {"Key": CHANNEL} | change(status=1)),  # alone: only in a transaction
    (CRON, "put_item", "channels", {"Item": CHANNEL}),
    (CRON, "update_item", "options", {"Key": OPTION} | change(value="x")),
    (CRON, "delete_item", "options", {"Key": OPTION}),
    (CRON, "delete_item", "logs", {"Key": ENTRY}),
    (CRON, "update_item", "logs", {"Key": ENTRY} | change(quota=0)),
    (CRON, "get_item", "codes", {"Key": CODE}),
    (CRON, "update_item", "codes", {"Key": CODE} | change(secret_hash="x")),
    (CRON, "scan", "tokens", {}),
    (CRON, "query", "users/by_email", {"kind": "user"}),
)


def request(prefix: str, call: str, where: str, besides: Json) -> Json:
    """The arguments of boto3's client."""
    table, _, index = where.partition("/")
    asked: Json = {"TableName": prefix + table} | ({"IndexName": index} if index else {})
    if call == "query":
        ((name, value),) = besides.items()
        return asked | {
            "KeyConditionExpression": "#k = :k",
            "ExpressionAttributeNames": {"#k": name},
            "ExpressionAttributeValues": item(**{":k": value}),
        }
    return asked | {name: item(**value) if name in ("Key", "Item") else value for name, value in besides.items()}


def in_words(row: Any) -> str:
    role, call, where, besides = row
    return f"{role} {call} {where} {' '.join(sorted(besides.get('ExpressionAttributeNames', {}).values()))}".strip()


@pytest.mark.parametrize("row", FORBIDDEN, ids=in_words)
def test_a_role_must_not(row: tuple[str, str, str, Json], door: Enforcing, tables: Stack) -> None:
    role, call, where, besides = row
    with pytest.raises(ClientError) as refused:
        getattr(client(door, role), call)(**request(tables.prefix, call, where, besides))
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    assert [denied for denied, _ in door.judge.denied] == [role]


def test_the_same_requests_are_done_for_an_operator(tables: Stack) -> None:
    """So that no row is denied for a mistake of its own."""
    operator = boto3.client("dynamodb", endpoint_url=tables.endpoint_url, region_name="us-east-1")
    assert len(FORBIDDEN) >= 30
    for _, call, where, besides in FORBIDDEN:
        getattr(operator, call)(**request(tables.prefix, call, where, besides))
    operator.close()


def test_what_a_role_may_do_is_done(door: Enforcing, tables: Stack) -> None:
    relay = client(door, RELAY)
    relay.update_item(**request(tables.prefix, "update_item", "users", {"Key": USER} | change(quota=7)))
    found = relay.get_item(TableName=f"{tables.prefix}users", Key=item(**USER))
    assert found["Item"]["quota"] == {"N": "7"}
    assert not door.judge.denied


# ---- the judge itself


def test_a_request_is_judged_action_by_action() -> None:
    update = {
        "TableName": "stack-users",
        "Key": {"pk": {"S": "user#1"}},
        "UpdateExpression": "SET #balance = #balance - :take, used_quota = if_not_exists(used_quota, :zero)",
        "ConditionExpression": "attribute_exists(pk) AND #balance >= :take",
        "ExpressionAttributeNames": {"#balance": "quota"},
    }
    put = {"TableName": "stack-logs", "Item": {"owner": {"S": "x"}, "id": {"N": "1"}}}
    (updated, added) = calls("TransactWriteItems", {"TransactItems": [{"Update": update}, {"Put": put}]})
    money = frozenset({"pk", "quota", "used_quota"})
    assert updated == Call("UpdateItem", Target("users"), money, "TransactWriteItems", frozenset({"user#1"}))
    assert added == Call("PutItem", Target("logs"), frozenset({"owner", "id"}), "TransactWriteItems", frozenset({"x"}))


def test_a_query_names_its_index_and_the_key_it_looks_for() -> None:
    asked = {
        "TableName": "stack-users", "IndexName": "by_email",
        "KeyConditionExpression": "#0 = :0 AND begins_with(#1, :1)",
        "ExpressionAttributeNames": {"#0": "kind", "#1": "email"},
        "ExpressionAttributeValues": {":0": {"S": "user"}, ":1": {"S": "a"}},
    }  # fmt: skip
    (call,) = calls("Query", asked)
    assert (call.target, call.leading) == (Target("users", "by_email"), frozenset({"user"}))
    assert call.attributes == frozenset({"kind", "email"})


def test_a_batch_is_one_action_with_the_keys_of_all_its_items() -> None:
    keys = [{"scope": {"S": "option"}, "key": {"S": "a"}}, {"scope": {"S": "meta"}, "key": {"S": "b"}}]
    (call,) = calls("BatchGetItem", {"RequestItems": {"stack-options": {"Keys": keys}}})
    assert (call.action, call.leading) == ("BatchGetItem", frozenset({"option", "meta"}))
    assert not Condition("ForAllValues:StringEquals", LEADING, frozenset({"option"})).holds(call)


def test_conditions_over_sets_are_judged_as_iam_judges_them() -> None:
    scan = Call("Scan", Target("codes"))
    assert Condition("ForAllValues:StringLike", LEADING, frozenset({"idempotency#*"})).holds(scan)  # names no key
    assert not Condition("ForAnyValue:StringEquals", ENCLOSING, frozenset({"TransactWriteItems"})).holds(scan)
    named = Call("GetItem", Target("codes"), frozenset({"code"}), leading=frozenset({"idempotency#1#x"}))
    assert Condition("ForAllValues:StringLike", LEADING, frozenset({"idempotency#*"})).holds(named)
    assert not Condition("ForAllValues:StringLike", LEADING, frozenset({"progress#*"})).holds(named)
    assert not Condition("ForAllValues:StringEquals", ATTRIBUTES, frozenset({"pk"})).holds(named)


def test_a_condition_that_is_not_understood_is_an_error() -> None:
    written = {"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": [{"Fn::GetAtt": "UsersTable.Arn"}]}
    condition = {"Condition": {"StringNotEquals": {"aws:SourceVpc": ["x"]}}}
    role = {"Properties": {"Policies": [{"PolicyDocument": {"Statement": [written | condition]}}]}}
    with pytest.raises(KeyError):
        statements(RELAY, {"Resources": {RELAY: role}})


def test_what_is_beyond_is_found() -> None:
    judge = Judge()
    assert len(judge.beyond(CRON)) == len(judge.granted[CRON])
    judge.seen[CRON].add(Call("UpdateItem", Target("users"), frozenset({"pk"})))
    assert any("quota" in s.attributes and "pk" not in s.attributes for s in judge.beyond(CRON))


def test_within_a_process_a_task_and_what_it_starts_act_in_its_role(tables: Stack) -> None:
    ours = boto3.client("dynamodb", endpoint_url=tables.endpoint_url, region_name="us-east-1")
    asked = request(tables.prefix, "update_item", "users", {"Key": USER} | change(role=100))

    async def in_a_thread() -> None:
        await asyncio.to_thread(ours.update_item, **asked)

    judge = Judge()
    with enforced(judge):
        ours.update_item(**asked)  # an operator may
        with (
            acting(RELAY),
            pytest.raises(ClientError, match="RelayRole is not authorized"),
        ):
            asyncio.run(in_a_thread())
    with enforced(judge, strict=True), pytest.raises(ClientError, match=NOBODY):
        ours.update_item(**asked)
    ours.close()
    assert [role for role, _ in judge.denied] == [RELAY, NOBODY]
