"""Numbers that would make money: negative, fractional, endless, too large, written so that readers differ.

Every field that takes an amount gets each of them; whatever is answered, nothing has changed afterwards.
"""

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from admin.web.deps import Deps
from admin.web.fields import LARGEST
from gateway.billing.pricing import PriceBook, UnknownPrice
from gateway.domain.options import DEFAULTS, parse
from gateway.store.accounts import tokens, users
from gateway.store.money import redemptions
from gateway.store.settings import options
from tests.admin.api import Api

# As they stand in a body: JSON's own, and what lenient readers take for numbers.
WRONG = [
    "-2",
    "-1e3",
    "-9007199254740992",
    "9007199254740992",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "1" + "0" * 40,
    "9" * 400,
    "1.5",
    "0.1",
    "1e400",
    "-1e400",
    "1e-400",
    "NaN",
    "Infinity",
    "-Infinity",
    '"5"',
    '"-5"',
    '"1e9"',
    '"NaN"',
    "true",
    "[5]",
    '{"$gt": 0}',
]


def snapshot(deps: Deps) -> Any:
    """Every balance there is."""
    ids = range(1, 4)
    people = [users.get(deps.store, number) for number in ids]
    keys = [tokens.get(deps.store, user, token) for user, token in itertools.product(ids, range(1, 8))]
    codes = [redemptions.get(deps.store, number) for number in range(1, 4)]
    return people, keys, codes


def sent(api: Api, method: str, path: str, body: dict[str, Any], number: str) -> Any:
    """The body with this very text in the place of ``@``."""
    text = json.dumps(body).replace('"@"', number)
    answer = api.raw(method, path, content=text.encode())
    assert answer.status_code < 500, answer.text
    return answer.json()


@pytest.fixture
def bob(api: Api) -> Api:
    """An account with number 2, a token and a code."""
    assert api.new_user("bob", quota=1000) == 2
    bob = api.signed_in("bob")
    assert bob.post("/api/token/", {"name": "his", "remain_quota": 100})["data"]["id"] == TOKEN
    assert api.root.post("/api/redemption/", {"name": "code", "quota": 7, "count": 1})["success"]
    return bob


TOKEN = 2  # number of bob's token; root's and bob's own first ones come before
FIELDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "a user's quota": ("PUT", "/api/user/", {"id": 2, "quota": "@"}),
    "a user's used quota": ("PUT", "/api/user/", {"id": 2, "quota": "@", "used_quota": "@"}),
    "a top-up": ("POST", "/api/topup", {"user_id": 2, "quota": "@"}),
    "the user of a top-up": ("POST", "/api/topup", {"user_id": "@", "quota": 5}),
    "a code's quota": ("POST", "/api/redemption/", {"name": "n", "quota": "@", "count": 1}),
    "how many codes": ("POST", "/api/redemption/", {"name": "n", "quota": 5, "count": "@"}),
    "a made code's quota": ("PUT", "/api/redemption/", {"id": 1, "quota": "@"}),
    "a token's quota": ("POST", "/api/token/", {"name": "t", "remain_quota": "@"}),
    "a made token's quota": ("PUT", "/api/token/", {"id": TOKEN, "remain_quota": "@"}),
    "an unlimited token's quota": ("PUT", "/api/token/", {"id": TOKEN, "remain_quota": "@", "unlimited_quota": True}),
}


def caller_of(field: str, api: Api, bob: Api) -> Api:
    return bob if "token" in FIELDS[field][1] else api.root


def test_no_field_takes_an_amount_that_is_none(api: Api, bob: Api, deps: Deps) -> None:
    before = snapshot(deps)
    for field, (method, path, body) in FIELDS.items():
        for number in WRONG:
            answer = sent(caller_of(field, api, bob), method, path, body, number)
            assert answer["success"] is False, (field, number)
        assert snapshot(deps) == before, field


@pytest.mark.parametrize("number", ["5", str(LARGEST)])
def test_the_fields_do_take_amounts(api: Api, bob: Api, number: str) -> None:
    """Otherwise the test above would say nothing."""
    for field, (method, path, body) in FIELDS.items():
        if "quota" in field:
            assert sent(caller_of(field, api, bob), method, path, body, number)["success"] is True, field


def test_a_refund_takes_no_amount_at_all(api: Api, bob: Api, deps: Deps) -> None:
    before = snapshot(deps)
    for number in ("-5", "5", "1e400", "NaN"):
        body = {"request_id": "none", "quota": "@", "amount": "@"}
        assert sent(api.root, "POST", "/api/log/refund", body, number)["success"] is False
    assert snapshot(deps) == before


