"""Files of a configuration: read, written, and what they mean to the API."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.option_forms import form_of
from gateway.domain.options import OPTIONS, SECRETS
from oneapi.configuration import documents, references, to_file
from oneapi.configuration.documents import parse
from oneapi.configuration.fields import CHANNEL
from oneapi.configuration.references import Missing
from oneapi.configuration.schema import schema
from oneapi.configuration.to_api import Translation, Wanted, exact_json
from oneapi.failures import Failure

Json = dict[str, Any]
PROVIDERS = {"OpenAI": 1, "AWS": 33}
SCHEMA: list[Json] = [
    {"key": key, "kind": form_of(option).kind, "secret": key in SECRETS, "section": "prices" if "Ratio" in key else "x"}
    for key, option in OPTIONS.items()
]


def sent(text: str, secrets: dict[str, str] | None = None) -> Wanted:
    def resolve(reference: Any) -> str:
        try:
            return (secrets or {})[reference["env"]]
        except KeyError:
            raise Missing(f"{reference['env']} is not set") from None

    return Translation(parse(text, "f.yaml"), SCHEMA, PROVIDERS, resolve).wanted()


def test_a_file_becomes_what_the_api_takes() -> None:
    wanted = sent(
        """
version: 1
options: {RetryTimes: 2, Notice: null, PasswordLoginEnabled: true, SMTPToken: {env: MAIL}}
prices: {ModelRatio: {a: 0.10, b: 1}}
groups: {default: 1, vip: 0.80}
limits: {models: {m: [{what: requests, window: day, most: 5}]}}
announcements: [{title: T, audience: users}]
channels:
  - {name: a, provider: openai, key: [{env: ONE}, {env: TWO}], models: [m, n], state: disabled, limits: []}
  - {name: b, provider: 33, settings: {region: eu, sk: {env: NONE}}, mapping: {m: n}}
