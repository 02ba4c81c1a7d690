"""What an entry, or a failed request, says of the channels it met and of what customers met."""

from typing import Any

from gateway.domain.histogram import STEPS, percentile, step
from gateway.store.money.health_keys import HealthSum, channel_prefix, health_of

AT = 1_767_229_200  # 2026-01-01 01:00
ATTEMPT = {"channel": 2, "kind": "server", "status": 500, "ms": 300, "text": "on fire"}


def entry(**details: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {"type": 2, "created_at": AT, "channel_id": 1, "model_name": "gpt-4o-2024", "quota": 9}
    fields |= {"prompt_tokens": 100, "elapsed_time": 2_400}
    return fields | {"details": {"requested_model": "gpt-4o", "group": "vip", "result": "complete", **details}}


def failure(kind: str, *attempts: dict[str, Any]) -> dict[str, Any]:
    details = {"kind": kind, "group": "vip", "attempts": list(attempts)}
    return {"type": 8, "created_at": AT, "model_name": "gpt-4o", "details": details}


def said(item: dict[str, Any]) -> dict[tuple[str, str], HealthSum]:
    return {(found.owner, found.key): found for found in health_of(item)}


CHANNEL_1 = ("health#2026-01-01", f"{channel_prefix(1)}01\x1fgpt-4o")
CHANNEL_2 = ("health#2026-01-01", f"{channel_prefix(2)}01\x1fgpt-4o")
VIP = ("served#2026-01-01", "vip\x1f01\x1fgpt-4o")


def test_an_answer_counts_for_its_channel_and_for_the_group_by_the_name_that_was_asked_for() -> None:
    found = said(entry(ttft=450, usage={"cached": "40"}))
    assert set(found) == {CHANNEL_1, VIP}
    adds = found[CHANNEL_1].adds
    assert adds == {
        "request_count": 1,
        f"t{step(450)}": 1,
        f"e{step(2_400)}": 1,
        "quota": 9,
        "prompt_tokens": 100,
        "cached_tokens": 40,
    }
    assert found[CHANNEL_1].sets == {"ttl": 1_769_904_000}  # the first moment of February


def test_what_was_tried_before_counts_for_whom_and_its_time_not_for_who_answered() -> None:
    found = said(entry(ttft=1_000, began=600, attempts=[ATTEMPT]))
    assert found[CHANNEL_2].adds == {"request_count": 1, "failures": 1, "f_server": 1}
    assert found[CHANNEL_2].sets == found[CHANNEL_2].sets | {"failed_at": AT, "failed_text": "on fire"}
    assert found[CHANNEL_1].adds[f"t{step(400)}"] == 1 and found[CHANNEL_1].adds[f"e{step(1_800)}"] == 1
    assert found[VIP].adds[f"t{step(1_000)}"] == 1 and "failures" not in found[VIP].adds


def test_a_stream_that_broke_off_failed_but_not_where_its_caller_left() -> None:
    broke = said(entry(result="partial", kind="broken", fault="closed"))[CHANNEL_1]
    assert (broke.adds["failures"], broke.adds["f_broken"], broke.sets["failed_text"]) == (1, 1, "closed")
    assert not [name for name in broke.adds if name.startswith("e")]
    assert "failures" not in said(entry(result="partial", kind="left", fault="gone"))[CHANNEL_1].adds


def test_a_failed_request_counts_for_each_channel_and_once_for_the_group() -> None:
    found = said(failure("server", ATTEMPT | {"channel": 1, "kind": "limited"}, ATTEMPT))
    assert set(found) == {CHANNEL_1, CHANNEL_2, VIP}
    assert found[CHANNEL_1].adds["f_limited"] == found[VIP].adds["f_server"] == 1


def test_the_callers_mistakes_are_no_failures_and_refusals_are_nobodys() -> None:
    found = said(failure("invalid", ATTEMPT | {"channel": 1, "kind": "invalid"}))
    assert found[CHANNEL_1].adds == found[VIP].adds == {"request_count": 1}
    assert said(failure("quota")) == said(failure("no_model")) == said(failure("rate_limit")) == {}
    assert set(said(failure("no_channel"))) == {VIP}


def test_percentiles_are_the_ends_of_steps() -> None:
    counts = {step(90): 50, step(450): 45, step(2_900): 5}
    assert (percentile(counts, 0.5), percentile(counts, 0.95), percentile(counts, 0.96)) == (100, 500, 3_000)
    assert percentile({}, 0.5) == 0
    assert percentile({step(10**9): 1}, 0.5) == STEPS[-1]
