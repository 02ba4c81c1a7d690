"""The made-up gateway: people, keys, channels in every state, codes, announcements; all of it written here."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from gateway.domain.identity import Role
from gateway.store.accounts import tokens, users
from gateway.store.accounts.bootstrap import ROOT_ID
from gateway.store.accounts.gifts import Gift
from gateway.store.schema.tokens import TokenRow
from gateway.store.schema.users import UserRow
from tests.relay.reseller.house import House
from tests.support.tables import Stack
from tools.pictures.provider import MadeUpProvider

NOW = 1_795_010_700  # Wednesday, 18 November 2026, 14:05 UTC
PLAYED = 36 * 3600  # seconds before it that are played request by request
DOLLAR = 500_000
ADDRESS = "https://ai.harbour.example"
PASSWORD = "a month of business"  # noqa: S105 (of people who do not exist)

MODELS = {
    "openai": "gpt-4o-mini,gpt-4o,text-embedding-3-small",
    "anthropic": "claude-sonnet-4-5,claude-haiku-4-5",
    "gemini": "gemini-2.5-flash,gemini-2.5-pro",
    "deepseek": "deepseek-chat,deepseek-reasoner",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPlan:
    """``after``: what is changed once it is there."""

    name: str
    type: int
    models: str
    key: str
    provider: MadeUpProvider
    fields: dict[str, Any] = field(default_factory=dict[str, Any])
    after: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key and whose it is. ``share``: how much of all requests come with it."""

    key: str
    token_id: int
    user_id: int
    models: tuple[str, ...]
    share: float


@dataclass(frozen=True, slots=True)
class World:
    house: House
    keys: list[Key]
    people: dict[str, int]


def _channels() -> Iterator[ChannelPlan]:
    openai, claude, gemini, deepseek = MODELS.values()
    both = {"group": "default,vip"}
    steady = MadeUpProvider(name="steady", failing=0.01)
    yield ChannelPlan(
        name="OpenAI main", type=1, models=openai, key="sk-made-up-1", provider=steady,
        fields=both | {"priority": 10, "weight": 3, "tag": "openai"},
    )  # fmt: skip
    busy = MadeUpProvider(name="busy", failing=0.12, status=429, slow=2.5)
    yield ChannelPlan(
        name="OpenAI second account", type=1, models=openai, key="sk-made-up-3", provider=busy,
        fields=both | {"priority": 10, "weight": 1, "tag": "openai"},
    )  # fmt: skip
    azure = MadeUpProvider(name="azure")
    yield ChannelPlan(
        name="Azure Sweden", type=3, models="gpt-4o", key="made-up-4", provider=azure,
        fields=both | {"tag": "openai", "other": "2024-10-21"}, after={"status": 2},
    )  # fmt: skip
    anthropic = MadeUpProvider(name="anthropic", failing=0.02, slow=2)
    yield ChannelPlan(
        name="Anthropic", type=14, models=claude, key="sk-ant-made-up-5", provider=anthropic,
        fields=both | {"priority": 5},
    )  # fmt: skip
    google = MadeUpProvider(name="google", failing=0.06, slow=0.8)
    yield ChannelPlan(name="Gemini", type=24, models=gemini, key="AIza-made-up-6", provider=google, fields=both)
    deep = MadeUpProvider(name="deep", slow=3)
    yield ChannelPlan(name="DeepSeek", type=36, models=deepseek, key="sk-made-up-7", provider=deep, fields=both)
    dead = MadeUpProvider(name="dead", failing=1, status=401)
    yield ChannelPlan(
        name="OpenRouter trial", type=20, models="deepseek-chat", key="sk-or-made-up-8", provider=dead,
        fields={"group": "default", "priority": 20, "tag": "trial"},
    )  # fmt: skip


# Name, shown name, group, dollars, role, note.
PEOPLE: tuple[tuple[str, str, str, int, int, str], ...] = (
    ("mei", "Mei Lin", "vip", 240, Role.COMMON, "Design studio, pays by quarter"),
    ("jonas", "Jonas Berg", "default", 60, Role.COMMON, ""),
    ("amara", "Amara Okafor", "vip", 180, Role.ADMIN, "Looks after channels"),
    ("wang", "王小明", "default", 40, Role.COMMON, ""),
    ("lucia", "Lucía Ferrer", "default", 25, Role.COMMON, "Trial until the end of the year"),
    ("kenji", "佐藤健二", "vip", 120, Role.COMMON, ""),
    ("noor", "Noor Haddad", "default", 12, Role.COMMON, ""),
    ("piotr", "Piotr Zieliński", "default", 2, Role.COMMON, ""),
)

