"""A ledger over one user (7) with one limited token (70), and a look at everything that lies in the tables."""

from dataclasses import dataclass, field
from typing import Any

from gateway.clock import SystemClock, new_log_id, new_request_id
from gateway.config import StoreSettings
from gateway.domain.money import Entry, EntryType, Hold
from gateway.store.accounts.tokens import create_actions as token_actions
from gateway.store.accounts.users import create_actions as user_actions
from gateway.store.client.async_client import Dynamo
from gateway.store.client.attributes import to_item
from gateway.store.client.credentials import dynamo
from gateway.store.money.ledger import Ledger
from gateway.store.money.wallet import open_holds
from gateway.store.money.wallet_parts import Balance
from gateway.store.schema.tables import Tables
from gateway.store.schema.tokens import TokenRow
from gateway.store.schema.users import UserRow

CLOCK = SystemClock()
NOW = 1_800_000_000
Json = dict[str, Any]


@dataclass
class Bank:
    """Opened with ``open``; ``ledger`` may be another one over the same tables."""

    settings: StoreSettings
    dynamo: Dynamo = field(init=False)
    tables: Tables = field(init=False)
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        self.dynamo = dynamo(self.settings, CLOCK)
        self.tables = Tables(self.settings.table_prefix)
        self.ledger = Ledger(self.dynamo, self.tables)

    async def open(self, quota: int = 1000, remain: int = 500) -> "Bank":
        user = UserRow(id=7, username="u", quota=quota, aff_code="a7")
        token = TokenRow(id=70, user_id=7, key_hash="h", remain_quota=remain)
        actions = user_actions(self.tables, user) + token_actions(self.tables, token)
        await self.dynamo.transact({"TransactItems": actions})
        return self

    async def top_up(self, quota: int) -> None:
        """Add to the account's balance, as whoever pays in does."""
        request = {"TableName": self.tables.users, "Key": to_item({"pk": "user#7"}), "UpdateExpression": "ADD quota :q"}
        await self.dynamo.update(request | {"ExpressionAttributeValues": to_item({":q": quota})})

    async def user(self, part: int = 0) -> Json:
        key = f"wallet#7#{part}" if part else "user#7"
        return await self.dynamo.get(self.tables.users, to_item({"pk": key})) or {}

    async def token(self) -> Json:
        return await self.dynamo.get(self.tables.tokens, to_item({"pk": "user#7", "id": 70})) or {}

    async def balances(self) -> tuple[int, int]:
        """What is free of the account and of the token."""
        return (await self.user())["quota"], (await self.token())["remain_quota"]

    async def free(self) -> int:
        """What is free of the account over all its parts."""
        return Balance.of(await self.ledger.parts.items(7)).free

    async def holding(self) -> tuple[list[int], list[int]]:
        """The amounts that account and token have open."""
        account, token = open_holds(await self.user()), open_holds(await self.token())
        return [hold.amount for hold in account], [hold.amount for hold in token]

    async def entry(self, request_id: str) -> Json | None:
        return await self.ledger.entry(7, request_id)

    async def entries(self) -> list[Json]:
        """All that stands in the logs of the account, tombstones too, oldest first."""
        request = {"TableName": self.tables.logs, "KeyConditionExpression": "#owner = :owner"}
        request |= {"ExpressionAttributeNames": {"#owner": "owner"}}
        return list(await self.dynamo.query(request | {"ExpressionAttributeValues": to_item({":owner": "user#7"})}))

    async def delete(self, table: str, key: Json) -> None:
        await self.dynamo.transact({"TransactItems": [{"Delete": {"TableName": table, "Key": to_item(key)}}]})

    async def strip(self, table: str, key: Json, attribute: str) -> None:
        """Take an attribute off an item, which is then as an older version left it."""
        request = {"TableName": table, "Key": to_item(key), "UpdateExpression": "REMOVE #name"}
        await self.dynamo.update(request | {"ExpressionAttributeNames": {"#name": attribute}})


def a_hold(amount: int = 100, *, limited: bool = True, expires_at: int = NOW + 60) -> Hold:
    return Hold(
        request_id=new_request_id(CLOCK),
        user_id=7,
        token_id=70,
        limited=limited,
        amount=amount,
        created_at=NOW,
        expires_at=expires_at,
        model="m",
    )


def entry_for(hold: Hold, quota: int) -> Entry:
    return Entry(
        request_id=hold.request_id,
        id=new_log_id(CLOCK),
        created_at=NOW + 1,
        type=EntryType.CONSUME,
        user_id=7,
        username="u",
        quota=quota,
        token_id=70,
        token_name="t",
        model_name="m",
        channel_id=3,
        details={"result": "complete"},
    )
