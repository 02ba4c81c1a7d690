"""An operator, callers and books around a running gateway and its fake upstream."""

import itertools
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

import boto3
import httpx
import openai
from boto3.dynamodb.types import TypeDeserializer

from gateway.security.credentials import hash_key
from gateway.store.accounts import tokens, users
from gateway.store.money.wallet import OpenHold, open_holds
from gateway.store.schema.tables import Tables
from gateway.store.schema.tokens import TokenRow
from gateway.store.schema.users import UserRow
from tests.fakes.upstream import UpstreamProcess
from tests.support.gateway_process import GatewayProcess

MODEL = "gpt-4o-mini"
CHAT = "/v1/chat/completions"
TABLES = Tables("one-api-")  # as a local run names them
Json = dict[str, Any]

_numbers = itertools.count(1)


class Operator:
    """Root, at the management API of one gateway; also reads the tables behind it."""

    def __init__(self, gateway: GatewayProcess, upstream: UpstreamProcess) -> None:
        self.gateway = gateway
        self.upstream = upstream
        self._clients: dict[str, Any] = {}
        self.http = self.connect(headers={"authorization": gateway.root_access_token})

    def close(self) -> None:
        self.http.close()
        for client in self._clients.values():
            client.close()

    def connect(self, **options: Any) -> httpx.Client:
        """A client of the gateway."""
        return httpx.Client(base_url=self.gateway.url, trust_env=False, timeout=30, **options)

    def call(self, method: str, path: str, body: Json | None = None) -> Any:
        """The ``data`` of a successful answer."""
        return succeeded(self.http.request(method, path, json=body))

    def time(self) -> float:
        """As it passes for the gateway."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let time pass for the gateway."""
        time.sleep(seconds)

    def options(self) -> dict[str, str]:
        """Every option with its value now."""
        return {row["key"]: row["value"] for row in self.call("GET", "/api/option/")}

    def option(self, key: str, value: str) -> None:
        self.call("PUT", "/api/option/", {"key": key, "value": value})

    def add_channel(self, given: Json) -> int:
        """Its number."""
        self.call("POST", "/api/channel/", given)
        name = given["name"]
        (row,) = [row for row in self.call("GET", f"/api/channel/search?keyword={name}") if row["name"] == name]
        return row["id"]

    def change_channel(self, channel_id: int, fields: Json) -> None:
        self.call("PUT", "/api/channel/", {"id": channel_id, **fields})

    def channel_row(self, channel_id: int) -> Json:
        return self.call("GET", f"/api/channel/{channel_id}")

    def user_row(self, user_id: int) -> Json:
        return self.call("GET", f"/api/user/{user_id}")

    def change_user(self, user_id: int, fields: Json) -> None:
        self.call("PUT", "/api/user/", {"id": user_id, **fields})

    def entries(self, account: "Account") -> list[Json]:
        """What the account was charged for, newest first."""
        return self.call("GET", f"/api/log/?type=2&username={account.name}&page_size=100")

    def channel(self, group: str, **fields: Any) -> "Channel":
        """A channel to the fake upstream for one group, with a key of its own to tell it by."""
        name = f"channel{next(_numbers)}"
        given = {
            "type": 1,
            "name": name,
            "key": f"key-of-{name}",
            "base_url": self.upstream.url,
            "models": MODEL,
            "group": group,
        } | fields
        return Channel(operator=self, id=self.add_channel(given), key=given["key"])

    def account(
        self, quota: int = 10**9, group: str = "", role: int = 1, user_status: int = 1, **token: Any
    ) -> "Account":
        """A user with one token, unlimited unless told otherwise, in a group of its own.

        Written straight into the tables: hashing a password for every test would take longer than the tests.
        """
        number = 1_000_000 + next(_numbers)
        row = UserRow(
            id=number,
            username=f"user{number}",
            quota=quota,
            group=group or f"group{number}",
            role=role,
            status=user_status,
            aff_code=f"aff{number}",
        )
        self.write(users.create_actions(TABLES, row))
        return Account(operator=self, id=number, name=row.username, group=row.group).token(**token)

    def signed_up(self, quota: int = 10**9, **token: Any) -> "Account":
        """The same through the management API, signed in."""
        name = f"someone{next(_numbers)}"
        password = f"secret {name}"
        self.call("POST", "/api/user/", {"username": name, "password": password})
        found = self.call("GET", f"/api/user/search?keyword={name}")
        (user_id,) = [user["id"] for user in found if user["username"] == name]
        group = f"group of {name}"
        self.call("PUT", "/api/user/", {"id": user_id, "quota": quota, "group": group})
        account = Account(operator=self, id=user_id, name=name, group=group)
        # from an address of its own: each may only try a few times
        address = {"x-forwarded-for": f"10.0.{user_id // 256}.{user_id % 256}"}
        credentials = {"username": name, "password": password}
        succeeded(account.http.post("/api/user/login", json=credentials, headers=address))
        given = {"name": "first", "unlimited_quota": "remain_quota" not in token} | token
        made = succeeded(account.http.post("/api/token/", json=given))
        account.key, account.token_id = made["key"], made["id"]
        return account

    def new_token(self, user_id: int, **fields: Any) -> tuple[int, str]:
        """The number and the key of a new token of a user; fields as they are stored."""
        number, key = 1_000_000 + next(_numbers), token_hex(24)
        given = {"name": f"token{number}", "unlimited_quota": "remain_quota" not in fields} | fields
        row = TokenRow(id=number, user_id=user_id, key_hash=hash_key(key), key_hint=key[:4], **given)
        self.write(tokens.create_actions(TABLES, row))
        return number, key

    def access_token(self, role: int) -> str:
        """The system access token of a new account of this role."""
        number, token = 1_000_000 + next(_numbers), token_hex(16)
        row = UserRow(id=number, username=f"user{number}", role=role, access_hash=hash_key(token), aff_code=token[:8])
        self.write(users.create_actions(TABLES, row))
        return token

    def table(self, name: str) -> list[Json]:
        """Every item of a table, as stored."""
        pages = self._tables().get_paginator("scan").paginate(TableName=f"one-api-{name}", ConsistentRead=True)
        return [_plain(item) for page in pages for item in page["Items"]]

    def logs_of(self, owner: str) -> list[Json]:
        """What lies in the ledger under one key, as stored: an account's, or what of it failed."""
        wanted = {
            "KeyConditionExpression": "#owner = :owner",
            "ExpressionAttributeNames": {"#owner": "owner"},
            "ExpressionAttributeValues": {":owner": {"S": owner}},
        }
        pages = self._tables().get_paginator("query").paginate(TableName="one-api-logs", ConsistentRead=True, **wanted)
        return [_plain(item) for page in pages for item in page["Items"]]

    def item(self, table: str, key: Json) -> Json:
        """One item, as stored; ``key`` in attribute values."""
        return _plain(self._tables().get_item(TableName=f"one-api-{table}", Key=key, ConsistentRead=True)["Item"])

    def write(self, actions: list[Json]) -> None:
        """Straight into the tables, in one transaction."""
        self._tables().transact_write_items(TransactItems=actions)

    def _tables(self) -> Any:
        """A client of the database as it now runs."""
        endpoint = re.findall(r"at (http://\S+), data in", self.gateway.output())[-1]
        if endpoint not in self._clients:
            self._clients[endpoint] = boto3.client("dynamodb", endpoint_url=endpoint, region_name="us-east-1")
        return self._clients[endpoint]


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel, and what its provider was asked and has answered."""

    operator: Operator
    id: int
    key: str

    def behaves(self, times: int | None = None, **do: Any) -> None:
        self.operator.upstream.control(when={"key": self.key}, times=times, **do)

    def change(self, **fields: Any) -> None:
        self.operator.change_channel(self.id, fields)

    def status(self) -> int:
        return self.operator.channel_row(self.id)["status"]

    def asked(self) -> list[Any]:
        """The requests that came in, as ``Seen``."""
        wanted = f"Bearer {self.key}"
        return [seen for seen in self.operator.upstream.requests() if seen.header("authorization") == wanted]

    def answers(self) -> list[Json]:
        return [answer for answer in self.operator.upstream.stats()["answers"] if answer["key"] == self.key]


@dataclass(slots=True)
class Account:
    """A user with a token, and a session to look after itself."""

    operator: Operator
    id: int
    name: str
    group: str
    key: str = ""
    token_id: int = 0
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = self.operator.connect()

    def token(self, **fields: Any) -> "Account":
        """Make (another) token and use it from now on."""
        self.token_id, self.key = self.operator.new_token(self.id, **fields)
        return self

    def change_token(self, **fields: Any) -> None:
        """Of an account that signed up."""
        only = "?status_only=1" if set(fields) == {"status"} else ""
        succeeded(self.http.put(f"/api/token/{only}", json={"id": self.token_id, **fields}))

    def change(self, **fields: Any) -> None:
        self.operator.change_user(self.id, fields)

    def row(self) -> Json:
        return self.operator.user_row(self.id)

    def quota(self) -> int:
        return self.row()["quota"]

    def token_row(self) -> Json:
        """The token as stored."""
        return self.operator.item("tokens", {"pk": {"S": f"user#{self.id}"}, "id": {"N": str(self.token_id)}})

    def balances(self) -> tuple[int, int]:
        """What is free of the account, its wallet's parts together, and of the token, straight from their items."""
        return sum(item["quota"] for item in self.wallet()), self.token_row()["remain_quota"]

    def wallet(self) -> list[Json]:
        """The account's item and the parts of its wallet, as stored."""
        account = self.operator.item("users", {"pk": {"S": f"user#{self.id}"}})
        parts = range(1, account.get("parts", 0) + 1)
        return [account, *(self.operator.item("users", {"pk": {"S": f"wallet#{self.id}#{part}"}}) for part in parts)]

    def entries(self) -> list[Json]:
        """What the account was charged for, newest first."""
        return self.operator.entries(self)

    def settled(self, count: int, timeout: float = 10) -> list[Json]:
        """The entries, once there are ``count`` and no hold is open any more."""

        def enough() -> bool:
            return len(self.entries()) >= count and not self.holds()

        until(enough, timeout)
        entries = self.entries()
        assert len(entries) == count, entries
        return entries

    def holds(self) -> list[OpenHold]:
        """The open holds of the account's wallet."""
        return [hold for item in self.wallet() for hold in open_holds(item)]

    def token_holds(self) -> list[OpenHold]:
        """The open holds of its token's wallet."""
        return open_holds(self.token_row())

    def tombstones(self) -> set[str]:
        """Ids of the requests that the sweep gave up."""
        return {row["request_id"] for row in self.operator.logs_of(f"user#{self.id}") if row["type"] == 7}

    def details(self) -> list[Json]:
        """What entries keep beyond what the API shows, oldest first."""
        mine = [item for item in self.operator.logs_of(f"user#{self.id}") if item["type"] == 2]
        return [item["details"] for item in sorted(mine, key=lambda item: item["sort"])]

    def post(self, body: Any = None, path: str = CHAT, **options: Any) -> httpx.Response:
        """One request with the account's key; ``body`` as JSON unless it is bytes."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"authorization": f"Bearer {self.key}", "content-type": "application/json"}
        headers |= options.pop("headers", {})
        return self.http.post(path, content=content, headers=headers, **options)

    def chat(self, text: str = "hi", **fields: Any) -> httpx.Response:
        return self.post(asking(text, **fields))

    def streaming(self, text: str = "hi", **fields: Any) -> Any:
        """A streamed request, as a context with the response."""
        headers = {"authorization": f"Bearer {self.key}"}
        return self.http.stream("POST", CHAT, json=asking(text, stream=True, **fields), headers=headers)

    def openai(self) -> openai.OpenAI:
        """OpenAI's own client, with the account's key."""
        http = self.operator.connect()
        url = f"{self.operator.gateway.url}/v1"
        return openai.OpenAI(base_url=url, api_key=self.key, max_retries=0, http_client=http)

    def close(self) -> None:
        self.http.close()


def asking(text: str = "hi", **fields: Any) -> Json:
    """A chat request."""
    return {"model": MODEL, "messages": [{"role": "user", "content": text}], **fields}


def succeeded(response: httpx.Response) -> Any:
    """The ``data`` of an answer of the management API."""
    answer = response.json()
    assert response.status_code == 200 and answer["success"], (response.request.url, answer)
    return answer.get("data")


def until(holds: Callable[[], Any], timeout: float = 10) -> None:
    """Poll: for things that only a store can tell."""
    deadline = time.monotonic() + timeout
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.03)


def error_of(response: httpx.Response) -> Json:
    """The error of an answer that must have OpenAI's shape."""
    assert response.headers["content-type"].startswith("application/json"), response.text
    error = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert isinstance(error["message"], str) and error["message"]
    assert isinstance(error["type"], str) and error["type"]
    return error


def events(body: bytes) -> list[Any]:
    """The data of every event of a stream, JSON parsed; ``[DONE]`` as text; comments left out."""
    found: list[Any] = []
    for block in body.split(b"\n\n"):
        lines = [line[5:].strip() for line in block.split(b"\n") if line.startswith(b"data:")]
        if lines:
            data = b"\n".join(lines)
            found.append("[DONE]" if data == b"[DONE]" else json.loads(data))
    return found


def text_of(body: bytes) -> str:
    """What a chat stream said."""
    pieces = [event for event in events(body) if isinstance(event, dict)]
    choices = [choice for piece in pieces for choice in piece.get("choices") or []]
    return "".join(choice["delta"].get("content") or "" for choice in choices)


def _plain(item: Json) -> Json:
    return {name: _whole(TypeDeserializer().deserialize(value)) for name, value in item.items()}


def _whole(value: Any) -> Any:
    """Numbers as integers, which is all that the tables hold."""
    if isinstance(value, dict):
        return {name: _whole(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return int(value) if type(value).__name__ == "Decimal" else value
