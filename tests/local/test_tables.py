"""Tables from the template, in a real DynamoDB."""

from pathlib import Path

import pytest

from local.failure import RunFailed
from local.places import TEMPLATE
from local.tables import Table, create_missing, described, dynamodb_client, read_tables, read_template
from tests.support.tables import DynamoDB

TEMPLATE_TEXT = """
Resources:
  Things:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties:
      TableName: !Sub '${AWS::StackName}-things'
      BillingMode: PAY_PER_REQUEST
      DeletionProtectionEnabled: !Equals [!Ref Protection, 'true']
      AttributeDefinitions: [{AttributeName: id, AttributeType: N}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      TimeToLiveSpecification: {AttributeName: ttl, Enabled: true}
  Topic:
    Type: AWS::SNS::Topic
    Properties: {TopicName: !GetAtt Things.Arn}
"""


def test_a_table_is_read_with_its_name_keys_and_time_to_live(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(TEMPLATE_TEXT)
    assert read_tables(template, "mine") == [
        Table(
            name="mine-things",
            definition={
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "N"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            },
            ttl_attribute="ttl",
        )
    ]


def test_short_tags_read_as_their_long_form(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text("a: !Ref B\nc: !Sub '${D}'\ne: !Equals [!Ref F, x]\ng: !If {h: !GetAtt I.Arn}\n")
    assert read_template(template) == {
        "a": {"Ref": "B"},
        "c": {"Fn::Sub": "${D}"},
        "e": {"Fn::Equals": [{"Ref": "F"}, "x"]},
        "g": {"Fn::If": {"h": {"Fn::GetAtt": "I.Arn"}}},
    }


def test_a_name_this_run_cannot_resolve_is_said(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(TEMPLATE_TEXT.replace("AWS::StackName", "Environment"))
    with pytest.raises(RunFailed, match=r"may use \$\{AWS::StackName\} only"):
        read_tables(template, "mine")


def test_every_table_exists_as_defined_and_is_made_once(dynamodb: DynamoDB) -> None:
    client = dynamodb_client(dynamodb.endpoint_url)
    tables = read_tables(TEMPLATE, "whole")

    assert create_missing(tables, client) == [table.name for table in tables]
    assert create_missing(tables, client) == []

    for table in tables:
        there = described(table.name, client)
        assert there.get("KeySchema") == table.definition["KeySchema"]
        indexes = {index.get("IndexName"): index for index in there.get("GlobalSecondaryIndexes", [])}
        assert indexes.keys() == table.indexes.keys()
        for name, index in table.indexes.items():
            assert indexes[name].get("KeySchema") == index["KeySchema"]
            assert indexes[name].get("Projection") == index["Projection"]
        ttl = client.call("DescribeTimeToLive", {"TableName": table.name})["TimeToLiveDescription"]
        assert ttl.get("AttributeName", "") == table.ttl_attribute


def test_an_index_the_template_gained_is_added_and_finds_old_items(dynamodb: DynamoDB) -> None:
    client = dynamodb_client(dynamodb.endpoint_url)
    key = {"AttributeDefinitions": [_attribute("id")], "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}
    create_missing([Table("grown", key)], client)
    client.call("PutItem", {"TableName": "grown", "Item": {"id": {"S": "1"}, "name": {"S": "old"}}})
    grown = {
        **key,
        "AttributeDefinitions": [_attribute("id"), _attribute("name"), _attribute("mail")],
        "GlobalSecondaryIndexes": [_index("name"), _index("mail")],
    }

    assert create_missing([Table("grown", grown)], client) == ["grown/by_mail", "grown/by_name"]
    assert create_missing([Table("grown", grown)], client) == []

    query = {
        "TableName": "grown",
        "IndexName": "by_name",
        "KeyConditionExpression": "#n = :n",
        "ExpressionAttributeNames": {"#n": "name"},
        "ExpressionAttributeValues": {":n": {"S": "old"}},
    }
    found = client.call("Query", query)
    assert found["Count"] == 1


def _attribute(name: str) -> dict[str, str]:
    return {"AttributeName": name, "AttributeType": "S"}


def _index(name: str) -> dict[str, object]:
    return {
        "IndexName": f"by_{name}",
        "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
