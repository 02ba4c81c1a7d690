"""The operator's options."""

import json
from dataclasses import replace
from typing import Any

import pytest

from admin.web.deps import Deps
from gateway.domain.alarms import option_rows
from gateway.domain.options import DEFAULTS, OPTIONS, SECRETS, parse
from gateway.security.credentials import Vault, new_key
from gateway.store.schema.items import OptionItem
from gateway.store.settings import options
from tests.admin.api import Api, refused


def shown(api: Api) -> dict[str, str]:
    return {row["key"]: row["value"] for row in api.root.get("/api/option/")["data"]}


def test_every_option_is_shown_as_text_but_the_secret_ones(api: Api) -> None:
    listed = shown(api)
    assert set(listed) == set(OPTIONS) - SECRETS
    assert listed["QuotaPerUnit"] == "500000"
    assert listed["RegisterEnabled"] == "true"
    assert json.loads(listed["GroupRatio"]) == {"default": 1, "vip": 1, "svip": 1}


def test_every_default_would_be_accepted() -> None:
    for key, value in DEFAULTS.items():
        assert parse(key, value) == value, key


ADDRESSES = {key for key, is_address, is_secret in option_rows() if is_address and is_secret}


def taken(key: str, word: str) -> str:
    """A value with this word that the option takes."""
    return f"https://there.example/{word}" if key in ADDRESSES else word


def test_a_secret_goes_in_and_never_comes_out(api: Api, deps: Deps) -> None:
    for key in SECRETS:
        assert api.root.put("/api/option/", {"key": key, "value": taken(key, "hush")})["success"]
        assert options.current(deps.store)[key] == taken(key, "hush")
    assert "hush" not in api.root.raw("GET", "/api/option/").text


def test_secrets_lie_sealed_in_the_table_and_bound_to_their_key(api: Api, deps: Deps) -> None:
    for key in SECRETS:
        assert api.root.put("/api/option/", {"key": key, "value": taken(key, "v1.hush")})["success"]
    items = {item.key: item.value for item in OptionItem.query("option")}
    assert items.keys() == SECRETS
    assert all("hush" not in value for value in items.values())
    OptionItem("option", "SMTPToken", value=items["GitHubClientSecret"]).save()
    OptionItem("option", "LarkClientSecret", value="from before").save()
    current = options.current(deps.store)
    assert (current["GitHubClientSecret"], current["SMTPToken"]) == ("v1.hush", "")
    assert current["LarkClientSecret"] == "from before"
    assert api.root.put("/api/option/", {"key": "SMTPToken", "value": ""})["success"]
    assert options.stored(deps.store)["SMTPToken"] == ""


def test_options_work_on_when_the_key_is_lost(api: Api, deps: Deps) -> None:
    assert api.root.put("/api/option/", {"key": "SMTPToken", "value": "hush"})["success"]
    assert api.root.put("/api/option/", {"key": "SystemName", "value": "Ours"})["success"]
    later = replace(deps.store, vault=Vault.from_setting(new_key()))
    assert (options.current(later)["SMTPToken"], options.current(later)["SystemName"]) == ("", "Ours")


def test_a_stored_option_is_shown_and_used(api: Api) -> None:
    api.root.put("/api/option/", {"key": "SystemName", "value": "Ours"})
    assert shown(api)["SystemName"] == "Ours"
    assert api.get("/api/status")["data"]["system_name"] == "Ours"


