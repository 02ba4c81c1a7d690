"""A one-api that used every feature: what lies in its database."""

import json
from functools import cache
from typing import Any

import bcrypt

Json = dict[str, Any]

PASSWORDS = {"root": "root password", "alice": "alice's password", "carol": "the small one", "Carol": "the great one"}
MODEL = "gpt-4o-mini"
BEGUN = 1_700_000_000  # November 2023: before this gateway's own time
SECRET = "smtp-secret-of-the-old-one"
MANY = ",".join(f"model-{number:03d}" for number in range(60))  # with two groups more rows than one transaction takes


@cache
def password(name: str) -> str:
    """As Go's bcrypt writes it."""
    return bcrypt.hashpw(PASSWORDS[name].encode(), bcrypt.gensalt(rounds=4, prefix=b"2a")).decode()


def key_of(number: int) -> str:
    """The key of a token, in one-api's form."""
    return f"OldKey{number:04d}".ljust(48, "x")


def code_of(number: int) -> str:
    return f"{number:032x}"


def user(number: int, name: str, **given: Any) -> Json:
    """A row of users."""
    row: Json = {
        "id": number,
        "username": name,
        "password": password(name) if name in PASSWORDS else "",
        "display_name": name.title(),
        "role": 1,
        "status": 1,
        "email": "",
        "github_id": "",
        "wechat_id": "",
        "lark_id": "",
        "oidc_id": "",
        "access_token": f"{number:032d}",
        "quota": 1_000_000 * number,
        "used_quota": 1000 * number,
        "request_count": number,
        "group": "default",
        "aff_code": f"af{number:02d}",
        "inviter_id": 0,
    }
    return row | given


def token(number: int, owner: int, **given: Any) -> Json:
    """A row of tokens: unlimited unless told otherwise."""
    row: Json = {
        "id": number,
        "user_id": owner,
        "key": key_of(number),
        "status": 1,
        "name": f"key {number}",
        "created_time": BEGUN,
        "accessed_time": BEGUN + number,
        "expired_time": -1,
        "remain_quota": -1,
        "unlimited_quota": "remain_quota" not in given,
        "used_quota": 0,
        "models": None,
        "subnet": "",
    }
    return row | given


def channel(number: int, kind: int, **given: Any) -> Json:
    """A row of channels."""
    row: Json = {
        "id": number,
        "type": kind,
        "key": f"provider-key-{number}",
        "status": 1,
        "name": f"channel {number}",
        "weight": number,
        "created_time": BEGUN,
        "test_time": BEGUN + 9,
        "response_time": 321,
        "base_url": "",
        "other": None,
        "balance": 12.3456789,
        "balance_updated_time": BEGUN + 8,
        "models": MODEL,
        "group": "default",
        "used_quota": 1_000 * number,
        "model_mapping": "",
        "priority": 10 - number,
        "config": "",
        "system_prompt": None,
    }
    return row | given


def users() -> list[Json]:
    return [
        user(1, "root", role=100, quota=500_000_000_000_000, aff_code="", display_name="Root User"),
        user(2, "alice", email="Alice@example.com", group="vip", wechat_id="wx-alice"),
        user(3, "bob", inviter_id=2, status=2, used_quota=0, request_count=0),
        user(4, "deleted_00ff", status=3, email="gone@example.com", quota=77),
        user(5, "Carol", quota=0),
        user(6, "carol", email="alice@example.com", inviter_id=5),
        user(7, "manager", role=10, lark_id="ou_1", oidc_id="sub|1", wechat_id="wx-alice"),
        user(8, "debtor", quota=-50),
        user(9, "", github_id="octocat", display_name="", group="svip"),
    ]


