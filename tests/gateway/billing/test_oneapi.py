"""one-api's tables and rules: a few committed examples, and all of them where the data lies beside the project."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from gateway.billing import data, oneapi
from gateway.billing.pricing import PriceBook
from gateway.billing.rational import parse

RECORDED = Path(__file__).resolve().parents[4] / "shared/spec/oneapi-ratios.json"
recorded = pytest.mark.skipif(not RECORDED.exists(), reason="the recorded tables are not beside the project")

BOOK = PriceBook.from_options({})


@pytest.mark.parametrize(
    ("model", "channel_type", "ratio"),
    [
        ("gpt-4o", 1, "2.5"),
        ("ERNIE-4.0-8K", 15, "8.52"),
        ("llama3-8b-8192(33)", 1, "0.15"),
        ("llama3-8b-8192", 33, "0.15"),
        ("llama3-8b-8192", 29, "0.000025"),
        ("qwen-turbo-internet", 17, "0.0213"),
        ("command-r-internet", 35, "0.25"),
        ("glm-4-flash", 16, "0"),
        ("openrouter/auto", 20, "-500000"),
    ],
)
def test_a_model_ratio_is_one_apis(model, channel_type, ratio):
    assert BOOK.model_ratio(model, channel_type) == parse(ratio)


@pytest.mark.parametrize(
    ("model", "channel_type", "ratio"),
    [
        ("gpt-3.5-turbo", 1, "3"),
        ("gpt-3.5-turbo-0125", 1, "3"),
        ("gpt-3.5-turbo-1106", 1, "2"),
        ("gpt-3.5-turbo-16k", 1, "4/3"),
        ("gpt-4o-2024-05-13", 1, "3"),
        ("gpt-4o-mini", 1, "4"),
        ("gpt-4-turbo-2024-04-09", 1, "3"),
        ("gpt-4-0125-preview", 1, "3"),
        ("gpt-4-32k", 1, "2"),
        ("o1-mini", 1, "4"),
        ("o3-mini", 1, "1"),
        ("chatgpt-4o-latest", 1, "3"),
        ("claude-3-opus-20240229", 14, "5"),
        ("claude-2.1", 14, "3"),
        ("mistral-large-latest", 28, "3"),
        ("gemini-1.5-pro", 24, "3"),
        ("deepseek-coder", 36, "2"),
        ("deepseek-reasoner", 36, "219/55"),
        ("llama3-70b-8192", 29, "79/59"),
        ("llama3-70b-8192", 33, "70/53"),
        ("command-r", 35, "3"),
        ("command-r-internet", 35, "1"),
        ("whisper-1", 1, "0"),
        ("anything-else", 1, "1"),
    ],
)
def test_a_completion_ratio_follows_the_first_rule_that_holds(model, channel_type, ratio):
    assert BOOK.completion_ratio(model, channel_type) == parse(ratio)


def test_an_option_comes_before_the_default_of_the_same_name_but_after_a_more_specific_one():
    book = PriceBook.from_options({"ModelRatio": '{"llama3-8b-8192": 7, "gpt-4o(3)": 9, "gpt-4o": 8}'})
    assert book.model_ratio("llama3-8b-8192", 33) == parse("0.15")
    assert book.model_ratio("llama3-8b-8192", 29) == 7
    assert book.model_ratio("gpt-4o", 3) == 9
    assert book.model_ratio("gpt-4o", 1) == 8


def test_pictures_of_high_definition_cost_what_one_api_charges():
    prices = dict(oneapi.image_prices("dall-e-3", Fraction(20)))
    assert (prices[""], prices["1024x1024"], prices["hd/1024x1024"], prices["hd/1792x1024"]) == (
        20000,
        20000,
        40000,
        60000,
    )


@pytest.mark.conformance
@recorded
def test_every_default_model_ratio_is_reproduced():
    wanted = json.loads(RECORDED.read_text("utf-8"))["model_ratio"]
    assert len(wanted) == 566
    assert {name: float(BOOK.model_ratio(name, 0)) for name in wanted} == wanted
    assert data.ratios()["model_ratio"].keys() == wanted.keys()


@pytest.mark.conformance
@recorded
def test_every_effective_completion_ratio_is_reproduced():
    wanted = json.loads(RECORDED.read_text("utf-8"))["effective_completion_ratio"]
    assert len(wanted) == 721
    assert {name: float(BOOK.completion_ratio(name, 1)) for name in wanted} == wanted


@pytest.mark.conformance
@recorded
def test_every_default_model_is_charged_at_its_two_ratios():
    recorded_tables = json.loads(RECORDED.read_text("utf-8"))
    spoken = {"whisper-1"}  # a transcript's tokens are charged, see docs/billing.md
    for name, ratio in recorded_tables["model_ratio"].items():
        if ratio < 0 or name in spoken:
            continue
        rates = BOOK.price(name, 1).rates(1000)
        completion = recorded_tables["effective_completion_ratio"][name]
        assert float(rates.input) == ratio
        assert float(rates.output) == pytest.approx(ratio * completion, rel=1e-12)


@pytest.mark.conformance
@recorded
def test_the_picture_group_and_encoding_tables_are_reproduced():
    wanted, ours = json.loads(RECORDED.read_text("utf-8")), data.ratios()
    sizes = {
        model: {size: float(parse(x)) for size, x in table.items()} for model, table in ours["image_sizes"].items()
    }
    assert sizes == wanted["image"]["size_ratio"]
    assert ours["image_count"] == wanted["image"]["n_range"]
    assert ours["image_prompt_bytes"] == wanted["image"]["prompt_max_bytes"]
    assert ours["image_upstream_name"] == wanted["image"]["origin_model_name"]
    assert {name: float(parse(x)) for name, x in ours["group_ratio"].items()} == wanted["group_ratio"]
    for encoding in ("p50k_base", "p50k_edit", "r50k_base"):
        assert sorted(m for m, e in ours["encodings"].items() if e == encoding) == sorted(
            wanted["token_encodings"][encoding]
        )
