"""A sealed word in the tables, by which it is seen whether ENCRYPTION_KEY still opens what was sealed with it."""

import sys
from contextlib import suppress
from typing import Any

from local.places import ROOT

sys.path.insert(0, str(ROOT / "shared"))

from gateway.config import StoreSettings
from gateway.security.credentials import SealBroken, Vault
from gateway.store.client.attributes import from_item, to_item

CONTEXT, WORD = "canary", "sings"
KEY = {"scope": "meta", "key": "canary"}  # a row of the options table that is no option


def put(dynamodb: Any, settings: StoreSettings) -> None:
    """Seal the word, where there is none yet."""
    sealed = Vault.from_setting(settings.encryption_key).seal(WORD, CONTEXT)
    with suppress(dynamodb.exceptions.ConditionalCheckFailedException):
        dynamodb.put_item(
            TableName=f"{settings.table_prefix}options",
            Item=to_item(KEY | {"value": sealed}),
            ConditionExpression="attribute_not_exists(#scope)",
            ExpressionAttributeNames={"#scope": "scope"},
        )


def sings(dynamodb: Any, settings: StoreSettings) -> bool | None:
    """Whether the key opens it; ``None`` if there is none."""
    found = dynamodb.get_item(TableName=f"{settings.table_prefix}options", Key=to_item(KEY)).get("Item")
    if found is None:
        return None
    try:
        return Vault.from_setting(settings.encryption_key).open(str(from_item(found)["value"]), CONTEXT) == WORD
    except SealBroken:
        return False
