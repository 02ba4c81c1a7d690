"""The month before: sums only, of requests like those that were played, written where the roll-up writes them."""

from random import Random
from typing import Any

from gateway.store.client.expressions import MOST_ACTIONS, Change, change_existing
from gateway.store.money.usage_batch import Batch, counted
from gateway.store.money.usage_keys import keys_of
from gateway.store.schema.tables import user_key
from tools.pictures.world import NOW, World

DAYS, A_DAY = 29, 140  # days, and requests on one of them
WEEKEND = (5, 6)
HEALTH = 24 * 3600  # what pages of health look back
Json = dict[str, Any]


def add_past(world: World, seed: int = 7) -> None:
    """More of the same, day by day."""
    chance, store = Random(seed), world.house.store  # noqa: S311 (the same business each time)
    models = [row for row in world.house.table("logs") if row.get("type") == 2]
    batch, used = Batch(), dict[int, list[int]]()
    for day in range(DAYS, -1, -1):
        _add_day(batch, used, models, day, chance)
    actions = batch.actions(store.tables, 0, {})
    for user, (quota, count) in used.items():
        sums = Change(adds={"used_quota": quota, "request_count": count})
        actions.append(change_existing(store.tables.users, {"pk": user_key(user)}, sums))
    for start in range(0, len(actions), MOST_ACTIONS):
        store.transactor.transact({"TransactItems": actions[start : start + MOST_ACTIONS]})


def _add_day(batch: Batch, used: dict[int, list[int]], models: list[Json], day: int, chance: Random) -> None:
    midnight = (NOW // 86_400 - day) * 86_400
    quiet = 0.45 if (midnight // 86_400 + 3) % 7 in WEEKEND else 1.0
    grown = 1 + (DAYS - day) / 40  # business gets better
    for _ in range(round(A_DAY * quiet * grown * chance.uniform(0.85, 1.15))):
        entry = _like(chance.choice(models), midnight, chance)
        if entry["created_at"] >= NOW - 300:
            continue
        if entry["created_at"] > NOW - HEALTH:
            batch.add(entry)
        else:
            for key in keys_of(entry):
                batch.count((key.owner, key.day_key), counted(entry), key.sets)
        sums = used.setdefault(entry["user_id"], [0, 0])
        sums[0] += entry["quota"]
        sums[1] += 1


def _like(model: Json, midnight: int, chance: Random) -> Json:
    """A request as that one was, longer or shorter, at some time of that day."""
    size = chance.uniform(0.4, 1.8)
    scaled = {name: round(model[name] * size) for name in ("quota", "prompt_tokens", "completion_tokens")}
    scaled["elapsed_time"] = round(model["elapsed_time"] * chance.uniform(0.6, 1.6))
    if model.get("cost") is not None:
        scaled["cost"] = round(model["cost"] * size)
    at = midnight + round(chance.triangular(5 * 3600, 86_399, 14 * 3600))
    return model | scaled | {"created_at": at}
