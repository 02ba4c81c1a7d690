"""Rules of limits: what may be said, how it is written again, and what is wrong with the rest."""

import json
from typing import Any

import pytest

from gateway.domain.limits import MOST_RULES, LimitRule, Raise, parse, parse_named, read, write

GOOD: list[tuple[dict[str, Any], LimitRule]] = [
    ({"what": "requests", "window": "minute", "most": 3}, LimitRule(what="requests", window="minute", most=3)),
    ({"what": "concurrent", "most": 0}, LimitRule(what="concurrent", most=0)),
    (
        {"what": "quota", "window": "week", "most": 9, "rolling": True, "watched": True},
        LimitRule(what="quota", window="week", most=9, rolling=True, watched=True),
    ),
    (
        {"what": "tokens", "window": "day", "most": 9, "zone": "Asia/Tokyo", "raise": {"most": 20, "until": 5}},
        LimitRule(what="tokens", window="day", most=9, zone="Asia/Tokyo", raised=Raise(most=20, until=5)),
    ),
]
DAY = {"what": "quota", "window": "day", "most": 5}
BAD: list[tuple[Any, str]] = [
    ("{", "must be a JSON list"),
    ('"x"', "must be a list"),
    ([5], "must be an object"),
    ([{**DAY, "what": "money"}], "what must be one of"),
    ([{**DAY, "what": ["quota"]}], "what must be one of"),
    ([{**DAY, "window": "year"}], "window must be one of"),
    ([{**DAY, "window": {}}], "window must be one of"),
    ([{"what": "quota", "most": 5}], "window must be one of"),
    ([{"what": "concurrent", "window": "day", "most": 5}], "concurrent has no window"),
    ([{**DAY, "most": -1}], "most must be a whole number"),
    ([{**DAY, "most": 1.5}], "most must be a whole number"),
    ([{**DAY, "most": True}], "most must be a whole number"),
    ([{**DAY, "most": 2**53}], "most must be a whole number"),
    ([{**DAY, "window": "minute", "rolling": True}], "longer than a minute"),
    ([{**DAY, "rolling": 1}], "rolling must be true or false"),
    ([{**DAY, "zone": "Mars/Olympus"}], "zone must be a time zone"),
    ([{**DAY, "zone": 5}], "zone must be a time zone"),
    ([{**DAY, "raise": 5}], "raise must be an object"),
    ([{**DAY, "raise": {"most": 5}}], "raise must be an object"),
    ([{**DAY, "raise": {"most": 5, "until": "soon"}}], "until must be a whole number"),
    ([{**DAY, "general": True}], "no field 'general'"),
    ([{**DAY, "each": True}], "each is for the limits of groups and models"),
    ([DAY, {**DAY, "most": 6}], "two limits are about the same"),
    ([{**DAY, "window": "minute"}] * (MOST_RULES + 1), "there may be"),
]


@pytest.mark.parametrize(("written", "rule"), GOOD)
def test_a_rule_is_read_and_written_again(written: dict[str, Any], rule: LimitRule) -> None:
    assert parse(json.dumps([written])) == (rule,) == parse(write([rule]))
    assert rule.write() == written


@pytest.mark.parametrize(("given", "why"), BAD)
def test_what_makes_no_sense_is_refused_with_why(given: Any, why: str) -> None:
    text = given if isinstance(given, str) else json.dumps(given)
    with pytest.raises(ValueError, match=why):
        parse(text)
    assert read(text) == ()


def test_no_text_is_no_rules() -> None:
    assert parse("") == parse(" ") == parse("[]") == ()
    assert write([]) == ""
    assert parse_named("") == {}


def test_groups_and_models_may_have_rules_for_each_account() -> None:
    found = parse_named(json.dumps({"vip": [DAY, {**DAY, "each": True}]}))
    assert [rule.each for rule in found["vip"]] == [False, True]
    for bad in ("[]", "5", '{"vip": 5}', "{"):
        with pytest.raises(ValueError, match="must be a"):
            parse_named(bad)


def test_of_two_rules_that_count_differently_neither_stands_in_the_others_way() -> None:
    rules = [DAY, {**DAY, "rolling": True}, {**DAY, "zone": "Asia/Tokyo"}, {**DAY, "what": "tokens"}]
    keys = [rule.key for rule in parse(json.dumps(rules))]
    assert keys == ["quota/day", "quota/day~", "quota/day@Asia/Tokyo", "tokens/day"]
