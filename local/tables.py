"""Tables as infra/template.yaml defines them, created where they are missing."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import boto3
import yaml
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local.failure import RunFailed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

    _SafeLoader = yaml.SafeLoader
else:
    _SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's reads the template in 15 ms, not in 120

TABLE = "AWS::DynamoDB::Table"
COPIED = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "LocalSecondaryIndexes")
WAIT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the template, its name resolved for a stack."""

    name: str
    definition: Mapping[str, Any]  # what CreateTable takes besides the name
    ttl_attribute: str = ""

    @property
    def indexes(self) -> Mapping[str, Any]:
        """Global secondary indexes by name."""
        return {index["IndexName"]: index for index in self.definition.get("GlobalSecondaryIndexes", [])}


class _TemplateLoader(_SafeLoader):
    """YAML with CloudFormation's short tags: ``!Sub x`` reads as ``{"Fn::Sub": "x"}``."""


def _short_tag(loader: _TemplateLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(cast("yaml.MappingNode", node), deep=True)}


cast("Any", _TemplateLoader).add_multi_constructor("!", _short_tag)


def read_template(path: Path) -> dict[str, Any]:
    """The template as plain data."""
    return yaml.load(path.read_text(), _TemplateLoader)  # noqa: S506 (a SafeLoader with tags for strings)


def read_tables(template: Path, stack_name: str) -> list[Table]:
    """Every table the template defines, as the named stack would have it."""
    resources = cast("dict[str, dict[str, Any]]", read_template(template)["Resources"])
    return [_table(r["Properties"], stack_name) for r in resources.values() if r["Type"] == TABLE]


def create_missing(tables: list[Table], client: "DynamoDBClient") -> list[str]:
    """Create missing tables, add missing indexes, switch on time-to-live. Names what was made."""
    made: list[str] = []
    try:
        existing = {name for page in client.get_paginator("list_tables").paginate() for name in page["TableNames"]}
        for table in tables:
            if table.name not in existing:
                create(table, client)
                made.append(table.name)
            else:
                made += _add_indexes(table, client)
    except (BotoCoreError, ClientError) as error:
        raise RunFailed(f"DynamoDB at {client.meta.endpoint_url} refuses to set up the tables: {error}") from error
    return made


def create(table: Table, client: "DynamoDBClient") -> None:
    """Create a table that is known to be missing."""
    definition = cast("Any", table.definition)
    client.create_table(TableName=table.name, BillingMode="PAY_PER_REQUEST", **definition)
    _wait_until_active(table.name, client)
    if table.ttl_attribute:
        client.update_time_to_live(
            TableName=table.name,
            TimeToLiveSpecification={"Enabled": True, "AttributeName": table.ttl_attribute},
        )


def dynamodb_client(endpoint_url: str) -> "DynamoDBClient":
    """A client for setting up: gives up soon, so that a wrong endpoint is told at once."""
    config = Config(connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 2})
    return boto3.client("dynamodb", endpoint_url=endpoint_url, config=config)  # pyright: ignore[reportUnknownMemberType]


def _table(properties: dict[str, Any], stack_name: str) -> Table:
    ttl = properties.get("TimeToLiveSpecification", {})
    return Table(
        name=_resolve(properties["TableName"], stack_name),
        definition={key: properties[key] for key in COPIED if key in properties},
        ttl_attribute=ttl["AttributeName"] if ttl.get("Enabled") else "",
    )


def _resolve(name: Any, stack_name: str) -> str:
    text = str(cast("dict[str, Any]", name)["Fn::Sub"] if isinstance(name, dict) else name)
    resolved = text.replace("${AWS::StackName}", stack_name)
    if "${" in resolved:
        raise RunFailed(f"infra/template.yaml: a table name may use ${{AWS::StackName}} only, not {text!r}")
    return resolved


def _add_indexes(table: Table, client: "DynamoDBClient") -> list[str]:
    """Add what the template has gained. DynamoDB makes one index at a time."""
    there = client.describe_table(TableName=table.name)["Table"].get("GlobalSecondaryIndexes", [])
    missing = table.indexes.keys() - {index.get("IndexName") for index in there}
    for name in sorted(missing):
        client.update_table(
            TableName=table.name,
            AttributeDefinitions=table.definition["AttributeDefinitions"],
            GlobalSecondaryIndexUpdates=[{"Create": table.indexes[name]}],
        )
        _wait_until_active(table.name, client)
    return [f"{table.name}/{name}" for name in sorted(missing)]


def _wait_until_active(name: str, client: "DynamoDBClient") -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        table = client.describe_table(TableName=name)["Table"]
        states = [table.get("TableStatus"), *(i.get("IndexStatus") for i in table.get("GlobalSecondaryIndexes", []))]
        if set(states) <= {"ACTIVE"}:
            return
        time.sleep(0.2)
    raise RunFailed(f"table {name} is not ready after {WAIT_SECONDS} s")
