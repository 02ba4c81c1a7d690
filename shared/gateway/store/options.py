"""The operator's options. Only what was ever set is stored; defaults and checks are in ``domain.options``."""

from gateway.domain.options import DEFAULTS
from gateway.store.attributes import to_item
from gateway.store.context import Store
from gateway.store.models import OptionItem
from gateway.store.writes import Json

_SCOPE = "option"


def stored(store: Store) -> dict[str, str]:
    """What was set."""
    return {item.key: item.value or "" for item in OptionItem.query(_SCOPE, consistent_read=True)}


def current(store: Store) -> dict[str, str]:
    """Every option with its value now: what was set over the defaults."""
    return {**DEFAULTS, **stored(store)}


def put(store: Store, key: str, value: str) -> None:
    """Store a value that ``domain.options.parse`` answered."""
    request: Json = {
        "TableName": store.tables.options,
        "Key": to_item({"scope": _SCOPE, "key": key}),
        "UpdateExpression": "SET #value = :value",
        "ExpressionAttributeNames": {"#value": "value"},
        "ExpressionAttributeValues": to_item({":value": value}),
    }
    store.transactor.update(request)
