"""What was agreed on about money, and what follows from it for one answer: computed here once more."""

import json
from collections.abc import Iterable
from fractions import Fraction
from math import ceil

from tests.relay.reseller.providers import Provider
from tests.relay.reseller.script import LARGE, MINI, SOLE

# Quota for a token of a prompt and of an answer.
SOLD = {MINI: ("0.15", "0.6"), LARGE: ("2.5", "7.5"), SOLE: ("0.7", "1.05")}
GROUP_RATIO = {"default": "1", "vip": "0.8"}
BUILT_IN = {MINI: ("0.075", "0.3"), LARGE: ("2.5", "10")}
OWN = {MINI: ("0.06", "0.21"), LARGE: ("2", "6"), SOLE: ("0.9", "1.2")}
FACTOR, BESIDE = "0.4", "0.25"
SOLE_AT_FACTOR = ("0.2", "0.3")  # the built-in prices do not have it

OPTIONS = {
    "ModelRatio": json.dumps({MINI: 0.15, LARGE: 2.5, SOLE: 0.7}),
    "CompletionRatio": json.dumps({MINI: 4, LARGE: 3, SOLE: 1.5}),
    "GroupRatio": json.dumps({"default": 1, "vip": 0.8}),
    "InfrastructureCost": BESIDE,
    "AutomaticDisableChannelEnabled": "true",
    "AutomaticEnableChannelEnabled": "true",
    "ChannelDisableThreshold": "20",  # seconds; by default one that is slow but right would be taken out of service
    "RetryTimes": "3",
}


def bought(providers: dict[int, Provider]) -> dict[str, str]:
    """The purchase prices of two channels, by the names of their providers; of the third nobody knows them."""
    own = {model: {"input": float(each[0]), "output": float(each[1])} for model, each in OWN.items()}
    sole = {"input": float(SOLE_AT_FACTOR[0]), "output": float(SOLE_AT_FACTOR[1])}
    of = {
        "degrading": {"factor": None, "models": own},
        "dying": {"factor": float(FACTOR), "models": {SOLE: sole}},
        "slow": {"factor": None},
    }
    return {"PurchasePrice": json.dumps({str(number): of[one.name] for number, one in providers.items()})}


def charge(model: str, group: str, prompt: int, completion: int) -> int:
    """Rounded once, upwards; some tokens are never free."""
    exact = _sum(SOLD[model], prompt, completion) * Fraction(GROUP_RATIO[group])
    return max(ceil(exact), 1 if prompt or completion else 0)


def cost(provider: str, model: str, prompt: int, completion: int) -> int | None:
    """What the operator pays for it; ``None``: nobody knows."""
    if provider == "slow":
        return None
    if provider == "degrading":
        exact = _sum(OWN[model], prompt, completion)
    elif model == SOLE:
        exact = _sum(SOLE_AT_FACTOR, prompt, completion)
    else:
        exact = _sum(BUILT_IN[model], prompt, completion) * Fraction(FACTOR)
    return ceil(exact + Fraction(BESIDE))


def _sum(each: tuple[str, str], prompt: int, completion: int) -> Fraction:
    return Fraction(each[0]) * prompt + Fraction(each[1]) * completion


def added(amounts: Iterable[int | None]) -> int:
    """Of those that are known."""
    return sum(amount for amount in amounts if amount is not None)