def tokens() -> list[Json]:
    return [
        token(1, 1),
        token(2, 2),
        token(3, 2, remain_quota=50_000, used_quota=1_500),
        token(4, 2, remain_quota=70_000, subnet="127.0.0.0/8,::1/128", models=f"{MODEL},gpt-4o"),
        token(5, 2, remain_quota=70_000, subnet="10.9.0.0/16"),
        token(6, 2, models="o3"),
        token(7, 2, status=3, expired_time=BEGUN),
        token(8, 2, status=4, remain_quota=0, used_quota=400),
        token(9, 2, status=2),
        token(10, 2, expired_time=0),
        token(11, 3),
        token(12, 6, remain_quota=9_000),
        token(13, 7),
        token(14, 99, name="orphan"),
        token(15, 2, key="sk-not-a-key", name="hyphens"),
        token(16, 9),
        token(17, 8),
    ]


def channels(base_url: str = "") -> list[Json]:
    return [
        channel(1, 1, base_url=base_url, group="default,vip,svip", models=f"{MODEL},gpt-4o,o3"),
        channel(2, 3, base_url="https://mine.openai.azure.com", other="2024-03-01-preview", status=2),
        channel(3, 33, config=json.dumps({"region": "us-east-1", "ak": "AK1", "sk": "secret-sk"}), status=3),
        channel(4, 1, base_url=base_url, model_mapping='{"alias": "gpt-4o-mini"}', models="alias", key="k-1\nk-2"),
        channel(5, 1, models=MANY, group="default,vip", model_mapping="broken", status=2),
        channel(6, 777, name="from the future"),
        channel(7, 14, models="claude-3-5-sonnet-20240620", system_prompt="be brief", status=0, used_quota=0),
        channel(8, 0, base_url=base_url, models="unpriced-model", priority=None, weight=None, config="null"),
    ]


def codes() -> list[Json]:
    made = {"user_id": 1, "created_time": BEGUN, "redeemed_time": 0}
    return [
        {"id": 1, "key": code_of(1), "status": 1, "name": "gift", "quota": 5_000, **made},
        {"id": 2, "key": code_of(2), "status": 3, "name": "gift", "quota": 5_000, **made, "redeemed_time": BEGUN + 1},
        {"id": 3, "key": code_of(3), "status": 2, "name": "off", "quota": 5_000, **made},
        {"id": 4, "key": code_of(4), "status": 1, "name": "theft", "quota": -5_000, **made},
    ]


def options() -> list[Json]:
    given = {
        "ModelRatio": json.dumps({"gpt-4o": 2.5, MODEL: 0.1, "llama3-8b-8192(33)": 0.15}),
        "CompletionRatio": json.dumps({MODEL: 5}),
        "GroupRatio": json.dumps({"default": 1, "vip": 0.5, "svip": 1}),
        "SystemName": "The old one",
        "SMTPToken": SECRET,
        "SMTPPort": "not a port",
        "RetryTimes": "2",
        "PasswordRegisterEnabled": "TRUE",
        "LogConsumeEnabled": "true",
        "Unheard": "of",
        "Footer": "",
    }
    return [{"key": key, "value": value} for key, value in given.items()]


def logs() -> list[Json]:
    kinds = (2, 2, 2, 1, 4, 3)
    return [
        {
            "id": number,
            "user_id": 2 + number % 2,
            "created_at": BEGUN + number * 86_400,
            "type": kinds[number % 6],
            "content": f"entry {number}",
            "username": "alice" if number % 2 == 0 else "bob",
            "token_name": "key 2",
            "model_name": MODEL,
            "quota": number,
            "prompt_tokens": 10,
            "completion_tokens": 5,
            "channel_id": 1,
            "request_id": f"old{number}",
            "elapsed_time": 1_234,
            "is_stream": number % 2 == 0,
            "system_prompt_reset": False,
        }
        for number in range(1, 41)
    ]


def rows(base_url: str = "") -> dict[str, list[Json]]:
    """Every table."""
    return {
        "users": users(),
        "tokens": tokens(),
        "channels": channels(base_url),
        "redemptions": codes(),
        "options": options(),
        "logs": logs(),
    }
