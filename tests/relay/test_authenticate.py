"""Who may call: in one-api's order and words, and never refused from memory."""

from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from gateway.domain.identity import Caller, Role, Token, TokenStatus, User, UserStatus
from gateway.errors import BadRequest, Forbidden, GatewayError, Unauthorized
from gateway.security.credentials import hash_key
from relay.authenticate import caller_of, check_model, in_subnets, presented_key, split_key
from relay.deps import Deps
from relay.http_request import HttpRequest
from tests.support.clock import FixedClock

NOW = 1_800_000_000
TOKEN = Token(id=4, user_id=1, name="mine", status=TokenStatus.ENABLED, remain_quota=5)
USER = User(id=1, username="u", role=Role.COMMON, status=UserStatus.ENABLED, group="default", quota=1)
BAD_TOKEN: dict[str, Any] = {"expired_time": NOW - 1, "remain_quota": 0, "subnet": "10.0.0.0/8"}


@dataclass
class Identities:
    """A reader that has one caller: as it remembers, and as it is."""

    known: tuple[Token, User] | None
    fresh: tuple[Token, User] | None = None
    asked: list[bool] = field(default_factory=list[bool])
    marked: list[int] = field(default_factory=list[int])
    keys: list[str] = field(default_factory=list[str])

    async def identity(self, key_hash: str, *, fresh: bool = False) -> tuple[Token, User] | None:
        self.asked.append(fresh)
        self.keys.append(key_hash)
        return self.fresh if fresh else self.known

    async def mark_token(self, token: Token, status: TokenStatus) -> None:
        self.marked.append(status)


@dataclass
class Parts:
    reader: Identities
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))


def incoming(key: str = "Bearer sk-KEY", ip: str = "192.0.2.1", **headers: str) -> HttpRequest:
    return HttpRequest(
        request_id="1",
        method="POST",
        path="/",
        params={},
        query={},
        headers={"authorization": key, **headers},
        client_ip=ip,
        started=0,
    )


async def call(reader: Identities, request: HttpRequest | None = None) -> Caller:
    return await caller_of(cast(Deps, Parts(reader)), request or incoming())


def both(token: Token = TOKEN, user: User = USER) -> Identities:
    return Identities((token, user), (token, user))


async def test_a_good_key_is_found_by_its_hash_without_asking_anew() -> None:
    reader = both()
    caller = await call(reader)
    assert (caller.token, caller.user, caller.pinned_channel) == (TOKEN, USER, None)
    assert (reader.asked, reader.keys) == ([False], [hash_key("KEY")])


# In one-api's order: each row is wrong in its own way and in all ways of the rows below it.
REFUSALS: list[tuple[int, str, dict[str, Any], int]] = [
    (401, "令牌 mine（#4）额度已用尽", BAD_TOKEN | {"status": TokenStatus.EXHAUSTED}, UserStatus.DISABLED),
    (401, "该令牌已过期", BAD_TOKEN | {"status": TokenStatus.EXPIRED}, UserStatus.DISABLED),
    (401, "该令牌已过期", BAD_TOKEN, UserStatus.DISABLED),
    (401, "该令牌状态不可用", BAD_TOKEN | {"status": TokenStatus.DISABLED, "expired_time": -1}, UserStatus.DISABLED),
    (401, "该令牌额度已用尽", BAD_TOKEN | {"expired_time": NOW}, UserStatus.DISABLED),
    (403, "该令牌只能在指定网段使用：10.0.0.0/8，当前 ip：192.0.2.1", {"subnet": "10.0.0.0/8"}, UserStatus.DISABLED),
    (403, "用户已被封禁", {}, UserStatus.DISABLED),
    (403, "用户已被封禁", {}, UserStatus.DELETED),
]


@pytest.mark.parametrize(("status", "text", "token", "user"), REFUSALS)
async def test_refusals_come_in_one_apis_order_and_words(
    status: int, text: str, token: dict[str, Any], user: int
) -> None:
    reader = both(replace(TOKEN, **token), replace(USER, status=user))
    with pytest.raises(GatewayError) as refused:
        await call(reader)
    assert (refused.value.status, refused.value.message) == (status, text)
    assert reader.asked == [False, True]


@pytest.mark.parametrize(
    ("token", "user"),
    [
        ({"status": TokenStatus.DISABLED}, {}),
        ({"remain_quota": 0}, {}),
        ({"expired_time": NOW - 1}, {}),
        ({}, {"status": UserStatus.DISABLED}),
    ],
)
async def test_nobody_is_refused_from_memory(token: dict[str, Any], user: dict[str, Any]) -> None:
    reader = Identities((replace(TOKEN, **token), replace(USER, **user)), (TOKEN, USER))
    assert (await call(reader)).token == TOKEN
    assert reader.asked == [False, True]


async def test_a_key_made_a_moment_ago_works() -> None:
    assert (await call(Identities(None, (TOKEN, USER)))).user == USER


