"""A large one-api, for measuring by hand: 5,000 accounts, 50,000 keys, 500 channels, a million entries.

PYTHONPATH=.:shared:functions python -m tests.tools.migrate.volume /tmp/large.db
cd an-empty-folder && time python -m tools.migrate one-api --sqlite /tmp/large.db --logs all --apply
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.tools.migrate import one_api_world as world
from tests.tools.migrate.old_database import sqlite_file
from tests.tools.migrate.old_tables import ONE_API

USERS, TOKENS, CHANNELS, LOGS = 5_000, 50_000, 500, 1_000_000


def users() -> Iterator[world.Json]:
    yield world.user(1, "root", role=100, aff_code="")
    for number in range(2, USERS + 1):
        name = f"user{number}"
        yield world.user(number, name, email=f"{name}@example.com", aff_code=f"a{number}", inviter_id=number // 2)


def tokens() -> Iterator[world.Json]:
    for number in range(1, TOKENS + 1):
        limited = {"remain_quota": number * 10, "used_quota": number} if number % 2 else {}
        yield world.token(number, 1 + number % USERS, **limited)


def channels() -> Iterator[world.Json]:
    models = ",".join(f"model-{number}" for number in range(30))
    for number in range(1, CHANNELS + 1):
        yield world.channel(number, 1, models=models, group="default,vip")


def logs() -> Iterator[world.Json]:
    (row, *_) = world.logs()
    for number in range(1, LOGS + 1):
        owner = 1 + number % USERS
        at = world.BEGUN + number * 60
        yield row | {"id": number, "user_id": owner, "created_at": at, "username": f"user{owner}"}


def rows() -> dict[str, Iterable[world.Json]]:
    """Every table, made as it is written."""
    return {
        "users": users(),
        "tokens": tokens(),
        "channels": channels(),
        "redemptions": world.codes(),
        "options": world.options(),
        "logs": logs(),
    }


if __name__ == "__main__":
    sqlite_file(Path(sys.argv[1]), ONE_API, rows())