def test_amounts_do_not_add_up_beyond_the_largest(api: Api, bob: Api, deps: Deps) -> None:
    """A browser cannot tell larger ones apart, and shows what nobody has."""
    assert api.root.put("/api/user/", {"id": 2, "quota": LARGEST})["success"]
    assert not api.root.post("/api/topup", {"user_id": 2, "quota": 1})["success"]
    assert api.root.post("/api/topup", {"user_id": 2, "quota": 0})["success"]
    (code,) = api.root.get("/api/redemption/")["data"]
    assert not bob.post("/api/user/topup", {"key": code["key"]})["success"]
    user = users.get(deps.store, 2)
    assert user is not None and user.quota == LARGEST
    assert api.root.put("/api/user/", {"id": 2, "quota": LARGEST - 7})["success"]
    assert bob.post("/api/user/topup", {"key": code["key"]})["success"]


def test_nothing_negative_is_topped_up(api: Api, bob: Api, deps: Deps) -> None:
    before = snapshot(deps)
    for quota in (-1, -1000, -LARGEST):
        assert not api.root.post("/api/topup", {"user_id": 2, "quota": quota})["success"]
    assert snapshot(deps) == before


# ---- options, which are texts

AMOUNTS = (
    "QuotaForNewUser QuotaForInviter QuotaForInvitee QuotaRemindThreshold PreConsumedQuota UserRequestsPerMinute "
    "UserTokensPerMinute TokenRequestsPerMinute TokenTokensPerMinute RetryTimes"
)
TEXTS = [
    "",
    " ",
    "-1",
    "1.5",
    "NaN",
    "Infinity",
    "1e3",
    "1_000",
    "0x10",
    "١٢",
    "１２",
    "²",
    "9" * 30,
    "null",
    "5;",
    "--5",
]


def test_an_option_that_is_an_amount_is_a_whole_number_within_bounds(api: Api, deps: Deps) -> None:
    for key, text in itertools.product(AMOUNTS.split(), TEXTS):
        with pytest.raises(ValueError, match=key):
            parse(key, text)
    assert not api.root.put("/api/option/", {"key": "QuotaForNewUser", "value": "-1"})["success"]
    assert options.stored(deps.store) == {}


@pytest.mark.parametrize("key", ["QuotaPerUnit", "ChannelDisableThreshold"])
@pytest.mark.parametrize(
    "text", ["", "-1", "NaN", "nan", "Infinity", "inf", "1e400", "1_000", "0x10", "１２", "1,5", "9" * 30]
)
def test_an_option_that_is_a_number_is_one_to_every_reader(key: str, text: str) -> None:
    with pytest.raises(ValueError, match=key):
        parse(key, text)


@pytest.mark.parametrize("text", ["1", "500000", "0.5e6", "1e12", "+2.", " 5 "])
def test_numbers_are_taken_as_javascript_takes_them(text: str) -> None:
    assert parse("QuotaPerUnit", text) == text.strip()


PRICES: dict[str, Callable[[str], str]] = {
    "ModelRatio": lambda number: f'{{"m": {number}}}',
    "CompletionRatio": lambda number: f'{{"m": {number}}}',
    "GroupRatio": lambda number: f'{{"default": {number}}}',
    "ModelPrice": lambda number: f'{{"m": {{"request": {number}}}}}',
}
RATIOS = [
    *("-1", "-0.5", "-1e-9", "NaN", "Infinity", "-Infinity", "1e400", "9" * 400),
    *('"x"', '""', "null", "[1]", "true", '"1/0"', '"-1"'),
]


def test_no_price_is_negative_endless_or_no_number(api: Api, deps: Deps) -> None:
    for (key, text), number in itertools.product(PRICES.items(), RATIOS):
        if key != "ModelRatio" or not number.strip('"').startswith("-") or number == "-Infinity":
            assert api.root.put("/api/option/", {"key": key, "value": text(number)})["success"] is False, (key, number)
    assert options.stored(deps.store) == {}


@pytest.mark.parametrize("number", ["-1", "-0.5", "-1e-9", '"-1"'])
def test_a_negative_model_ratio_is_one_apis_way_to_say_that_there_is_no_price(number: str) -> None:
    book = PriceBook.from_options(DEFAULTS | {"ModelRatio": PRICES["ModelRatio"](number)})
    with pytest.raises(UnknownPrice):
        book.price("m", 1)


def test_an_edit_writes_what_it_names_and_no_balance_from_before(deps: Deps, api: Api, bob: Api) -> None:
    """one-api writes whole rows back, and with them a balance that was spent in the meantime."""
    user, token = users.get(deps.store, 2), tokens.get(deps.store, 2, TOKEN)
    assert user is not None and token is not None
    assert api.root.put("/api/user/", {"id": 2, "quota": 10})["success"]
    assert bob.put("/api/token/", {"id": TOKEN, "remain_quota": 3})["success"]
    changed = users.change(deps.store, user, {"display_name": "late", "email": "late@example.org"})
    tokens.change(deps.store, token, {"name": "late"})
    now, key = users.get(deps.store, 2), tokens.get(deps.store, 2, TOKEN)
    assert now is not None and key is not None
    assert (now.quota, now.display_name, key.remain_quota, key.name) == (10, "late", 3, "late")
    assert changed.display_name == "late"
