"""The catalogue for people: forms that say what a channel needs."""

from typing import Any

import jsonschema
import pytest

from gateway.providers.catalog import PROVIDERS
from gateway.providers.forms import problem, provider_form, provider_forms, schema

FORMS = {form["id"]: form for form in provider_forms()}


def test_every_row_has_a_form() -> None:
    assert list(FORMS) == list(PROVIDERS)
    assert all(form["schema"]["properties"].keys() == {"key", "base_url", "config"} for form in FORMS.values())


@pytest.mark.parametrize("id", PROVIDERS)
def test_a_form_is_a_schema_that_takes_what_the_channel_needs(id: int) -> None:
    row, made = PROVIDERS[id], schema(PROVIDERS[id])
    jsonschema.Draft202012Validator.check_schema(made)
    assert made["properties"]["config"]["properties"].keys() == {setting.name for setting in row.config}
    secret = {name for name, field in made["properties"]["config"]["properties"].items() if "format" in field}
    assert secret == {setting.name for setting in row.config if setting.secret}


KEYS: dict[int, tuple[str, str]] = {  # type: good, bad
    1: ("sk-1", ""),
    15: ("a|b", "a"),
    18: ("app|secret|key", "app|secret"),
    23: ("123|id|key", "abc|id|key"),
    33: ("AK|SK|us-east-1", "AK|SK"),
}


@pytest.mark.parametrize("id", KEYS)
def test_a_form_knows_what_a_key_looks_like(id: int) -> None:
    check = jsonschema.Draft202012Validator(schema(PROVIDERS[id]))
    good, bad = KEYS[id]
    assert check.is_valid({"key": good})
    assert check.is_valid({"key": f"{good}\n{good}"})
    assert not check.is_valid({"key": bad})
    assert not check.is_valid({"key": good, "base_url": "ftp://x"})


def test_a_provider_without_an_address_of_its_own_asks_for_one() -> None:
    check = jsonschema.Draft202012Validator(schema(PROVIDERS[8]))
    assert not check.is_valid({"key": "k"})
    assert check.is_valid({"key": "k", "base_url": "https://host"})


def test_a_form_shows_models_operations_and_where_to_read_more() -> None:
    form = provider_form(PROVIDERS[14])
    assert form["operations"]["chat"] == "anthropic"
    assert "claude-3-5-sonnet-20241022" in form["models"]
    assert form["docs"].startswith("https://")
    assert (form["tier"], form["auth"]) == ("recorded", "x-api-key")


PROBLEMS: dict[str, tuple[int, str, dict[str, str], str, str]] = {
    "nothing": (1, "sk-1", {}, "", ""),
    "a key in parts": (18, "app|secret|key", {}, "", ""),
    "too few parts": (18, "app|secret", {}, "", "APPID|APISecret|APIKey"),
    "settings instead of a key": (33, "", {"ak": "a", "sk": "s", "region": "r"}, "", ""),
    "a region is missing": (33, "bedrock-key", {}, "", "region"),
    "no address": (8, "k", {}, "", "base URL"),
    "an account that is no JSON": (42, "us|p|nonsense", {}, "", "JSON"),
    "an unknown type": (77, "sk-77", {}, "", "unknown"),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_what_is_wrong_with_a_channel_is_said_without_its_key(name: str) -> None:
    type, key, config, base_url, said = PROBLEMS[name]
    text = problem(type, key, config, base_url)
    assert (said in text, bool(text)) == (True, bool(said))
    assert not key or key not in text


def test_forms_are_plain_json() -> None:
    def plain(value: Any) -> bool:
        if isinstance(value, dict):
            return all(isinstance(name, str) and plain(item) for name, item in value.items())
        return all(map(plain, value)) if isinstance(value, list) else isinstance(value, str | int)

    assert plain(provider_forms())
