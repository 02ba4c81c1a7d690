"""What must have been sold that day, by the books of providers and customers and the price list, not the gateway's."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tests.relay.reseller import prices
from tests.relay.reseller.play import Played
from tests.relay.reseller.providers import CHUNKS
from tests.relay.reseller.script import Ask

Json = dict[str, Any]
CALLERS_FAULT = "invalid"  # no failure of a channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """One answer, or the part of one that broke off. ``hour`` is the one that its entry was made in."""

    ask: Ask
    channel: int
    hour: str
    request_id: str
    prompt: int
    completion: int
    quota: int
    cost: int | None


Division = Callable[[Sale], str]
DIVISIONS: dict[str, Division] = {
    "channel": lambda sale: str(sale.channel),
    "model": lambda sale: sale.ask.model,
    "user": lambda sale: str(sale.ask.customer.user_id),
    "token": lambda sale: str(sale.ask.customer.token_id),
    "group": lambda sale: sale.ask.customer.group,
    "hour": lambda sale: sale.hour,
}


def sales(day: Played, entries: Iterable[Json]) -> list[Sale]:
    """Of every answer that a provider gave. Entries only tell their ids, when they were made, and what was counted of
    answers whose tokens their provider did not come to tell.
    """
    by_response = {entry["details"]["response_id"]: entry for entry in entries}
    asks, found = day.by_number(), list[Sale]()
    for channel, provider in day.providers.items():
        for one in provider.asked:
            if one.came not in ("answered", "broken"):
                continue
            entry, ask = by_response[one.response_id], asks[one.ask]
            told = (one.prompt, one.completion) if one.came == "answered" else _counted(entry, ask)
            hour = f"{entry['created_at'] // 3600 % 24:02d}"
            found.append(
                Sale(
                    ask=ask,
                    channel=channel,
                    hour=hour,
                    request_id=entry["request_id"],
                    prompt=told[0],
                    completion=told[1],
                    quota=prices.charge(ask.model, ask.customer.group, *told),
                    cost=prices.cost(provider.name, ask.model, *told),
                )
            )
    return found


def _counted(entry: Json, ask: Ask) -> tuple[int, int]:
    """The gateway's own count, which must be about the words that were asked and delivered."""
    prompt, completion = entry["prompt_tokens"], entry["completion_tokens"]
    assert 0 <= prompt - len(ask.text.split()) <= 20
    assert 0 <= completion - CHUNKS // 2 <= 1
    return prompt, completion


def summed(found: Iterable[Sale]) -> Json:
    """As the management API sums up."""
    mine = list(found)
    known = [sale for sale in mine if sale.cost is not None]
    cost = prices.added(sale.cost for sale in known)
    return {
        "request_count": len(mine),
        "quota": sum(sale.quota for sale in mine),
        "prompt_tokens": sum(sale.prompt for sale in mine),
        "completion_tokens": sum(sale.completion for sale in mine),
        "cost": cost if known else None,
        "margin": sum(sale.quota for sale in known) - cost if known else None,
        "without_cost": len(mine) - len(known),
    }


def divided(found: Iterable[Sale], by: str) -> dict[str, Json]:
    """The same for each channel, model ..."""
    parts: dict[str, list[Sale]] = {}
    for sale in found:
        parts.setdefault(DIVISIONS[by](sale), []).append(sale)
    return {key: summed(part) for key, part in parts.items()}


def faults(day: Played, channel: int) -> Counter[str]:
    """How often each thing went wrong at a channel, by its provider's books; the caller's mistakes, too."""
    return Counter(one.came for one in day.providers[channel].asked if one.came != "answered")
