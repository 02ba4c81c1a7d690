"""PynamoDB's models, made of the entities: how admin and cron read. The relay reads through ``client`` instead.

``client.pynamo`` points every model at a stack before first use. Rows are what the store's functions take and answer:
texts are never ``None`` there, and an empty text is not stored, because an index cannot hold one.
"""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, TypeVar

from gateway.store.schema.abilities import ABILITIES
from gateway.store.schema.channels import CHANNELS
from gateway.store.schema.codes import CODES
from gateway.store.schema.counters import COUNTERS
from gateway.store.schema.entity import Entity, Index, Row
from gateway.store.schema.holds import HOLDS
from gateway.store.schema.logs import LOGS
from gateway.store.schema.options import OPTIONS
from gateway.store.schema.pynamodb_parts import (
    AllProjection,
    Attribute,
    BooleanAttribute,
    GlobalSecondaryIndex,
    JSONAttribute,
    KeysOnlyProjection,
    MapAttribute,
    Model,
    NumberAttribute,
    PynamoDBConnectionError,
    UnicodeAttribute,
)
from gateway.store.schema.redemptions import REDEMPTIONS
from gateway.store.schema.tokens import TOKENS
from gateway.store.schema.usage import USAGE
from gateway.store.schema.users import USERS

ReadFailed = PynamoDBConnectionError  # what a read raises when the database refuses it

R = TypeVar("R", bound=Row)

_KINDS: Mapping[type, type[Attribute[Any]]] = {
    str: UnicodeAttribute,
    int: NumberAttribute,
    bool: BooleanAttribute,
    dict: MapAttribute,
    object: JSONAttribute,
}


def model(entity: Entity) -> type[Any]:
    """The model of a table: an attribute for each column, a query for each index."""
    columns = entity.columns
    names: dict[str, Any] = {name: _KINDS[kind](null=True) for name, kind in columns.items()}
    names |= _key(columns, *entity.key)
    names |= {name: _index(columns, name, index) for name, index in entity.indexes.items()}
    return type(entity.table, (Model,), names | {"Meta": type("Meta", (), {"table_name": entity.table})})


def _index(columns: Mapping[str, type], name: str, index: Index) -> GlobalSecondaryIndex[Any]:
    meta = {"index_name": name, "projection": AllProjection() if index.whole else KeysOnlyProjection()}
    names = _key(columns, index.hash_key, index.range_key) | {"Meta": type("Meta", (), meta)}
    made: type[GlobalSecondaryIndex[Any]] = type(name, (GlobalSecondaryIndex,), names)
    return made()


def _key(columns: Mapping[str, type], hash_key: str, range_key: str = "") -> dict[str, Any]:
    key: dict[str, Any] = {hash_key: _KINDS[columns[hash_key]](hash_key=True)}
    return key | ({range_key: _KINDS[columns[range_key]](range_key=True)} if range_key else {})


_ENTITIES = (
    USERS,
    TOKENS,
    CHANNELS,
    ABILITIES,
    LOGS,
    OPTIONS,
    REDEMPTIONS,
    HOLDS,
    COUNTERS,
    CODES,
    USAGE,
)
MODELS: Mapping[str, type[Any]] = {entity.table: model(entity) for entity in _ENTITIES}

UserItem = MODELS["users"]
TokenItem = MODELS["tokens"]
ChannelItem = MODELS["channels"]
AbilityItem = MODELS["abilities"]
LogItem = MODELS["logs"]
OptionItem = MODELS["options"]
RedemptionItem = MODELS["redemptions"]
CounterItem = MODELS["counters"]
CodeItem = MODELS["codes"]
UsageItem = MODELS["usage"]


def row_of(kind: type[R], item: Model) -> R:
    """The row a stored item holds; what the item lacks gets the row's default."""
    return row_from(kind, plain(item))


def plain(item: Model) -> dict[str, Any]:
    """A stored item's attributes, maps as dictionaries."""
    values: Mapping[str, Any] = item.attribute_values
    maps: dict[str, Any] = {name: value.as_dict() for name, value in values.items() if hasattr(value, "as_dict")}
    return {**values, **maps}


def row_from(kind: type[R], values: Mapping[str, Any]) -> R:
    """The row of an item's attributes."""
    return kind(**{field.name: values[field.name] for field in fields(kind) if values.get(field.name) is not None})


def values_of(row: Row) -> dict[str, Any]:
    """A row's attributes as they are stored: everything but empty texts."""
    return {name: value for name, value in asdict(row).items() if value != ""}
