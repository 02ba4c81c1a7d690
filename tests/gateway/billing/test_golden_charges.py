"""The charges one-api recorded, recomputed from the same usage. Every difference has a name and a reason."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from gateway.billing.charging import charge
from gateway.billing.pricing import PriceBook
from gateway.domain.usage import Usage

GOLDEN = Path(__file__).resolve().parents[4] / "shared/golden/oneapi-relay.json"

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not GOLDEN.exists(), reason="the recorded exchanges are not beside the project"),
]

# one-api charges a model it does not know at ratio 30. Where we refuse, this option gives the same.
BOOK = PriceBook.from_options({"UnknownModelPrice": "30"})

ROUNDING = "rounded up once at the end, where one-api truncates speech: 7.5 is 8, not 7"
NO_RATIO = "one-api charges a transcript's token count without any ratio"
KNOWN_NOW = "one-api has no ratio for it and takes 30; it has a price today"

# name of the recorded vector, position of its log row: (our quota, why it differs)
DIFFERENCES: dict[tuple[str, int], tuple[int, str]] = {
    ("type50: tts", 0): (8, ROUNDING),
    ("type3: tts", 0): (8, ROUNDING),
    ("type3: stt", 0): (15, NO_RATIO),
    ("type42: claude", 0): (2, KNOWN_NOW),
}

# Same quota, another log text: the ratios shown are today's.
OTHER_TEXT = {("type24: embed", 0): KNOWN_NOW}


def rows() -> list[Any]:
    if not GOLDEN.exists():
        return []
    vectors = json.loads(GOLDEN.read_text("utf-8"))["vectors"]
    return [
        pytest.param(vector, position, row, id=f"{vector['name']} #{position}")
        for vector in vectors
        for position, row in enumerate(vector["log_rows"])
    ]


def recorded_usage(vector: dict[str, Any], row: dict[str, Any]) -> tuple[str, Usage, dict[str, str]]:
    """The model one-api priced, what was used, and the picture's size and quality."""
    path, body = vector["request"]["path"], vector["request"].get("json") or {}
    if path.startswith("/v1/images"):
        named = {"size": body.get("size") or "", "quality": body.get("quality") or ""}
        return body["model"], Usage(images=body.get("n") or 1), named
    if path.startswith("/v1/audio/speech"):
        return body["model"], Usage(characters=len(body["input"].encode())), {}
    return row["model_name"], Usage(prompt=row["prompt_tokens"], completion=row["completion_tokens"]), {}


@pytest.mark.parametrize(("vector", "position", "row"), rows())
def test_a_recorded_charge_is_reproduced_or_its_difference_is_named(vector, position, row):
    model, usage, named = recorded_usage(vector, row)
    ours = charge(BOOK.price(model, vector["channel"]["type"]), usage, Fraction(1), **named)
    key = (vector["name"], position)
    quota, _reason = DIFFERENCES.get(key, (row["quota"], ""))
    assert ours.quota == quota
    if key not in DIFFERENCES and key not in OTHER_TEXT:
        assert ours.content == row["content"]


def test_every_named_difference_is_one():
    seen = {(param.values[0]["name"], param.values[1]): param.values[2]["quota"] for param in rows()}
    assert all(seen[key] != quota for key, (quota, _) in DIFFERENCES.items())
