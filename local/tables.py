"""Tables as infra/template.yaml defines them, created where they are missing."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import yaml

from gateway.errors import StoreError
from gateway.store.client.credentials import CredentialSource
from gateway.store.client.sync_client import SyncDynamo
from local.environment import DEFAULT_REGION
from local.failure import RunFailed

if TYPE_CHECKING:
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


def create_missing(tables: list[Table], client: SyncDynamo) -> list[str]:
    """Create missing tables, add missing indexes, switch on time-to-live. Names what was made."""
    made: list[str] = []
    try:
        existing = _existing(client)
        for table in tables:
            if table.name not in existing:
                create(table, client)
                made.append(table.name)
            else:
                made += _add_indexes(table, client)
    except StoreError as error:
        raise RunFailed(f"DynamoDB at {client.endpoint} refuses to set up the tables: {error}") from error
    return made


def create(table: Table, client: SyncDynamo) -> None:
    """Create a table that is known to be missing."""
    client.call("CreateTable", {"TableName": table.name, "BillingMode": "PAY_PER_REQUEST", **table.definition})
    _wait_until_active(table.name, client)
    if table.ttl_attribute:
        lived = {"Enabled": True, "AttributeName": table.ttl_attribute}
        client.call("UpdateTimeToLive", {"TableName": table.name, "TimeToLiveSpecification": lived})


def dynamodb_client(endpoint_url: str, region: str = DEFAULT_REGION) -> SyncDynamo:
    """A client for setting up: gives up soon, so that a wrong endpoint is told at once."""
    return SyncDynamo(endpoint_url, region, CredentialSource(), attempts=lambda _: 2)


def described(name: str, client: SyncDynamo) -> dict[str, Any]:
    """A table as the database has it."""
    return client.call("DescribeTable", {"TableName": name})["Table"]


def _existing(client: SyncDynamo) -> set[str]:
    names = set[str]()
    asked: dict[str, Any] = {}
    while True:
        answer = client.call("ListTables", asked)
        names.update(answer["TableNames"])
        if not (last := answer.get("LastEvaluatedTableName")):
            return names
        asked = {"ExclusiveStartTableName": last}


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


def _add_indexes(table: Table, client: SyncDynamo) -> list[str]:
    """Add what the template has gained. DynamoDB makes one index at a time."""
    there = described(table.name, client).get("GlobalSecondaryIndexes", [])
    missing = table.indexes.keys() - {index.get("IndexName") for index in there}
    for name in sorted(missing):
        change = {
            "TableName": table.name,
            "AttributeDefinitions": table.definition["AttributeDefinitions"],
            "GlobalSecondaryIndexUpdates": [{"Create": table.indexes[name]}],
        }
        client.call("UpdateTable", change)
        _wait_until_active(table.name, client)
    return [f"{table.name}/{name}" for name in sorted(missing)]


def _wait_until_active(name: str, client: SyncDynamo) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        table = described(name, client)
        states = [table.get("TableStatus"), *(i.get("IndexStatus") for i in table.get("GlobalSecondaryIndexes", []))]
        if set(states) <= {"ACTIVE"}:
            return
        time.sleep(0.2)
    raise RunFailed(f"table {name} is not ready after {WAIT_SECONDS} s")
