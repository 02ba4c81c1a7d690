"""A first deployment that failed is taken back whole, and anything that lives is left alone."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.support.tables import Stack
from tools import undo_failed
from tools.undo_failed import NotEmpty, undo_if_failed


class FakeCloudFormation:
    """One stack in some state, with the tables of a test."""

    def __init__(self, status: str, tables: list[str]) -> None:
        self.status, self.tables, self.deleted = status, tables, False

    def describe_stacks(self, StackName: str) -> Any:
        if not self.status:
            error = {"Error": {"Code": "ValidationError", "Message": f"Stack with id {StackName} does not exist"}}
            raise ClientError(error, "DescribeStacks")  # pyright: ignore
        return {"Stacks": [{"StackStatus": self.status}]}

    def get_paginator(self, _: str) -> Any:
        return self

    def paginate(self, StackName: str) -> Any:
        def row(kind: str, name: str, status: str) -> Any:
            return {"ResourceType": kind, "PhysicalResourceId": name, "ResourceStatus": status}

        there = [row("AWS::DynamoDB::Table", name, "DELETE_FAILED") for name in self.tables]
        return [{"StackResourceSummaries": [*there, row("AWS::DynamoDB::Table", "gone", "DELETE_COMPLETE")]}]

    def delete_stack(self, StackName: str) -> None:
        self.deleted = True

    def get_waiter(self, _: str) -> Any:
        return self

    def wait(self, StackName: str) -> None:
        assert self.deleted


@pytest.fixture
def dynamodb(tables: Stack, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", tables.endpoint_url)
    client: Any = boto3.client("dynamodb", region_name="us-east-1")
    yield client
    client.close()


def failed(monkeypatch: pytest.MonkeyPatch, dynamodb: Any, status: str, tables: list[str]) -> FakeCloudFormation:
    made = FakeCloudFormation(status, tables)
    clients = {"cloudformation": made, "dynamodb": dynamodb}
    monkeypatch.setattr(undo_failed, "_client", lambda service, region: clients[service])
    return made


@pytest.mark.parametrize("status", ["ROLLBACK_FAILED", "ROLLBACK_COMPLETE", "CREATE_FAILED", "REVIEW_IN_PROGRESS"])
def test_the_tables_of_a_stack_that_never_lived_are_unprotected_and_deleted_with_it(
    status: str, dynamodb: Any, tables: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"{tables.prefix}users"
    dynamodb.update_table(TableName=name, DeletionProtectionEnabled=True)
    stack = failed(monkeypatch, dynamodb, status, [name])
    assert undo_if_failed("mine") and stack.deleted
    assert not dynamodb.describe_table(TableName=name)["Table"].get("DeletionProtectionEnabled")


def test_a_table_with_an_item_in_it_is_not_touched_nor_any_other(
    dynamodb: Any, tables: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"{tables.prefix}users", f"{tables.prefix}codes"]
    dynamodb.update_table(TableName=names[0], DeletionProtectionEnabled=True)
    dynamodb.put_item(TableName=names[1], Item={"code": {"S": "x"}})
    stack = failed(monkeypatch, dynamodb, "ROLLBACK_FAILED", names)
    with pytest.raises(NotEmpty, match="codes"):
        undo_if_failed("mine")
    assert not stack.deleted
    assert dynamodb.describe_table(TableName=names[0])["Table"]["DeletionProtectionEnabled"]
    dynamodb.update_table(TableName=names[0], DeletionProtectionEnabled=False)


@pytest.mark.parametrize("status", ["", "CREATE_COMPLETE", "UPDATE_ROLLBACK_FAILED", "UPDATE_ROLLBACK_COMPLETE"])
def test_a_stack_that_lives_or_is_not_there_is_left_alone(
    status: str, dynamodb: Any, tables: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = failed(monkeypatch, dynamodb, status, [f"{tables.prefix}users"])
    assert not undo_if_failed("mine") and not stack.deleted
