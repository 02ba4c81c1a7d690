"""Reasons in Chinese: every one that is said somewhere has a translation."""

import re

import pytest

from admin.auth.accounts import form_problem
from admin.texts.messages import CHANNEL_FIELD, OPTION_VALUE, Text
from admin.texts.reasons import known, reason, unreadable
from gateway.billing.pricing import InvalidPrices, PriceBook
from gateway.domain.options import OPTIONS, parse

ENGLISH = re.compile(r"\b(must|is|be|not|than|unknown|with|and|or)\b")
VALUES = ["", "x", "-1", "1e99", "[]", "{", "a\nb", "a@b c", "0.5", "\u0661", "x" * 200_001]
PRICES = [
    '{"m": "x"}', '{"m": -1}', "[]", "{", '{"m": {"odd": 1}}', '{"m": {"tiers": 1}}',
    '{"m": {"tiers": [{"above": 0}]}}',
    '{"m": 1e999}', '{"m": []}', '{"it\'s": -1}',
]  # fmt: skip
FORMS = [
    {"username": "x" * 99}, {"username": "a\x00"}, {"username": " a"}, {"password": "short"},
    {"display_name": "x" * 99},
]  # fmt: skip
CHANNELS = [
    "name is too long", "more than 1000 keys", "more than 200 ids", "a model's name has more than 200 characters",
    "status must be 1 (enabled), 2 (disabled) or 3 (disabled automatically)", "weight must not be negative",
    "type must not be negative", "type 999 is unknown: GET /api/providers lists the types",
    "base_url must begin with https:// or http:// (or wss:// or ws:// for a WebSocket)",
    "config must be a JSON object", "model_mapping must map names to texts",
    "value must be a text of at most 255 bytes",
    "value must be a text", "value must not be empty", "fields: key cannot be copied; those that can: tag, weight",
    "more than 200 channels",
    "value must be a whole number", "value must be a whole number from 0",
]  # fmt: skip


def problems() -> list[str]:
    """What is wrong with every option at every odd value, and with forms."""
    found = [*CHANNELS, *(problem for form in FORMS if (problem := form_problem(form)))]
    for key in OPTIONS:
        for value in VALUES:
            try:
                parse(key, value)
            except ValueError as error:
                found.append(str(error))
    for key in ("ModelRatio", "CompletionRatio", "GroupRatio", "ModelPrice", "UnknownModelPrice"):
        for value in [*PRICES, "x", "-1"]:
            try:
                PriceBook.from_options({key: value})
            except InvalidPrices as error:
                found.append(error.message)
    return sorted(set(found))


def test_every_reason_there_is_has_a_translation() -> None:
    assert [problem for problem in problems() if not known(problem)] == []


def test_no_chinese_reason_has_english_words_but_names_and_values() -> None:
    for problem in problems():
        said = reason(problem).zh.partition("而不是")[0]
        assert not ENGLISH.search(re.sub(r"'[^']*'|\[.*\]|\{.*\}", "", said)), (problem, said)


def test_a_reason_is_said_in_the_language_of_its_sentence() -> None:
    text = CHANNEL_FIELD.of(reason=reason("weight must not be negative"))
    assert (text.zh, text.en) == ("参数错误：weight 不能为负数", "invalid parameter: weight must not be negative")
    assert (text.code, text.field) == ("invalid", "weight")
    assert OPTION_VALUE.of(reason=reason("RetryTimes: must be a whole number, not 'x'")).zh == (
        "无效的选项值：RetryTimes 必须是整数，而不是 'x'"
    )


@pytest.mark.parametrize(
    ("english", "field"),
    [
        ("more than 200 ids", "ids"),
        ("a model's name has more than 200 characters", "models"),
        ("type 999 is unknown: GET /api/providers lists the types", "type"),
        ("RetryTimes: must be a whole number, not 'x'", "RetryTimes"),
        ("ModelPrice: 'm': is negative; a price is 0 or more", "ModelPrice"),
        ("password must have 8 to 20 characters", "password"),
    ],
)
def test_a_reason_names_the_field_that_is_at_fault(english: str, field: str) -> None:
    assert reason(english).field == field


@pytest.mark.parametrize(
    ("kind", "chinese"), [("int_type", "必须是整数"), ("string_type", "必须是文本"), ("of_tomorrow", "格式不正确")]
)
def test_what_cannot_be_read_says_where(kind: str, chinese: str) -> None:
    said = unreadable("type", kind, "Input should be x")
    assert said == Text(f"type：{chinese}", "type: Input should be x", field="type")
