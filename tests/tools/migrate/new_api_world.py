"""A new-api that used what one-api has not."""

import json
from typing import Any

from tests.tools.migrate import one_api_world as old
from tests.tools.migrate.one_api_world import BEGUN, MODEL, Json, code_of

ACCOUNT = {"type": "service_account", "project_id": "my-project", "private_key": "-----BEGIN\nKEY-----\n"}


def channel(number: int, kind: int, **given: Any) -> Json:
    row = {name: value for name, value in old.channel(number, kind).items() if name not in ("config", "system_prompt")}
    return row | {"auto_ban": 1, "setting": None, "channel_info": "{}", "tag": None} | given


def channels(base_url: str) -> list[Json]:
    turns = {"is_multi_key": True, "multi_key_status_list": {"1": 3}}
    return [
        channel(1, 1, base_url=base_url, group="default,vip", tag="main", test_model=MODEL, models=f"{MODEL},o3"),
        channel(2, 45, key="ark-key", models="doubao-pro"),
        channel(
            3, 41, key=json.dumps(ACCOUNT), other='{"default": "europe-west1", "x": "us-east5"}', models="gemini-pro"
        ),
        channel(4, 36, key="suno", models="suno_music"),
        channel(5, 33, key="bedrock-key|us-west-2", models="claude-x"),
        channel(6, 1, base_url=base_url, key="k-a\nk-b\nk-c", channel_info=json.dumps(turns), models="turns"),
        channel(7, 8, base_url="https://gate.example.com/api/v3/chat/completions", models="own", auto_ban=0),
        channel(
            8, 14, setting=json.dumps({"system_prompt": "be kind", "proxy": "socks5://x"}), param_override='{"a": 1}'
        ),
        channel(9, 39, other="account-id", models="@cf/meta"),
        channel(10, 26, base_url="glm-coding-plan", models="glm-4.6"),
    ]


def users() -> list[Json]:
    return [
        old.user(1, "root", role=100, quota=100),
        old.user(
            2,
            "alice",
            aff_quota=2_500,
            aff_history=7_500,
            aff_count=3,
            remark="pays late",
            github_id="583231",
            discord_id="d1",
            setting=json.dumps({"quota_warning_threshold": 9_000, "webhook_url": "https://hook"}),
            created_at=BEGUN,
            last_login_at=BEGUN + 5_000,
        ),
        old.user(3, "bob", deleted_at="2025-01-01 00:00:00", quota=10),
    ]


def tokens() -> list[Json]:
    return [
        {"group": "", "allow_ips": "", "model_limits_enabled": False, "model_limits": "o3"}
        | old.token(number, owner)
        | given
        for number, owner, given in (
            (1, 2, {"used_quota": 40}),
            (2, 2, {"allow_ips": "10.0.0.1\n2001:db8::/32", "model_limits_enabled": True}),
            (3, 2, {"allow_ips": "nonsense", "group": "vip"}),
            (4, 2, {"deleted_at": "2025-01-01 00:00:00"}),
        )
    ]


def codes() -> list[Json]:
    return [
        {"id": number, "user_id": 1, "key": code_of(number), "name": "n", "quota": 9, "created_time": BEGUN} | given
        for number, given in (
            (1, {"status": 3, "used_user_id": 2, "redeemed_time": BEGUN}),
            (2, {"status": 1, "expired_time": BEGUN}),
            (3, {"status": 1, "expired_time": 2**33}),
            (4, {"status": 1, "deleted_at": "2025-01-01 00:00:00"}),
        )
    ]


def options() -> list[Json]:
    given = {
        "ModelRatio": json.dumps({MODEL: 0.075, "o3": 1}),
        "ModelPrice": json.dumps({"suno_music": 0.1, "mj": 0.04}),
        "CacheRatio": json.dumps({MODEL: 0.5}),
        "AudioRatio": json.dumps({"o3": 16}),
        "AudioCompletionRatio": json.dumps({"o3": 2}),
        "GroupGroupRatio": "{}",
        "ModelRequestRateLimitEnabled": "true",
        "ModelRequestRateLimitCount": "30",
        "ModelRequestRateLimitDurationMinutes": "1",
        "general_setting.docs_link": "https://x",
    }
    return [{"key": key, "value": value} for key, value in given.items()]


def rows(base_url: str = "") -> dict[str, list[Json]]:
    """Every table."""
    return {
        "users": users(),
        "tokens": tokens(),
        "channels": channels(base_url),
        "redemptions": codes(),
        "options": options(),
        "logs": [log | {"use_time": 3, "token_id": 1, "group": "vip"} for log in old.logs()],
        "two_fas": [{"id": 1, "user_id": 2, "secret": "s", "is_enabled": True}],
    }
