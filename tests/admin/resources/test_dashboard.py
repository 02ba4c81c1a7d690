"""The caller's last seven days."""

from datetime import UTC, datetime
from typing import Any

from admin.web.deps import Deps
from gateway.domain.money import Entry, EntryType
from gateway.store.money.ledger_requests import put_entry
from tests.admin.api import Api

DAY = 86_400


def consume(deps: Deps, at: int, **fields: Any) -> None:
    stamp = datetime.fromtimestamp(at, UTC).strftime("%Y%m%d%H%M%S")
    entry = Entry(
        request_id=stamp + deps.clock.random_digits(17),
        id=1,
        created_at=at,
        **{"type": EntryType.CONSUME, "user_id": 1, "username": "root"} | fields,
    )
    deps.store.transactor.transact({"TransactItems": [put_entry(deps.store.tables, entry)]})


def test_no_consumption_is_null(api: Api) -> None:
    assert api.root.get("/api/user/dashboard") == {"success": True, "message": "", "data": None}


def test_seven_days_are_added_up_by_day_and_model_in_utc(api: Api, deps: Deps) -> None:
    midnight = deps.clock.now() // DAY * DAY
    for at in (midnight, midnight - 6 * DAY, midnight - 6 * DAY - 1):
        consume(deps, at, quota=5, model_name="b", prompt_tokens=2, completion_tokens=3)
    consume(deps, midnight, quota=7, model_name="b")
    consume(deps, midnight, quota=1, model_name="a")
    consume(deps, midnight, quota=1, model_name="a", type=EntryType.TOPUP)
    consume(deps, midnight, quota=9, model_name="a", user_id=2)
    days = api.root.get("/api/user/dashboard")["data"]
    today, first = (datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d") for at in (midnight, midnight - 6 * DAY))
    assert [(row["Day"], row["ModelName"], row["RequestCount"], row["Quota"]) for row in days] == [
        (first, "b", 1, 5),
        (today, "a", 1, 1),
        (today, "b", 2, 12),
    ]
    assert (days[2]["PromptTokens"], days[2]["CompletionTokens"]) == (2, 3)
