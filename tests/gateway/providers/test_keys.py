"""Keys of several parts, from the key or from the config, and what is said about broken ones."""

import json

import pytest

from gateway.providers.catalog import provider
from gateway.providers.keys import BadKey, parse, settings

ADC = json.dumps({"client_email": "a@b", "private_key": "x|y"})

GOOD: dict[str, tuple[int, str, dict[str, str], dict[str, str]]] = {
    "opaque": (1, " sk-1 ", {}, {"key": "sk-1"}),
    "pasted bearer": (1, "Bearer sk-1", {}, {"key": "sk-1"}),
    "none": (30, "", {}, {"key": ""}),
    "raw": (43, "Basic abc def", {}, {"key": "Basic abc def"}),
    "fastgpt": (22, "key-app", {}, {"key": "key-app"}),
    "aws in the key": (33, "AK|SK|us-east-1", {}, {"ak": "AK", "sk": "SK", "region": "us-east-1"}),
    "aws in the config": (
        33, "", {"ak": "AK", "sk": "SK", "region": "eu-west-1"}, {"ak": "AK", "sk": "SK", "region": "eu-west-1"},
    ),
    "aws in both": (33, "AK|SK|us-east-1", {"region": "eu-west-1"}, {"ak": "AK", "sk": "SK", "region": "eu-west-1"}),
    "aws bearer": (33, "bedrock-api-key-1", {"region": "r"}, {"key": "bedrock-api-key-1", "region": "r"}),
    "vertex in the key": (
        42, f"us-east5|proj|{ADC}", {}, {"region": "us-east5", "vertex_ai_project_id": "proj", "vertex_ai_adc": ADC},
    ),
    "vertex in the config": (
        42, "", {"region": "r", "vertex_ai_project_id": "p", "vertex_ai_adc": ADC},
        {"region": "r", "vertex_ai_project_id": "p", "vertex_ai_adc": ADC},
    ),
    "tencent": (23, "12|id|key", {}, {"app_id": "12", "secret_id": "id", "secret_key": "key"}),
    "baidu": (15, "a|b", {}, {"api_key": "a", "secret_key": "b"}),
    "spark": (18, "app|secret|key", {}, {"app_id": "app", "api_secret": "secret", "api_key": "key"}),
    "zhipu": (16, "id.secret", {}, {"key": "id.secret"}),
    "spark v2": (48, "key:secret", {}, {"key": "key:secret"}),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_a_key_is_read_by_its_format(name: str) -> None:
    type, key, config, parts = GOOD[name]
    assert parse(provider(type), key, config).parts == parts


BAD: dict[str, tuple[int, str, dict[str, str], str]] = {
    "aws, two parts": (33, "AK|SK", {}, "AccessKey|SecretKey|Region, 3 parts separated by |, not 2"),
    "aws, nothing": (33, "", {}, "lacks ak"),
    "aws bearer without region": (33, "token", {}, "lacks region"),
    "aws, empty part": (33, "AK||us-east-1", {}, "lacks sk"),
    "vertex, no json": (42, "r|p|nonsense", {}, "JSON of a key file"),
    "tencent, no number": (23, "x|id|key", {}, "must be a number"),
    "tencent, one part": (23, "x", {}, "AppId|SecretId|SecretKey"),
    "baidu, one part": (15, "a", {}, "APIKey|SecretKey"),
    "spark, two parts": (18, "a|b", {}, "APPID|APISecret|APIKey"),
    "zhipu, many dots": (16, "a.b.c", {}, "id.secret"),
    "line break": (1, "sk-1\nsk-2", {}, "visible ASCII"),
    "smart quotes": (1, "“sk-1”", {}, "visible ASCII"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_broken_key_is_refused_with_what_to_enter(name: str) -> None:
    type, key, config, said = BAD[name]
    with pytest.raises(BadKey) as caught:
        parse(provider(type), key, config)
    assert said in str(caught.value)


@pytest.mark.parametrize("name", BAD)
def test_a_refusal_never_shows_the_key(name: str) -> None:
    type, key, config, _ = BAD[name]
    if len(key) > 3:
        with pytest.raises(BadKey) as caught:
            parse(provider(type), key, config)
        assert key not in str(caught.value)


def test_a_key_does_not_show_itself() -> None:
    assert "SECRET" not in repr(parse(provider(33), "AK|SECRET|r", {}))


def test_dialects_see_settings_from_the_key_but_no_secrets() -> None:
    seen = settings(provider(42), f"us-east5|proj|{ADC}", {"api_version": "v1"})
    assert seen == {"api_version": "v1", "region": "us-east5", "vertex_ai_project_id": "proj"}
    config = {"ak": "AK", "sk": "SK", "region": "r", "bedrock_api": "invoke"}
    assert settings(provider(33), "", config) == {"region": "r", "bedrock_api": "invoke"}
    assert settings(provider(18), "app|s|k", {}) == {"app_id": "app"}
    assert settings(provider(1), "sk", {"x": "y"}, "https://h") == {"x": "y", "base_url": "https://h"}