""",
        {"MAIL": "s", "ONE": "1", "TWO": "2"},
    )
    assert wanted.body["options"] == {
        "RetryTimes": "2",
        "Notice": None,
        "PasswordLoginEnabled": "true",
        "SMTPToken": "s",
        "ModelRatio": '{"a":0.10,"b":1}',
        "GroupRatio": '{"default":1,"vip":0.80}',
        "ModelLimits": '{"m":[{"what":"requests","window":"day","most":5}]}',
    }
    assert wanted.body["announcements"] == [{"title": "T", "audience": "users"}]
    first = {"name": "a", "type": 1, "key": "1\n2", "models": "m,n", "status": 2, "limits": []}
    second = {"name": "b", "type": 33, "config": '{"region": "eu", "sk": ""}', "model_mapping": '{"m": "n"}'}
    assert wanted.body["channels"] == [first, second]
    assert wanted.missing == ["f.yaml:10: channels.1.settings.sk: NONE is not set"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 1\nchanels: []", "f.yaml:2: chanels: is not known; there are version, options"),
        ("version: 2", "f.yaml:1: version: must be 1"),
        ("options: {}", "f.yaml:1: version: must be 1"),
        ("- a", "f.yaml:1: must be names and values"),
        ("version: 1\noptions: [", "f.yaml:2: no YAML"),
        ("version: 1\noptions:\n  Nonsense: 1", "f.yaml:3: options.Nonsense: there is no such option"),
        ("version: 1\noptions:\n  SMTPToken: open", "f.yaml:3: options.SMTPToken: is a secret"),
        ("version: 1\noptions: {GroupRatio: {}}\ngroups: {}", "f.yaml:3: groups: GroupRatio stands in the file"),
        ("version: 1\nchannels:\n- name: a", "f.yaml:3: channels.0: needs a provider"),
        ("version: 1\nchannels:\n- {name: a, provider: no}", "f.yaml:3: channels.0.provider: False is no provider"),
        ("version: 1\nchannels:\n- {name: a, provider: 1,\n   key: sk-1}", "f.yaml:4: channels.0.key: is a secret"),
        ("version: 1\nchannels:\n- {name: a, provider: 1, weight: '1'}", "must be a whole number"),
        ("version: 1\nchannels:\n- {name: a, provider: 1, weight: true}", "must be a whole number"),
        ("version: 1\nchannels:\n- {name: a, provider: 1, state: 3}", "must be enabled or disabled"),
        ("version: 1\nchannels:\n- {name: a, provider: 1, models: [1]}", "must be a list of names"),
        ("version: 1\nchannels:\n- {name: a, provider: 1, mapping: {a: 1}}", "must be names and texts"),
        ("version: 1\nchannels: {}\noptions: 1", "options: must be names and values"),
        ("version: 1\nversion: 1", "f.yaml:2: version is there twice"),
        ("version: 1\noptions: &a {Notice: x}\nprices: *a", "aliases are not read"),
        ("version: 1\nannouncements: [{text: x}]", "announcements.0: needs a title"),
        ("version: 1\noptions: !!python/object:os.system {}", "no YAML"),
        ("version: 1\noptions: {Notice: !!binary aGk=}", "f.yaml:2: no YAML"),
        ("version: 1\noptions: !!set {Notice}", "f.yaml:2: no YAML"),
        ("version: 1\noptions: {Notice: '\x07'}", "no YAML"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, said: str) -> None:
    with pytest.raises(Failure) as failure:
        sent(text)
    assert said in str(failure.value)


def test_a_date_a_time_and_what_is_no_number_are_texts() -> None:
    body = sent("version: 1\noptions: {Notice: 2026-11-30, Footer: 12:30, About: .inf, SystemName: 1:30.5}").body
    assert body["options"] == {"Notice": "2026-11-30", "Footer": "12:30", "About": ".inf", "SystemName": "1:30.5"}


def test_what_is_no_whole_number_is_sent_for_the_gateway_to_refuse() -> None:
    """The client sends JSON, which has no decimals of Python's."""
    body = sent(
        "version: 1\nannouncements: [{title: 2026-11-30, begins: 1.5}]\n"
        "channels: [{name: a, provider: 1, limits: [{what: quota, window: day, most: 2.5}]}]"
    ).body
    assert json.loads(json.dumps(body)) == body
    assert body["announcements"] == [{"title": "2026-11-30", "begins": 1.5}]
    assert body["channels"][0]["limits"] == [{"what": "quota", "window": "day", "most": 2.5}]


NUMBERS = st.one_of(st.integers(-(10**20), 10**20), st.decimals(allow_nan=False, allow_infinity=False, places=9))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.text(st.characters(exclude_categories=["Cs", "Cc"]))),
    lambda below: st.one_of(st.lists(below), st.dictionaries(st.text("abcé0-.:# ", min_size=1), below)),
)


@settings(deadline=None, max_examples=30)
@given(value=st.dictionaries(st.text("abc:# 01.", min_size=1), VALUES))
def test_what_is_written_is_read_again(value: Json) -> None:
    again = parse(documents.write(value, "a\nb"), "f").value
    assert again == value
    assert json.loads(exact_json(again), parse_float=Decimal) == json.loads(exact_json(value), parse_float=Decimal)


@settings(deadline=None, max_examples=30)
@given(ratio=st.decimals("0", "1e9", allow_nan=False, places=12))
def test_numbers_of_options_come_out_as_they_went_in(ratio: Decimal) -> None:
    options = {"GroupRatio": f'{{"default": {ratio:f}}}', "RetryTimes": "7"}
    shown = to_file.document(
        {"options": options, "secrets": [], "channels": [], "announcements": []}, SCHEMA, {1: "OpenAI"}
    )
    body = sent(documents.write(shown, "")).body["options"]
    assert json.loads(body["GroupRatio"], parse_float=Decimal, parse_int=Decimal) == {"default": ratio}
    assert body["RetryTimes"] == "7"