def test_ratios_are_shown_whole_with_what_was_changed_over_them(api: Api) -> None:
    builtin = json.loads(shown(api)["ModelRatio"])
    assert len(builtin) > 500
    assert api.root.put("/api/option/", {"key": "ModelRatio", "value": '{"gpt-4o": 9, "ours": 0.5}'})["success"]
    assert json.loads(shown(api)["ModelRatio"]) == builtin | {"gpt-4o": 9, "ours": 0.5}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("", "x"),
        ("NoSuchOption", "x"),
        ("QuotaPerUnit", "0"),
        ("QuotaPerUnit", "NaN"),
        ("QuotaPerUnit", "abc"),
        ("QuotaForNewUser", "-1"),
        ("QuotaForNewUser", "1.5"),
        ("QuotaForNewUser", "9" * 30),
        ("RetryTimes", ""),
        ("SMTPPort", "70000"),
        ("RegisterEnabled", "TRUE"),
        ("RegisterEnabled", "1"),
        ("ModelRatio", "{"),
        ("ModelRatio", "[]"),
        ("GroupRatio", '{"default": -1}'),
        ("GroupRatio", '{"default": "x"}'),
        ("ServerAddress", "javascript:alert(1)"),
        ("Logo", "javascript:alert(1)"),
        ("SystemName", "two\r\nBcc: everybody@example.org"),
        ("SMTPFrom", "a@b.c\n"),
        ("UnknownModelPrice", "dear"),
        ("Notice", "x" * 300_000),
    ],
)
def test_a_value_that_does_not_do_is_refused_before_it_is_stored(api: Api, deps: Deps, key: str, value: str) -> None:
    answer = api.root.put("/api/option/", {"key": key, "value": value})
    assert not answer["success"]
    assert answer["message"]
    assert options.stored(deps.store) == {}


@pytest.mark.parametrize("body", [{"key": "RetryTimes", "value": 5}, {"key": "RetryTimes"}, [], "x", {}])
def test_a_body_that_cannot_be_read_gets_400(api: Api, body: Any) -> None:
    answer = api.root.raw("PUT", "/api/option/", json=body)
    assert answer.status_code == 400
    assert answer.json() == refused("无效的参数")


@pytest.mark.parametrize(
    ("switch", "first", "message"),
    [
        ("GitHubOAuthEnabled", {"GitHubClientId": "id"}, "无法启用 GitHub OAuth"),
        ("WeChatAuthEnabled", {"WeChatServerAddress": "https://wechat.example"}, "无法启用微信登录"),
        (
            "TurnstileCheckEnabled",
            {"TurnstileSiteKey": "site", "TurnstileSecretKey": "secret"},
            "无法启用 Turnstile 校验",
        ),
        (
            "OidcEnabled",
            {
                "OidcClientId": "id",
                "OidcTokenEndpoint": "https://i.example/token",
                "OidcUserinfoEndpoint": "https://i.example/user",
            },
            "无法启用 OIDC",
        ),
        ("EmailDomainRestrictionEnabled", None, "无法启用邮箱域名限制"),
    ],
)
def test_a_switch_needs_its_settings_first(api: Api, switch: str, first: dict[str, str] | None, message: str) -> None:
    if first is None:
        api.root.put("/api/option/", {"key": "EmailDomainWhitelist", "value": ""})
        first = {"EmailDomainWhitelist": "example.org"}
    assert api.root.put("/api/option/", {"key": switch, "value": "true"})["message"].startswith(message)
    for key, value in first.items():
        assert api.root.put("/api/option/", {"key": key, "value": value})["success"]
    assert api.root.put("/api/option/", {"key": switch, "value": "true"})["success"]


def test_an_unknown_theme_is_refused_in_one_apis_words(api: Api) -> None:
    assert api.root.put("/api/option/", {"key": "Theme", "value": "dark"})["message"] == "无效的主题"
    assert api.root.put("/api/option/", {"key": "Theme", "value": "berry"})["success"]


def test_groups_are_those_that_have_a_ratio(api: Api) -> None:
    assert api.root.get("/api/group/")["data"] == ["default", "svip", "vip"]
    api.root.put("/api/option/", {"key": "GroupRatio", "value": '{"default": 1, "friends": 0.5}'})
    assert api.root.get("/api/group/")["data"] == ["default", "friends"]


def test_purchase_prices_are_checked_before_they_are_stored(api: Api) -> None:
    good = '{"default": {"factor": 0.5}, "3": {"models": {"gpt-4o": {"input": 1, "output": 4}, "o3": null}}}'
    assert api.root.put("/api/option/", {"key": "PurchasePrice", "value": good})["success"]
    assert api.root.put("/api/option/", {"key": "InfrastructureCost", "value": "32.1"})["success"]
    for key, value in (
        ("PurchasePrice", '{"azure": {"factor": 0.5}}'),
        ("PurchasePrice", '{"3": {"models": {"gpt-4o": {"inputs": 1}}}}'),
        ("InfrastructureCost", "-1"),
        ("InfrastructureCost", "much"),
    ):
        answer = api.root.put("/api/option/", {"key": key, "value": value})
        assert (answer["success"], answer["field"]) == (False, key), answer