async def test_an_unknown_key_and_no_key_are_told_apart() -> None:
    with pytest.raises(Unauthorized, match="无效的令牌"):
        await call(Identities(None))
    for nothing in ("", "Bearer ", "Bearer sk-", "sk--3"):
        with pytest.raises(Unauthorized, match="未提供令牌"):
            await call(both(), incoming(nothing))


async def test_that_a_token_expired_is_kept_but_not_that_its_quota_is_held() -> None:
    reader = both(replace(TOKEN, expired_time=NOW - 1))
    with pytest.raises(Unauthorized):
        await call(reader)
    assert reader.marked == [TokenStatus.EXPIRED]
    reader = both(replace(TOKEN, remain_quota=0))
    with pytest.raises(Unauthorized):
        await call(reader)
    assert reader.marked == []


async def test_an_unlimited_token_needs_no_quota() -> None:
    assert (await call(both(replace(TOKEN, remain_quota=0, unlimited_quota=True)))).token.id == 4


async def test_only_administrators_pin_channels() -> None:
    admin = replace(USER, role=Role.ADMIN)
    assert (await call(both(user=admin), incoming("sk-KEY-12-rest"))).pinned_channel == 12
    assert (await call(both(user=admin), incoming("sk-KEY-"))).pinned_channel is None
    with pytest.raises(Forbidden, match="普通用户不支持指定渠道"):
        await call(both(), incoming("sk-KEY-12"))
    for odd in ("-1", "-", "--2", "x", "1.5", "１２", "0x1"):
        with pytest.raises(BadRequest, match="无效的渠道 Id"):
            await call(both(user=admin), incoming(f"sk-KEY-{odd}"))


@pytest.mark.parametrize(
    ("headers", "query", "key"),
    [
        ({"authorization": "Bearer sk-a"}, {}, "sk-a"),
        ({"authorization": "bearer  sk-a "}, {}, "sk-a"),
        ({"authorization": "sk-a"}, {}, "sk-a"),
        ({"authorization": "sk-a", "x-api-key": "sk-b"}, {}, "sk-a"),
        ({"authorization": "Bearer ", "x-api-key": "sk-b"}, {}, "sk-b"),
        ({"x-api-key": "sk-b", "x-goog-api-key": "sk-c"}, {}, "sk-b"),
        ({"x-goog-api-key": "sk-c"}, {"key": "sk-d"}, "sk-c"),
        ({}, {"key": "sk-d"}, "sk-d"),
        ({}, {}, ""),
    ],
)
def test_a_key_may_come_in_every_dialects_place(headers: dict[str, str], query: dict[str, str], key: str) -> None:
    assert presented_key(headers, query) == key


@pytest.mark.parametrize(
    ("presented", "parts"),
    [
        ("sk-a", ("a", None)),
        ("a", ("a", None)),
        ("sk-a--1", ("a", "")),
        ("sk-a-3", ("a", "3")),
        ("sk-a-3-4", ("a", "3")),
        ("sk-sk-a", ("sk", "a")),
    ],
)
def test_a_key_splits_into_itself_and_a_channel(presented: str, parts: tuple[str, str | None]) -> None:
    assert split_key(presented) == parts


def test_a_token_for_some_models_is_for_no_others() -> None:
    caller = Caller(token=replace(TOKEN, models=("a", "b")), user=USER)
    check_model(caller, "a")
    check_model(Caller(token=TOKEN, user=USER), "c")
    with pytest.raises(Forbidden, match="该令牌无权使用模型：c"):
        check_model(caller, "c")


@pytest.mark.parametrize(
    ("ip", "subnets", "inside"),
    [
        ("10.1.2.3", "10.0.0.0/8", True),
        ("10.1.2.3", " 192.168.0.0/16 , 10.1.2.3/32", True),
        ("10.1.2.3", "10.1.2.4/24", True),  # host bits may be set
        ("11.1.2.3", "10.0.0.0/8", False),
        ("10.1.2.3", "nonsense,10.0.0.0/33", False),
        ("10.1.2.3", "nonsense, 10.0.0.0/8", True),
        ("fd00::1", "fd00::/8", True),
        ("::ffff:10.1.2.3", "10.0.0.0/8", True),
        ("fd00::1", "10.0.0.0/8", False),
        ("", "0.0.0.0/0", False),
        ("not an address", "0.0.0.0/0", False),
    ],
)
def test_an_address_lies_in_a_network_or_not(ip: str, subnets: str, inside: bool) -> None:
    assert in_subnets(ip, subnets) is inside


async def test_a_pinned_channel_with_more_digits_than_numbers_have_is_none() -> None:
    root = replace(USER, role=Role.ADMIN)
    with pytest.raises(BadRequest):
        await call(both(user=root), incoming(f"Bearer sk-KEY-{'1' * 5000}"))
