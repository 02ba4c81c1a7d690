"""What a site keeps for an account: a JSON object that means nothing here, in the options table beside the options."""

import json
from typing import Any

from gateway.store.client.expressions import Change, update
from gateway.store.client.lookup import item_at
from gateway.store.context import Store
from gateway.store.schema.items import OptionItem

_SCOPE = "preferences"


def read(store: Store, user_id: int) -> dict[str, Any]:
    """An account's preferences; empty where it has none."""
    item = item_at(OptionItem, _SCOPE, f"user#{user_id}")
    return json.loads((item.value if item is not None else "") or "{}")


def put(store: Store, user_id: int, preferences: dict[str, Any]) -> None:
    """Put these in their place."""
    kept = json.dumps(preferences, ensure_ascii=False, separators=(",", ":"))
    key = {"scope": _SCOPE, "key": f"user#{user_id}"}
    store.transactor.update(update(store.tables.options, key, Change(sets={"value": kept})))
