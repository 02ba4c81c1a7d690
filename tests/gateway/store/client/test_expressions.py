"""Writes as DynamoDB's own JSON."""

import pytest

from gateway.store.client.expressions import (
    PRESENT,
    Change,
    Expected,
    Is,
    change,
    change_existing,
    check,
    delete,
    put,
    put_new,
    update,
)

KEY = {"pk": "a"}


@pytest.mark.parametrize(
    ("what", "text", "names", "values"),
    [
        (Change(sets={"x": 1}), "SET #n0 = :v0", ["x"], [{"N": "1"}]),
        (Change(adds={"x": -2}), "ADD #n0 :v0", ["x"], [{"N": "-2"}]),
        (Change(removes=["x", "y"]), "REMOVE #n0, #n1", ["x", "y"], []),
        (Change(defaults={"x": "t"}), "SET #n0 = if_not_exists(#n0, :v0)", ["x"], [{"S": "t"}]),
        (
            Change(sets={"x": 1}, adds={"y": 2}, removes=["z"], defaults={"w": 3}),
            "SET #n0 = :v0, #n1 = if_not_exists(#n1, :v1) ADD #n2 :v2 REMOVE #n3",
            ["x", "w", "y", "z"],
            [{"N": "1"}, {"N": "3"}, {"N": "2"}],
        ),
    ],
)
def test_a_change_is_one_expression(what: Change, text: str, names: list[str], values: list[dict[str, str]]) -> None:
    request = update("t", KEY, what)
    assert request["TableName"] == "t"
    assert request["Key"] == {"pk": {"S": "a"}}
    assert request["UpdateExpression"] == text
    assert list(request["ExpressionAttributeNames"].values()) == names
    assert list(request.get("ExpressionAttributeValues", {}).values()) == values


@pytest.mark.parametrize(
    ("expected", "condition"),
    [
        ({"a": 1}, "#n0 = :v0"),
        ({"a": None}, "attribute_not_exists(#n0)"),
        ({"a": PRESENT}, "attribute_exists(#n0)"),
        ({"a": Is("<", 1)}, "#n0 < :v0"),
        ({"a": 1, "b": Is(">=", 2)}, "#n0 = :v0 AND #n1 >= :v1"),
        ([{"a": None}, {"b": 1, "a": Is("<=", 2)}], "attribute_not_exists(#n0) OR #n1 = :v0 AND #n0 <= :v1"),
    ],
)
def test_of_several_conditions_one_must_hold(expected: Expected, condition: str) -> None:
    assert check("t", KEY, expected)["ConditionCheck"]["ConditionExpression"] == condition


def test_an_action_without_a_condition_has_none() -> None:
    assert put("t", {"pk": "a"}) == {"Put": {"TableName": "t", "Item": {"pk": {"S": "a"}}}}
    assert delete("t", KEY, expected={}) == {"Delete": {"TableName": "t", "Key": {"pk": {"S": "a"}}}}


def test_a_new_item_must_not_exist_and_the_old_one_is_told() -> None:
    body = put_new("t", {"pk": "a"}, "pk")["Put"]
    assert body["ConditionExpression"] == "attribute_not_exists(#n0)"
    assert body["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"


def test_an_existing_item_is_asked_for_in_every_alternative() -> None:
    what = Change(sets={"x": 1}, expected=[{"a": 1}, {"b": 2}])
    body = change_existing("t", KEY, what)["Update"]
    exists = "attribute_exists(#n1)"
    assert body["ConditionExpression"] == f"{exists} AND #n2 = :v1 OR {exists} AND #n3 = :v2"
    assert change_existing("t", KEY, Change(sets={"x": 1}))["Update"]["ConditionExpression"] == exists


def test_a_lower_bound_holds_besides_any_condition() -> None:
    what = Change(adds={"quota": -5}, expected=[{"a": 1}, {"b": 2}], at_least={"quota": 5})
    body = change("t", KEY, what)["Update"]
    assert body["ConditionExpression"] == "#n1 = :v2 AND #n0 >= :v1 OR #n2 = :v3 AND #n0 >= :v1"
    assert body["ExpressionAttributeValues"][":v1"] == {"N": "5"}


def test_an_update_by_itself_answers_what_it_is_asked_for() -> None:
    request = update("t", KEY, Change(adds={"x": 1}, expected={"x": 1}), returns="ALL_NEW")
    assert request["ReturnValues"] == "ALL_NEW"
    assert "ReturnValuesOnConditionCheckFailure" not in request
