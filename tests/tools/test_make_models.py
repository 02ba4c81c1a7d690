"""The list of models on sale, made from a small map of our own: no prefixes, no copies, nothing retired."""

import json

from tools.make_models import TARGET, lists


def entry(provider: str, mode: str = "chat", **more: str) -> dict[str, str]:
    return {"litellm_provider": provider, "mode": mode, **more}


def test_a_provider_sells_its_models_without_its_prefix_sorted_and_once() -> None:
    entries = {"groq/b": entry("groq"), "a": entry("groq"), "groq/a": entry("groq"), "c": entry("xai")}
    made = lists(entries, "2026-01-01")["models"]
    assert (made["29"], made["45"], made["1"]) == (["a", "b"], ["c"], [])


def test_copies_the_retired_and_what_nobody_can_be_asked_for_are_left_out() -> None:
    entries = {
        "ft:gpt-4o": entry("openai"),
        "1024-x-1024/dall-e-2": entry("openai", "image_generation"),
        "gone": entry("openai", deprecation_date="2025-12-31"),
        "leaving": entry("openai", deprecation_date="2026-01-01"),
        "live": entry("openai", "realtime"),
    }
    assert lists(entries, "2026-01-01")["models"]["1"] == ["leaving"]


def test_the_committed_list_has_the_form_that_is_written() -> None:
    committed = json.loads(TARGET.read_text("utf-8"))
    assert committed.keys() == lists({}, "2026-01-01").keys()
    assert committed["models"].keys() == lists({}, "2026-01-01")["models"].keys()
    assert all(names == sorted(set(names)) for names in committed["models"].values())