CHEAP, LARGE = ("gpt-4o-mini", "gemini-2.5-flash", "deepseek-chat"), ("gpt-4o", "claude-sonnet-4-5", "gpt-4o-mini")
# Whose, name, models asked with it, share, fields.
KEYS: tuple[tuple[str, str, tuple[str, ...], float, dict[str, Any]], ...] = (
    ("mei", "laptop", LARGE, 3, {"unlimited_quota": True}),
    ("mei", "website chat", CHEAP, 9, {"remain_quota": 80 * DOLLAR, "models": ",".join(CHEAP)}),
    ("mei", "nightly summaries", ("deepseek-chat", "claude-haiku-4-5"), 4, {"remain_quota": 20 * DOLLAR}),
    ("mei", "intern", CHEAP, 0, {"remain_quota": 5 * DOLLAR, "expired_time": NOW + 9 * 86_400, "subnet": "10.0.0.0/8"}),
    ("mei", "old phone", CHEAP, 0, {"unlimited_quota": True, "status": 2}),
    ("mei", "workshop", CHEAP, 0, {"remain_quota": DOLLAR, "expired_time": NOW - 4 * 86_400}),
    ("root", "scripts", LARGE, 3, {"unlimited_quota": True}),
    ("jonas", "editor", ("claude-sonnet-4-5", "claude-haiku-4-5"), 6, {"unlimited_quota": True}),
    ("amara", "monitoring", ("gpt-4o-mini",), 2, {"unlimited_quota": True}),
    ("wang", "桌面客户端", CHEAP, 4, {"unlimited_quota": True}),
    ("lucia", "thesis", ("gpt-4o", "gemini-2.5-pro"), 2, {"remain_quota": 10 * DOLLAR}),
    ("kenji", "社内ボット", CHEAP, 5, {"unlimited_quota": True}),
    ("noor", "app", CHEAP, 2, {"unlimited_quota": True}),
    ("piotr", "tests", ("gpt-4o-mini",), 1, {"unlimited_quota": True}),
)

NOTICES: tuple[dict[str, Any], ...] = (
    {"title": "Claude Haiku 4.5", "text": "is here, in every group.", "kind": "news", "audience": "all"},
    {
        "title": "Maintenance on Sunday",
        "text": "Channels of **OpenAI** get new keys between 06:00 and 06:15 UTC.",
        "kind": "maintenance",
        "audience": "users",
    },
)
OPTIONS = {
    "SystemName": "Harbour AI",
    "ServerAddress": ADDRESS,
    "GroupRatio": json.dumps({"default": 1, "vip": 0.8}),
    "PublicPricing": "all",
    "PublicStatus": "all",
    "RetryTimes": "3",
    "AutomaticDisableChannelEnabled": "true",
    "TopUpLink": "https://shop.example/harbour",
}


def furnish(tables: Stack, seed: int = 7) -> World:
    """A gateway as it stood before the requests that are played."""
    house = House(tables, seed, NOW - PLAYED)
    for name, value in OPTIONS.items():
        _accepted(house.api.put("/api/option/", {"key": name, "value": value}))
    for plan in _channels():
        _make(house, plan)
    people = {name: _person(house, *about) for name, *about in PEOPLE}
    people["root"] = ROOT_ID
    keys = [_key(house, people[whose], *about) for whose, *about in KEYS]
    _accepted(house.api.put("/api/user/", {"id": ROOT_ID, "quota": 500 * DOLLAR}))
    _codes(house)
    for notice in NOTICES:
        _accepted(house.api.post("/api/announcement", notice))
    return World(house, keys, people)


def _accepted(answer: Any) -> Any:
    if not answer["success"]:
        raise RuntimeError(f"the gateway refused what its pictures are of: {answer['message']}")
    return answer.get("data")


def _make(house: House, plan: ChannelPlan) -> None:
    given = {"name": plan.name, "type": plan.type, "models": plan.models, "key": plan.key}
    server: Any = plan.provider
    _accepted(house.api.post("/api/channel/", given | {"base_url": house.serve(server)} | plan.fields))
    rows: list[dict[str, Any]] = _accepted(house.api.get("/api/channel/?page_size=100"))
    if plan.after:
        for row in rows:
            if row["name"].startswith(plan.name):
                _accepted(house.api.put("/api/channel/", {"id": row["id"]} | plan.after))


def _person(house: House, shown: str, group: str, dollars: int, role: int, note: str) -> int:
    name = next(row[0] for row in PEOPLE if row[1] == shown)
    wanted = UserRow(id=0, username=name, display_name=shown, group=group, aff_code=f"aff{name}", note=note)
    made = users.create(house.store, wanted, welcome=[Gift(dollars * DOLLAR, "paid")])
    _accepted(house.api.put("/api/user/", {"id": made.id, "password": PASSWORD}))
    if role != Role.COMMON:
        _accepted(house.api.post("/api/user/manage", {"username": name, "action": "promote"}))
    return made.id


def _key(house: House, user_id: int, name: str, models: tuple[str, ...], share: float, fields: dict[str, Any]) -> Key:
    row, key = tokens.create(house.store, TokenRow(id=0, user_id=user_id, name=name, **fields))
    return Key(key=f"sk-{key}", token_id=row.id, user_id=user_id, models=models, share=share)


def _codes(house: House) -> None:
    _accepted(house.api.post("/api/redemption/", {"name": "autumn fair", "quota": 5 * DOLLAR, "count": 8}))
    _accepted(house.api.post("/api/redemption/", {"name": "partners", "quota": 50 * DOLLAR, "count": 3}))
