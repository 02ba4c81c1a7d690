"""The tables of the template are the tables that the store reads and writes."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from gateway.store.schema.items import MODELS
from gateway.store.schema.tables import Tables
from local.places import TEMPLATE
from local.tables import read_tables, read_template

TABLES = {table.name.removeprefix("stack-"): table for table in read_tables(TEMPLATE, "stack")}
RESOURCES = [r for r in read_template(TEMPLATE)["Resources"].values() if r["Type"] == "AWS::DynamoDB::Table"]

Keys = list[tuple[str, str, str]]  # name, HASH or RANGE, type; hash key first


def defined(name: str, schema: Iterable[Mapping[str, str]]) -> Keys:
    types = {a["AttributeName"]: a["AttributeType"] for a in TABLES[name].definition["AttributeDefinitions"]}
    return [(key["AttributeName"], key["KeyType"], types[key["AttributeName"]]) for key in schema]


def modelled(attributes: Mapping[str, Any]) -> Keys:
    keys = [a for a in attributes.values() if a.is_hash_key or a.is_range_key]
    return [(a.attr_name, "HASH" if a.is_hash_key else "RANGE", a.attr_type) for a in sorted(keys, key=is_range)]


def is_range(attribute: Any) -> bool:
    return bool(attribute.is_range_key)


def test_the_store_names_exactly_the_tables_of_the_template() -> None:
    named = {name for name, value in vars(Tables).items() if isinstance(value, property)}
    assert named == TABLES.keys() == MODELS.keys()
    assert {getattr(Tables("stack-"), name) for name in named} == {f"stack-{name}" for name in TABLES}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_has_the_keys_and_indexes_of_its_table(name: str) -> None:
    table, model = TABLES[name], MODELS[name]
    assert modelled(model.get_attributes()) == defined(name, table.definition["KeySchema"])
    indexes = {index.Meta.index_name: index for index in model._indexes.values()}
    assert indexes.keys() == table.indexes.keys()
    for index_name, index in indexes.items():
        expected = table.indexes[index_name]
        assert modelled(index.Meta.attributes) == defined(name, expected["KeySchema"])
        assert index.Meta.projection.projection_type == expected["Projection"]["ProjectionType"]


def test_every_table_carries_the_stack_name_and_is_billed_on_demand() -> None:
    for resource in RESOURCES:
        properties = resource["Properties"]
        assert properties["TableName"]["Fn::Sub"].startswith("${AWS::StackName}-")
        assert properties["BillingMode"] == "PAY_PER_REQUEST"
