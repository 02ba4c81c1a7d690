"""The retry rule: what happens after an attempt of which nothing reached the caller. Pure; ``loop`` acts on it."""

from typing import Literal, Protocol

from gateway.outbound.protocol import Fault, FaultKind
from gateway.records import dataclass

FINAL: frozenset[FaultKind] = frozenset({"caller", "filtered"})  # every other channel would say the same
ONE_KEYS: frozenset[FaultKind] = frozenset({"cooldown", "disable"})  # may be one key's fault and not its channel's

Step = Literal["stop", "same", "key", "next"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do: stop, ask the same channel again, ask it with another key, or ask the next one."""

    step: Step
    costs: bool  # whether the attempt that failed used up one of the tries


class Failure(Protocol):
    """An attempt that failed."""

    fault: Fault
    asked: bool  # whether the provider was asked at all
    mended: bool  # whether what the channel lacked has been seen to: a new token, or another operation


def decide(failed: Failure, *, asked_again: bool, other_key: bool, gone: bool, left: int) -> Decision:
    """What to do after a failure.

    ``asked_again``: the channel was asked once more already. ``other_key``: another key of it is not resting. ``gone``:
    the caller has left. ``left``: the tries left, this one included.
    """
    if failed.mended and not asked_again:
        return Decision("same", costs=False)
    costs = failed.asked  # a channel that cannot express the request costs no try
    kind = failed.fault.kind
    if kind in FINAL or gone or left <= costs:
        return Decision("stop", costs)
    return Decision("key" if other_key and kind in ONE_KEYS else "next", costs)
