"""Under which keys of ``usage`` what happened to requests is counted, by the hour. Pure.

``health#<day>`` / channel, hour, model: every attempt. ``served#<day>`` / group, hour, model: every request by its end.
What the caller is to blame for is counted as a request and as no failure.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from gateway.domain.failures import CALLERS, MOST_ATTEMPTS
from gateway.domain.histogram import step
from gateway.domain.money import EntryType
from gateway.records import dataclass
from gateway.store.schema.tables import SEPARATOR

KEPT_DAYS = 30
MOST_HEALTH = MOST_ATTEMPTS + 2  # items that one entry counts in
FIRST, END, FAULTS = "t", "e", "f_"  # how the counters of a step, and of a kind of failure, begin
_DAY = 86_400
_LONGEST_TEXT = 200  # of the last failure's words


@dataclass(frozen=True, slots=True)
class HealthSum:
    """What one entry adds to one item, and what it sets there."""

    owner: str
    key: str
    adds: Mapping[str, int]
    sets: Mapping[str, Any]


def health_owner(day: str) -> str:
    """Partition of what happened at channels on a day (``YYYY-MM-DD``)."""
    return f"health#{day}"


def served_owner(day: str) -> str:
    """Partition of what customers met on a day."""
    return f"served#{day}"


def channel_prefix(channel_id: int) -> str:
    """How the keys of a channel begin."""
    return f"{channel_id:010d}{SEPARATOR}"


def health_of(entry: Mapping[str, Any]) -> Iterator[HealthSum]:
    """Everything that an entry, or a failed request, says of health."""
    details: Mapping[str, Any] = entry.get("details") or {}
    model = details.get("requested_model") or entry.get("model_name") or ""
    kept: list[Mapping[str, Any]] = details.get("attempts") or []
    attempts = kept[:MOST_ATTEMPTS]
    for attempt in attempts:
        yield _at_channel(entry, attempt["channel"], model, _failed(attempt["kind"]), attempt)
    failed = entry["type"] == EntryType.FAILED
    if not failed and entry.get("channel_id"):
        began = details.get("began") or 0
        yield _at_channel(entry, entry["channel_id"], model, _answered(entry, details, began), details)
    if failed and (attempts or details.get("kind") == "no_channel"):
        yield _served(entry, details, model, _failed(details["kind"]))
    elif not failed and entry.get("channel_id"):
        yield _served(entry, details, model, _answered(entry, details, 0))


def _at_channel(
    entry: Mapping[str, Any], channel: int, model: str, adds: dict[str, int], said: Mapping[str, Any]
) -> HealthSum:
    at = datetime.fromtimestamp(entry["created_at"], UTC)
    sets: dict[str, Any] = {"ttl": _ttl(entry)}
    if adds.get("failures"):
        text = str(said.get("text") or said.get("fault") or "")[:_LONGEST_TEXT]
        sets |= {"failed_at": entry["created_at"], "failed_kind": str(said["kind"]), "failed_text": text}
    return HealthSum(health_owner(f"{at:%Y-%m-%d}"), f"{channel_prefix(channel)}{at:%H}{SEPARATOR}{model}", adds, sets)


def _served(entry: Mapping[str, Any], details: Mapping[str, Any], model: str, adds: dict[str, int]) -> HealthSum:
    at = datetime.fromtimestamp(entry["created_at"], UTC)
    key = f"{details.get('group') or ''}{SEPARATOR}{at:%H}{SEPARATOR}{model}"
    return HealthSum(served_owner(f"{at:%Y-%m-%d}"), key, adds, {"ttl": _ttl(entry)})


def _failed(kind: str) -> dict[str, int]:
    return {"request_count": 1} if kind in CALLERS else {"request_count": 1, "failures": 1, f"{FAULTS}{kind}": 1}


def _answered(entry: Mapping[str, Any], details: Mapping[str, Any], began: int) -> dict[str, int]:
    """A request that got an answer, or the part of one before it broke off."""
    kind: str = details.get("kind") or ""
    usage: Mapping[str, Any] = details.get("usage") or {}
    adds = _failed(kind) if kind else {"request_count": 1}
    if not adds.get("failures"):
        adds[f"{END}{step(max(0, (entry.get('elapsed_time') or 0) - began))}"] = 1
    if details.get("ttft"):
        adds[f"{FIRST}{step(max(0, details['ttft'] - began))}"] = 1
    more = {"quota": entry.get("quota") or 0, "prompt_tokens": entry.get("prompt_tokens") or 0}
    cached = str(usage.get("cached", ""))
    more["cached_tokens"] = min(int(cached), more["prompt_tokens"]) if cached.isdigit() and len(cached) < 16 else 0
    return adds | {name: number for name, number in more.items() if number}


def _ttl(entry: Mapping[str, Any]) -> int:
    return (entry["created_at"] // _DAY + KEPT_DAYS + 1) * _DAY