def test_every_field_of_a_channel_is_in_a_file_and_at_its_default_is_not() -> None:
    row: Json = {known.name: known.default for known in CHANNEL.values()} | {"key_count": 0, "name": "a", "type": 1}
    assert to_file.document(_with(row), SCHEMA, {1: "OpenAI"})["channels"] == [{"name": "a", "provider": "OpenAI"}]
    other: Json = {
        "name": "a",
        "type": 33,
        "status": 2,
        "base_url": "https://x",
        "models": "m,n",
        "group": "a,b",
        "model_mapping": '{"m": "n"}',
        "config": '{"region": "eu", "sk": ""}',
        "other": "o",
        "system_prompt": "s",
        "tag": "t",
        "test_model": "m",
        "priority": -1,
        "weight": 1,
        "affinity": False,
        "watch_models": True,
        "limits": [{"what": "quota", "most": 1, "window": "day", "rolling": False, "zone": "UTC", "watched": False}],
        "key_count": 2,
    }
    (shown,) = to_file.document(_with(other), SCHEMA, {33: "AWS"})["channels"]
    assert set(shown) == set(CHANNEL)
    assert shown["settings"] == {"region": "eu", "sk": {"env": "ONEAPI_A_SK"}}
    body = sent(documents.write({"version": 1, "channels": [shown]}, ""), {"ONEAPI_A_SK": "", "ONEAPI_A_KEY": "k"}).body
    (form,) = body["channels"]
    expected = {name: value for name, value in other.items() if name not in ("key_count", "limits")}
    assert form == expected | {"key": "k", "limits": [{"what": "quota", "most": 1, "window": "day"}]}


def test_a_limit_of_nothing_is_written_as_one() -> None:
    row: Json = {known.name: known.default for known in CHANNEL.values()} | {"key_count": 0, "name": "a", "type": 1}
    rule = {"what": "requests", "most": 0, "window": "day", "rolling": False, "zone": "UTC", "raise": None}
    (shown,) = to_file.document(_with(row | {"limits": [rule]}), SCHEMA, {1: "OpenAI"})["channels"]
    assert shown["limits"] == [{"what": "requests", "most": 0, "window": "day"}]


def _with(*channels: Json) -> Json:
    return {"options": {}, "secrets": [], "channels": list(channels), "announcements": []}


def test_secrets_of_channels_with_one_name_have_variables_of_their_own() -> None:
    row: Json = {known.name: known.default for known in CHANNEL.values()} | {"key_count": 1, "name": "é a", "type": 1}
    shown = to_file.document(_with(row, row), SCHEMA, {})["channels"]
    assert [one["key"]["env"] for one in shown] == ["ONEAPI___A_KEY", "ONEAPI___A_2_KEY"]


def test_a_sealed_secret_is_opened_by_its_key_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(references.KEY, references.new_key())
    sealed = references.seal("s3cret")
    assert "s3cret" not in sealed
    assert references.resolved({"sealed": sealed}) == "s3cret"
    with pytest.raises(Missing):
        references.resolved({"sealed": sealed[:-4] + "AAAA"})
    monkeypatch.setenv(references.KEY, references.new_key())
    with pytest.raises(Missing):
        references.resolved({"sealed": sealed})
    monkeypatch.setenv(references.KEY, "short")
    with pytest.raises(Failure, match="32 bytes"):
        references.resolved({"sealed": sealed})


def test_a_reference_may_name_a_field_of_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYS", '{"openai": "sk-1"}')
    assert references.resolved({"env": "KEYS", "field": "openai"}) == "sk-1"
    with pytest.raises(Missing, match="no field"):
        references.resolved({"env": "KEYS", "field": "other"})


def test_the_schema_is_published_and_takes_what_an_export_writes() -> None:
    published = json.loads((Path(__file__).parents[2] / "docs/configuration.schema.json").read_text("utf-8"))
    assert published == schema()
    assert set(published["properties"]["channels"]["items"]["properties"]) == set(CHANNEL)
    assert yaml.safe_load(documents.write(published, "")) == published
