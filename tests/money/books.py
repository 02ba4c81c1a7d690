"""What must be true of an account and its tokens at any moment: free, open and spent are what was paid in."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from gateway.billing.charging import charge, write_terms
from gateway.billing.pricing import PriceBook
from gateway.clock import new_log_id
from gateway.domain.money import Entry, EntryType, Hold
from gateway.domain.usage import Usage
from gateway.store.schema.users import held

Item = Mapping[str, Any]

PRICES = {
    ratio: PriceBook.from_options({"ModelRatio": f'{{"m": {ratio}}}', "CompletionRatio": '{"m": 3}'})
    for ratio in range(1, 6)
}


def entry(hold: Hold, usage: Usage, ratio: int, clock: Any) -> Entry:
    """What a request is charged at one of a few prices; in quarantine if its usage cannot be true."""
    details: dict[str, Any] = {"limited": hold.limited}
    try:
        cost = charge(PRICES[ratio].price("m", 1), usage, Fraction(1))
        quota, details["terms"] = cost.quota, write_terms(cost.terms)
    except Exception as implausible:  # noqa: BLE001  as the relay
        quota, details["terms"] = hold.amount, f'[["reservation",1,"{hold.amount}"]]'
        details["quarantined"] = str(implausible)
    return Entry(
        request_id=hold.request_id,
        id=new_log_id(clock),
        created_at=clock.now(),
        type=EntryType.CONSUME,
        user_id=hold.user_id,
        username="u",
        quota=quota,
        token_id=hold.token_id,
        channel_id=1 + hold.user_id % 2,
        details=details,
    )


def consumed(entries: Sequence[Item]) -> list[Item]:
    """The entries that charge."""
    return [item for item in entries if item["type"] == EntryType.CONSUME]


def check_account(wallets: Sequence[Item], entries: Sequence[Item]) -> None:
    """An account with all its parts; what is charged counts from when its hold is gone."""
    under_way = {request_id for item in wallets for request_id in item.get("holds") or {}}
    finished = [item["quota"] for item in consumed(entries) if item["request_id"] not in under_way]
    deposits = sum(item.get("delta") or 0 for item in entries if item["type"] != EntryType.CONSUME)
    free, open_ = sum(item.get("quota") or 0 for item in wallets), sum(map(held, wallets))
    assert free + open_ + sum(finished) == deposits
    assert sum(item.get("used_quota") or 0 for item in wallets) == sum(finished)
    assert sum(item.get("request_count") or 0 for item in wallets) == len(finished)


def check_token(token: Item, given: int, entries: Sequence[Item], refunds: Sequence[Item]) -> None:
    """A token with a limit. ``given`` is what it was made with."""
    spent = [item for item in consumed(entries) if item["token_id"] == token["id"]]
    done = sum(item["quota"] for item in spent if item["request_id"] not in (token.get("holds") or {}))
    back = {item["request_id"]: item["quota"] for item in refunds}
    refunded = sum(back.get(item["request_id"], 0) for item in spent)
    assert token["remain_quota"] + held(token) + done == given + refunded
    assert token["used_quota"] == done


def charged(entries: Sequence[Item]) -> list[str]:
    """The requests that are charged, those of late processes by the id they began with."""
    return [item["details"].get("late", item["request_id"]) for item in consumed(entries)]
