"""The price maker on a small map of our own: dollars become quota, fields become kinds, names lose prefixes."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tools.make_prices import PRICES, REPORT, differences, make, read_map


def model(provider="openai", mode="chat", **fields):
    return {
        "litellm_provider": provider,
        "mode": mode,
        **{k: Decimal(str(v)) if isinstance(v, float) else v for k, v in fields.items()},
    }


def rows(price_map):
    return json.loads(make(price_map, "2026-01-01").table)["models"]


def test_dollars_become_quota_exactly():
    made = rows({"m": model(input_cost_per_token=1.25e-06, output_cost_per_token=1e-05, max_input_tokens=1000)})
    assert made == {"m": {"from": "m", "mode": "chat", "input": "0.625", "output": "5", "context": 1000}}


def test_what_a_model_can_do_is_listed_by_what_it_is():
    made = {
        "seer": model(input_cost_per_token=1e-06, supports_vision=True, supports_function_calling=True),
        "blind": model(input_cost_per_token=1e-06, supports_vision=False),
    }
    able = json.loads(make(made, "2026-01-01").abilities)
    assert able == {"vision": ["seer"], "hearing": [], "tools": ["seer"], "reasoning": []}


def test_tiers_and_services_nest():
    fields = {
        "input_cost_per_token": 1e-06,
        "input_cost_per_token_above_200k_tokens": 2e-06,
        "input_cost_per_token_batches": 5e-07,
        "input_cost_per_token_above_200k_tokens_priority": 4e-06,
        "cache_creation_input_token_cost": 2e-06,
        "cache_creation_input_token_cost_above_1hr": 3e-06,
    }
    row = rows({"m": model(**fields)})["m"]
    assert row["tiers"] == {"200000": {"input": "1"}}
    assert row["batch"] == {"input": "0.25"}
    assert row["priority"] == {"tiers": {"200000": {"input": "2"}}}
    assert (row["cache_write"], row["cache_write_1h"]) == ("1", "1.5")


def test_ranges_become_tiers():
    tiers = [
        {"range": [0, 32000], "input_cost_per_token": Decimal("1e-6")},
        {"range": [32000, 64000], "input_cost_per_token": Decimal("2e-6")},
    ]
    row = rows({"dashscope/q": model("dashscope", tiered_pricing=tiers)})["q"]
    assert (row["input"], row["tiers"]) == ("0.5", {"32000": {"input": "1"}})


def test_the_makers_own_price_is_the_models_price_and_a_clouds_is_kept_for_its_channel_type():
    made = rows(
        {
            "azure/m": model("azure", input_cost_per_token=2e-06),
            "m": model(input_cost_per_token=1e-06),
            "groq/m": model("groq", input_cost_per_token=1e-06),
        }
    )
    assert {name: row["input"] for name, row in made.items()} == {"m": "0.5", "m(3)": "1"}


def test_a_model_only_clouds_offer_has_the_dearest_price():
    made = rows(
        {
            "deepinfra/x/m": model("deepinfra", input_cost_per_token=1e-06),
            "novita/x/m": model("novita", input_cost_per_token=2e-06),
            "groq/x/m": model("groq", input_cost_per_token=1e-06),
            "together_ai/x/m": model("together_ai", input_cost_per_token=0.0),
        }
    )
    assert {name: row["input"] for name, row in made.items()} == {"x/m": "1", "x/m(29)": "0.5", "x/m(39)": "0"}


def test_a_seat_is_no_price():
    assert (
        rows({"github_copilot/m": model("github_copilot", input_cost_per_token=0.0, output_cost_per_token=0.0)}) == {}
    )


@pytest.mark.parametrize("mode", ["video_generation", "search", "guardrail", None])
def test_what_the_gateway_does_not_sell_is_left_out(mode):
    assert rows({"m": model(mode=mode, input_cost_per_token=1e-06)}) == {}


def test_a_zero_for_one_kind_of_a_paid_model_is_left_out_and_reported():
    result = make(
        {"m": model(input_cost_per_token=1e-06, cache_read_input_token_cost=0.0, output_cost_per_audio_token=0.0)}, ""
    )
    assert json.loads(result.table)["models"]["m"].keys() == {"from", "mode", "input"}
    assert "`m`: standard above 0: cached; standard above 0: audio_out" in result.report


def test_a_cache_write_below_the_plain_price_is_left_out():
    assert (
        "cache_write" not in rows({"m": model(input_cost_per_token=1e-06, cache_creation_input_token_cost=1e-07)})["m"]
    )


def test_a_free_model_stays_free_and_is_listed():
    result = make({"m": model("moderation", input_cost_per_token=0.0)}, "")
    assert json.loads(result.table)["models"] == {}
    result = make({"m": model("openai", "moderation", input_cost_per_token=0.0)}, "")
    assert "`m` (from `m`)" in result.report


def test_sizes_of_pictures_become_the_table_of_their_model():
    made = rows(
        {
            "pic": model(mode="image_generation", input_cost_per_token=5e-06, output_cost_per_image_token=4e-05),
            "high/1024-x-1536/pic": model(mode="image_generation", input_cost_per_image=0.25),
            "1024-x-1024/pic": model(mode="image_generation", input_cost_per_image=0.01),
            "azure/hd/1024-x-1024/dall": model("azure", "image_generation", input_cost_per_pixel=1e-07),
        }
    )
    assert made["pic"]["images"] == {"high/1024x1536": "125000", "1024x1024": "5000"}
    assert made["dall"]["images"] == {"hd/1024x1024": "52428.8"}


def test_sound_is_sold_by_the_second_or_character():
    made = rows(
        {
            "w": model(mode="audio_transcription", input_cost_per_second=0.0001, output_cost_per_second=0.0002),
            "t": model(mode="audio_speech", input_cost_per_character=1.5e-05),
        }
    )
    assert (made["w"]["second"], made["t"]["character"]) == ("100", "7.5")


def test_a_price_field_nobody_reads_is_in_the_report():
    result = make({"m": model(input_cost_per_token=1e-06, output_cost_per_dream=1.0)}, "")
    assert "`output_cost_per_dream`: 1" in result.report


def test_the_report_lists_where_one_api_disagrees():
    result = make({"gpt-4o": model(input_cost_per_token=2.5e-06)}, "")
    assert "| `gpt-4o` | 2.5 | 1.25 | 10 | 1.25 |" in result.report


def test_the_check_names_a_price_that_was_changed_and_a_model_that_is_missing():
    price_map = {"a": model(input_cost_per_token=1e-06), "b": model(input_cost_per_token=1e-06)}
    committed = json.loads(make(price_map, "").table)
    assert differences(price_map, committed) == []
    committed["models"]["a"]["input"] = "0.4"
    del committed["models"]["b"]
    found = differences(price_map, committed)
    assert len(found) == 2
    assert found[0].startswith("a: committed")
    assert found[1].startswith("b: committed null")


def test_the_committed_report_belongs_to_the_committed_table():
    count = len(json.loads(PRICES.read_text("utf-8"))["models"])
    assert f"{count} rows" in REPORT.read_text("utf-8")


WHEELS = sorted(Path(__file__).resolve().parents[2].glob(".build/litellm-*.whl"))


@pytest.mark.skipif(not WHEELS, reason="the wheel is not here; make check-prices downloads it")
def test_every_committed_price_is_the_maps():
    assert differences(read_map(WHEELS[-1]), json.loads(PRICES.read_text("utf-8"))) == []
