"""A gateway with very many accounts, keys, channels and entries: made of the store's own rows, read in at once."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gateway.domain.money import Entry, EntryType
from gateway.security.passwords import hash_password
from gateway.store.accounts import tokens, users
from gateway.store.client.attributes import to_item
from gateway.store.client.expressions import Json, put_new
from gateway.store.money.ledger_requests import entry_item
from gateway.store.money.usage import CURSOR
from gateway.store.money.usage_batch import Batch, counted
from gateway.store.money.usage_keys import keys_of
from gateway.store.schema.channels import ChannelRow
from gateway.store.schema.items import values_of
from gateway.store.schema.tables import LOG_SHARDS, log_bucket, log_owner
from gateway.store.schema.tokens import TokenRow
from gateway.store.schema.users import UserRow
from tests.e2e.support import MODEL, TABLES
from tests.support.bulk_import import Export

USERS, TOKENS, CHANNELS, ENTRIES = 1_000, 10_000, 500, 100_000
OWN_TOKENS = 1_000  # of the customer: as many as one may have
OWN_ENTRIES = 10_090
FIRST = 2_000_000  # number of the customer; the administrator's is the next
DAYS = 7
MODELS = (MODEL, "gpt-4o", "gpt-4.1", "claude-sonnet-4-5", "gemini-2.5-pro")
QUOTA = 7  # of each entry


@dataclass(frozen=True, slots=True)
class Crowd:
    """When what is made up happened."""

    now: int

    def write(self, export: Export) -> None:
        """Everything, table by table."""
        export.put_actions(self._made())
        export.put(TABLES.logs, self._entries())
        export.put(TABLES.usage, self._usage())
        month = f"{self._at(0):%Y%m}"
        export.put(TABLES.options, [to_item({"scope": "meta", "key": "first_log_month", "value": month})])

    def _made(self) -> Iterator[Json]:
        yield put_new(TABLES.users, {"pk": "names-kept"}, "pk")
        for number in range(USERS):
            user = account(number, self.now)
            yield from users.create_actions(TABLES, user)
            for place in range(tokens_of(number)):
                yield from tokens.create_actions(TABLES, token(user.id, place, self.now))
        for number in range(1, CHANNELS + 1):
            yield put_new(TABLES.channels, {"kind": "channel"} | values_of(channel(number, self.now)), "id")

    def _entries(self) -> Iterator[Json]:
        """Each account's spread over the days, the newest an hour ago."""
        for number in range(USERS):
            count = entries_of(number)
            form = to_item(entry_item(self._entry(number, 0, count)))
            for place in range(count):
                at = self._at(place / count)
                request = request_id(at, number, place)
                yield form | {
                    "id": {"N": str(number * ENTRIES + place + 1)},
                    "created_at": {"N": str(int(at.timestamp()))},
                    "model_name": {"S": model_of(number, place)},
                    "request_id": {"S": request},
                    "sort": {"S": request},
                    "bucket": {"S": log_bucket(request)},
                }

    def _usage(self) -> Iterator[Json]:
        """What the roll-up would have added, entries of one day and model together; of accounts the customer's only."""
        batch, customer = Batch(), log_owner(FIRST)
        for number in range(USERS):
            for entry, times in self._alike(number, entries_of(number)):
                item = entry_item(entry)
                counts = {name: amount * times for name, amount in counted(item).items()}
                for key in keys_of(item):
                    if not key.owner.startswith("user#") or key.owner.startswith(customer):
                        batch.count((key.owner, key.day_key), counts, key.sets)
        for (owner, name), found in batch.sums.items():
            yield to_item({"owner": owner, "day_model": name, **found.adds, **found.sets})
        stamp = f"{datetime.fromtimestamp(self.now, UTC):%Y%m%d%H%M%S}"
        for shard in range(LOG_SHARDS):
            yield to_item({"owner": CURSOR, "day_model": str(shard), "request_id": stamp})

    def _alike(self, number: int, count: int) -> Iterator[tuple[Entry, int]]:
        """One entry of each day and model, and how many there are of it."""
        found: dict[tuple[int, str], int] = {}
        first: dict[tuple[int, str], int] = {}
        for place in range(count):
            alike = (int(self._at(place / count).timestamp()) // 86_400, model_of(number, place))
            found[alike] = found.get(alike, 0) + 1
            first.setdefault(alike, place)
        for alike, times in found.items():
            yield self._entry(number, first[alike], count), times

    def _entry(self, number: int, place: int, count: int) -> Entry:
        at = self._at(place / count)
        return Entry(
            request_id=request_id(at, number, place),
            id=number * ENTRIES + place + 1,
            created_at=int(at.timestamp()),
            type=EntryType.CONSUME,
            user_id=FIRST + number,
            username=name_of(number),
            quota=QUOTA,
            token_id=FIRST,
            token_name="key 0000",
            model_name=model_of(number, place),
            prompt_tokens=20,
            completion_tokens=5,
            channel_id=number % CHANNELS + 1,
            elapsed_time=900,
        )

    def _at(self, part: float) -> datetime:
        """So far on the way from a week ago to an hour ago."""
        return datetime.fromtimestamp(self.now - 3600 - int((1 - part) * DAYS * 86_400), UTC)


def request_id(at: datetime, number: int, place: int) -> str:
    return f"{at:%Y%m%d%H%M%S}{number:03d}{place:014d}"


def model_of(number: int, place: int) -> str:
    """The customer asks them all in turn, everybody else always the same."""
    return MODELS[(number or place) % len(MODELS)]


def name_of(number: int) -> str:
    return f"member{number:04d}"


def entries_of(number: int) -> int:
    return (ENTRIES - OWN_ENTRIES) // (USERS - 1) if number else OWN_ENTRIES


def tokens_of(number: int) -> int:
    """Nine each, and one more of the last ones: with the customer's as many as there shall be."""
    each, rest = divmod(TOKENS - OWN_TOKENS, USERS - 1)
    return OWN_TOKENS if number == 0 else each + (number >= USERS - rest)


def account(number: int, now: int) -> UserRow:
    """The customer is the first, an administrator the second; both have a password."""
    name = name_of(number)
    fields: dict[str, Any] = {"password": hash_password(f"secret {name}")} if number < 2 else {}
    return UserRow(
        id=FIRST + number,
        username=name,
        display_name=name.title(),
        role=10 if number == 1 else 1,
        quota=10**9,
        used_quota=entries_of(number) * QUOTA,
        request_count=entries_of(number),
        aff_code=f"aff{number}",
        created_time=now - 30 * 86_400,
        **fields,
    )


def token(user_id: int, place: int, now: int) -> TokenRow:
    number = FIRST + (user_id - FIRST) * OWN_TOKENS + place
    return TokenRow(
        id=number,
        user_id=user_id,
        key_hash=f"{number:064d}",
        key_hint="abcd",
        name=f"key {place:04d}",
        unlimited_quota=True,
        created_time=now,
        accessed_time=now,
    )


def channel(number: int, now: int) -> ChannelRow:
    return ChannelRow(
        id=number,
        type=1,
        name=f"way {number:04d}",
        models=",".join(MODELS),
        status=2 if number % 10 == 0 else 1,
        priority=number % 3,
        created_time=now,
        tag=f"tag{number % 5}",
        revision=1,
    )


def crowd() -> Crowd:
    return Crowd(now=int(time.time()))
